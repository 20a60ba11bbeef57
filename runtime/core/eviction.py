"""Actors that are not needed now leave the memory; their state stays."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

RETRY_EVICTION = 1.0
"""Seconds until those are looked at again that were busy."""
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class IdleEviction:
    """Idle actors that a factory made are evicted, the longest unused first."""

    max_actors: int | None = None
    """While there are more actors than this."""
    max_age: float | None = None
    """When they have handled nothing for so many seconds."""


class Sweeper:
    """Calls `sweep` soon after it was asked to, and `every` seconds while asked to wait."""

    def __init__(self, sweep: Callable[[], Awaitable[object]]) -> None:
        self._sweep = sweep
        self._task: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._again = False

    def soon(self) -> None:
        self._again = True
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run(), name="evict idle actors")

    def within(self, seconds: float) -> None:
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(seconds, self._due)

    async def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if self._task is not None and not self._task.done():
            await asyncio.wait({self._task})

    def _due(self) -> None:
        self._timer = None
        self.soon()

    async def _run(self) -> None:
        try:
            while self._again:
                self._again = False
                await self._sweep()
        except Exception:
            # An actor that cannot save its state stays; the runtime works on.
            log.exception("Idle actors could not be evicted")
