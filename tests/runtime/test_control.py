"""Commands from outside, parking, draining, and losing the run."""

from __future__ import annotations

import asyncio

import pytest

from runtime.errors import LeaseLost
from runtime.testing import Crash, InMemoryJournal, StaticGate
from tests.runtime import sample_tools
from tests.runtime.support import (
    World,
    agent,
    answer,
    calls,
    command,
    decide,
    kinds,
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

TALK = team(agent("a", model("one", "three")), agent("b", model("two", "four")), max_turns=4)
WAITING = team(
    agent("a", model(calls(("wait", {}), ("search_notes", {"query": "bees"})), "Done."), "Wait",
          "SampleNotes"),
    agent("b", model("Bye.")),
    max_turns=2,
)  # fmt: skip
ASKING = team(person(), agent("b", model("Thanks.")), max_turns=2)


# Parking ---------------------------------------------------------------------------------------


async def test_a_question_parks_and_its_answer_becomes_a_message() -> None:
    world = World()
    journal = world.journal()
    assert await parked(world, ASKING, journal) == "parked"
    request = last(journal, "input.requested")
    assert [wait.kind for wait in last(journal, "run.parked").waits] == ["input"]

    answer(journal, request, "Hello from me")
    assert await world.engine(ASKING, journal.reopen()).run() == "completed"
    assert said(journal)[1:] == [("person", "Hello from me"), ("b", "Thanks.")]


async def test_an_answer_while_it_lingers_needs_no_parking() -> None:
    world = World()
    journal = world.journal()
    life = asyncio.ensure_future(world.engine(ASKING, journal).run())
    request = await until(journal, "input.requested")
    await world.clock.until_sleeping(2.0)

    answer(journal, request, "Quick")

    assert await life == "completed"
    assert not of_kind(journal, "run.parked")


async def test_an_answer_between_lingering_and_parking_is_not_lost() -> None:
    """The journal refuses to park: something came in that the engine has not seen."""

    class Late(InMemoryJournal):
        async def changed(self) -> None:
            await asyncio.Event().wait()  # hints may be lost

    world = World()
    journal = Late(world.journal().log)
    life = asyncio.ensure_future(world.engine(ASKING, journal).run())
    request = await until(journal, "input.requested")
    await world.clock.until_sleeping(2.0)
    answer(journal, request, "Just in time")
    world.clock.advance(2.0)

    assert await life == "completed"
    assert not of_kind(journal, "run.parked")


@pytest.mark.usefixtures("tools")
async def test_a_run_does_not_park_while_one_branch_works() -> None:
    both = calls(("wait", {}), ("write_file", {"path": "a", "content": "b"}))
    spec = team(agent("a", model(both, "Done."), "Wait", "WriteFile"), max_turns=1)
    world = World(gate=StaticGate({"write_file": "ask"}, default="allow"))
    journal = world.journal()
    life = asyncio.ensure_future(world.engine(spec, journal).run())
    await until(journal, "approval.requested")
    await until_true(lambda: sample_tools.waiting == 1)
    assert 2.0 not in world.clock.sleeping, "it does not even linger"

    assert sample_tools.open_gate is not None
    sample_tools.open_gate.set()
    await world.clock.until_sleeping(2.0)
    world.clock.advance(2.0)
    assert await life == "parked"
    decide(journal, last(journal, "approval.requested"), "approve")
    assert await world.engine(spec, journal.reopen()).run() == "completed"
    assert sample_tools.waiting == 1, "the call that was recorded was not made again"


async def test_parking_twice_has_two_keys() -> None:
    spec = team(person("p"), person("q"), max_turns=2)
    world = World()
    journal = world.journal()
    for _ in range(2):
        assert await parked(world, spec, journal) == "parked"
        answer(journal, last(journal, "input.requested"), "yes")
        journal = journal.reopen()
    assert await world.engine(spec, journal).run() == "completed"
    assert len(of_kind(journal, "run.parked")) == 2


# Stop ------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("tools")
async def test_stop_cancels_what_is_in_flight_at_once() -> None:
    world = World()
    journal = world.journal()
    life = asyncio.ensure_future(world.engine(WAITING, journal).run())
    await until_true(lambda: sample_tools.waiting == 1)
    await until(journal, "tool.completed")

    event = command(journal, "stop", "enough")

    assert await life == "stopped"
    assert sample_tools.cancelled == 1
    assert kinds(journal)[-3:] == ["tool.completed", "command.applied", "run.stopped"]
    assert last(journal, "tool.completed").outcome == "cancelled"
    assert last(journal, "command.applied").command_seq == event.seq
    assert last(journal, "run.stopped").reason == "enough"


async def test_stop_while_it_waits() -> None:
    world = World()
    journal = world.journal()
    life = asyncio.ensure_future(world.engine(ASKING, journal).run())
    await until(journal, "input.requested")
    command(journal, "stop")

    assert await life == "stopped"
    assert last(journal, "command.applied").point == "wait"


async def test_a_stop_that_the_worker_did_not_live_to_see_is_applied_by_the_next() -> None:
    world = World()
    journal = world.journal()
    command(journal, "stop")

    assert await world.engine(TALK, journal.reopen()).run() == "stopped"
    assert not of_kind(journal, "model.started")


# Pause and resume ------------------------------------------------------------------------------


@pytest.mark.usefixtures("tools")
async def test_pause_takes_effect_after_the_batch_and_resume_goes_on() -> None:
    world = World()
    journal = world.journal()
    life = asyncio.ensure_future(world.engine(WAITING, journal).run())
    await until_true(lambda: sample_tools.waiting == 1)
    event = command(journal, "pause")
    for _ in range(20):
        await asyncio.sleep(0)
    assert not life.done(), "a tool in flight is left to finish"
    assert sample_tools.open_gate is not None
    sample_tools.open_gate.set()

    assert await life == "paused"
    assert kinds(journal)[-2:] == ["command.applied", "run.paused"]
    applied = last(journal, "command.applied")
    assert (applied.command_seq, applied.point) == (event.seq, "tools")

    command(journal, "resume")
    assert await world.engine(WAITING, journal.reopen()).run() == "completed"
    assert len(of_kind(journal, "command.applied")) == 1
    assert sample_tools.waiting == 1
    assert said(journal)[1:] == [("a", "Done."), ("b", "Bye.")]


async def test_pause_while_it_waits_takes_effect_at_once() -> None:
    world = World()
    journal = world.journal()
    life = asyncio.ensure_future(world.engine(ASKING, journal).run())
    await until(journal, "input.requested")
    command(journal, "pause")

    assert await life == "paused"
    assert last(journal, "command.applied").point == "wait"


async def test_resume_before_the_pause_took_effect_takes_it_back() -> None:
    world = World()
    journal = world.journal()
    command(journal, "pause")
    command(journal, "resume")

    assert await world.engine(TALK, journal).run() == "completed"
    assert not of_kind(journal, "command.applied")


async def test_an_applied_pause_is_not_applied_again() -> None:
    """Even when its worker's successor was not started by a resume, and after a checkpoint."""
    world = World()
    journal = world.journal()
    command(journal, "pause")
    assert await world.engine(TALK, journal).run() == "paused"
    second = journal.reopen()
    second.crash_after(9)
    with pytest.raises(Crash):
        await world.engine(TALK, second).run()
    assert second.log.checkpoints[""].state["applied_through"] > 0

    assert await world.engine(TALK, second.reopen()).run() == "completed"
    assert len(of_kind(journal, "run.paused")) == 1


async def test_pausing_between_any_two_turns_changes_nothing() -> None:
    calm = World()
    undisturbed = calm.journal()
    await calm.engine(TALK, undisturbed).run()
    world = World()
    journal = world.journal()
    outcome = ""
    while outcome != "completed":
        life = asyncio.ensure_future(world.engine(TALK, journal).run())
        before = len(of_kind(journal, "turn.ended"))
        turn = asyncio.ensure_future(until(journal, "turn.ended", before + 1))
        await asyncio.wait({life, turn}, return_when=asyncio.FIRST_COMPLETED)
        turn.cancel()
        if not life.done():
            command(journal, "pause")
        outcome = await life
        command(journal, "resume")
        journal = journal.reopen()
    assert said(journal) == said(undisturbed)


# Drain, lease, cancellation --------------------------------------------------------------------


async def test_drain_leaves_at_the_next_point() -> None:
    world = World()
    journal = world.journal()
    engine = world.engine(TALK, journal)
    life = asyncio.ensure_future(engine.run())
    await until(journal, "turn.started")
    engine.drain()

    assert await life == "released"
    assert kinds(journal)[-1] == "run.released"
    assert await world.engine(TALK, journal.reopen()).run() == "completed"
    assert [text for _, text in said(journal)][1:] == ["one", "two", "three", "four"]


async def test_drain_parks_a_waiting_run_without_lingering() -> None:
    world = World()
    journal = world.journal()
    engine = world.engine(ASKING, journal)
    life = asyncio.ensure_future(engine.run())
    await until(journal, "input.requested")
    engine.drain()

    assert await life == "parked"


async def test_a_lost_lease_ends_the_life_without_a_trace() -> None:
    world = World()
    journal = world.journal()
    life = asyncio.ensure_future(world.engine(TALK, journal).run())
    await until(journal, "turn.started")
    head = journal.reopen().log.head

    with pytest.raises(LeaseLost):
        await life
    assert journal.log.head == head


@pytest.mark.usefixtures("tools")
async def test_cancelling_the_life_writes_nothing_and_stops_its_tools() -> None:
    world = World()
    journal = world.journal()
    life = asyncio.ensure_future(world.engine(WAITING, journal).run())
    await until_true(lambda: sample_tools.waiting == 1)
    await until(journal, "tool.completed")
    head = journal.log.head

    life.cancel()
    with pytest.raises(asyncio.CancelledError):
        await life

    assert journal.log.head == head
    assert sample_tools.cancelled == 1
    assert len(asyncio.all_tasks()) == 1, "nothing of it is left behind"


async def test_an_asked_for_end_survives_a_death_at_any_append() -> None:
    """Scenario 38: it ends after the turn under way, as completed."""
    spec = team(agent("a", model("one", "two", "three")), agent("b", model("x", "y")), max_turns=5)
    for cut in (1, 2, 3, 4, 5, 6, 7, 8):
        world = World()
        journal = world.journal()
        command(journal, "end", "enough")
        journal.crash_after(cut)
        try:
            outcome = await world.engine(spec, journal).run()
        except Crash:
            outcome = await world.engine(spec, journal.reopen()).run()
        assert outcome == "completed", cut
        assert last(journal, "run.completed").stop_reason == "External termination requested"
        assert len(of_kind(journal, "command.applied")) == 1
        assert len(said(journal)) == 1, "no turn was under way when it was asked for"
