from __future__ import annotations

from typing import Any

from studio.web.body_limit import MAX_BODY_BYTES, BodyLimit


class Server:
    """An application that reads its whole body, and what it sends."""

    def __init__(self) -> None:
        self.read: list[str] = []
        self.sent: list[dict[str, Any]] = []

    async def application(self, scope: Any, receive: Any, send: Any) -> None:
        while True:
            message = await receive()
            self.read.append(message["type"])
            if not message.get("more_body"):
                return

    async def serve(self, headers: list[tuple[bytes, bytes]], *chunks: bytes) -> None:
        messages = [
            {"type": "http.request", "body": c, "more_body": i < len(chunks) - 1}
            for i, c in enumerate(chunks)
        ]

        async def receive() -> Any:
            return messages.pop(0)

        async def send(message: Any) -> None:
            self.sent.append(message)

        scope = {"type": "http", "headers": headers}
        await BodyLimit(self.application)(scope, receive, send)


async def test_a_declared_length_that_is_too_large_is_refused_unread() -> None:
    server = Server()
    await server.serve([(b"content-length", str(MAX_BODY_BYTES + 1).encode())], b"x")
    assert server.sent[0]["status"] == 413
    assert server.read == []


async def test_a_body_that_grows_too_large_is_cut_off() -> None:
    server = Server()
    half = b"x" * (MAX_BODY_BYTES // 2 + 1)
    await server.serve([], half, half, half)
    assert server.read == ["http.request", "http.disconnect"]


async def test_an_ordinary_body_passes() -> None:
    server = Server()
    await server.serve([(b"content-length", b"3")], b"abc")
    assert (server.read, server.sent) == (["http.request"], [])
