"""Who in a run is doing something, and who only waits for something slow."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Generic, TypeVar

from runtime.events.payloads import Wait
from runtime.ports import Clock

T = TypeVar("T")


class SlowWait(Generic[T]):
    """A branch that is out of action until somebody wakes it."""

    def __init__(self, activity: Activity, wait: Wait) -> None:
        self.wait = wait
        self._activity = activity
        self._future: asyncio.Future[T] = asyncio.get_running_loop().create_future()

    def wake(self, value: T) -> None:
        """Counts the branch as active from now, not from when its coroutine gets its turn: a run
        must not park between the two."""
        if not self._future.done():
            self._future.set_result(value)
            self._activity.leave(self)

    async def wait_for(self) -> T:
        try:
            return await self._future
        except asyncio.CancelledError:
            if not self._future.done() or self._future.cancelled():
                self._activity.leave(self)
            raise


class Activity:
    """Counts active branches. `on_change` is called whenever the answer to `idle` may differ."""

    def __init__(self, on_change: Callable[[], None]) -> None:
        self._active = 1
        self._waits: dict[SlowWait[Any], None] = {}
        self._on_change = on_change

    @property
    def idle(self) -> bool:
        return self._active == 0

    @property
    def waits(self) -> list[Wait]:
        return [slow.wait for slow in self._waits]

    def enter(self, wait: Wait) -> SlowWait[Any]:
        slow: SlowWait[Any] = SlowWait(self, wait)
        self._waits[slow] = None
        self._active -= 1
        self._on_change()
        return slow

    def leave(self, slow: SlowWait[Any]) -> None:
        if slow in self._waits:
            del self._waits[slow]
            self._active += 1
            self._on_change()

    async def gather(self, branches: Sequence[Coroutine[Any, Any, T]]) -> list[T]:
        """Runs branches concurrently and returns their results in declared order. The first error
        cancels the others, is awaited with them, and raised."""
        if len(branches) == 1:
            return [await branches[0]]
        if not branches:
            return []
        running = len(branches)
        self._active += running - 1

        async def branch(work: Coroutine[Any, Any, T]) -> T:
            nonlocal running
            try:
                return await work
            finally:
                running -= 1
                if running:  # the last one hands its place back to the parent
                    self._active -= 1
                    self._on_change()

        tasks = [asyncio.ensure_future(branch(work)) for work in branches]
        try:
            return list(await asyncio.gather(*tasks))
        except BaseException:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            raise


async def within(clock: Clock, seconds: float | None, work: Coroutine[Any, Any, T]) -> T:
    """Raises TimeoutError, and cancels the work, when it takes longer by this clock; None: it may
    take for ever. Does not wait for work that ignores its cancellation."""
    if seconds is None:
        return await work
    task = asyncio.ensure_future(work)
    timer = asyncio.ensure_future(clock.sleep(seconds))
    try:
        await asyncio.wait({task, timer}, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            return task.result()
        raise TimeoutError
    finally:
        timer.cancel()
        if not task.done():
            task.add_done_callback(_seen)
            task.cancel()


async def interruptible(
    clock: Clock, seconds: float | None, work: Coroutine[Any, Any, T], grace: float = 5.0
) -> T:
    """Like `within`, and waits up to `grace` for the cancelled work to end."""
    if seconds is None:
        return await work
    task = asyncio.ensure_future(work)
    try:
        return await within(clock, seconds, _awaiting(task))
    except TimeoutError:
        if task.done():
            return task.result()
        task.cancel()
        await asyncio.wait({task}, timeout=grace)
        raise
    except asyncio.CancelledError:
        task.cancel()
        raise


async def _awaiting(task: asyncio.Task[T]) -> T:
    return await asyncio.shield(task)


def _seen(task: asyncio.Future[Any]) -> None:
    """Nobody waits for it any more: what became of it is not reported as forgotten."""
    if not task.cancelled():
        task.exception()
