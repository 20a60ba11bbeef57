"""The journal of programs keeps the contract of every journal, also when it was saved as JSON in
between."""

from __future__ import annotations

import json
from typing import Any

import pytest

from runtime.durable.journal import MemoryJournal, MemoryLog
from runtime.messages import Frozen
from runtime.ports import Journal
from runtime.testing import ManualClock
from runtime.testing.conformance import JournalConformance


def again(log: MemoryLog) -> MemoryLog:
    """What another process loads."""
    saved: Any = json.loads(json.dumps(log.save()))
    return MemoryLog.load(saved, log.clock, list(log.earlier.values()))


class TestMemoryJournal(JournalConformance):
    async def new_journal(self) -> Journal:
        return MemoryLog("00000000-0000-4000-8000-000000000001", ManualClock()).claim()

    async def reclaim(self, journal: Journal) -> Journal:
        assert isinstance(journal, MemoryJournal)
        return journal.log.claim()

    async def add_outside(self, journal: Journal, payload: Frozen) -> None:
        assert isinstance(journal, MemoryJournal)
        journal.log.add_outside(payload)

    async def next_run(self, journal: Journal) -> Journal:
        assert isinstance(journal, MemoryJournal)
        log = MemoryLog("00000000-0000-4000-8000-000000000002", journal.log.clock)
        log.start_from(again(journal.log))
        return log.claim()


def test_what_is_saved_is_what_is_loaded() -> None:
    log = MemoryLog("00000000-0000-4000-8000-000000000001", ManualClock())
    log.claim()
    log.claim()
    loaded = again(log)
    assert loaded.save() == log.save()
    assert (loaded.epoch, loaded.head, loaded.status) == (2, 2, "running")


def test_a_saved_log_with_a_part_missing_is_refused() -> None:
    log = MemoryLog("00000000-0000-4000-8000-000000000001", ManualClock())
    log.claim()
    saved = log.save()
    with pytest.raises(ValueError, match="shorter"):
        MemoryLog.load({**saved, "fingerprints": []}, log.clock)
