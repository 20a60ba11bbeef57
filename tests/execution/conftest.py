from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from runtime.testing.model_server import ModelServer
from studio.execution import reconciler
from studio.execution.adapters.clock import SystemClock
from studio.execution.reconciler import reconcile
from studio.runs.models import Run


@pytest.fixture
def model_server() -> Iterator[ModelServer]:
    """Vendors' stand-in, over a real socket, on a loop in a thread of its own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="model-server")
    thread.start()
    server = ModelServer()
    try:
        asyncio.run_coroutine_threadsafe(server.start(), loop).result(timeout=10)
        yield server
        asyncio.run_coroutine_threadsafe(server.stop(), loop).result(timeout=10)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(timeout=10)
        loop.close()


class Time:
    """Moves the engine's and the reconciler's clocks on, so that nobody waits for a timer."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def pass_until(self, moment: datetime) -> None:
        self.ahead = max(self.ahead, moment - datetime.now(UTC) + timedelta(seconds=0.01))


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    found = Time()
    monkeypatch.setattr(SystemClock, "now", lambda _: found.now())
    monkeypatch.setattr(reconciler, "db_now", found.now)
    return found


@pytest.fixture
def through_timers(engine: Callable[[], None], time: Time) -> Callable[[str], Run]:
    """Executes a run and, as often as it parks with a timer, lets that time pass and the
    reconciler wake it. Returns its row once it waits for something else, or ended."""

    def go(run_id: str) -> Run:
        while True:
            engine()
            run = Run.objects.get(pk=run_id)
            if run.state != "waiting" or run.due_at is None:
                return run
            time.pass_until(run.due_at)
            assert reconcile()["timers"] == 1

    return go
