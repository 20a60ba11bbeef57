"""Refuses request bodies that no address of ours takes, before anything reads or stores them.

Django spools a request's whole body to disk before it asks who sent it.
"""

from __future__ import annotations

import json
from typing import Any

MAX_BODY_BYTES = 8 * 1024 * 1024
_REFUSAL = json.dumps(
    {
        "code": "too_large",
        "detail": f"A request may have at most {MAX_BODY_BYTES // 1024 // 1024} MB.",
        "hint": None,
        "fields": None,
    }
).encode()


class BodyLimit:
    """ASGI middleware. A declared length that is too large gets a 413; a body that grows too
    large without saying so is cut off."""

    def __init__(self, application: Any) -> None:
        self._application = application

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self._application(scope, receive, send)
        elif _declared(scope) > MAX_BODY_BYTES:
            await _refuse(send)
        else:
            await self._application(scope, _counted(receive), send)


def _declared(scope: Any) -> int:
    for name, value in scope["headers"]:
        if name.lower() == b"content-length" and value.isdigit():
            return int(value)
    return 0


def _counted(receive: Any) -> Any:
    total = 0

    async def counted() -> Any:
        nonlocal total
        message = await receive()
        total += len(message.get("body", b""))
        return message if total <= MAX_BODY_BYTES else {"type": "http.disconnect"}

    return counted


async def _refuse(send: Any) -> None:
    headers = [(b"content-type", b"application/json"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": _REFUSAL})
