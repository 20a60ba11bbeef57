"""What the steps of one life of a run share and what must not outlive it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar, cast

log = logging.getLogger(__name__)


class Closeable(Protocol):
    async def close(self) -> None: ...


ResourceT = TypeVar("ResourceT", bound=Closeable)


class RunResources:
    """Connections, sessions, containers: opened at first use, closed when the run leaves this
    worker. Nothing in them survives a parked run; what must is recorded by the steps."""

    def __init__(self) -> None:
        self._opened: dict[str, asyncio.Future[Closeable]] = {}
        self._closed = False

    async def get(self, key: str, open_it: Callable[[], Awaitable[ResourceT]]) -> ResourceT:
        """The resource of this key. Concurrent callers share one opening; one that failed is tried
        again by the next caller. Raises RuntimeError once the run has left."""
        if self._closed:
            raise RuntimeError("The run has left this worker")
        opening: asyncio.Future[Closeable] | None = self._opened.get(key)
        if opening is None:
            opening = asyncio.ensure_future(cast(Awaitable[Closeable], open_it()))
            self._opened[key] = opening
            opening.add_done_callback(lambda done: self._forget_failed(key, done))
        return cast(ResourceT, await asyncio.shield(opening))

    async def discard(self, key: str) -> None:
        """Closes it, if it is open; the next `get` opens a new one."""
        opening = self._opened.pop(key, None)
        if opening is not None:
            await _close(key, opening)

    async def close(self) -> None:
        """The last that was opened first. What fails to close is logged and left."""
        self._closed = True
        while self._opened:
            key, opening = self._opened.popitem()
            await _close(key, opening)

    def _forget_failed(self, key: str, done: asyncio.Future[Closeable]) -> None:
        if (done.cancelled() or done.exception()) and self._opened.get(key) is done:
            del self._opened[key]


async def _close(key: str, opening: asyncio.Future[Closeable]) -> None:
    if not opening.done():
        opening.cancel()
    try:
        await (await opening).close()
    except asyncio.CancelledError:
        if not opening.cancelled():
            raise
    except Exception:
        log.warning("%s did not close", key, exc_info=True)
