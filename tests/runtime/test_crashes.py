"""A run whose worker dies after any append ends like one that was left alone."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from runtime.events.payloads import ApprovalRequested, InputAnswered, InputRequested
from runtime.testing import Crash, InMemoryJournal, StaticGate
from tests.runtime import transcripts
from tests.runtime.support import (
    Json,
    World,
    agent,
    calls,
    decide,
    mention,
    model,
    of_kind,
    person,
    team,
)

LINGER = 2.0
WRITE = {"path": "report.md", "content": "# Trees"}


def tools_and_approval() -> Json:
    """One agent searches twice at once, one writes what must be approved, one person talks."""
    both = calls(("search_notes", {"query": "trees"}), ("search_notes", {"query": "bees"}))
    researcher = agent("researcher", model(both, "Trees and bees."), "SampleNotes")
    writer = agent(
        "writer",
        model(calls(("write_file", WRITE), ("search_notes", {"query": "sleep"})), "Written."),
        "WriteFile",
        "SampleNotes",
    )
    return team(researcher, writer, person(), max_turns=4)


def nested() -> Json:
    inner = team(
        agent("scout", model(calls(("search_notes", {"query": "tides"})), "Tides."), "SampleNotes"),
        agent("critic", model("Good. OK_INNER"), model_client_stream=True),
        termination_condition=mention("OK_INNER"),
    )
    inner["config"]["name"] = "cell"
    return team(inner, agent("lead", model("Once more.", "ALL_DONE")), max_turns=4)


def ends_by_itself() -> Json:
    return team(
        agent("alone", model(calls(("write_file", WRITE)), "Saved. STOP"), "WriteFile"),
        termination_condition=mention("STOP"),
    )


TEAMS = {"tools": tools_and_approval, "nested": nested, "mention": ends_by_itself}


async def live(world: World, spec: Json, journal: InMemoryJournal) -> str:
    """One life: answers whatever is asked, and lets time pass when the run lingers."""
    seen: set[str] = set()
    engine = asyncio.ensure_future(world.engine(spec, journal).run())
    while not engine.done():
        answer_everything(journal, seen)
        await asyncio.sleep(0)
    return engine.result()


def answer_everything(journal: InMemoryJournal, seen: set[str]) -> None:
    decided = {
        event.payload.request_id
        for event in journal.log.events
        if event.kind in ("approval.decided", "input.answered")
    }
    for event in list(journal.log.events):
        payload = event.payload
        if not isinstance(payload, ApprovalRequested | InputRequested):
            continue
        if payload.request_id in decided | seen:
            continue
        seen.add(payload.request_id)
        if isinstance(payload, ApprovalRequested):
            decide(journal, payload, "approve")
        else:
            by = {"id": "u1", "name": "Ada"}
            answer = InputAnswered(request_id=payload.request_id, text="Go on.", by=by)
            journal.log.add_outside(answer)


def world_for(**gates: Any) -> World:
    return World(gate=StaticGate({"write_file": "ask"}, default="allow"))


async def undisturbed(spec: Json) -> tuple[World, InMemoryJournal]:
    world = world_for()
    journal = world.journal()
    assert await live(world, spec, journal) == "completed"
    return world, journal


@pytest.mark.parametrize("before_next", [False, True])
@pytest.mark.parametrize("name", TEAMS)
async def test_death_after_every_append(name: str, before_next: bool) -> None:
    spec = TEAMS[name]()
    calm_world, calm = await undisturbed(spec)
    for cut in range(1, calm.appends):
        world = world_for()
        journal = world.journal()
        journal.crash_after(cut, before_next=before_next)
        with pytest.raises(Crash):
            await live(world, spec, journal)
        later = journal.reopen()
        assert await live(world, spec, later) == "completed", f"cut after {cut}"

        assert transcripts.messages(later) == transcripts.messages(calm), f"cut after {cut}"
        assert transcripts.branches(later) == transcripts.branches(calm), f"cut after {cut}"
        assert transcripts.keys(later) == transcripts.keys(calm), f"cut after {cut}"
        assert [e.seq for e in later.log.events] == list(range(1, later.log.head + 1))
        assert world.files.files == calm_world.files.files


@pytest.mark.parametrize("name", TEAMS)
async def test_death_in_every_life(name: str) -> None:
    """Each life gets a little further than the last."""
    spec = TEAMS[name]()
    _, calm = await undisturbed(spec)
    world = world_for()
    journal = world.journal()
    lives = 0
    while True:
        lives += 1
        journal.crash_after(2)  # one would never get past the start of a model call
        try:
            outcome = await live(world, spec, journal)
        except Crash:
            outcome = "crashed"
        if of_kind(journal, "run.completed"):
            break  # its worker may have died of it: nobody claims a run that has ended
        assert outcome == "crashed"
        assert lives < 10 * calm.appends, "no progress"
        journal = journal.reopen()
    assert transcripts.messages(journal) == transcripts.messages(calm)
    assert transcripts.branches(journal) == transcripts.branches(calm)


async def parking_life(world: World, spec: Json, journal: InMemoryJournal) -> str:
    """One life in which nobody answers before the run has parked."""
    engine = asyncio.ensure_future(world.engine(spec, journal).run())
    while not engine.done():
        if LINGER in world.clock.sleeping:
            world.clock.advance(LINGER)
        await asyncio.sleep(0)
    return engine.result()


async def lives_until_done(world: World, spec: Json, journal: InMemoryJournal) -> InMemoryJournal:
    while True:
        try:
            outcome = await parking_life(world, spec, journal)
        except Crash:
            outcome = "crashed"
        if of_kind(journal, "run.completed"):
            return journal  # its worker may have died of it: nobody claims a run that has ended
        if outcome == "parked":
            answer_everything(journal, set())
        journal = journal.reopen()


@pytest.mark.parametrize("before_next", [False, True])
async def test_death_at_any_append_of_a_run_that_parks(before_next: bool) -> None:
    """Also while it parks, and in the life after each answer."""
    spec = tools_and_approval()
    _, calm = await undisturbed(spec)
    for life in range(3):
        for cut in range(1, 40):
            world = world_for()
            journal = world.journal()
            for _ in range(life):
                assert await parking_life(world, spec, journal) == "parked"
                answer_everything(journal, set())
                journal = journal.reopen()
            journal.crash_after(cut, before_next=before_next)
            done = await lives_until_done(world, spec, journal)
            assert transcripts.messages(done) == transcripts.messages(calm), (life, cut)
            assert transcripts.branches(done) == transcripts.branches(calm), (life, cut)
            assert transcripts.keys(done) == transcripts.keys(calm), (life, cut)
            assert world.files.writes[0] == ("report.md", "# Trees")
            if journal.appends < cut:
                break
