"""One actor with its mailbox and the task that works it off."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from runtime.core.actor import Actor
from runtime.core.ids import AgentId
from runtime.core.mailbox import Envelope, Mailbox
from runtime.core.registration import Registration
from runtime.errors import ActorStopped, Cancelled

log = logging.getLogger(__name__)
CURRENT: ContextVar[ActorCell | None] = ContextVar("current_actor", default=None)


class Host:
    """What all cells of one runtime share."""

    def __init__(
        self, on_orphan_error: Callable[[Envelope, BaseException], None], capacity: int
    ) -> None:
        self.on_orphan_error = on_orphan_error
        self.capacity = capacity
        self.busy = 0
        """Actors that handle a message or have one waiting."""
        self.idle = asyncio.Event()
        self.kept: dict[AgentId, dict[str, Any]] = {}
        """States of actors that do not exist now; each is loaded into the next instance."""


class ActorCell:
    """Handles one message at a time, in order, in a task of its own: a sender that stops waiting,
    for whatever reason, is never held by a handler that does not stop."""

    __slots__ = (
        "_current",
        "_host",
        "_registration",
        "_restarts",
        "_stopping",
        "_task",
        "_wake",
        "actor",
        "busy",
        "id",
        "last_used",
        "mailbox",
        "stopped_by",
        "waiting_on",
    )

    def __init__(self, agent_id: AgentId, registration: Registration, host: Host) -> None:
        self.id = agent_id
        self.mailbox = Mailbox(host.capacity)
        self.actor: Actor | None = None
        self.waiting_on: list[ActorCell] = []
        self.busy = False
        self.last_used = 0.0
        self.stopped_by: BaseException | None = None
        """The failure after which its supervision stopped it."""
        self._registration = registration
        self._host = host
        self._restarts = 0
        self._task: asyncio.Task[None] | None = None
        self._wake: asyncio.Future[None] | None = None
        self._current: Envelope | None = None
        self._stopping = False

    @property
    def is_replaceable(self) -> bool:
        return not self._registration.is_instance

    def post(self, envelope: Envelope) -> None:
        if self.stopped_by is not None:
            raise self._refusal()
        self.mailbox.put(envelope)
        if not self.busy:
            self.busy = True
            self._host.busy += 1
        if self._task is None:
            self._task = asyncio.create_task(self._work(), name=f"actor {self.id}")
        elif self._wake is not None and not self._wake.done():
            self._wake.set_result(None)

    def abandon(self, envelope: Envelope) -> None:
        """Nobody waits for it any more: a queued message is skipped, a handler is cancelled."""
        envelope.abandoned = True
        if self._current is envelope and self._task is not None:
            self._task.cancel()

    def undelivered(self) -> list[Envelope]:
        """What waits, and what is being handled: it may not be handled to its end."""
        current = [self._current] if self._current is not None else []
        return [e for e in (*current, *self.mailbox.waiting()) if not e.abandoned]

    async def instance(self) -> Actor:
        if self.actor is None:
            actor = await self._registration.make(self.id)
            kept = self._host.kept.get(self.id)
            if kept is not None:
                actor.load_state(kept)
                del self._host.kept[self.id]
            self.actor = actor
        return self.actor

    async def stop(self, grace: float) -> None:
        """Ends the task; a handler that ignores its cancellation is left behind after `grace`."""
        self._stopping = True
        for envelope in self.mailbox.drain():
            envelope.fail(Cancelled(f"The runtime stopped before {self.id} got the message"))
        if self._task is not None and not self._task.done():
            self._task.cancel()
            await asyncio.wait({self._task}, timeout=grace)
        self._rest()
        if self.actor is not None:
            await self.actor.close()

    def _rest(self) -> None:
        if self.busy:
            self.busy = False
            self._host.busy -= 1
            if self._host.busy == 0:
                self._host.idle.set()

    async def _work(self) -> None:
        CURRENT.set(self)
        loop = asyncio.get_running_loop()
        while not self._stopping:
            envelope = self.mailbox.get()
            if envelope is None:
                self.last_used = loop.time()
                self._rest()
                self._wake = loop.create_future()
                await self._wake
            elif not envelope.abandoned:
                await self._handle(envelope)

    async def _handle(self, envelope: Envelope) -> None:
        self._current = envelope
        failure: BaseException | None = None
        try:
            actor = self.actor or await self.instance()
            envelope.succeed(await actor.on_message(envelope.message, envelope.context))
        except asyncio.CancelledError:
            self._cancelled(envelope)
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:  # noqa: BLE001
            # Whatever it is, it is the caller's to see, and the others go on.
            failure = error
            if not envelope.fail(error):
                self._host.on_orphan_error(envelope, error)
        finally:
            self._current = None
            self.mailbox.handled += 1
        if failure is not None:
            await self._supervise(failure)

    def _cancelled(self, envelope: Envelope) -> None:
        envelope.fail(Cancelled(f"{self.id} was cancelled while it handled a message"))
        if self._stopping:
            raise asyncio.CancelledError
        task = asyncio.current_task()
        if task is not None:
            task.uncancel()

    async def _supervise(self, failure: BaseException) -> None:
        rule = self._registration.supervision
        if rule.on_failure == "resume" or self.actor is None:
            return
        failed, self.actor = self.actor, None
        most = rule.max_restarts
        if rule.on_failure == "stop" or (most is not None and self._restarts >= most):
            self.stopped_by = failure
            for envelope in self.mailbox.drain():
                if not envelope.fail(self._refusal()):
                    self._host.on_orphan_error(envelope, self._refusal())
        self._restarts += 1
        try:
            await failed.close()
        except Exception:
            log.exception("Closing %s after its failure failed too", self.id)

    def _refusal(self) -> ActorStopped:
        return ActorStopped(
            f"{self.id} was stopped after a failure: {type(self.stopped_by).__name__}: "
            f"{self.stopped_by}",
            hint="Its supervision says so. Remove it with `evict` to let it start anew.",
        )
