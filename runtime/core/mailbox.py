"""One actor's queue of messages."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import Any

from runtime.core.context import MessageContext
from runtime.core.ids import AgentId
from runtime.errors import MailboxFull

DEFAULT_CAPACITY = 10_000


class Envelope:
    """A message under way, with the future that its sender waits on (none for a publication)."""

    __slots__ = ("abandoned", "context", "message", "recipient", "reply")

    def __init__(
        self,
        message: Any,
        recipient: AgentId,
        context: MessageContext,
        reply: asyncio.Future[Any] | None,
    ) -> None:
        self.message = message
        self.recipient = recipient
        self.context = context
        self.reply = reply
        self.abandoned = False

    def succeed(self, result: Any) -> None:
        if self.reply is not None and not self.reply.done():
            self.reply.set_result(result)

    def fail(self, error: BaseException) -> bool:
        """False: nobody waits for it, so the error must be kept elsewhere."""
        if self.reply is None:
            return False
        if not self.reply.done():
            self.reply.set_exception(error)
        return True


@dataclass(frozen=True, slots=True)
class MailboxStatistics:
    queued: int
    peak: int
    accepted: int
    handled: int
    refused: int


class Mailbox:
    """Bounded, first in first out. A full one refuses at once instead of growing."""

    __slots__ = ("_accepted", "_capacity", "_peak", "_queue", "_refused", "handled")

    def __init__(self, capacity: int = DEFAULT_CAPACITY) -> None:
        self._queue: deque[Envelope] = deque()
        self._capacity = capacity
        self._peak = 0
        self._accepted = 0
        self._refused = 0
        self.handled = 0

    def __len__(self) -> int:
        return len(self._queue)

    def put(self, envelope: Envelope) -> None:
        queue = self._queue
        if len(queue) >= self._capacity:
            self._refused += 1
            raise MailboxFull(
                f"The mailbox of {envelope.recipient} is full ({self._capacity} messages); "
                f"{type(envelope.message).__name__} from {envelope.context.sender or 'outside'} "
                "was refused",
                hint="Send less at a time, or wait for replies before sending more.",
            )
        queue.append(envelope)
        self._accepted += 1
        self._peak = max(self._peak, len(queue))

    def get(self) -> Envelope | None:
        return self._queue.popleft() if self._queue else None

    def waiting(self) -> list[Envelope]:
        return list(self._queue)

    def drain(self) -> list[Envelope]:
        envelopes = list(self._queue)
        self._queue.clear()
        return envelopes

    def statistics(self) -> MailboxStatistics:
        return MailboxStatistics(
            queued=len(self._queue),
            peak=self._peak,
            accepted=self._accepted,
            handled=self.handled,
            refused=self._refused,
        )
