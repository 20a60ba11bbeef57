"""The process's life: the server in the main thread, the engine and the Celery worker beside it.

Shutdown: not ready → drain → park or cancel runs on the engine's loop → stop the Celery worker →
stop the server → exit, by force if need be. With the server and the engine on one loop it was
measured to hang; in this order it is clean.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from collections.abc import Callable
from typing import Any

from django.conf import settings

logger = logging.getLogger(__name__)
FORCE_AFTER_SECONDS = 20.0


def serve_http(*, host: str, port: int, on_ready: Callable[[], None], parts: list[Any]) -> None:
    """Serves until SIGINT or SIGTERM; `parts` have `stop()` and are stopped first, in order."""
    from twisted.internet import asyncioreactor

    asyncioreactor.install()  # type: ignore[no-untyped-call]
    from daphne.server import Server
    from twisted.internet import reactor

    from studio.asgi import application

    address = host.replace(":", r"\:")
    server = Server(
        application=application,
        endpoints=[f"tcp:port={port}:interface={address}"],
        signal_handlers=False,
        websocket_timeout=60 * 60 * 24 * 365,
        ready_callable=lambda: None,
        server_name="troupe",
        # Daphne's own proxy headers stay off: Django reads what TROUPE_BEHIND_PROXY allows.
    )
    shutdown = _Shutdown(parts, stop_server=lambda: reactor.callFromThread(server.stop))
    loop = reactor._asyncioEventloop
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, shutdown.begin)
    reactor.callWhenRunning(on_ready)
    server.run()


class _Shutdown:
    def __init__(self, parts: list[Any], *, stop_server: Callable[[], None]) -> None:
        self._parts = parts
        self._stop_server = stop_server
        self._begun = False

    def begin(self) -> None:
        if self._begun:
            return
        self._begun = True
        force = threading.Timer(FORCE_AFTER_SECONDS, _leave_by_force)
        force.daemon = True
        force.start()
        threading.Thread(target=self._stop, name="troupe-shutdown", daemon=True).start()

    def _stop(self) -> None:
        for part in self._parts:
            try:
                part.stop()
            except Exception:
                # The other parts must be stopped all the same.
                logger.exception("%s did not stop cleanly", type(part).__name__)
        self._stop_server()


def _leave_by_force() -> None:
    sys.stderr.write("Some work did not end in time; leaving it. It goes on at the next start.\n")
    sys.stderr.flush()
    os._exit(0)


class EnginePart:
    """The engine with its lease, writer and reconciler."""

    def __init__(self, *, queue: str = "default") -> None:
        from studio.execution.runner import start_engine

        start_engine(queue=queue)

    def stop(self) -> None:
        from studio.execution.runner import drain_engine, stop_engine

        drain_engine(settings.DRAIN_SECONDS)
        stop_engine()


class CeleryPart:
    """A Celery worker in a thread of this process, on the memory broker."""

    def __init__(self) -> None:
        from studio import celery

        celery.app.set_default()
        celery.app.loader.import_default_modules()
        ready = threading.Event()
        self._worker = celery.app.WorkController(
            app=celery.app,
            hostname="embedded@localhost",
            pool="threads",
            concurrency=settings.WORKER_CONCURRENCY,
            loglevel="WARNING",
            without_heartbeat=True,
            without_mingle=True,
            without_gossip=True,
            ready_callback=lambda _: ready.set(),
        )
        self._thread = threading.Thread(
            target=self._worker.start, name="troupe-celery", daemon=True
        )
        self._thread.start()
        ready.wait(timeout=10)

    def stop(self) -> None:
        self._worker.stop()
        self._thread.join(timeout=5)
