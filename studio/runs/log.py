"""Rows of the log: reading, and the append from outside.

An outside append (a person's decision, a command, a lost lease) takes the run's row lock, which
gives out `seq`, so the log stays gap-free in commit order whoever writes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from runtime.events import SCHEMA_VERSION, Draft
from runtime.events import Event as LogEvent
from runtime.events.envelope import EVENT_ADAPTER
from runtime.events.sanitise import sanitise
from studio.core.broadcast import run_changed_on_commit
from studio.core.redaction import redact
from studio.core.wakeups import wake_on_commit
from studio.runs.models import Event, Run, RunState

_QUOTING = frozenset({"model.failed", "run.failed", "run.paused"})
COLUMNS = (
    "seq",
    "schema_version",
    "occurred_at",
    "key",
    "agent_path",
    "turn",
    "correlation_id",
    "body",
)


PORTION = 50


def iso(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def body_of(draft: Draft) -> str:
    """The payload as JSON text that both databases and every browser take."""
    text = json.dumps(
        sanitise(draft.payload.model_dump(mode="json")), ensure_ascii=False, allow_nan=False
    )
    # Vendors' error texts are in these, and some quote the key that they refuse.
    return redact(text) if draft.payload.kind in _QUOTING else text


def rows_of(
    run_id: Any, drafts: Sequence[Draft], *, first_seq: int, at: datetime
) -> list[dict[str, Any]]:
    return [
        {
            "run_id": run_id,
            "seq": first_seq + index,
            "key": draft.key,
            "kind": draft.payload.kind,
            "schema_version": SCHEMA_VERSION,
            "occurred_at": at,
            "agent_path": draft.agent_path,
            "turn": draft.turn,
            "correlation_id": draft.correlation_id,
            "fingerprint": draft.fingerprint(),
            "body": body_of(draft),
        }
        for index, draft in enumerate(drafts)
    ]


def event_of(row: dict[str, Any]) -> LogEvent:
    fields = {name: row[name] for name in COLUMNS if name != "body"}
    return EVENT_ADAPTER.validate_python({**fields, "payload": json.loads(row["body"])})


def wire_text(row: dict[str, Any]) -> str:
    """The event as sockets send it; the stored payload is spliced in, not parsed."""
    head = json.dumps(
        {
            "seq": row["seq"],
            "schema_version": row["schema_version"],
            "occurred_at": iso(row["occurred_at"]),
            "key": row["key"],
            "agent_path": row["agent_path"],
            "turn": row["turn"],
            "correlation_id": row["correlation_id"],
        },
        ensure_ascii=False,
    )
    return f'{head[:-1]}, "payload": {row["body"]}}}'


def wire_object(row: dict[str, Any]) -> dict[str, Any]:
    parsed: dict[str, Any] = json.loads(wire_text(row))
    return parsed


def page_rows(
    run_id: Any,
    *,
    after: int = 0,
    upto: int | None = None,
    limit: int = 500,
    max_bytes: int = 2 * 1024 * 1024,
) -> list[dict[str, Any]]:
    """Events after `after` in order; at least one if there is one, else at most `limit` and
    about `max_bytes` of bodies."""
    rows: list[dict[str, Any]] = []
    size = 0
    while len(rows) < limit:
        # In small portions: bodies can be large, and what does not fit is not even loaded.
        count = min(PORTION, limit - len(rows))
        query = Event.objects.filter(run_id=run_id, seq__gt=rows[-1]["seq"] if rows else after)
        if upto is not None:
            query = query.filter(seq__lte=upto)
        portion = list(query.order_by("seq").values(*COLUMNS)[:count])
        for row in portion:
            size += len(row["body"])
            if size > max_bytes and rows:
                return rows
            rows.append(row)
        if len(portion) < count:
            break
    return rows


def append_outside(run: Run, drafts: Iterable[Draft], *, wake: bool = True, **changes: Any) -> None:
    """Appends under the row lock that the caller holds (`lock_run`); `changes` are columns of the
    run. With `wake`, the engine parks only after it has read these events."""
    drafts = list(drafts)
    now = timezone.now()
    rows = rows_of(run.pk, drafts, first_seq=run.head_seq + 1, at=now)
    Event.objects.bulk_create([Event(**row) for row in rows])
    run.head_seq += len(drafts)
    if wake:
        run.wake_seq = run.head_seq
    for name, value in changes.items():
        setattr(run, name, value)
    run.save(update_fields=["head_seq", "wake_seq", *changes])
    run_changed_on_commit(run.pk, run.head_seq, run.workspace_id)
    if run.state == RunState.QUEUED:
        wake_on_commit(run.pk, run.queue)


def lock_run(run_id: Any) -> Run | None:
    """The row, locked until the transaction ends."""
    assert transaction.get_connection().in_atomic_block
    return Run.objects.select_for_update().filter(pk=run_id).first()
