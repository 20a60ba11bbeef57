"""One executor within one run: its session, and the work directory that outlives every session."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from runtime.durable.run import RunContext
from runtime.events import Event
from runtime.events.payloads import StepRecorded, ToolCompleted
from runtime.executors.base import CodeOutcome, CodeSession, Executor, Manifest, WorkFile
from runtime.messages import CodeBlock
from runtime.ports import Journal, LogRange

log = logging.getLogger(__name__)
PAGE = 500


async def run_code(
    executor: Executor,
    run: RunContext,
    blocks: Sequence[CodeBlock],
    *,
    timeout: float | None = None,
) -> CodeOutcome:
    """Executes the blocks in this run's sandbox of the executor, opened at first use. Executions of
    one sandbox follow each other. The caller records `outcome.artifacts(executor.key)` with its
    step: that is where the files are found again after a crash, a parked time or a fork.

    Raises ToolError when there is no sandbox to be had."""

    async def open_it() -> RunSandbox:
        return RunSandbox(executor, run, await recorded_files(run, executor.key))

    sandbox = await run.resources.get(f"sandbox/{executor.key}", open_it)
    return await sandbox.run(blocks, executor.timeout if timeout is None else timeout)


class RunSandbox:
    """A resource of the run. A session that is no longer usable is replaced by the next call."""

    def __init__(self, executor: Executor, run: RunContext, files: Manifest) -> None:
        self.files = files
        self._executor = executor
        self._run_id = run.run_id
        self._blobs = run.blobs
        self._turn = asyncio.Lock()
        self._session: CodeSession | None = None
        self._closed = False

    async def run(self, blocks: Sequence[CodeBlock], timeout: float) -> CodeOutcome:
        async with self._turn:
            session = await self._usable()
            outcome = await session.run(blocks, timeout=timeout, files=self.files)
            self.files = outcome.files
            return outcome

    async def close(self) -> None:
        """A run that is under way ends as cancelled, and no other one begins."""
        self._closed = True
        if self._session is not None:
            await self._session.close()

    async def _usable(self) -> CodeSession:
        if self._session is not None and not self._session.usable:
            old, self._session = self._session, None
            await old.close()
        if self._session is None:
            opening = asyncio.ensure_future(self._executor.open(self._run_id, self._blobs))
            try:
                self._session = await asyncio.shield(opening)
            except asyncio.CancelledError:
                opening.add_done_callback(_close_late)
                raise
        if self._closed:
            await self._session.close()
            raise RuntimeError("The run has left this worker")
        return self._session


def _close_late(opening: asyncio.Future[CodeSession]) -> None:
    """Whoever wanted the session has gone while it was being made."""
    if not opening.cancelled() and opening.exception() is None:
        closing = asyncio.ensure_future(opening.result().close())
        _CLOSING.add(closing)
        closing.add_done_callback(_closed_late)


_CLOSING: set[asyncio.Future[None]] = set()


def _closed_late(closing: asyncio.Future[None]) -> None:
    _CLOSING.discard(closing)
    if not closing.cancelled() and closing.exception() is not None:
        log.warning("A sandbox that nobody needed did not close", exc_info=closing.exception())


async def recorded_files(run: RunContext, key: str) -> Manifest:
    """The work directory that the last execution left, by this run's log and then by those of the
    session's earlier runs; empty where none is recorded."""
    here = LogRange(run_id=run.run_id, first=1, last=run.head)
    earlier = [span for span in run.state.history if span.run_id != run.run_id]
    for span in (here, *reversed(earlier)):
        found = await _last_manifest(run.journal, span, key)
        if found is not None:
            return found
    return ()


async def _last_manifest(journal: Journal, span: LogRange, key: str) -> Manifest | None:
    last = span.last
    while last >= span.first:
        first = max(span.first, last - PAGE + 1)
        page = await journal.read(LogRange(run_id=span.run_id, first=first, last=last))
        for event in reversed(page):
            found = _manifest(event, key)
            if found is not None:
                return found
        last = first - 1
    return None


def _manifest(event: Event, key: str) -> Manifest | None:
    """Steps record the outcome of an execution as artifacts, or as their value."""
    payload = event.payload
    recorded: Any = None
    if isinstance(payload, ToolCompleted):
        recorded = payload.artifacts
    elif isinstance(payload, StepRecorded):
        recorded = payload.value
    return manifest_of(recorded, key)


def manifest_of(recorded: Any, key: str) -> Manifest | None:
    """The work directory in recorded artifacts; None where they are not this sandbox's."""
    if not isinstance(recorded, Mapping) or recorded.get("sandbox") != key:
        return None
    files = recorded.get("work_dir")
    if not isinstance(files, Iterable):
        return None
    try:
        return tuple(WorkFile.model_validate(file) for file in files)
    except ValidationError:
        log.warning("A recorded work directory of %s cannot be read", key)
        return None
