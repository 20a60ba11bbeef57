"""What the studio gives the engine keeps the ports' contracts, over a real database and disk."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from runtime.errors import LeaseLost, ToolError
from runtime.events import Draft
from runtime.events.payloads import RunCompleted
from runtime.messages import Frozen
from runtime.ports import Blobs, FileArea, Journal, LogRange, VectorStore
from runtime.testing.conformance import (
    BlobsConformance,
    FileAreaConformance,
    JournalConformance,
    VectorStoreConformance,
)
from runtime.testing.conformance.journal import warning
from runtime.testing.conformance.vectors import item
from studio.accounts.models import User, Workspace
from studio.accounts.selectors import access_for
from studio.accounts.services import owner_ensure
from studio.core.broadcast import hub
from studio.core.dbpool import run_db
from studio.execution.adapters.blobs import MAX_BLOB, WorkspaceBlobs
from studio.execution.adapters.files import WorkspaceFiles
from studio.execution.adapters.journal import DbJournal
from studio.execution.adapters.vectors import WorkspaceVectors
from studio.execution.claims import claim_next
from studio.execution.services import run_start
from studio.execution.writer import Writer
from studio.library.services import definition_create
from studio.runs.log import append_outside, lock_run
from studio.runs.models import Blob, Run, RunState, Vector
from tests.support import specs


def _new_run() -> Run:
    access = access_for(owner_ensure())
    assert access is not None
    team = specs.round_robin(specs.assistant("one", specs.scripted(specs.says("x"))))
    made = definition_create(access=access, name="T", component_type="team", component=team)
    return run_start(access=access, definition_id=made.pk, task="Go.")


def _requeue(run_id: str) -> None:
    Run.objects.filter(pk=run_id).update(state=RunState.QUEUED, due_at=timezone.now())


def _claim() -> Run:
    run = claim_next(queue="default", boot_id=f"worker-{uuid.uuid4().hex[:8]}")
    assert run is not None
    return run


@transaction.atomic
def _append_outside(run_id: str, payload: Any) -> None:
    run = lock_run(run_id)
    assert run is not None
    due = {"state": RunState.QUEUED, "due_at": timezone.now()}
    waits = run.state in (RunState.WAITING, RunState.PAUSED)
    append_outside(
        run, [Draft(key=f"outside/{uuid.uuid4()}", payload=payload)], **(due if waits else {})
    )


def _next_of(run_id: str) -> None:
    access = access_for(User.objects.get())
    assert access is not None
    session_id = Run.objects.values_list("session_id", flat=True).get(pk=run_id)
    run_start(access=access, session_id=session_id, task="More.")


@pytest.mark.django_db(transaction=True)
class TestDbJournal(JournalConformance):
    @pytest.fixture(autouse=True)
    async def hints(self) -> AsyncIterator[None]:
        """Each journal has a writer of its own, as in processes of their own, and hears hints as
        the engine's host does."""
        self.writers: list[Writer] = []
        self.journals: list[DbJournal] = []
        loop = asyncio.get_running_loop()

        def on_hint(run_id: str, _head: int) -> None:
            for journal in self.journals:
                if journal.run_id == run_id:
                    loop.call_soon_threadsafe(journal.notify)

        hub.listen(on_hint)
        yield
        hub.unlisten(on_hint)
        for writer in self.writers:
            writer.close()

    def _writer(self) -> Writer:
        self.writers.append(Writer())
        return self.writers[-1]

    async def _open(self, writer: Writer | None = None) -> DbJournal:
        writer = writer or self._writer()
        journal = DbJournal(await run_db(_claim), writer=writer)
        await journal.open()
        self.journals.append(journal)
        return journal

    async def new_journal(self) -> Journal:
        await run_db(_new_run)
        return await self._open()

    async def reclaim(self, journal: Journal) -> Journal:
        await run_db(_requeue, journal.run_id)
        return await self._open()

    async def add_outside(self, journal: Journal, payload: Frozen) -> None:
        await run_db(_append_outside, journal.run_id, payload)

    async def next_run(self, journal: Journal) -> Journal:
        await journal.append([Draft(key="end", payload=RunCompleted(stop_reason="done"))])
        await run_db(_next_of, journal.run_id)
        return await self._open()

    async def test_a_stranger_sessions_log_is_not_read(self) -> None:
        first = await self.new_journal()
        other = await self.new_journal()
        span = LogRange(run_id=first.run_id, first=1, last=first.head)
        assert len(await first.read(span)) == first.head
        assert await other.read(span) == []

    async def test_a_lost_run_harms_no_other_of_the_same_writer(self) -> None:
        shared = self._writer()
        await run_db(_new_run)
        first = await self._open(shared)
        await run_db(_new_run)
        other = await self._open(shared)
        await self.reclaim(first)
        done = await asyncio.gather(
            *(j.append([warning(f"{i}")]) for i in range(10) for j in (first, other)),
            return_exceptions=True,
        )
        lost, kept = done[::2], done[1::2]
        assert all(isinstance(error, LeaseLost) for error in lost)
        assert [events[0].key for events in kept] == [str(i) for i in range(10)]


class TestWorkspaceFiles(FileAreaConformance):
    async def new_area(self) -> FileArea:
        return WorkspaceFiles(uuid.uuid4())


def _new_workspace() -> uuid.UUID:
    return Workspace.objects.create(name="W").pk


@pytest.mark.django_db(transaction=True)
class TestWorkspaceBlobs(BlobsConformance):
    async def new_blobs(self) -> Blobs:
        return WorkspaceBlobs(await run_db(_new_workspace))

    async def test_one_that_is_too_large_is_a_tool_error(self) -> None:
        blobs = await self.new_blobs()
        await blobs.put(b"x" * MAX_BLOB)
        with pytest.raises(ToolError, match="20 MB"):
            await blobs.put(b"x" * (MAX_BLOB + 1))
        assert await run_db(Blob.objects.count) == 1


@pytest.mark.django_db(transaction=True)
class TestWorkspaceVectors(VectorStoreConformance):
    async def new_store(self) -> VectorStore:
        return WorkspaceVectors(await run_db(_new_workspace))

    async def test_names_that_a_database_would_not_take(self) -> None:
        store = await self.new_store()
        for name in ("a\x00b", "\ud800", "x" * 10_000, ""):
            await store.put(name, [item("\ud800 \x00", 1, text="a\x00b \ud800")])
            assert len(await store.nearest(name, [1.0], limit=3)) == 1

    async def test_they_go_with_their_workspace(self) -> None:
        workspace_id = await run_db(_new_workspace)
        await WorkspaceVectors(workspace_id).put("c", [item("a", 1)])
        await WorkspaceBlobs(workspace_id).put(b"x")
        await run_db(lambda: Workspace.objects.get(pk=workspace_id).delete())
        assert await run_db(lambda: (Vector.objects.count(), Blob.objects.count())) == (0, 0)
