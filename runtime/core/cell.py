"""One actor with its mailbox and the task that works it off."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from contextvars import ContextVar

from runtime.core.actor import Actor
from runtime.core.ids import AgentId
from runtime.core.mailbox import DEFAULT_CAPACITY, Envelope, Mailbox
from runtime.errors import Cancelled

ActorFactory = Callable[[], Actor | Awaitable[Actor]]
CURRENT: ContextVar[ActorCell | None] = ContextVar("current_actor", default=None)


class ActorCell:
    """Handles one message at a time, in order, in a task of its own: a sender that stops waiting,
    for whatever reason, is never held by a handler that does not stop."""

    def __init__(
        self,
        agent_id: AgentId,
        factory: ActorFactory,
        on_orphan_error: Callable[[Envelope, BaseException], None],
        on_idle: Callable[[], None],
        capacity: int = DEFAULT_CAPACITY,
    ) -> None:
        self.id = agent_id
        self.mailbox = Mailbox(capacity)
        self.actor: Actor | None = None
        self.waiting_on: list[ActorCell] = []
        self._factory = factory
        self._on_orphan_error = on_orphan_error
        self._on_idle = on_idle
        self._task: asyncio.Task[None] | None = None
        self._wake: asyncio.Future[None] | None = None
        self._current: Envelope | None = None
        self._stopping = False

    @property
    def busy(self) -> bool:
        return self._current is not None or len(self.mailbox) > 0

    def post(self, envelope: Envelope) -> None:
        self.mailbox.put(envelope)
        if self._task is None:
            self._task = asyncio.create_task(self._work(), name=f"actor {self.id}")
        elif self._wake is not None and not self._wake.done():
            self._wake.set_result(None)

    def abandon(self, envelope: Envelope) -> None:
        """Nobody waits for it any more: a queued message is skipped, a handler is cancelled."""
        envelope.abandoned = True
        if self._current is envelope and self._task is not None:
            self._task.cancel()

    async def instance(self) -> Actor:
        if self.actor is None:
            made = self._factory()
            actor = await made if inspect.isawaitable(made) else made
            actor.id = self.id
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
        if self.actor is not None:
            await self.actor.close()

    async def _work(self) -> None:
        CURRENT.set(self)
        loop = asyncio.get_running_loop()
        while not self._stopping:
            envelope = self.mailbox.get()
            if envelope is None:
                self._on_idle()
                self._wake = loop.create_future()
                await self._wake
            elif not envelope.abandoned:
                await self._handle(envelope)

    async def _handle(self, envelope: Envelope) -> None:
        self._current = envelope
        try:
            actor = self.actor or await self.instance()
            envelope.succeed(await actor.on_message(envelope.message, envelope.context))
        except asyncio.CancelledError:
            self._cancelled(envelope)
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:  # noqa: BLE001
            # Whatever it is, it is the caller's to see, and this actor goes on.
            if not envelope.fail(error):
                self._on_orphan_error(envelope, error)
        finally:
            self._current = None
            self.mailbox.handled += 1

    def _cancelled(self, envelope: Envelope) -> None:
        envelope.fail(Cancelled(f"{self.id} was cancelled while it handled a message"))
        if self._stopping:
            raise asyncio.CancelledError
        task = asyncio.current_task()
        if task is not None:
            task.uncancel()
