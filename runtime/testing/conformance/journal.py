"""What the engine relies on from a journal, whatever it stores to."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod

import pytest

from runtime.errors import LeaseLost, NonDeterministic
from runtime.events import Draft, Event
from runtime.events.payloads import (
    Actor,
    CommandReceived,
    InputAnswered,
    InputRequested,
    MessagePosted,
    RunParked,
    RunWarned,
    Wait,
)
from runtime.messages import Frozen, TextMessage
from runtime.ports import Checkpoint, Journal, LogRange
from runtime.testing.clock import START

ADA = Actor(id=None, name="Ada")
PATIENCE = 10.0
"""Seconds that a hint may take."""


def warning(key: str, detail: str = "x", *, turn: int = 0) -> Draft:
    return Draft(key=key, turn=turn, payload=RunWarned(code="test", detail=detail))


def resume() -> CommandReceived:
    return CommandReceived(command="resume", by=ADA)


class JournalConformance(ABC):
    @abstractmethod
    async def new_journal(self) -> Journal:
        """Of a run that was just created and claimed."""

    @abstractmethod
    async def reclaim(self, journal: Journal) -> Journal:
        """Another worker claims the run, whatever its state."""

    @abstractmethod
    async def add_outside(self, journal: Journal, payload: Frozen) -> None:
        """A person or operator appends; hints are sent as usual."""

    @abstractmethod
    async def next_run(self, journal: Journal) -> Journal:
        """Ends the run, and creates and claims the next one of its session."""

    # Appending ---------------------------------------------------------------------------------

    async def test_events_are_numbered_without_gaps(self) -> None:
        journal = await self.new_journal()
        before = journal.head
        first = await journal.append([warning("a"), warning("b")])
        second = await journal.append([warning("c")])

        assert [event.seq for event in first + second] == [before + 1, before + 2, before + 3]
        assert [event.key for event in first + second] == ["a", "b", "c"]
        assert journal.head == before + 3
        assert all(event.occurred_at.utcoffset() is not None for event in first)

    async def test_concurrent_appends_are_numbered_without_gaps(self) -> None:
        journal = await self.new_journal()
        before = journal.head
        batches = await asyncio.gather(
            *(journal.append([warning(f"{i}.a"), warning(f"{i}.b")]) for i in range(20))
        )
        seqs = sorted(event.seq for batch in batches for event in batch)
        assert seqs == list(range(before + 1, before + 41))
        assert all(batch[1].seq == batch[0].seq + 1 for batch in batches)

    async def test_a_recorded_key_writes_nothing_and_returns_what_is_recorded(self) -> None:
        journal = await self.new_journal()
        (first,) = await journal.append([warning("a", "first")])
        again, new = await journal.append([warning("a", "second"), warning("b")])

        assert again == first
        assert again.payload == RunWarned(code="test", detail="first")
        assert new.seq == first.seq + 1

    async def test_a_key_for_something_else_is_non_deterministic(self) -> None:
        journal = await self.new_journal()
        await journal.append([warning("a")])
        head = journal.head
        for other in (
            warning("a", turn=1),
            Draft(key="a", payload=RunParked(waits=[])),
            Draft(key="a", agent_path="writer", payload=RunWarned(code="test", detail="x")),
        ):
            with pytest.raises(NonDeterministic):
                await journal.append([other])
        assert journal.head == head

    async def test_what_was_written_comes_back(self) -> None:
        journal = await self.new_journal()
        text = 'naïve 😀 \ufffd \t\n"quoted" \\u0000 ' + "x" * 100_000
        message = TextMessage(
            id="m1", source="größe", created_at=START, content=text, metadata={"k": "ü"}
        )
        payload = MessagePosted(team_path="", index=0, message=message)
        draft = Draft(key="m", agent_path="a/b", turn=3, correlation_id="c1", payload=payload)
        (event,) = await journal.append([draft])

        (read,) = await journal.read(
            LogRange(run_id=journal.run_id, first=event.seq, last=event.seq)
        )
        assert read == event
        assert read.payload == payload
        assert (read.agent_path, read.turn, read.correlation_id) == ("a/b", 3, "c1")

    # Finding -----------------------------------------------------------------------------------

    async def test_what_is_recorded_is_found_in_this_life_and_the_next(self) -> None:
        journal = await self.new_journal()
        (event,) = await journal.append([warning("a")])
        assert journal.find("a") == event
        assert journal.find("b") is None

        later = await self.reclaim(journal)
        assert later.find("a") == event
        (served,) = await later.append([warning("a")])
        assert served == event

    async def test_a_checkpoint_comes_back_with_the_seq_of_its_append(self) -> None:
        journal = await self.new_journal()
        assert journal.checkpoint("") is None
        state = {"a": [1, 2.5, None, "ü"], "run_id": journal.run_id}
        await journal.append([warning("before")])
        events = await journal.append(
            [warning("x"), warning("y")], checkpoint=Checkpoint(frame="", turn=1, state=state)
        )
        await journal.append([warning("after")])

        for opened in (journal, await self.reclaim(journal)):
            found = opened.checkpoint("")
            assert found is not None
            assert (found.turn, found.seq, found.state) == (1, events[-1].seq, state)
            assert opened.find("after") is not None
        newer = await self.reclaim(journal)
        await newer.append([warning("z")], checkpoint=Checkpoint(frame="", turn=2, state={}))
        latest = newer.checkpoint("")
        assert latest is not None
        assert latest.turn == 2

    async def test_a_range_is_read_in_order(self) -> None:
        journal = await self.new_journal()
        events = await journal.append([warning(str(i)) for i in range(10)])
        span = LogRange(run_id=journal.run_id, first=events[2].seq, last=events[6].seq)
        assert await journal.read(span) == events[2:7]

    # Losing the run ----------------------------------------------------------------------------

    async def test_a_stale_claim_writes_nothing(self) -> None:
        journal = await self.new_journal()
        later = await self.reclaim(journal)
        head = later.head
        with pytest.raises(LeaseLost):
            await journal.append([warning("stale")])
        with pytest.raises(LeaseLost):
            await journal.append(
                [warning("stale")], checkpoint=Checkpoint(frame="", turn=9, state={})
            )
        (event,) = await later.append([warning("mine")])
        assert event.seq == head + 1
        assert later.find("stale") is None

    async def test_a_stale_claim_cannot_park(self) -> None:
        journal = await self.new_journal()
        await self.reclaim(journal)
        with pytest.raises(LeaseLost):
            await journal.park(self._park(), seen=journal.head)

    # Outside -----------------------------------------------------------------------------------

    async def test_outside_events_come_once_in_order(self) -> None:
        journal = await self.new_journal()
        await journal.outside()
        await self.add_outside(journal, resume())
        await journal.append([warning("a")])
        await self.add_outside(journal, resume())

        events = await journal.outside()
        assert [event.kind for event in events] == ["command.received"] * 2
        assert events[0].seq < events[1].seq
        assert await journal.outside() == []
        assert journal.head == events[1].seq

    async def test_a_new_claim_gets_what_came_before_it(self) -> None:
        journal = await self.new_journal()
        await self._ask(journal)
        await self.add_outside(journal, InputAnswered(request_id=_REQUEST, text="hi", by=ADA))
        await journal.outside()

        later = await self.reclaim(journal)
        answers = [e for e in await later.outside() if e.kind == "input.answered"]
        assert len(answers) == 1

    async def test_a_hint_wakes_who_waits(self) -> None:
        journal = await self.new_journal()
        await journal.outside()
        waiting = asyncio.ensure_future(self._until_outside(journal))
        await self.add_outside(journal, resume())
        events = await asyncio.wait_for(waiting, PATIENCE)
        assert [event.kind for event in events] == ["command.received"]

    async def test_appends_around_unread_outside_events_stay_gap_free(self) -> None:
        journal = await self.new_journal()
        await journal.outside()
        (first,) = await journal.append([warning("a")])
        await self.add_outside(journal, resume())
        (second,) = await journal.append([warning("b")])
        assert second.seq == first.seq + 2
        assert journal.head <= second.seq
        (outside,) = await journal.outside()
        assert outside.seq == first.seq + 1
        assert journal.head == second.seq

    # Parking -----------------------------------------------------------------------------------

    async def test_parking_gives_the_run_up(self) -> None:
        journal = await self.new_journal()
        await journal.outside()
        assert await journal.park(self._park(), seen=journal.head)
        with pytest.raises(LeaseLost):
            await journal.append([warning("late")])

        later = await self.reclaim(journal)
        assert later.find("park/1") is not None

    async def test_parking_fails_when_something_came_in(self) -> None:
        journal = await self.new_journal()
        seen = max((event.seq for event in await journal.outside()), default=0)
        await self._ask(journal)
        await self.add_outside(journal, InputAnswered(request_id=_REQUEST, text="hi", by=ADA))

        assert not await journal.park(self._park(), seen=seen)
        answers = [e for e in await journal.outside() if e.kind == "input.answered"]
        assert len(answers) == 1
        assert await journal.append([warning("still mine")])
        assert journal.find("park/1") is None
        assert await journal.park(self._park(), seen=answers[0].seq)

    # Sessions ----------------------------------------------------------------------------------

    async def test_the_next_run_starts_from_the_last_checkpoint(self) -> None:
        journal = await self.new_journal()
        state = {"run_id": journal.run_id, "turn": 4}
        (event,) = await journal.append(
            [warning("a")], checkpoint=Checkpoint(frame="", turn=4, state=state)
        )
        later = await self.next_run(journal)

        assert later.run_id != journal.run_id
        found = later.checkpoint("")
        assert found is not None
        assert (found.seq, found.state) == (0, state)
        assert later.find("a") is None
        span = LogRange(run_id=journal.run_id, first=event.seq, last=event.seq)
        assert await later.read(span) == [event]

    # Inside ------------------------------------------------------------------------------------

    async def _ask(self, journal: Journal) -> None:
        request = InputRequested(request_id=_REQUEST, agent="a", prompt="?")
        await journal.append([Draft(key="ask", correlation_id=_REQUEST, payload=request)])

    async def _until_outside(self, journal: Journal) -> list[Event]:
        while True:
            events = await journal.outside()
            if events:
                return events
            await journal.changed()

    def _park(self) -> Draft:
        waits = [Wait(kind="input", request_id=_REQUEST)]
        return Draft(key="park/1", payload=RunParked(waits=waits))


_REQUEST = "00000000-0000-4000-8000-0000000000aa"
