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
        self._clients: dict[str, Any] = {}
        self._capacity = capacity
        self._lock = asyncio.Lock()

    async def get(self, key: str, make: Callable[[], Any | Awaitable[Any]]) -> Any:
        async with self._lock:
            client = self._clients.pop(key, None)
            if client is None:
                made = make()
                client = await made if inspect.isawaitable(made) else made
            self._clients[key] = client  # the last one used stands last
            while len(self._clients) > self._capacity:
                # Not closed: a run may still use it, and the last one who does lets it go.
                del self._clients[next(iter(self._clients))]
            return client

    async def close(self) -> None:
        clients, self._clients = list(self._clients.values()), {}
        for client in clients:
            await client.close()
