"""Names the server's event loop to whoever publishes from other threads."""

from __future__ import annotations

import asyncio
from typing import Any

from studio.core.broadcast import hub


class LoopBinding:
    """ASGI middleware: the loop that serves requests is where hints are handed over."""

    def __init__(self, application: Any) -> None:
        self._application = application
        self._bound: asyncio.AbstractEventLoop | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        loop = asyncio.get_running_loop()
        if loop is not self._bound:
            self._bound = loop
            hub.bind_loop(loop)
        await self._application(scope, receive, send)
