"""Which run a worker takes next, and taking it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from runtime.engine import ENGINE_VERSION
from runtime.events import Draft
from runtime.events.payloads import RunClaimed
from studio.runs.log import append_outside, lock_run
from studio.runs.models import Run, RunState

# The workspace with the fewest runs in progress comes first, then age. A suspect (its worker was
# lost with it) is claimed only while no other suspect runs: if it kills the process again, it is
# known which one it was.
_NEXT = """
SELECT r.id FROM runs_run r
LEFT JOIN (
    SELECT workspace_id, COUNT(*) AS busy FROM runs_run WHERE state = 'running'
    GROUP BY workspace_id
) a ON a.workspace_id = r.workspace_id
WHERE r.state = 'queued' AND r.queue = %s AND r.due_at <= %s AND COALESCE(a.busy, 0) < %s
  AND (r.crashes = 0 OR NOT EXISTS (
      SELECT 1 FROM runs_run s WHERE s.state = 'running' AND s.crashes > 0))
ORDER BY COALESCE(a.busy, 0), r.due_at, r.id
LIMIT 1
"""


def db_now() -> datetime:
    """The database's clock. SQLite has the machine's, which is ours."""
    if connection.vendor != "postgresql":
        return timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        now: datetime = cursor.fetchone()[0]
    return now


@transaction.atomic
def claim_next(*, queue: str, boot_id: str) -> Run | None:
    """The next due run of the queue, now ours under a new epoch; None: nothing is due, or every
    due run's workspace has its share."""
    lock = " FOR UPDATE OF r SKIP LOCKED" if connection.vendor == "postgresql" else ""
    now: Any = connection.ops.adapt_datetimefield_value(db_now())
    with connection.cursor() as cursor:
        cursor.execute(_NEXT + lock, [queue, now, settings.WORKSPACE_ACTIVE_RUNS])
        row = cursor.fetchone()
    run = lock_run(row[0]) if row else None
    if run is None or run.state != RunState.QUEUED:
        return None
    epoch = run.epoch + 1
    claimed = RunClaimed(worker=boot_id, epoch=epoch, engine_version=ENGINE_VERSION)
    append_outside(
        run,
        [Draft(key=f"claimed/{epoch}", payload=claimed)],
        wake=False,
        state=RunState.RUNNING,
        epoch=epoch,
        lease_owner=boot_id,
        started_at=run.started_at or timezone.now(),
        waits=[],
        pause=None,
    )
    return run
