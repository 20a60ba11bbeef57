"""Watches over one life of a run and decides how it ends: see `Supervisor.supervise`."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Literal

from runtime.core import ActorRuntime
from runtime.durable.run import RunContext, command_key, sanitise_draft
from runtime.durable.scope import ROOT
from runtime.errors import (
    LeaseLost,
    ModelError,
    NewerCheckpoint,
    NonDeterministic,
    RuntimeFault,
    SpecError,
)
from runtime.events import Draft, Event
from runtime.events.payloads import (
    CommandApplied,
    CommandReceived,
    ErrorInfo,
    FrameEnded,
    RunCompleted,
    RunFailed,
    RunParked,
    RunPaused,
    RunReleased,
    RunStopped,
)
from runtime.messages import Frozen
from runtime.ports import Checkpoint, Clock, Journal
from runtime.teams.base import TeamResult

log = logging.getLogger(__name__)

Outcome = Literal["completed", "failed", "stopped", "parked", "paused", "released"]
GRACE = 5.0
"""Seconds that cancelled handlers get; one that ignores its cancellation is left behind."""


@dataclass(frozen=True)
class Prepared:
    run: RunContext
    actors: ActorRuntime
    work: Callable[[], Awaitable[TeamResult]]


class Supervisor:
    """The one place where a run leaves its worker. The team's code never does so by itself: it
    only waits, and says what for."""

    def __init__(self, journal: Journal, clock: Clock, linger: float) -> None:
        self._journal = journal
        self._clock = clock
        self._linger = linger
        self._event = asyncio.Event()
        self._delivery = asyncio.Lock()
        self._draining = False
        self._prepared: Prepared | None = None
        self._lingering: asyncio.Task[None] | None = None

    def signal(self) -> None:
        self._event.set()

    def drain(self) -> None:
        self._draining = True
        if self._prepared is not None:
            self._prepared.run.draining = True
        self.signal()

    async def supervise(self, prepare: Callable[[], Awaitable[Prepared]]) -> Outcome:
        try:
            self._prepared = await prepare()
        except SpecError as error:
            return await self._failed(error)
        except NewerCheckpoint as error:
            return await self._paused(error)
        run = self._prepared.run
        run.draining = self._draining
        run.inbox.deliver(await self._journal.outside())
        main = asyncio.ensure_future(self._prepared.work())
        mail = asyncio.ensure_future(self._fetch_mail(run))
        try:
            return await self._watch(run, main, mail)
        finally:
            run.closed = True
            await self._cancel(main, mail)
            await run.resources.close()

    # Watching ----------------------------------------------------------------------------------

    async def _watch(
        self, run: RunContext, main: asyncio.Future[TeamResult], mail: asyncio.Future[None]
    ) -> Outcome:
        while True:
            self._event.clear()
            if run.trouble is not None:
                raise run.trouble
            if mail.done():
                mail.result()
            if main.done():
                return await self._finished(run, main)
            if run.stop_request is not None or run.inbox.stop is not None:
                return await self._stop(run, main)
            if run.activity.idle:
                outcome = await self._idle(run, main)
                if outcome is not None:
                    return outcome
            else:
                self._stop_lingering()
            if not self._event.is_set():
                await self._anything(main, mail)

    async def _anything(self, *futures: asyncio.Future[Any]) -> None:
        event = asyncio.ensure_future(self._event.wait())
        waited = {event, *futures}
        if self._lingering is not None:
            waited.add(self._lingering)
        try:
            await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
        finally:
            event.cancel()

    async def _fetch_mail(self, run: RunContext) -> None:
        """Outside events go to the inbox one batch at a time, and never while the run is about to
        park: it must not act on an event that makes it somebody else's."""
        while True:
            async with self._delivery:
                run.inbox.deliver(await self._journal.outside())
            await self._journal.changed()

    # Nobody is active --------------------------------------------------------------------------

    async def _idle(self, run: RunContext, main: asyncio.Future[Any]) -> Outcome | None:
        if run.inbox.pause is not None:
            return await self._pause_on_command(run, run.inbox.pause, main)
        if run.holds:
            return await self._pause_on_hold(run, main)
        if run.draining and run.halted:
            return await self._release(run, main)
        if self._lingering is None and not run.draining:
            self._lingering = asyncio.ensure_future(self._clock.sleep(self._linger))
        if run.draining or (self._lingering is not None and self._lingering.done()):
            self._stop_lingering()
            return await self._park(run)
        return None

    async def _park(self, run: RunContext) -> Outcome | None:
        async with self._delivery:
            if not run.activity.idle:
                return None
            if before := run.take_deferred():
                await self._journal.append(before)
            payload = RunParked(waits=run.activity.waits)
            draft = Draft(key=f"park/{self._journal.head}", payload=payload)
            if await self._journal.park(draft, seen=run.inbox.seen):
                run.closed = True
                return "parked"
            run.inbox.deliver(await self._journal.outside())
        self.signal()
        return None

    def _stop_lingering(self) -> None:
        if self._lingering is not None:
            self._lingering.cancel()
            self._lingering = None

    async def _pause_on_command(
        self, run: RunContext, event: Event, main: asyncio.Future[Any]
    ) -> Outcome:
        command = _command(event)
        point = run.point_name if run.halted else "wait"
        await self._quiet(run, main)
        paused = RunPaused(
            code="command",
            detail=command.reason or f"{command.by.name} paused the run",
            by=command.by,
        )
        await self._append(_applied(event, point), self._draft("pause", paused))
        return "paused"

    async def _pause_on_hold(self, run: RunContext, main: asyncio.Future[Any]) -> Outcome | None:
        """Nothing is fetched from here to the append: a command that is on its way is then newer
        than the pause, and the journal sees it."""
        async with self._delivery:
            run.inbox.deliver(await self._journal.outside())
            if run.inbox.stop is not None or not run.holds or not run.activity.idle:
                self.signal()
                return None
            hold = run.holds[0]
            await self._quiet(run, main)
            paused = RunPaused(code=hold.code, detail=hold.detail, hint=hold.hint)
            await self._append(self._draft("pause", paused))
        return "paused"

    async def _release(self, run: RunContext, main: asyncio.Future[Any]) -> Outcome:
        await self._quiet(run, main)
        await self._append(self._draft("release", RunReleased(reason="drain")))
        return "released"

    # Ends --------------------------------------------------------------------------------------

    async def _stop(self, run: RunContext, main: asyncio.Future[Any]) -> Outcome:
        """Steps in flight get their outcome: they were cancelled."""
        point = "wait" if run.activity.idle else run.point_name
        await self._quiet(run, main)
        # An append that was under way may have landed: that step has its outcome.
        await self._journal.outside()
        drafts = [d for d in run.open_steps.values() if self._journal.find(d.key) is None]
        if run.inbox.stop is not None:
            command = _command(run.inbox.stop)
            drafts.append(_applied(run.inbox.stop, point))
            stopped = RunStopped(by=command.by, reason=command.reason)
        else:
            request = run.stop_request
            stopped = RunStopped(
                by=request.by if request else None, reason=request.reason if request else ""
            )
        await self._append(*drafts, Draft(key=ROOT.key("run.stopped"), payload=stopped))
        return "stopped"

    async def _finished(self, run: RunContext, main: asyncio.Future[TeamResult]) -> Outcome:
        try:
            result = main.result()
        except LeaseLost:
            raise
        except NonDeterministic as error:
            return await self._paused(error)
        except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001 - bugs, recorded
            return await self._failed(error)
        ended = FrameEnded(invocation=1, stop_reason=result.stop_reason)
        completed = RunCompleted(stop_reason=result.stop_reason)
        await self._append(
            Draft(key=ROOT.key("frame.ended"), payload=ended),
            Draft(key=ROOT.key("run.completed"), payload=completed),
            checkpoint=run.checkpoint(result.turn),
        )
        return "completed"

    async def _paused(self, error: RuntimeFault) -> Outcome:
        paused = RunPaused(code=error.code, detail=error.detail, hint=error.hint)
        await self._append(self._draft("pause", paused))
        return "paused"

    async def _failed(self, error: BaseException) -> Outcome:
        if isinstance(error, RuntimeFault):
            status = error.status if isinstance(error, ModelError) else None
            path = f" (at {error.path})" if isinstance(error, SpecError) else ""
            info = ErrorInfo(
                code=error.code, detail=f"{error.detail}{path}", hint=error.hint, status=status
            )
        else:
            log.error("Run %s failed", self._journal.run_id, exc_info=error)
            info = ErrorInfo(
                code="internal_error",
                detail=f"Something in Troupe itself went wrong ({type(error).__name__})",
                hint="The server's log has the details. The session can go on with a new run.",
            )
        await self._append(Draft(key=ROOT.key("run.failed"), payload=RunFailed(error=info)))
        return "failed"

    # Inside ------------------------------------------------------------------------------------

    async def _quiet(self, run: RunContext, main: asyncio.Future[Any]) -> None:
        """From here on only the supervisor appends."""
        run.closed = True
        await self._cancel(main)

    async def _cancel(self, *futures: asyncio.Future[Any]) -> None:
        self._stop_lingering()
        for future in futures:
            future.cancel()
        if self._prepared is not None:
            await self._prepared.actors.stop(GRACE)
        await asyncio.wait(futures, timeout=GRACE)
        for future in futures:
            if future.done() and not future.cancelled():
                future.exception()  # seen: it is reported elsewhere, or a consequence of the end

    async def _append(self, *drafts: Draft, checkpoint: Checkpoint | None = None) -> None:
        run = self._prepared.run if self._prepared is not None else None
        before = run.take_deferred() if run is not None else []
        clean = [*before, *(sanitise_draft(draft) for draft in drafts)]
        await self._journal.append(clean, checkpoint=checkpoint)

    def _draft(self, name: str, payload: Frozen) -> Draft:
        """Of something that can happen again and again: its key names where the log stood."""
        return Draft.model_validate({"key": f"{name}/{self._journal.head}", "payload": payload})


def _command(event: Event) -> CommandReceived:
    if not isinstance(event.payload, CommandReceived):
        raise TypeError(f"{event.key} is no command")
    return event.payload


def _applied(event: Event, point: str) -> Draft:
    payload = CommandApplied(command_seq=event.seq, point=point)
    return Draft(key=command_key(event.seq), payload=payload)
