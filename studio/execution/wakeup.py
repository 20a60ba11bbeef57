"""Importing Celery takes half a second; commands that wake nobody need not pay for it."""

from __future__ import annotations


def send_wakeup_lazily(run_id: str, queue: str) -> None:
    from studio import celery
    from studio.execution.tasks import send_wakeup

    celery.app.set_default()
    send_wakeup(run_id, queue)
