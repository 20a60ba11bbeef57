"""Connections to one model server, in several pools.

The library's pool looks at each of its connections at the start and the end of every call, which
at a hundred calls at once takes longer than the calls. Imported at the first use of an SDK, which
brings httpx2.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import httpx2

POOL = 8
"""Calls at once in one pool, before another is used."""
POOLS = 16


class Pools(httpx2.AsyncBaseTransport):
    """A call goes to the first pool with room, so that few calls share few connections; to the
    emptiest where none has. Nothing is refused."""

    def __init__(self) -> None:
        limits = httpx2.Limits(max_connections=None, max_keepalive_connections=POOL)
        self._pools = [httpx2.AsyncHTTPTransport(limits=limits) for _ in range(POOLS)]
        self._busy = [0] * POOLS

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        index = self._choose()
        self._busy[index] += 1
        try:
            response = await self._pools[index].handle_async_request(request)
        except BaseException:
            self._left(index)
            raise
        if isinstance(response.stream, httpx2.AsyncByteStream):
            response.stream = _Counted(response.stream, lambda: self._left(index))
        return response

    def _choose(self) -> int:
        for index, busy in enumerate(self._busy):
            if busy < POOL:
                return index
        return min(range(POOLS), key=self._busy.__getitem__)

    def _left(self, index: int) -> None:
        self._busy[index] -= 1

    async def aclose(self) -> None:
        for pool in self._pools:
            await pool.aclose()


class _Counted(httpx2.AsyncByteStream):
    """A body that says when it is done with."""

    def __init__(self, stream: httpx2.AsyncByteStream, left: Callable[[], None]) -> None:
        self._stream = stream
        self._left: Callable[[], None] | None = left

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for part in self._stream:
            yield part

    async def aclose(self) -> None:
        left, self._left = self._left, None
        if left is not None:
            left()
        await self._stream.aclose()
