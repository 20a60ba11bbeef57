"""A small HTTP server that speaks OpenAI's chat completions and Anthropic's messages.

What it does is named by the model of the request, or queued in `script`:

    text…         a short text           tool…       calls the first tool, then a text
    fail-401 …    that status, always    limited-N   429 with Retry-After: 2, N times, then a text
    flaky-N       500, N times, then a text           slow    answers when `release` is called
    cut           breaks off in the middle            empty   a reply without choices or content
    stall         half a stream, the rest when `release` is called
    invalid       no JSON                             huge    more than the client may take

`raw` has whole replies that come before all of these: an object, or the events of a stream.
Embeddings are made of the texts' letters.

`python -m runtime.testing.model_server --port 8099` serves until it is ended; GET /requests tells
what came in.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from runtime.testing.model_replies import HUGE, Api, anthropic_api, embeddings, openai_api

TEXT = "The stub server says hello."
MODELS = ("text", "tool")
"""What it lists; any other behaviour's name is answered too."""
REASONS = {200: "OK", 400: "Bad Request", 401: "Unauthorized", 404: "Not Found", 429: "Too Many"}


@dataclass
class Recorded:
    path: str
    headers: dict[str, str]
    body: dict[str, Any]


@dataclass
class ModelServer:
    script: list[str] = field(default_factory=list)
    """Behaviours of the next requests, before the model's name counts."""
    raw: list[dict[str, Any] | list[str]] = field(default_factory=list)
    requests: list[Recorded] = field(default_factory=list)
    text: str = TEXT

    def __post_init__(self) -> None:
        self._seen: Counter[str] = Counter()
        self._released = asyncio.Event()
        self._arrived = asyncio.Event()
        self._server: asyncio.Server | None = None
        self._handlers: set[asyncio.Task[None]] = set()
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self, port: int = 0) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        self._released.set()
        if self._server is not None:
            self._server.close()
        for handler in list(self._handlers):
            handler.cancel()
        await asyncio.gather(*self._handlers, return_exceptions=True)

    def release(self) -> None:
        """Lets slow answers go."""
        self._released.set()

    async def until_requests(self, count: int) -> None:
        while len(self.requests) < count:
            self._arrived.clear()
            await self._arrived.wait()

    # One connection ----------------------------------------------------------------------------

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._handlers.add(task)
            task.add_done_callback(self._handlers.discard)
        try:
            recorded = await _read_request(reader)
            if recorded is not None:
                await self._answer(recorded, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            return  # the client hung up, which some tests want
        finally:
            writer.close()

    async def _answer(self, request: Recorded, writer: asyncio.StreamWriter) -> None:
        if request.path == "/requests":
            seen = [{"path": r.path, "body": r.body} for r in self.requests]
            await _send(writer, 200, json.dumps({"requests": seen}))
            return
        self.requests.append(request)
        self._arrived.set()
        if request.path.partition("?")[0].endswith("/models"):
            await _send(writer, 200, json.dumps({"data": [{"id": name} for name in MODELS]}))
            return
        if request.path.partition("?")[0].endswith("/embeddings") and not self.script:
            await _send(writer, 200, json.dumps(embeddings(request.body)))
            return
        if self.raw:
            reply = self.raw.pop(0)
            if isinstance(reply, list):
                await _send_stream(writer, reply)
            else:
                await _send(writer, 200, json.dumps(reply))
            return
        api = anthropic_api if request.path.endswith("/messages") else openai_api
        behaviour = self.script.pop(0) if self.script else str(request.body.get("model", "text"))
        await self._behave(behaviour, api(request.body, self.text), request, writer)

    async def _behave(
        self, behaviour: str, api: Api, request: Recorded, writer: asyncio.StreamWriter
    ) -> None:
        kind, _, rest = behaviour.partition("-")
        self._seen[behaviour] += 1
        if kind == "slow":
            await self._released.wait()
        status = _status(kind, rest, self._seen[behaviour])
        if status != 200:
            headers = {"Retry-After": "2"} if status == 429 else {}
            await _send(writer, status, json.dumps(api.error(status)), headers)
        elif kind == "invalid":
            await _send(writer, 200, "<html>not a model</html>")
        elif kind == "huge":
            await _send_until_refused(writer, HUGE)
        elif request.body.get("stream"):
            events = api.stream(kind)
            half = len(events) // 2 if kind == "stall" else 0
            await _send_stream(writer, events[:half] if half else events)
            if half:
                await self._released.wait()
                await _send_events(writer, events[half:])
        else:
            text = json.dumps(api.whole(kind))
            await _send(writer, 200, text[: len(text) // 2] if kind == "cut" else text)


def _status(kind: str, rest: str, seen: int) -> int:
    if kind == "fail":
        return int(rest)
    if kind == "limited" and seen <= int(rest or 1):
        return 429
    if kind == "flaky" and seen <= int(rest or 1):
        return 500
    return 200


async def _read_request(reader: asyncio.StreamReader) -> Recorded | None:
    head = await reader.readuntil(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {
        name.strip().lower(): value.strip()
        for name, separator, value in (line.partition(":") for line in lines)
        if separator
    }
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    parts = first.split(" ")
    return Recorded(parts[1], headers, json.loads(body) if body else {}) if len(parts) > 1 else None


def _head(status: int, headers: dict[str, str]) -> bytes:
    lines = [f"HTTP/1.1 {status} {REASONS.get(status, 'Status')}", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


async def _send(
    writer: asyncio.StreamWriter, status: int, text: str, headers: dict[str, str] | None = None
) -> None:
    body = text.encode()
    length = {"Content-Type": "application/json", "Content-Length": str(len(body))}
    writer.write(_head(status, {**length, **(headers or {})}) + body)
    await writer.drain()


async def _send_stream(writer: asyncio.StreamWriter, events: list[str]) -> None:
    writer.write(_head(200, {"Content-Type": "text/event-stream"}))
    await _send_events(writer, events)


async def _send_events(writer: asyncio.StreamWriter, events: list[str]) -> None:
    for event in events:
        writer.write(event.encode())
        await writer.drain()


async def _send_until_refused(writer: asyncio.StreamWriter, size: int) -> None:
    writer.write(_head(200, {"Content-Type": "application/json"}))
    for _ in range(size // 65_536 + 1):
        writer.write(b" " * 65_536)
        await writer.drain()


async def _main(port: int) -> None:
    server = ModelServer()
    await server.start(port)
    sys.stdout.write(f"listening on {server.url}\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="A stand-in for model vendors' servers.")
    parser.add_argument("--port", type=int, default=0)
    asyncio.run(_main(parser.parse_args().port))
