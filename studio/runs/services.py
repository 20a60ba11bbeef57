"""Writes to sessions and runs that need no engine; what starts a run is in `execution`."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from runtime.events import Draft
from runtime.events.payloads import (
    Actor,
    CommandReceived,
    LeaseExpired,
    RunQuarantined,
    RunRequeued,
)
from studio.accounts.selectors import Access
from studio.core.errors import Conflict, NotFound
from studio.core.models import Id
from studio.library.models import Definition
from studio.runs.log import append_outside, lock_run
from studio.runs.models import ENDED, IdempotencyKey, Run, RunState, Session

CRASHES_BEFORE_QUARANTINE = 3


def actor_of(access: Access) -> Actor:
    return Actor(id=str(access.user.pk), name=access.user.display_name)


def session_create(*, access: Access, definition: Definition, name: str = "") -> Session:
    access.require("run")
    return Session.objects.create(
        workspace=access.workspace,
        definition=definition,
        name=(name.strip() or definition.name)[:200],
        created_by=access.user,
    )


@transaction.atomic
def run_command(*, access: Access, run_id: Id, command: str, reason: str = "") -> Run:
    """Stop, end, pause or resume. It takes effect at the engine's next numbered point; a run that
    no worker holds is made due, so that it comes to one.

    Raises NotFound, Conflict `run_ended`.
    """
    access.require("run")
    run = Run.objects.select_for_update().filter(workspace=access.workspace, pk=run_id).first()
    if run is None:
        raise NotFound("This run")
    if run.state in ENDED:
        raise Conflict("run_ended", f"This run has ended ({run.state}).")
    if command == "pause" and run.state in (RunState.PAUSED, RunState.QUARANTINED):
        return run
    if command == "resume" and run.state == RunState.WAITING:
        return run
    draft = Draft(
        key=f"command/{uuid.uuid4()}",
        payload=CommandReceived(command=command, reason=reason[:500], by=actor_of(access)),
    )
    changes: dict[str, Any] = {}
    if run.state in (RunState.WAITING, RunState.PAUSED, RunState.QUARANTINED):
        changes = {"state": RunState.QUEUED, "due_at": timezone.now(), "waits": [], "pause": None}
        if run.state == RunState.QUARANTINED:
            changes["crashes"] = 0
    append_outside(run, [draft], **changes)
    return run


@transaction.atomic
def run_wake(*, run_id: Id, reason: str) -> bool:
    """Makes a waiting run due; False when it was not waiting."""
    run = lock_run(run_id)
    if run is None or run.state != RunState.WAITING:
        return False
    draft = Draft(key=f"requeued/{run.head_seq}", payload=RunRequeued(reason=reason))
    append_outside(run, [draft], state=RunState.QUEUED, due_at=timezone.now(), waits=[])
    return True


@transaction.atomic
def run_lease_expired(*, run_id: Id, owner: str, counts: bool) -> bool:
    """running → queued because its worker is gone; the third time without progress,
    → quarantined. `counts`: False for a worker that was drained."""
    run = lock_run(run_id)
    if run is None or run.state != RunState.RUNNING or run.lease_owner != owner:
        return False
    crashes = run.crashes + 1 if counts else run.crashes
    drafts = [Draft(key=f"expired/{run.epoch}", payload=LeaseExpired(worker=owner))]
    state: str = RunState.QUEUED
    if crashes >= CRASHES_BEFORE_QUARANTINE:
        state = RunState.QUARANTINED
        detail = f"Its worker ended {crashes} times in a row without finishing a step."
        drafts.append(Draft(key=f"quarantined/{run.epoch}", payload=RunQuarantined(detail=detail)))
    append_outside(run, drafts, state=state, lease_owner="", crashes=crashes, due_at=timezone.now())
    return True


def idempotency_begin(
    *, access: Access, key: str, request_hash: str
) -> tuple[IdempotencyKey, bool]:
    """The row of this key, and whether it is new. Call it in the transaction that does the work:
    then a key is recorded exactly when its work is, and a second request waits for the first.

    Raises Conflict `idempotency_key_reused` when the key was used for something else.
    """
    try:
        with transaction.atomic():
            row = IdempotencyKey.objects.create(
                user=access.user,
                workspace=access.workspace,
                key=key[:200],
                request_hash=request_hash,
            )
    except IntegrityError:
        row = IdempotencyKey.objects.get(
            user=access.user, workspace=access.workspace, key=key[:200]
        )
        if row.request_hash != request_hash:
            raise Conflict(
                "idempotency_key_reused", "This Idempotency-Key was used for another request."
            ) from None
        return row, False
    return row, True


def idempotency_finish(row: IdempotencyKey, *, status: int, response: object) -> None:
    IdempotencyKey.objects.filter(pk=row.pk).update(status=status, response=response)


def idempotency_purge(before: datetime) -> None:
    IdempotencyKey.objects.filter(created_at__lt=before).delete()
