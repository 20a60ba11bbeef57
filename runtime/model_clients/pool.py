"""Vendors' SDK clients, one for all who would make the same one."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from typing import Any


class ModelClientPool:
    """Belongs to one event loop, whose connections its clients hold. The key must name everything
    that makes a client differ; a secret goes into it as a hash."""

    def __init__(self) -> None:
        self._clients: dict[str, Any] = {}
        self._lock = asyncio.Lock()

    async def get(self, key: str, make: Callable[[], Any | Awaitable[Any]]) -> Any:
        async with self._lock:
            if key not in self._clients:
                made = make()
                self._clients[key] = await made if inspect.isawaitable(made) else made
            return self._clients[key]

    async def close(self) -> None:
        clients, self._clients = list(self._clients.values()), {}
        for client in clients:
            await client.close()
