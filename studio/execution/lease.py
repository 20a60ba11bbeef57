"""The lease of this worker process.

A row with an expiry by the database's clock, renewed by a thread of its own, and only while the
engine's loop answers: a process that is stuck loses its runs to others. By its own monotonic clock
the process fences itself before the lease can have expired for others.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
import uuid
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.db import DatabaseError, InterfaceError, close_old_connections, connection

from studio.execution.claims import db_now
from studio.runs.models import Worker

logger = logging.getLogger(__name__)


def new_boot_id() -> str:
    return f"{socket.gethostname()[:24]}-{os.getpid()}-{uuid.uuid4().hex[:12]}"


class WorkerLease:
    """`alive()` says whether the loop answers; `on_fence` is called once per lost lease, in the
    lease's thread. After that the process goes on under a new boot id."""

    def __init__(
        self, *, queue: str, alive: Callable[[], bool], on_fence: Callable[[], None]
    ) -> None:
        self.boot_id = new_boot_id()
        self._queue = queue
        self._alive = alive
        self._on_fence = on_fence
        self._renewed = 0.0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._loop, name="troupe-lease", daemon=True)

    def start(self) -> None:
        """Raises what the database raises: without a lease no worker starts."""
        self._write()
        self._thread.start()

    def stop(self) -> None:
        """Ends the renewal and gives the lease back, so that others need not wait for it."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout=5)
        try:
            Worker.objects.filter(boot_id=self.boot_id).delete()
        except (DatabaseError, InterfaceError) as error:
            logger.warning("the lease was not given back, it expires: %s", error)

    def fenced(self) -> bool:
        return time.monotonic() - self._renewed > settings.LEASE_FENCE_SECONDS

    def _write(self) -> None:
        # Taken before the query: a slow query must not make us believe in a longer lease.
        asked = time.monotonic()
        expires = db_now() + timedelta(seconds=settings.LEASE_SECONDS)
        Worker.objects.update_or_create(
            boot_id=self.boot_id, defaults={"expires_at": expires, "queue": self._queue}
        )
        self._renewed = asked

    def _loop(self) -> None:
        while not self._stop.wait(settings.LEASE_RENEW_SECONDS):
            self._renew()
            if self.fenced():
                logger.error("lease lost: this process stops its runs and starts anew")
                self._on_fence()
                self.boot_id = new_boot_id()
                self._renew()
        connection.close()

    def _renew(self) -> None:
        if not self._alive():
            logger.error("the engine's loop does not answer; the lease is not renewed")
            return
        try:
            close_old_connections()
            self._write()
        except (DatabaseError, InterfaceError) as error:
            logger.warning("lease not renewed: %s", error)
            connection.close()
