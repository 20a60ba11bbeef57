"""A run's log in memory, with faults to inject."""

from __future__ import annotations

from runtime.durable.journal import MemoryJournal
from runtime.durable.journal import MemoryLog as PlainLog
from runtime.durable.journal import Status as Status
from runtime.events import Event
from runtime.ports import Clock


class Crash(BaseException):
    """The process died here. No `except Exception` sees it."""


class MemoryLog(PlainLog):
    def _stored(self, event: Event) -> Event:
        """As a database would: what comes back was serialised, and is nobody's shared object."""
        return Event.model_validate_json(event.model_dump_json())

    def claim(self, worker: str = "test") -> InMemoryJournal:
        self.open_epoch(worker)
        return InMemoryJournal(self)


class InMemoryJournal(MemoryJournal):
    """One claim of a run, whose worker can die."""

    log: MemoryLog

    def __init__(self, log: MemoryLog) -> None:
        super().__init__(log)
        self.appends = 0
        self._crash_after: int | None = None
        self._crash_before = False
        self._dead = False

    @classmethod
    def new(
        cls, clock: Clock, run_id: str = "00000000-0000-4000-8000-000000000001"
    ) -> InMemoryJournal:
        return MemoryLog(run_id, clock).claim()

    def crash_after(self, appends: int, *, before_next: bool = False) -> None:
        """Dies as soon as that many appends have written something; with `before_next`, only when
        the next one is tried, so that whatever happened in between is lost."""
        self._crash_after = appends
        self._crash_before = before_next

    def reopen(self) -> InMemoryJournal:
        """What a worker gets that claims the run after this one died."""
        return self.log.claim()

    # Inside ------------------------------------------------------------------------------------

    def _check_alive(self) -> None:
        if self._dead:
            raise Crash
        super()._check_alive()

    def _before_write(self) -> None:
        super()._before_write()
        if self._crash_before and self.appends == self._crash_after:
            self._die()

    def _after_write(self) -> None:
        super()._after_write()
        self.appends += 1
        if not self._crash_before and self.appends == self._crash_after:
            self._die()

    def _die(self) -> None:
        self._dead = True
        raise Crash
