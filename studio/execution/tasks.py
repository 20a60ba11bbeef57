from __future__ import annotations

import logging
from typing import Any

from celery import shared_task
from kombu.exceptions import OperationalError

from studio.execution.runner import current_host

logger = logging.getLogger(__name__)


@shared_task(  # type: ignore[untyped-decorator]
    name="troupe.advance_run", ignore_result=True, acks_late=False
)
def advance_run(run_id: str, **_: Any) -> None:
    """Executes due runs. `run_id` is a hint for the log only: the claim takes the next in fair
    order, so lost, doubled and late deliveries are harmless."""
    host = current_host()
    if host is None:
        logger.warning("wake-up for %s in a process without an engine", run_id)
        return
    host.advance()


def send_wakeup(run_id: str, queue: str) -> None:
    """Best effort: without a broker the reconciler's next round makes up for it."""
    try:
        advance_run.apply_async(kwargs={"run_id": run_id}, queue=queue, retry=False, expires=60)
    except (OperationalError, OSError) as error:
        logger.warning("wake-up for run %s not sent: %s", run_id, error)
