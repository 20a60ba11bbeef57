"""Whatever a hint, a hook or a worker should have done and did not: found here and done again.

Runs in every worker process; an advisory lock lets one at a time do the work.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.db import DatabaseError, InterfaceError, close_old_connections, connection
from django.db.models import Exists, OuterRef
from django.utils import timezone

from studio.accounts.models import SignInAttempt
from studio.approvals.services import requests_expire
from studio.core.wakeups import wake
from studio.execution.claims import db_now
from studio.runs.models import Run, RunState, Worker
from studio.runs.services import idempotency_purge, run_lease_expired, run_wake

logger = logging.getLogger(__name__)
ADVISORY_LOCK = 0x74726F7570
BATCH = 500


def reconcile() -> dict[str, int]:
    """One round; returns what it did, by name. Safe at any time, in any process."""
    if not _try_lock():
        return {}
    try:
        return {
            "taken_over": _take_over_from_the_dead(),
            "timers": _fire_timers(),
            "expired": requests_expire(),
            "hinted": _hint_due(),
            "purged": _purge(),
        }
    finally:
        _unlock()


def _try_lock() -> bool:
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [ADVISORY_LOCK])
        return bool(cursor.fetchone()[0])


def _unlock() -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [ADVISORY_LOCK])


def _take_over_from_the_dead() -> int:
    """Runs whose worker's lease has expired or is gone."""
    live = Worker.objects.filter(boot_id=OuterRef("lease_owner"), expires_at__gt=db_now())
    orphans = Run.objects.filter(state=RunState.RUNNING).exclude(Exists(live))
    count = 0
    for run_id, owner in orphans.order_by("id").values_list("id", "lease_owner")[:BATCH]:
        count += run_lease_expired(run_id=run_id, owner=owner, counts=True)
    Worker.objects.filter(expires_at__lt=db_now() - timedelta(hours=1)).delete()
    return count


def _fire_timers() -> int:
    due = Run.objects.filter(state=RunState.WAITING, due_at__lte=db_now())
    return sum(
        run_wake(run_id=run_id, reason="its timer is due")
        for run_id in due.order_by("due_at").values_list("id", flat=True)[:BATCH]
    )


def _hint_due() -> int:
    """One wake-up for each run that has been due for a moment and is not moving."""
    due = Run.objects.filter(
        state=RunState.QUEUED, due_at__lte=db_now() - timedelta(seconds=1)
    ).order_by("due_at", "id")
    rows = list(due.values_list("id", "queue")[: settings.WORKER_CONCURRENCY])
    for run_id, queue in rows:
        wake(run_id, queue)
    return len(rows)


def _purge() -> int:
    before = timezone.now() - timedelta(days=1)
    idempotency_purge(before)
    return SignInAttempt.objects.filter(at__lt=before).delete()[0]


class Reconciler:
    """`reconcile` every few seconds in a thread of its own, and at once when it starts."""

    def __init__(self, work: Callable[[], object] = reconcile) -> None:
        self._work = work
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._loop, name="troupe-reconciler", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout=10)

    def _loop(self) -> None:
        while True:
            try:
                close_old_connections()
                self._work()
            except (DatabaseError, InterfaceError) as error:
                logger.warning("reconciler waits for the database: %s", error)
                connection.close()
            except Exception:
                # One bad row must not end the rounds that everything else relies on.
                logger.exception("a round of the reconciler failed")
            if self._stop.wait(settings.RECONCILE_SECONDS):
                connection.close()
                return
