"""The test doubles keep the contracts that they stand in for."""

from __future__ import annotations

from runtime.messages import Frozen
from runtime.ports import Blobs, FileArea, Journal, VectorStore
from runtime.stores import MemoryBlobs, MemoryVectors
from runtime.testing import InMemoryJournal, ManualClock, MemoryFileArea, MemoryLog
from runtime.testing.conformance import (
    BlobsConformance,
    FileAreaConformance,
    JournalConformance,
    VectorStoreConformance,
)


class TestInMemoryJournal(JournalConformance):
    async def new_journal(self) -> Journal:
        return InMemoryJournal.new(ManualClock())

    async def reclaim(self, journal: Journal) -> Journal:
        assert isinstance(journal, InMemoryJournal)
        return journal.reopen()

    async def add_outside(self, journal: Journal, payload: Frozen) -> None:
        assert isinstance(journal, InMemoryJournal)
        journal.log.add_outside(payload)

    async def next_run(self, journal: Journal) -> Journal:
        assert isinstance(journal, InMemoryJournal)
        log = MemoryLog("00000000-0000-4000-8000-000000000002", journal.log.clock)
        log.start_from(journal.log)
        return log.claim()


class TestMemoryFileArea(FileAreaConformance):
    async def new_area(self) -> FileArea:
        return MemoryFileArea()


class TestMemoryBlobs(BlobsConformance):
    async def new_blobs(self) -> Blobs:
        return MemoryBlobs()


class TestMemoryVectors(VectorStoreConformance):
    async def new_store(self) -> VectorStore:
        return MemoryVectors()
