"""A production worker: Celery in the main thread, the engine beside it."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from typing import Any

from django.conf import settings

from studio import celery
from studio.core.broadcast import hub
from studio.execution.serve import FORCE_AFTER_SECONDS, EnginePart, _leave_by_force


def run_worker(*, queue: str, on_ready: Callable[[], None]) -> None:
    """Until SIGTERM or SIGINT: the engine drains first, then Celery's slots are free."""
    _start_hint_loop()
    celery.app.set_default()
    celery.app.loader.import_default_modules()
    engine = EnginePart(queue=queue)
    worker: Any = celery.app.WorkController(
        app=celery.app,
        hostname=f"troupe-{os.getpid()}@localhost",
        pool="threads",
        concurrency=settings.WORKER_CONCURRENCY,
        queues=[queue],
        loglevel="WARNING",
        without_heartbeat=True,
        without_mingle=True,
        without_gossip=True,
        ready_callback=lambda _: on_ready(),
    )
    begun = threading.Event()

    def stop() -> None:
        engine.stop()
        worker.stop()

    def on_signal(*_: Any) -> None:
        if begun.is_set():
            return
        begun.set()
        force = threading.Timer(FORCE_AFTER_SECONDS, _leave_by_force)
        force.daemon = True
        force.start()
        threading.Thread(target=stop, name="troupe-shutdown", daemon=True).start()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, on_signal)
    worker.start()


def _start_hint_loop() -> None:
    """A loop of its own for hints to Redis: publishing must not wait for the engine."""
    import asyncio

    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="troupe-hints", daemon=True).start()
    hub.bind_loop(loop)
