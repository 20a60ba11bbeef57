"""A journal that shows what is appended to it as spans."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from runtime.events import Draft, Event
from runtime.ports import Checkpoint, Journal, LogRange
from runtime.telemetry.spans import Spans

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Telemetry:
    """`provider` is an OpenTelemetry TracerProvider; None: the global one. `contents`: spans carry
    instructions to tools, their results and replies of models, not only their sizes."""

    provider: Any = None
    contents: bool = False

    def watch(self, journal: Journal) -> WatchedJournal:
        """Raises ImportError without opentelemetry-api."""
        from opentelemetry import trace

        tracer = trace.get_tracer("troupe.runtime", tracer_provider=self.provider)
        return WatchedJournal(journal, Spans(tracer, journal.run_id, contents=self.contents))


class WatchedJournal:
    """Implements `ports.Journal`. What an earlier life of the run recorded was shown by that life.
    Spans never fail a run."""

    def __init__(self, journal: Journal, spans: Spans) -> None:
        self._journal = journal
        self._spans = spans
        self._recorded = journal.head
        self._shown: set[int] = set()

    def begin(self, name: str, provider: str) -> None:
        """This life of the run is about to start."""
        self._safely(self._spans.begin, name, provider)

    def close(self) -> None:
        """This life is over: nothing stays open."""
        self._safely(self._spans.close)

    @property
    def run_id(self) -> str:
        return self._journal.run_id

    @property
    def head(self) -> int:
        return self._journal.head

    def find(self, key: str) -> Event | None:
        return self._journal.find(key)

    def has_begun(self, scope: str) -> bool:
        return self._journal.has_begun(scope)

    def checkpoint(self, frame: str) -> Checkpoint | None:
        return self._journal.checkpoint(frame)

    async def append(
        self, drafts: Sequence[Draft], *, checkpoint: Checkpoint | None = None
    ) -> list[Event]:
        events = await self._journal.append(drafts, checkpoint=checkpoint)
        for event in events:
            if event.seq > self._recorded and event.seq not in self._shown:
                self._shown.add(event.seq)
                self._safely(self._spans.add, event)
        return events

    async def settled(self) -> None:
        await self._journal.settled()

    async def park(self, draft: Draft, *, seen: int) -> bool:
        parked = await self._journal.park(draft, seen=seen)
        if parked:
            self._safely(self._spans.close, "parked")
        return parked

    async def outside(self) -> list[Event]:
        return await self._journal.outside()

    async def changed(self) -> None:
        await self._journal.changed()

    async def read(self, span: LogRange) -> list[Event]:
        return await self._journal.read(span)

    def _safely(self, call: Any, *arguments: Any) -> None:
        try:
            call(*arguments)
        except Exception:
            log.warning("Telemetry of run %s failed", self.run_id, exc_info=True)
