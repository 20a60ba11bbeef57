"""A run's log in this process's memory: for programs that use the runtime by itself. It keeps the
contract of the database's; what must survive the process is saved as JSON."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, Literal

from runtime.errors import LeaseLost, NonDeterministic
from runtime.events import OUTSIDE_KINDS, Draft, Event
from runtime.events.payloads import RunClaimed
from runtime.messages import Frozen, JsonObject
from runtime.ports import CHECKPOINT_FORMAT, Checkpoint, Clock, LogRange

Status = Literal["queued", "running", "waiting", "paused", "completed", "failed", "stopped"]
ENDED: frozenset[Status] = frozenset({"completed", "failed", "stopped"})
_STATUS_AFTER: dict[str, Status] = {
    "run.paused": "paused",
    "run.released": "queued",
    "run.completed": "completed",
    "run.failed": "failed",
    "run.stopped": "stopped",
}


class MemoryLog:
    """What is stored of one run: what a database would keep when a worker dies."""

    def __init__(self, run_id: str, clock: Clock, earlier: Sequence[MemoryLog] = ()) -> None:
        self.run_id = run_id
        self.clock = clock
        self.earlier = {log.run_id: log for log in earlier}
        self.events: list[Event] = []
        self.by_key: dict[str, tuple[Event, str]] = {}
        self.checkpoints: dict[str, Checkpoint] = {}
        self.status: Status = "queued"
        self.epoch = 0
        self.appends = 0
        self.changed = asyncio.Event()
        self.watchers: list[Callable[[Event], None]] = []
        """Called with each event as it is recorded."""

    @property
    def head(self) -> int:
        return len(self.events)

    def add(self, draft: Draft) -> Event:
        # Not validated again: the draft was, and everything in it is immutable.
        event = Event.model_construct(
            seq=self.head + 1,
            occurred_at=self.clock.now(),
            key=draft.key,
            agent_path=draft.agent_path,
            turn=draft.turn,
            correlation_id=draft.correlation_id,
            payload=draft.payload,
        )
        event = self._stored(event)
        self._keep(event, draft.fingerprint())
        for watcher in self.watchers:
            watcher(event)
        return event

    def _stored(self, event: Event) -> Event:
        """As it comes back from where it is kept."""
        return event

    def add_outside(self, payload: Frozen, *, key: str | None = None) -> Event:
        """Appends as people and operators do; wakes a run that waits or is paused."""
        data = {"key": key or f"outside/{self.head + 1}", "payload": payload}
        event = self.add(Draft.model_validate(data))
        if self.status in ("waiting", "paused"):
            self.status = "queued"
        self.changed.set()
        return event

    def start_from(self, log: MemoryLog) -> None:
        """Makes this the next run of a session whose last run is `log`."""
        self.earlier = {**log.earlier, log.run_id: log}
        last = log.checkpoints.get("")
        if last is not None:
            self.checkpoints[""] = last.model_copy(update={"seq": 0})

    def claim(self, worker: str = "program") -> MemoryJournal:
        """A new epoch; whoever held the run before loses it."""
        self.open_epoch(worker)
        return MemoryJournal(self)

    def open_epoch(self, worker: str) -> None:
        self.epoch += 1
        self.status = "running"
        claimed = RunClaimed(worker=worker, epoch=self.epoch, engine_version="1")
        self.add(Draft(key=f"claim/{self.epoch}", payload=claimed))

    # As JSON -----------------------------------------------------------------------------------

    def save(self) -> JsonObject:
        return {
            "run_id": self.run_id,
            "status": self.status,
            "epoch": self.epoch,
            "events": [event.model_dump(mode="json") for event in self.events],
            "fingerprints": [self.by_key[event.key][1] for event in self.events],
            "checkpoints": [point.model_dump(mode="json") for point in self.checkpoints.values()],
        }

    @classmethod
    def load(cls, saved: JsonObject, clock: Clock, earlier: Sequence[MemoryLog] = ()) -> MemoryLog:
        """Raises ValueError (pydantic's) or KeyError for what `save` did not write."""
        log = cls(saved["run_id"], clock, earlier)
        for event, fingerprint in zip(saved["events"], saved["fingerprints"], strict=True):
            log._keep(Event.model_validate(event), fingerprint)
        points: list[Any] = [Checkpoint.model_validate(point) for point in saved["checkpoints"]]
        log.checkpoints = {point.frame: point for point in points}
        log.status, log.epoch = saved["status"], saved["epoch"]
        return log

    def _keep(self, event: Event, fingerprint: str) -> None:
        self.events.append(event)
        self.by_key[event.key] = (event, fingerprint)
        self.status = _STATUS_AFTER.get(event.kind, self.status)


class MemoryJournal:
    """One claim of a run. Implements `ports.Journal`."""

    def __init__(self, log: MemoryLog) -> None:
        self.log = log
        self.epoch = log.epoch
        self._head = log.head
        self._delivered = 0

    @property
    def run_id(self) -> str:
        return self.log.run_id

    @property
    def head(self) -> int:
        return self._head

    def find(self, key: str) -> Event | None:
        found = self.log.by_key.get(key)
        root = self.log.checkpoints.get("")
        if found is None or (root is not None and found[0].seq <= root.seq):
            return None
        return found[0]

    def has_begun(self, scope: str) -> bool:
        return any(key.startswith(f"{scope}/") and self.find(key) for key in self.log.by_key)

    def checkpoint(self, frame: str) -> Checkpoint | None:
        return self.log.checkpoints.get(frame)

    async def append(
        self, drafts: Sequence[Draft], *, checkpoint: Checkpoint | None = None
    ) -> list[Event]:
        await asyncio.sleep(0)
        self._before_write()
        self._check_fingerprints(drafts)
        head = self.log.head
        events = [self._add(draft) for draft in drafts]
        if checkpoint is not None:
            last = max(event.seq for event in events) if events else self.log.head
            saved = checkpoint.at(last).model_copy(update={"format": CHECKPOINT_FORMAT})
            if checkpoint.frame == "":
                self.log.checkpoints.clear()
            self.log.checkpoints[checkpoint.frame] = saved
        self._know(events)
        if self.log.head > head:
            self._after_write()
        return events

    async def settled(self) -> None:
        """Nothing is ever under way: an append lands in one go."""

    async def park(self, draft: Draft, *, seen: int) -> bool:
        await asyncio.sleep(0)
        self._before_write()
        if any(event.kind in OUTSIDE_KINDS and event.seq > seen for event in self.log.events):
            return False
        self._know([self._add(draft)])
        self.log.status = "waiting"
        self._after_write()
        return True

    async def outside(self) -> list[Event]:
        self._check_alive()
        fresh = [
            event for event in self.log.events[self._delivered :] if event.kind in OUTSIDE_KINDS
        ]
        self._delivered = self._head = self.log.head
        return fresh

    async def changed(self) -> None:
        await self.log.changed.wait()
        self.log.changed.clear()

    async def read(self, span: LogRange) -> list[Event]:
        log = self.log if span.run_id == self.run_id else self.log.earlier[span.run_id]
        return log.events[span.first - 1 : span.last]

    # Inside ------------------------------------------------------------------------------------

    def _add(self, draft: Draft) -> Event:
        found = self.log.by_key.get(draft.key)
        return found[0] if found is not None else self.log.add(draft)

    def _know(self, events: Sequence[Event]) -> None:
        """Not past an outside event that was not returned yet."""
        for event in events:
            if event.seq == self._head + 1:
                self._head = event.seq

    def _check_fingerprints(self, drafts: Sequence[Draft]) -> None:
        for draft in drafts:
            found = self.log.by_key.get(draft.key)
            if found is not None and found[1] != draft.fingerprint():
                raise NonDeterministic(
                    f"{draft.key} is recorded as {found[0].kind} and was now asked for as "
                    f"{draft.payload.kind}"
                )

    def _check_alive(self) -> None:
        if self.epoch != self.log.epoch or self.log.status != "running":
            raise LeaseLost(f"Run {self.run_id} is not this worker's any more")

    def _before_write(self) -> None:
        self._check_alive()

    def _after_write(self) -> None:
        self.log.appends += 1
