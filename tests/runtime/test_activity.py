"""Who works and who waits: what a run's parking depends on."""

from __future__ import annotations

import asyncio

import pytest

from runtime.durable.activity import Activity, within
from runtime.events.payloads import Wait
from runtime.testing import ManualClock

WAIT = Wait(kind="input", detail="x")


class Watched(Activity):
    def __init__(self) -> None:
        self.changes: list[bool] = []
        super().__init__(lambda: self.changes.append(self.idle))


async def test_a_woken_branch_is_active_before_it_gets_its_turn() -> None:
    activity = Watched()
    slow = activity.enter(WAIT)
    assert activity.idle
    assert activity.waits == [WAIT]
    waiting = asyncio.ensure_future(slow.wait_for())
    await asyncio.sleep(0)

    slow.wake("answer")

    assert not activity.idle, "nobody may park the run between the answer and its use"
    assert activity.waits == []
    slow.wake("again")
    assert await waiting == "answer"
    assert not activity.idle
    assert activity.enter(WAIT)
    assert activity.idle, "the count is right, not just above zero"


async def test_a_cancelled_wait_is_no_wait() -> None:
    activity = Watched()
    waiting = asyncio.ensure_future(activity.enter(WAIT).wait_for())
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert not activity.idle
    assert activity.waits == []


async def test_a_run_is_idle_when_all_its_branches_wait() -> None:
    activity = Watched()
    gate = asyncio.Event()
    slows = []

    async def waits() -> str:
        slow = activity.enter(WAIT)
        slows.append(slow)
        return str(await slow.wait_for())

    async def works() -> str:
        await gate.wait()
        return "worked"

    joined = asyncio.ensure_future(activity.gather([waits(), works(), waits()]))
    while len(slows) < 2:  # noqa: ASYNC110
        await asyncio.sleep(0)
    assert not activity.idle
    gate.set()
    while not activity.idle:  # noqa: ASYNC110
        await asyncio.sleep(0)
    assert len(activity.waits) == 2
    slows[1].wake("second")
    slows[0].wake("first")
    assert await joined == ["first", "worked", "second"]
    assert not activity.idle
    activity.enter(WAIT)
    assert activity.idle


async def test_between_the_last_branch_and_the_join_nobody_is_idle() -> None:
    activity = Watched()

    async def nothing() -> None:
        return None

    await activity.gather([nothing(), nothing(), nothing()])
    assert True not in activity.changes


async def test_the_first_error_ends_all_branches() -> None:
    activity = Watched()
    ended = []

    async def fails() -> None:
        raise KeyError("x")

    async def lasts() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(True)

    with pytest.raises(KeyError):
        await activity.gather([lasts(), fails(), lasts()])
    assert ended == [True, True]
    activity.enter(WAIT)
    assert activity.idle


async def test_within_gives_the_result_the_error_or_the_timeout() -> None:
    clock = ManualClock()

    async def value() -> int:
        return 1

    async def error() -> int:
        raise KeyError("x")

    assert await within(clock, 5.0, value()) == 1
    with pytest.raises(KeyError):
        await within(clock, 5.0, error())
    late = asyncio.ensure_future(within(clock, 5.0, asyncio.Event().wait()))
    await clock.until_sleeping(5.0)
    clock.advance(5.0)
    with pytest.raises(TimeoutError):
        await late
    assert clock.sleeping == []
