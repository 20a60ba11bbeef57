"""Time that passes when a test says so."""

from __future__ import annotations

import asyncio
import heapq
from datetime import UTC, datetime, timedelta

START = datetime(2026, 1, 1, tzinfo=UTC)


class ManualClock:
    def __init__(self, start: datetime = START) -> None:
        self._start = start
        self._elapsed = 0.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._count = 0
        self._slept = asyncio.Event()

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self._elapsed)

    def monotonic(self) -> float:
        return self._elapsed

    async def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._count += 1
        heapq.heappush(self._sleepers, (self._elapsed + seconds, self._count, future))
        self._slept.set()
        await future

    @property
    def sleeping(self) -> list[float]:
        """For how many more seconds each sleeper sleeps."""
        return sorted(due - self._elapsed for due, _, f in self._sleepers if not f.done())

    async def until_sleeping(self, seconds: float | None = None) -> None:
        """Returns once somebody sleeps (for exactly this long, if given)."""
        while not any(seconds is None or abs(s - seconds) < 1e-6 for s in self.sleeping):
            self._slept.clear()
            await self._slept.wait()

    def advance(self, seconds: float) -> None:
        self._elapsed += seconds
        while self._sleepers and self._sleepers[0][0] <= self._elapsed + 1e-9:
            _, _, future = heapq.heappop(self._sleepers)
            if not future.done():
                future.set_result(None)
