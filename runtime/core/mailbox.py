"""One actor's queue of messages."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from runtime.core.context import MessageContext
from runtime.core.ids import AgentId
from runtime.errors import MailboxFull

DEFAULT_CAPACITY = 10_000
_COMPACT = 512
"""Handled messages after which the list gives their places back."""


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
    """Bounded, first in first out. A full one refuses at once instead of growing.

    A list with the place of its first message, not a deque: an empty deque takes 600 bytes, and
    most actors of a large runtime wait with an empty mailbox."""

    __slots__ = ("_accepted", "_capacity", "_first", "_peak", "_queue", "_refused", "handled")

    def __init__(self, capacity: int = DEFAULT_CAPACITY) -> None:
        self._queue: list[Envelope] = []
        self._first = 0
        self._capacity = capacity
        self._peak = 0
        self._accepted = 0
        self._refused = 0
        self.handled = 0

    def __len__(self) -> int:
        return len(self._queue) - self._first

    def put(self, envelope: Envelope) -> None:
        queued = len(self._queue) - self._first
        if queued >= self._capacity:
            self._refused += 1
            raise MailboxFull(
                f"The mailbox of {envelope.recipient} is full ({self._capacity} messages); "
                f"{type(envelope.message).__name__} from {envelope.context.sender or 'outside'} "
                "was refused",
                hint="Send less at a time, or wait for replies before sending more.",
            )
        self._queue.append(envelope)
        self._accepted += 1
        if queued >= self._peak:
            self._peak = queued + 1

    def get(self) -> Envelope | None:
        queue, first = self._queue, self._first
        if first == len(queue):
            return None
        envelope = queue[first]
        self._first = first + 1
        if self._first == len(queue) or self._first >= _COMPACT:
            del queue[: self._first]
            self._first = 0
        return envelope

    def waiting(self) -> list[Envelope]:
        return self._queue[self._first :]

    def drain(self) -> list[Envelope]:
        envelopes = self.waiting()
        self._queue.clear()
        self._first = 0
        return envelopes

    def statistics(self) -> MailboxStatistics:
        return MailboxStatistics(
            queued=len(self),
            peak=self._peak,
            accepted=self._accepted,
            handled=self.handled,
            refused=self._refused,
        )
