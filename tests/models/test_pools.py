"""Many calls at once share few connections a pool, and each pool counts who is in it."""

from __future__ import annotations

import asyncio

import httpx2

from runtime.model_clients.pools import POOL, POOLS, Pools
from tests.runtime.support import until_true


class Held(httpx2.AsyncBaseTransport):
    """Answers when the test says so."""

    def __init__(self) -> None:
        self.inside = 0
        self.gate = asyncio.Event()

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self.inside += 1
        await self.gate.wait()
        if request.url.path == "/fails":
            raise httpx2.ConnectError("no")
        return httpx2.Response(200, stream=_Body())


class _Body(httpx2.AsyncByteStream):
    async def __aiter__(self):  # type: ignore[no-untyped-def]
        yield b"x"


async def test_calls_fill_one_pool_after_the_other_and_leave() -> None:
    pools = Pools()
    held = [Held() for _ in range(POOLS)]
    pools._pools = held  # type: ignore[assignment]
    client = httpx2.AsyncClient(transport=pools, base_url="http://models.test")
    paths = ["/" if number % 3 else "/fails" for number in range(POOL * 2 + 1)]
    calls = [asyncio.ensure_future(client.get(path)) for path in paths]
    await until_true(lambda: sum(pool.inside for pool in held) == len(calls))
    assert [pool.inside for pool in held[:4]] == [POOL, POOL, 1, 0]

    for pool in held:
        pool.gate.set()
    await asyncio.gather(*calls, return_exceptions=True)
    assert pools._busy == [0] * POOLS
    await client.aclose()


async def test_a_call_that_is_cancelled_leaves_too() -> None:
    pools = Pools()
    held = Held()
    pools._pools = [held] * POOLS  # type: ignore[list-item]
    client = httpx2.AsyncClient(transport=pools, base_url="http://models.test")
    call = asyncio.ensure_future(client.get("/"))
    await until_true(lambda: held.inside == 1)
    call.cancel()
    await asyncio.gather(call, return_exceptions=True)
    assert pools._busy == [0] * POOLS
    await client.aclose()
