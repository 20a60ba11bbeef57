"""Limits, bugs, and what the run stands on going away."""

from __future__ import annotations

import pytest

from runtime.engine import RunLimits
from runtime.ports import Checkpoint, GateQuery, GateVerdict
from runtime.testing import Crash, StaticGate
from tests.runtime.support import (
    World,
    agent,
    calls,
    command,
    last,
    mention,
    model,
    of_kind,
    team,
)

TALK = team(agent("a", model("one", "three")), agent("b", model("two", "four")), max_turns=4)


async def test_a_team_without_an_end_pauses_at_the_limit_of_turns() -> None:
    spec = team(agent("a", model("again")))
    world = World()
    journal = world.journal()
    limits = RunLimits(max_turns=3)

    assert await world.engine(spec, journal, limits=limits).run() == "paused"
    assert last(journal, "run.paused").code == "limit_turns"
    assert len(of_kind(journal, "turn.ended")) == 3

    command(journal, "resume")
    more = RunLimits(max_turns=5)
    assert await world.engine(spec, journal.reopen(), limits=more).run() == "paused"
    assert len(of_kind(journal, "turn.ended")) == 5


async def test_the_limit_of_model_calls_counts_over_all_lives() -> None:
    spec = team(agent("a", model("again")))
    world = World()
    journal = world.journal()
    limits = RunLimits(max_model_calls=3)

    assert await world.engine(spec, journal, limits=limits).run() == "paused"
    assert last(journal, "run.paused").code == "limit_model_calls"
    command(journal, "resume")
    assert await world.engine(spec, journal.reopen(), limits=limits).run() == "paused"
    assert len(of_kind(journal, "model.completed")) == 3


async def test_the_limit_of_events() -> None:
    spec = team(agent("a", model("again")))
    world = World()
    journal = world.journal()

    assert await world.engine(spec, journal, limits=RunLimits(max_events=30)).run() == "paused"
    assert last(journal, "run.paused").code == "limit_events"


async def test_a_bug_fails_the_run_and_tells_nothing_of_the_inside(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from runtime.teams.round_robin import RoundRobinGroupChat

    async def broken(self: RoundRobinGroupChat, step: object) -> None:
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr(RoundRobinGroupChat, "choose", broken)
    world = World()
    journal = world.journal()

    assert await world.engine(TALK, journal).run() == "failed"
    error = last(journal, "run.failed").error
    assert error.code == "internal_error"
    assert "secret detail" not in error.model_dump_json()
    assert "secret detail" in caplog.text, "the log has the traceback"


async def test_a_spec_that_cannot_be_built_fails_the_run_with_its_path() -> None:
    world = World()
    journal = world.journal()
    workspace = {"provider": "troupe.models.WorkspaceModel", "config": {}}

    assert await world.engine(team(agent("a", workspace), max_turns=1), journal).run() == "failed"
    error = last(journal, "run.failed").error
    assert error.code == "invalid_spec"
    assert "$.config.participants[0].config.model_client" in error.detail
    assert error.hint is not None


async def test_a_task_that_already_ends_it() -> None:
    spec = team(agent("a", model("never")), termination_condition=mention("STOP"))
    world = World()
    journal = world.journal()

    assert await world.engine(spec, journal, text="STOP now").run() == "completed"
    assert last(journal, "run.completed").stop_reason == "Text 'STOP' mentioned"
    assert not of_kind(journal, "turn.started")


async def test_a_database_that_is_away_ends_the_life_and_not_the_run() -> None:
    world = World()
    journal = world.journal()
    append = journal.append
    down = [True]

    async def flaky(drafts, *, checkpoint=None):  # type: ignore[no-untyped-def]
        if down[0] and any(draft.payload.kind == "model.completed" for draft in drafts):
            down[0] = False
            raise ConnectionError("the database is away")
        return await append(drafts, checkpoint=checkpoint)

    journal.append = flaky  # type: ignore[method-assign]
    with pytest.raises(ConnectionError):
        await world.engine(TALK, journal).run()
    assert not of_kind(journal, "run.failed")
    assert await world.engine(TALK, journal.reopen()).run() == "completed"


async def test_a_gate_that_is_away_ends_the_life_and_not_the_run() -> None:
    class Away(StaticGate):
        async def check(self, query: GateQuery) -> GateVerdict:
            raise ConnectionError("the policies are away")

    spec = team(agent("a", model(calls(("current_time", {})), "Late."), "CurrentTime"), max_turns=1)
    world = World(gate=Away())
    journal = world.journal()
    with pytest.raises(ConnectionError):
        await world.engine(spec, journal).run()
    assert not of_kind(journal, "run.failed")
    world.gate = StaticGate(default="allow")
    assert await world.engine(spec, journal.reopen()).run() == "completed"


async def test_a_log_that_says_something_else_pauses_the_run() -> None:
    """The team changed under the run, or the code did."""
    world = World()
    journal = world.journal()
    journal.crash_after(2)
    with pytest.raises(Crash):
        await world.engine(TALK, journal).run()
    later = journal.reopen()
    started = of_kind(later, "turn.started")[0]
    later.log.by_key[started.key] = (started, "what another team would have asked for")

    assert await world.engine(TALK, later).run() == "paused"
    paused = last(later, "run.paused")
    assert paused.code == "non_deterministic"
    assert started.key in paused.detail


async def test_a_newer_checkpoint_is_left_to_a_newer_worker() -> None:
    world = World()
    journal = world.journal()
    journal.log.checkpoints[""] = Checkpoint(frame="", turn=1, seq=1, format=99, state={})

    assert await world.engine(TALK, journal).run() == "paused"
    assert last(journal, "run.paused").code == "newer_checkpoint"
