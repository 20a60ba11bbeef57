"""What there is to gain at most: a queue, the vendor's SDK as documented, plain HTTP."""

from __future__ import annotations

import asyncio
from typing import Any

from benchmarks.cases import measure


async def rpc() -> float:
    queue: asyncio.Queue[tuple[int, asyncio.Future[int]]] = asyncio.Queue()

    async def actor() -> None:
        while True:
            number, reply = await queue.get()
            reply.set_result(number)

    task = asyncio.create_task(actor())

    async def work() -> int:
        loop = asyncio.get_running_loop()
        for number in range(20_000):
            reply = loop.create_future()
            queue.put_nowait((number, reply))
            await reply
        return 20_000

    rate = await measure.per_second(work)
    task.cancel()
    return rate


def sdk(count: int) -> Any:
    async def case() -> float:
        from openai import AsyncOpenAI

        async with measure.model_server(0) as url:
            client = AsyncOpenAI(api_key="x", base_url=url, max_retries=0)
            messages: Any = measure.transcript(count)
            return await measure.cpu_per_call(
                lambda: client.chat.completions.create(model="gpt-4o", messages=messages)
            )

    return case


def http(count: int) -> Any:
    async def case() -> float:
        import httpx

        async with measure.model_server(0) as url, httpx.AsyncClient() as client:
            body = {"model": "gpt-4o", "messages": measure.transcript(count)}

            async def call() -> Any:
                return (await client.post(f"{url}/chat/completions", json=body)).json()

            return await measure.cpu_per_call(call)

    return case


CASES = {
    "rpc": rpc,
    "call-1": sdk(1),
    "call-500": sdk(500),
    "http-1": http(1),
    "http-500": http(500),
}

if __name__ == "__main__":
    measure.main(CASES)
