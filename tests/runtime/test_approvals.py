from __future__ import annotations

from typing import Any

import pytest

from runtime.ports import GateQuery
from runtime.testing import Crash, InMemoryJournal, StaticGate
from tests.runtime import sample_tools
from tests.runtime.support import (
    Json,
    World,
    agent,
    calls,
    decide,
    kinds,
    last,
    model,
    of_kind,
    parked,
    said,
    team,
)

WRITE = {"path": "a.md", "content": "x"}


def writing(*more: Json | str) -> Json:
    script = model(calls(("write_file", WRITE)), *(more or ("Done.",)))
    return team(agent("writer", script, "WriteFile"), max_turns=1)


async def asked(spec: Json | None = None) -> tuple[World, InMemoryJournal, Any]:
    """A world whose run has parked over its first request."""
    world = World(gate=StaticGate({"write_file": "ask", "pay": "allow"}, default="allow"))
    journal = world.journal()
    assert await parked(world, spec or writing(), journal) == "parked"
    return world, journal, last(journal, "approval.requested")


async def resumed(world: World, journal: InMemoryJournal, spec: Json | None = None) -> str:
    return await world.engine(spec or writing(), journal.reopen()).run()


async def test_the_request_shows_who_wants_what_exactly() -> None:
    _, journal, request = await asked()

    assert (request.agent, request.tool, request.purpose) == ("writer", "write_file", "call")
    assert request.arguments == WRITE
    assert request.effect == "idempotent"
    assert request.args_schema["required"] == ["path", "content"]
    assert last(journal, "tool.requested").args_hash == request.args_hash
    waits = last(journal, "run.parked").waits
    assert [(wait.kind, wait.request_id) for wait in waits] == [("approval", request.request_id)]
    assert kinds(journal)[-1] == "run.parked"


async def test_approve_runs_it() -> None:
    world, journal, request = await asked()
    decide(journal, request, "approve")

    assert await resumed(world, journal) == "completed"
    assert world.files.writes == [("a.md", "x")]
    assert last(journal, "tool.completed").outcome == "done"
    assert len(of_kind(journal, "tool.gated")) == 1


async def test_edit_runs_what_the_person_wrote_after_another_look_at_the_policy() -> None:
    world, journal, request = await asked()
    decide(journal, request, "edit", arguments={"path": "b.md", "content": "y"})

    assert await resumed(world, journal) == "completed"
    assert world.files.writes == [("b.md", "y")]
    assert last(journal, "tool.started").arguments == {"path": "b.md", "content": "y"}
    assert len(of_kind(journal, "tool.gated")) == 2
    assert last(journal, "tool.gated").args_hash != request.args_hash


async def test_an_edit_that_the_policy_denies_does_not_run() -> None:
    def gate(query: GateQuery) -> Any:
        return "deny" if query.arguments.get("path") == "secret.md" else "ask"

    world, journal, request = await asked()
    world.gate = StaticGate(gate)
    decide(journal, request, "edit", arguments={"path": "secret.md", "content": "y"})

    assert await resumed(world, journal) == "completed"
    assert world.files.writes == []
    assert last(journal, "tool.completed").outcome == "denied"


async def test_an_edit_that_does_not_fit_the_schema_does_not_run() -> None:
    world, journal, request = await asked()
    decide(journal, request, "edit", arguments={"path": 7})

    assert await resumed(world, journal) == "completed"
    assert world.files.writes == []
    assert last(journal, "tool.completed").outcome == "invalid"


async def test_a_denial_tells_the_model_why() -> None:
    world, journal, request = await asked()
    decide(journal, request, "deny", reason="not now")

    assert await resumed(world, journal) == "completed"
    result = last(journal, "tool.completed")
    assert (result.outcome, result.is_error) == ("denied", True)
    assert result.result == "Ada denied this call: not now"
    assert world.files.writes == []


async def test_an_answer_is_the_result() -> None:
    world, journal, request = await asked()
    decide(journal, request, "answer", text="I did it myself")

    assert await resumed(world, journal) == "completed"
    result = last(journal, "tool.completed")
    assert (result.outcome, result.is_error, result.result) == (
        "answered",
        False,
        "I did it myself",
    )
    assert world.files.writes == []


async def test_expiry_denies() -> None:
    world, journal, request = await asked()
    decide(journal, request, "expire")

    assert await resumed(world, journal) == "completed"
    result = last(journal, "tool.completed")
    assert result.outcome == "denied"
    assert "Nobody decided in time" in result.result


async def test_stop_stops_the_run() -> None:
    world, journal, request = await asked()
    decide(journal, request, "stop", reason="wrong team")

    assert await resumed(world, journal) == "stopped"
    stopped = last(journal, "run.stopped")
    assert (stopped.by.name, stopped.reason) == ("Ada", "wrong team")
    assert kinds(journal)[-1] == "run.stopped"


async def test_a_decision_on_other_arguments_does_not_count() -> None:
    world, journal, request = await asked()
    decide(journal, request, "approve", args_hash="0" * 64)

    later = journal.reopen()
    assert await parked(world, writing(), later) == "parked"
    assert world.files.writes == []

    decide(journal, request, "approve")
    assert await resumed(world, journal) == "completed"
    assert world.files.writes == [("a.md", "x")]


async def test_the_policy_denies_without_asking() -> None:
    world = World(gate=StaticGate({"write_file": "deny"}))
    journal = world.journal()

    assert await world.engine(writing(), journal).run() == "completed"
    assert not of_kind(journal, "approval.requested")
    result = last(journal, "tool.completed")
    assert result.outcome == "denied"
    assert "test rule: deny" in result.result


async def test_requests_of_one_turn_are_decided_independently() -> None:
    both = calls(("write_file", WRITE), ("write_file", {"path": "b.md", "content": "y"}))
    spec = team(agent("writer", model(both, "Done."), "WriteFile"), max_turns=1)
    world, journal, _ = await asked(spec)
    first, second = (event.payload for event in of_kind(journal, "approval.requested"))
    assert first.request_id != second.request_id

    decide(journal, second, "approve")
    assert await parked(world, spec, journal.reopen()) == "parked"
    assert world.files.writes == [("b.md", "y")]
    decide(journal, first, "deny")
    assert await resumed(world, journal, spec) == "completed"
    outcomes = {e.payload.call_id: e.payload.outcome for e in of_kind(journal, "tool.completed")}
    assert outcomes == {first.call_id: "denied", second.call_id: "done"}
    assert said(journal)[-1] == ("writer", "Done.")


# In doubt --------------------------------------------------------------------------------------

PAYING = team(agent("payer", model(calls(("pay", {"amount": 5})), "Paid."), "Pay"), max_turns=1)


async def in_doubt() -> tuple[World, InMemoryJournal, Any]:
    """The worker died after the payment and before its result was recorded."""
    world = World()
    journal = world.journal()
    journal.crash_after(appends_until_started(), before_next=True)
    with pytest.raises(Crash):
        await world.engine(PAYING, journal).run()
    assert sample_tools.paid
    assert not of_kind(journal, "tool.completed")
    later = journal.reopen()
    assert await parked(world, PAYING, later) == "parked"
    assert len(sample_tools.paid) == 1, "not paid again on its own"
    return world, later, last(later, "approval.requested")


def appends_until_started() -> int:
    """frame and task; turn and model started; model completed, tool requested, gated, started."""
    return 3


@pytest.mark.usefixtures("tools")
async def test_in_doubt_asks_and_an_answer_is_what_happened() -> None:
    world, journal, request = await in_doubt()
    assert (request.purpose, request.arguments) == ("in_doubt", {"amount": 5})
    decide(journal, request, "answer", text="paid 5, receipt 17")

    assert await resumed(world, journal, PAYING) == "completed"
    assert len(sample_tools.paid) == 1
    assert last(journal, "tool.completed").result == "paid 5, receipt 17"


@pytest.mark.usefixtures("tools")
async def test_in_doubt_and_approved_runs_again_under_the_same_idempotency_key() -> None:
    world, journal, request = await in_doubt()
    decide(journal, request, "approve")

    assert await resumed(world, journal, PAYING) == "completed"
    assert [amount for amount, _ in sample_tools.paid] == [5, 5]
    assert len({key for _, key in sample_tools.paid}) == 1


@pytest.mark.usefixtures("tools")
async def test_in_doubt_twice_asks_twice() -> None:
    world, journal, request = await in_doubt()
    decide(journal, request, "approve")
    again = journal.reopen()
    again.crash_after(1, before_next=True)
    with pytest.raises(Crash):
        await world.engine(PAYING, again).run()
    assert len(sample_tools.paid) == 2

    third = again.reopen()
    assert await parked(world, PAYING, third) == "parked"
    second = last(third, "approval.requested")
    assert second.request_id != request.request_id
    decide(third, second, "deny", reason="leave it")
    assert await resumed(world, third, PAYING) == "completed"
    assert len(sample_tools.paid) == 2
    assert last(third, "tool.completed").outcome == "denied"


@pytest.mark.usefixtures("tools")
async def test_what_is_recorded_is_not_done_again() -> None:
    world = World()
    journal = world.journal()
    journal.crash_after(appends_until_started() + 1)
    with pytest.raises(Crash):
        await world.engine(PAYING, journal).run()

    assert await resumed(world, journal, PAYING) == "completed"
    assert len(sample_tools.paid) == 1
    assert not of_kind(journal, "approval.requested")
