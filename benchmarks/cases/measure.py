"""What every side of a benchmark shares: clocks, memory, a server that answers late. Imports
neither Troupe nor a peer."""

from __future__ import annotations

import asyncio
import gc
import json
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

WORDS = "Urban trees cool streets, hold water and give shade to people who walk there. "
MODEL_DELAY = 0.05


def report(value: float) -> None:
    print(json.dumps({"value": value}))


def main(cases: dict[str, Callable[[], Any]]) -> None:
    case = cases[sys.argv[1]]
    result = case()
    report(asyncio.run(result) if asyncio.iscoroutine(result) else result)


async def per_second(work: Callable[[], Awaitable[int]]) -> float:
    """`work` returns how many things it did."""
    gc.collect()
    begun = time.perf_counter()
    done = await work()
    return done / (time.perf_counter() - begun)


def resident_bytes() -> int:
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096


def transcript(count: int) -> list[dict[str, str]]:
    """`count` messages as OpenAI's protocol has them."""
    roles = ("user", "assistant")
    return [{"role": roles[n % 2], "content": f"{n}: {WORDS}"} for n in range(count)]


REPLY = {
    "id": "x",
    "object": "chat.completion",
    "created": 1,
    "model": "gpt-4o",
    "choices": [
        {
            "index": 0,
            "finish_reason": "stop",
            "message": {"role": "assistant", "content": "A short answer."},
        }
    ],
    "usage": {"prompt_tokens": 10, "completion_tokens": 4, "total_tokens": 14},
}


@asynccontextmanager
async def model_server(delay: float) -> AsyncIterator[str]:
    """An OpenAI-compatible server in this process's loop; its own work is small and the same for
    every side."""
    body = json.dumps(REPLY).encode()
    head = (
        f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                request = await reader.readuntil(b"\r\n\r\n")
                length = 0
                for line in request.decode("latin-1").split("\r\n"):
                    if line.lower().startswith("content-length:"):
                        length = int(line.split(":")[1])
                await reader.readexactly(length)
                await asyncio.sleep(delay)
                writer.write(head + body)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        server.close()


async def cpu_per_call(call: Callable[[], Awaitable[Any]], count: int = 40) -> float:
    """Milliseconds of this process's CPU for one call, the loopback server's share included."""
    for _ in range(5):
        await call()
    gc.collect()
    begun = time.process_time()
    for _ in range(count):
        await call()
    return (time.process_time() - begun) / count * 1000


def turn_cost(moments: list[float], turn: int, width: int = 20) -> float:
    """Milliseconds of one turn around this one, from when each turn was seen to end."""
    first = max(1, turn - width // 2)
    last = min(len(moments) - 1, first + width)
    gaps = sorted(moments[n] - moments[n - 1] for n in range(first, last))
    return gaps[len(gaps) // 2] * 1000
