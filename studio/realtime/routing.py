from __future__ import annotations

from typing import Any

from channels.routing import URLRouter
from django.urls import path, re_path

from studio.realtime.inbox_socket import InboxSocket
from studio.realtime.run_socket import RunSocket


async def refuse(scope: Any, receive: Any, send: Any) -> None:
    """An address that no socket answers at."""
    await receive()
    await send({"type": "websocket.close", "code": 1000})


websocket_router = URLRouter(
    [
        path("ws/runs/<uuid:run_id>", RunSocket.as_asgi()),
        path("ws/inbox", InboxSocket.as_asgi()),
        re_path(r"^.*$", refuse),  # type: ignore[arg-type]
    ]
)
