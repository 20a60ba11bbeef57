"""TimeoutTermination interrupts what is under way, and counts the time of work alone."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from runtime.events import Event
from runtime.testing import Crash, InMemoryJournal, MemoryLog
from tests.runtime.support import (
    Json,
    World,
    agent,
    answer,
    calls,
    last,
    model,
    of_kind,
    parked,
    person,
    said,
    team,
    until,
    until_true,
)

pytestmark = pytest.mark.usefixtures("tools")
LIMIT = 30.0


def limited(*members: Json, seconds: float = LIMIT, **config: Any) -> Json:
    condition = {
        "provider": "autogen_agentchat.conditions.TimeoutTermination",
        "config": {"timeout_seconds": seconds},
    }
    return team(*members, termination_condition=condition, **config)


def waiting(name: str = "a", *after: str) -> Json:
    """An agent whose tool never returns."""
    return agent(name, model(calls(("wait", {})), *(after or ("Done.",))), "Wait")


async def interrupted(world: World, spec: Json, journal: InMemoryJournal) -> str:
    run = asyncio.ensure_future(world.engine(spec, journal).run())
    await until(journal, "tool.started")
    await until_true(lambda: LIMIT in world.clock.sleeping)
    world.clock.advance(LIMIT)
    return await run


async def test_a_hanging_tool_is_interrupted_and_its_outcome_recorded() -> None:
    world = World()
    journal = world.journal()
    assert await interrupted(world, limited(waiting()), journal) == "completed"

    assert last(journal, "run.completed").stop_reason == "Timeout of 30 seconds reached"
    assert last(journal, "tool.completed").outcome == "cancelled"
    assert last(journal, "turn.ended").interrupted
    assert [source for source, _ in said(journal)] == ["user"], "it never got to speak"


async def test_the_next_run_works_and_no_vendor_sees_a_call_without_a_result() -> None:
    world = World()
    first = world.journal()
    spec = limited(waiting("a", "I am back."), max_turns=1)
    await interrupted(world, spec, first)
    log = MemoryLog("00000000-0000-4000-8000-000000000002", world.clock)
    log.start_from(first.log)
    second = log.claim()

    assert await world.engine(spec, second, text="Again").run() == "completed"
    assert said(second)[-1] == ("a", "I am back.")
    asked = of_kind(second, "model.started")[0].payload.request["messages"]["count"]
    # Instructions, task, call, the result that says it was interrupted, the new task.
    assert asked == 5


async def test_a_team_inside_is_interrupted_from_its_own_limit_and_the_outer_goes_on() -> None:
    inner = limited(waiting())
    inner["config"]["name"] = "cell"
    world = World()
    journal = world.journal()
    spec = team(inner, agent("lead", model("Never mind.")), max_turns=2)
    assert await interrupted(world, spec, journal) == "completed"
    assert said(journal)[-1] == ("lead", "Never mind.")
    ended = next(e for e in of_kind(journal, "frame.ended") if e.agent_path == "cell")
    assert ended.payload.stop_reason == "Timeout of 30 seconds reached"


async def test_waiting_for_a_person_does_not_count() -> None:
    world = World()
    journal = world.journal()
    spec = limited(person(), agent("b", model("Thanks.")), max_turns=2)
    assert await parked(world, spec, journal) == "parked"
    world.clock.advance(10 * LIMIT)
    answer(journal, last(journal, "input.requested"), "Sorry, I was away")
    assert await world.engine(spec, journal.reopen()).run() == "completed"
    assert last(journal, "run.completed").stop_reason == "Maximum number of turns 2 reached."


async def test_a_death_around_the_interruption_loses_nothing() -> None:
    """The outcomes, the turn's end and its checkpoint are one append: it is there or it is not."""
    for cut in range(1, 12):
        world = World()
        journal = world.journal()
        journal.crash_after(cut)
        spec = limited(waiting(), max_turns=3)
        try:
            outcome = await interrupted_or_dead(world, spec, journal)
        except Crash:
            if of_kind(journal, "run.completed"):
                continue  # nobody claims a run that has ended
            outcome = await interrupted_or_dead(world, spec, journal.reopen())
        assert outcome in ("completed", "waiting for a person"), cut
        if outcome == "completed":
            ended: list[Event] = of_kind(journal, "turn.ended")
            assert [event.payload.interrupted for event in ended] == [True], cut


async def interrupted_or_dead(world: World, spec: Json, journal: InMemoryJournal) -> str:
    """Lets the limit pass as soon as the run sleeps; a call in doubt asks a person."""
    run = asyncio.ensure_future(world.engine(spec, journal).run())
    while not run.done():
        if any(e.kind == "approval.requested" for e in journal.log.events):
            run.cancel()
            await asyncio.wait({run})
            return "waiting for a person"
        started = of_kind(journal, "tool.started")
        if started and any(seconds <= LIMIT for seconds in world.clock.sleeping):
            world.clock.advance(LIMIT)
        await asyncio.sleep(0)
    return run.result()
