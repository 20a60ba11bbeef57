"""Vendors' SDK clients, one for all who would make the same one."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from typing import Any


class ModelClientPool:
    """Belongs to one event loop, whose connections its clients hold. The key must name everything
    that makes a client differ; a secret goes into it as a hash."""

    def __init__(self, capacity: int = 256) -> None:
        self._clients: dict[str, asyncio.Future[Any]] = {}
        self._capacity = capacity

    async def get(self, key: str, make: Callable[[], Any | Awaitable[Any]]) -> Any:
        """The client of this key. Callers at once share one making; one that failed is tried again
        by the next caller. Making one holds up nobody who wants another."""
        client = self._clients.pop(key, None)
        if client is None:
            client = asyncio.ensure_future(_made(make))
            client.add_done_callback(lambda done: self._forget_failed(key, done))
        self._clients[key] = client  # the last one used stands last
        while len(self._clients) > self._capacity:
            # Not closed: a run may still use it, and the last one who does lets it go.
            del self._clients[next(iter(self._clients))]
        return await asyncio.shield(client)

    async def close(self) -> None:
        clients, self._clients = list(self._clients.values()), {}
        for client in clients:
            if client.done() and not client.cancelled() and client.exception() is None:
                await client.result().close()
            else:
                client.cancel()

    def _forget_failed(self, key: str, done: asyncio.Future[Any]) -> None:
        failed = done.cancelled() or done.exception() is not None
        if failed and self._clients.get(key) is done:
            del self._clients[key]


async def _made(make: Callable[[], Any | Awaitable[Any]]) -> Any:
    made = make()
    return await made if inspect.isawaitable(made) else made
