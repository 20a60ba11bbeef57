"""The engine of one worker process: an event loop in a thread of its own, and the runs on it.

A Celery slot calls `advance()` and waits; the runs themselves are coroutines here. Stop, deadlines
and drain are ours, because the thread pool has none of them.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import replace
from pathlib import Path
from typing import Any

from channels.layers import get_channel_layer
from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError

from runtime.components.spec import Component
from runtime.engine import RunEngine, RunServices
from runtime.errors import LeaseLost
from runtime.model_clients.pool import ModelClientPool
from runtime.operator import Operator
from runtime.telemetry import telemetry_from_environment
from studio.core.broadcast import BROKER_ERRORS, hub, run_group
from studio.core.dbpool import run_db
from studio.execution.adapters.blobs import WorkspaceBlobs
from studio.execution.adapters.clock import SystemClock
from studio.execution.adapters.deltas import RunDeltas
from studio.execution.adapters.files import WorkspaceFiles
from studio.execution.adapters.gate import PolicyGate
from studio.execution.adapters.journal import DbJournal
from studio.execution.adapters.secrets import WorkspaceSecrets
from studio.execution.adapters.task import task_messages
from studio.execution.adapters.vectors import WorkspaceVectors
from studio.execution.claims import claim_next
from studio.execution.lease import WorkerLease
from studio.execution.sandboxes import reap_sandboxes
from studio.execution.writer import Writer
from studio.runs.models import Run, RunState
from studio.runs.services import run_lease_expired

logger = logging.getLogger(__name__)


class _Active:
    def __init__(self, engine: RunEngine, journal: DbJournal, task: asyncio.Task[Any]) -> None:
        self.engine = engine
        self.journal = journal
        self.task = task


class EngineHost:
    def __init__(self, *, queue: str = "default") -> None:
        self.queue = queue
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run_loop, name="troupe-engine", daemon=True)
        self._writer = Writer()
        self._lease = WorkerLease(queue=queue, alive=self._answers, on_fence=self._fence)
        self._active: dict[str, _Active] = {}
        self._executing: dict[str, asyncio.Task[Any]] = {}
        self._held: set[Any] = set()
        """Runs that a slot of this process is at, from before their engine to after it."""
        self._suspected: set[Any] = set()
        self._draining = False
        self._clients = ModelClientPool()
        self._telemetry = telemetry_from_environment()
        self._layer = get_channel_layer()
        self._channel: str | None = None
        self._background: list[Future[Any]] = []

    # Life ----------------------------------------------------------------------------------

    def start(self) -> None:
        self._thread.start()
        self._lease.start()
        hub.listen(self._on_hint)
        self._background.append(self._spawn(self._poll()))
        self._background.append(self._spawn(reap_sandboxes(settings.OPERATOR)))
        if settings.ENV.production:
            self._background.append(self._spawn(self._listen()))

    def drain(self, seconds: float) -> None:
        """Takes no more runs; those in progress are released at their next step, and after
        `seconds` cancelled where they are. What is recorded is recorded."""
        self._draining = True
        deadline = time.monotonic() + seconds
        self._spawn(self._drain_all()).result(timeout=5)
        while self._held and time.monotonic() < deadline:
            time.sleep(0.02)
        left = self._spawn(self._cancel_all()).result(timeout=10)
        for run_id in left:
            run_lease_expired(run_id=run_id, owner=self._lease.boot_id, counts=False)

    def stop(self) -> None:
        hub.unlisten(self._on_hint)
        for future in self._background:
            future.cancel()
        self._writer.close()
        self._lease.stop()
        self._spawn(self._clients.close()).result(timeout=5)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=5)
        if not self._thread.is_alive():
            self._loop.close()

    # Work ----------------------------------------------------------------------------------

    def advance(self) -> None:
        """Executes due runs one after the other until none is due. Blocks; call it in a worker's
        slot. A wake-up that finds nothing costs one query."""
        while not self._draining and not self._lease.fenced():
            run = claim_next(queue=self.queue, boot_id=self._lease.boot_id)
            if run is None:
                return
            self._held.add(run.pk)
            try:
                if self._draining:
                    run_lease_expired(run_id=run.pk, owner=run.lease_owner, counts=False)
                else:
                    self._spawn(self._execute(run)).result()
            finally:
                self._held.discard(run.pk)

    def _operator_for(self, run: Run) -> Operator:
        return replace(
            settings.OPERATOR,
            boot_id=run.lease_owner,
            memory_folder=Path(settings.DATA_DIR) / "memories" / str(run.workspace_id),
        )

    async def _execute(self, run: Run) -> None:
        run_id = str(run.pk)
        deltas = RunDeltas(run_id)
        self._executing[run_id] = _this_task()
        try:
            journal = DbJournal(run, writer=self._writer, fenced=self._lease.fenced)
            await journal.open()
            engine = RunEngine(
                Component.model_validate(run.component),
                task=await run_db(task_messages, run.pk),
                services=RunServices(
                    journal=journal,
                    gate=PolicyGate(run.workspace_id),
                    files=WorkspaceFiles(run.workspace_id),
                    deltas=deltas,
                    clock=SystemClock(),
                    secrets=WorkspaceSecrets(run.workspace_id),
                    clients=self._clients,
                    blobs=WorkspaceBlobs(run.workspace_id),
                    vectors=WorkspaceVectors(run.workspace_id),
                    operator=self._operator_for(run),
                    telemetry=self._telemetry,
                ),
                linger=settings.LINGER_SECONDS,
            )
            await self._join(run_id)
            task = asyncio.ensure_future(engine.run())
            self._active[run_id] = _Active(engine, journal, task)
            # What came between the claim and here was hinted to nobody.
            journal.notify()
            if self._draining:
                engine.drain()
            await task
        except LeaseLost as error:
            logger.warning("run %s left to its new owner: %s", run_id, error)
        except asyncio.CancelledError:
            logger.info("run %s cancelled here; it goes on from its log", run_id)
        except (OperationalError, InterfaceError) as error:
            # Nobody's fault here; `_poll` gives the run back once the database answers.
            logger.warning("run %s lost its database: %s", run_id, error)
        except Exception:
            # A bug of ours, not of the run: it must not stay `running` with nobody at it.
            logger.exception("run %s could not be advanced", run_id)
            owner = run.lease_owner
            await run_db(run_lease_expired, run_id=run.pk, owner=owner, counts=True)
        finally:
            deltas.close()
            self._active.pop(run_id, None)
            await self._leave(run_id)
            self._executing.pop(run_id, None)

    # Hints ---------------------------------------------------------------------------------

    def _on_hint(self, run_id: str, _head_seq: int) -> None:
        if run_id in self._active:
            self._loop.call_soon_threadsafe(self._notify, run_id)

    def _notify(self, run_id: str) -> None:
        active = self._active.get(run_id)
        if active is not None:
            active.journal.notify()

    async def _poll(self) -> None:
        """Hints may be lost: every active run looks at its log now and then anyway."""
        while True:
            await asyncio.sleep(settings.POLL_SECONDS)
            for run_id in list(self._active):
                self._notify(run_id)
            try:
                await run_db(self._give_back)
            except (DatabaseError, InterfaceError) as error:
                logger.warning("the database does not answer: %s", error)

    def _give_back(self) -> None:
        """Runs that are ours by their row and that no slot is at: twice in a row, so that a claim
        that is just being made is not one."""
        owner = self._lease.boot_id
        ours = Run.objects.filter(state=RunState.RUNNING, lease_owner=owner)
        left = set(ours.values_list("pk", flat=True)) - self._held
        for run_id in left & self._suspected:
            run_lease_expired(run_id=run_id, owner=owner, counts=False)
        self._suspected = left - self._suspected

    async def _listen(self) -> None:
        """Hints of other processes, over Redis; only for runs that are active here."""
        while True:
            try:
                self._channel = await self._layer.new_channel("engine")
                for run_id in list(self._active):
                    await self._layer.group_add(run_group(run_id), self._channel)
                while True:
                    message = await self._layer.receive(self._channel)
                    if message["type"] == "run.hint":
                        self._notify(message["id"])
            except BROKER_ERRORS as error:
                logger.warning("hints unavailable, polling covers: %s", error)
                self._channel = None
                await asyncio.sleep(1)

    async def _join(self, run_id: str) -> None:
        await self._membership(run_id, "group_add")

    async def _leave(self, run_id: str) -> None:
        await self._membership(run_id, "group_discard")

    async def _membership(self, run_id: str, verb: str) -> None:
        if self._channel is None:
            return
        try:
            await getattr(self._layer, verb)(run_group(run_id), self._channel)
        except BROKER_ERRORS as error:
            logger.warning("hints of run %s unavailable, polling covers: %s", run_id, error)

    # Inside --------------------------------------------------------------------------------

    def _run_loop(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()
        # What was cancelled while the loop stopped gets its last step.
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())

    def _spawn(self, coroutine: Any) -> Future[Any]:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop)

    def _answers(self) -> bool:
        """Whether the loop turns: what is blocked there must not keep its lease."""
        answered = threading.Event()
        self._loop.call_soon_threadsafe(answered.set)
        return answered.wait(timeout=settings.LEASE_RENEW_SECONDS)

    def _fence(self) -> None:
        try:
            self._spawn(self._cancel_all()).result(timeout=settings.LEASE_RENEW_SECONDS)
        except FutureTimeout:
            logger.error("runs could not be cancelled: the engine's loop is blocked")

    async def _drain_all(self) -> None:
        for active in list(self._active.values()):
            active.engine.drain()

    async def _cancel_all(self) -> list[str]:
        left = dict(self._executing)
        for task in left.values():
            task.cancel()
        await asyncio.gather(*left.values(), return_exceptions=True)
        return list(left)


def _this_task() -> asyncio.Task[Any]:
    task = asyncio.current_task()
    assert task is not None
    return task
