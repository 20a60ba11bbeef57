"""Every team and agent, cut at every append, before it and after it; and effects on the outside."""

from __future__ import annotations

import pytest

from runtime.testing import Crash, InMemoryJournal
from tests.conformance.recovery import (
    SCENARIOS,
    MemoryStore,
    assert_same,
    cut_and_recovered,
    engine,
    undisturbed,
)
from tests.conformance.sessions import Session
from tests.runtime import sample_tools
from tests.runtime.support import World, agent, calls, decide, last, model, team

RUN_ID = "00000000-0000-4000-8000-000000000001"


@pytest.mark.parametrize("before_next", [False, True])
@pytest.mark.parametrize("name", SCENARIOS)
async def test_a_death_at_any_append_changes_nothing(name: str, before_next: bool) -> None:
    spec = SCENARIOS[name]()
    calm = await undisturbed(spec, RUN_ID)
    assert calm.appends > 2
    for cut in range(1, calm.appends):
        _, events = await cut_and_recovered(spec, MemoryStore(), cut, before_next=before_next)
        assert_same(events, calm, f"{name}, cut after {cut}")


@pytest.mark.parametrize("name", SCENARIOS)
async def test_a_death_in_the_second_run_of_a_session_changes_nothing(name: str) -> None:
    spec = SCENARIOS[name]()
    if name == "magentic":  # its answers are used up after one run
        spec["config"]["model_client"]["config"]["chat_completions"] *= 2
    calm = Session(spec)
    for _ in range(2):
        expected = await calm.run("A task")
        assert expected.outcome == "completed"
    for cut in range(1, expected.journal.appends):
        session = Session(spec)
        await session.run("A task")
        journal = session.open()
        journal.crash_after(cut)
        with pytest.raises(Crash):
            await session.engine(journal, "A task").run()
        later = journal.reopen()
        assert await session.engine(later, "A task").run() == "completed"
        assert_same(later.log.events, expected.journal, f"{name}, cut after {cut}")


PAYING = team(
    agent("payer", model(calls(("pay", {"amount": 5}), ("pay", {"amount": 7})), "Paid."), "Pay"),
    max_turns=1,
)


async def lives(world: World, journal: InMemoryJournal) -> InMemoryJournal:
    """Lets people settle what is in doubt, by what they see outside, until the run ends."""
    while True:
        outcome = await engine(PAYING, journal, world, linger=0.0).run()
        if outcome == "completed":
            return journal
        decided = {
            event.payload.request_id
            for event in journal.log.events
            if event.kind == "approval.decided"
        }
        for event in list(journal.log.events):
            if event.kind == "approval.requested" and event.payload.request_id not in decided:
                amount = event.payload.arguments["amount"]
                if any(paid == amount for paid, _ in sample_tools.paid):
                    decide(journal, event.payload, "answer", text=f"paid {amount}")
                else:
                    decide(journal, event.payload, "approve")
        journal = journal.reopen()


@pytest.mark.usefixtures("tools")
@pytest.mark.parametrize("before_next", [False, True])
async def test_no_death_repeats_a_payment(before_next: bool) -> None:
    """At most once: in doubt a person is asked, who looks at what happened."""
    calm = await undisturbed(PAYING, RUN_ID)
    doubts = 0
    for cut in range(1, calm.appends):
        sample_tools.reset()
        world = World()
        journal = world.journal()
        journal.crash_after(cut, before_next=before_next)
        with pytest.raises(Crash):
            await engine(PAYING, journal, world).run()
        done = await lives(world, journal.reopen())
        assert sorted(amount for amount, _ in sample_tools.paid) == [5, 7], cut
        assert last(done, "message.posted").message.to_text() == "Paid."
        doubts += sum(event.kind == "approval.requested" for event in done.log.events)
    assert doubts > 0, "no cut left a payment in doubt"
