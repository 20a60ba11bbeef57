"""What came in from outside: decisions, answers, commands."""

from __future__ import annotations

from collections.abc import Callable

from runtime.durable.activity import Activity, SlowWait
from runtime.events import Event
from runtime.events.payloads import ApprovalDecided, CommandReceived, InputAnswered, Wait

Accept = Callable[[Event], bool]


class Inbox:
    """Keeps decisions and answers until somebody asks for them, and folds commands.

    A stop and an end stay; a pause holds until a resume after it; a command up to
    `applied_through` took effect in an earlier life of the run and is not looked at again.
    """

    def __init__(
        self,
        activity: Activity,
        *,
        applied_through: int,
        is_applied: Callable[[int], bool],
        on_command: Callable[[], None],
    ) -> None:
        self.stop: Event | None = None
        self.end: Event | None = None
        self.pause: Event | None = None
        self.seen = 0
        self.applied_through = applied_through
        self._is_applied = is_applied
        self._on_command = on_command
        self._activity = activity
        self._kept: dict[str, list[Event]] = {}
        self._waiting: dict[str, tuple[SlowWait[Event], Accept]] = {}
        self._on_resume: list[SlowWait[None]] = []

    def deliver(self, events: list[Event]) -> None:
        for event in events:
            self.seen = max(self.seen, event.seq)
            payload = event.payload
            if isinstance(payload, ApprovalDecided | InputAnswered):
                self._answer(payload.request_id, event)
            elif isinstance(payload, CommandReceived):
                self._command(payload, event)

    async def expect(
        self, request_id: str, wait: Wait, accept: Accept = lambda event: True
    ) -> Event:
        """The first event for this request that `accept` takes, were it recorded long ago."""
        for event in self._kept.get(request_id, ()):
            if accept(event):
                return event
        slow: SlowWait[Event] = self._activity.enter(wait)
        self._waiting[request_id] = (slow, accept)
        try:
            return await slow.wait_for()
        finally:
            self._waiting.pop(request_id, None)

    async def hold(self, wait: Wait) -> None:
        """Waits for a person to say `resume`."""
        slow: SlowWait[None] = self._activity.enter(wait)
        self._on_resume.append(slow)
        try:
            await slow.wait_for()
        finally:
            self._on_resume.remove(slow)

    def _answer(self, request_id: str, event: Event) -> None:
        self._kept.setdefault(request_id, []).append(event)
        waiting = self._waiting.get(request_id)
        if waiting is not None and waiting[1](event):
            waiting[0].wake(event)

    def _command(self, payload: CommandReceived, event: Event) -> None:
        if payload.command == "end" and event.seq > self.applied_through:
            # Also when it is recorded as applied: the run was on its way to its end.
            self.end = self.end or event
            self._on_command()
            return
        if event.seq <= self.applied_through or self._is_applied(event.seq):
            self.applied_through = max(self.applied_through, event.seq)
            return
        if payload.command == "stop":
            self.stop = self.stop or event
        elif payload.command == "pause":
            self.pause = self.pause or event
        else:
            self.pause = None
            for slow in self._on_resume:
                slow.wake(None)
        self._on_command()
