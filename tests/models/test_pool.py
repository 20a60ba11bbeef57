"""Shared clients: one for each key, made once, and nobody waits for another's."""

from __future__ import annotations

import asyncio

import pytest

from runtime.model_clients.pool import ModelClientPool


class Client:
    def __init__(self) -> None:
        self.closed = 0

    async def close(self) -> None:
        self.closed += 1


async def test_callers_at_once_share_one() -> None:
    pool, made, go = ModelClientPool(), [], asyncio.Event()

    async def make() -> Client:
        await go.wait()
        made.append(Client())
        return made[-1]

    waiting = [asyncio.ensure_future(pool.get("a", make)) for _ in range(5)]
    await asyncio.sleep(0)
    go.set()
    assert {id(client) for client in await asyncio.gather(*waiting)} == {id(made[0])}
    await pool.close()
    assert made[0].closed == 1


async def test_one_that_is_slow_to_make_holds_up_nobody() -> None:
    pool = ModelClientPool()
    never = asyncio.ensure_future(pool.get("slow", asyncio.Event().wait))
    await asyncio.sleep(0)
    async with asyncio.timeout(5):
        assert isinstance(await pool.get("quick", Client), Client)
    await pool.close()
    with pytest.raises(asyncio.CancelledError):
        await never


async def test_a_failure_is_tried_again() -> None:
    pool, tries = ModelClientPool(), []

    def make() -> Client:
        tries.append(1)
        if len(tries) == 1:
            raise ValueError("no SDK")
        return Client()

    with pytest.raises(ValueError, match="no SDK"):
        await pool.get("a", make)
    assert await pool.get("a", make) is await pool.get("a", make)
    assert len(tries) == 2


async def test_a_caller_that_gives_up_takes_it_from_nobody() -> None:
    pool, go = ModelClientPool(), asyncio.Event()

    async def make() -> Client:
        await go.wait()
        return Client()

    first = asyncio.ensure_future(pool.get("a", make))
    second = asyncio.ensure_future(pool.get("a", make))
    await asyncio.sleep(0)
    first.cancel()
    go.set()
    assert isinstance(await second, Client)
    await pool.close()


async def test_the_one_that_was_not_used_longest_goes() -> None:
    pool = ModelClientPool(capacity=2)
    first = await pool.get("a", Client)
    await pool.get("b", Client)
    assert await pool.get("a", Client) is first
    await pool.get("c", Client)
    assert await pool.get("a", Client) is first
    assert first.closed == 0
