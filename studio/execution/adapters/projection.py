"""What an append of the engine changes beside the log, in the same transaction: columns of the run
and the requests that people decide."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection

from runtime.events import Draft, payloads
from studio.approvals.models import ApprovalRequest, RequestKind, RequestState
from studio.core.redaction import redact
from studio.runs.models import ENDED, RunState

PROGRESS = frozenset(
    {"model.completed", "tool.completed", "turn.ended", "approval.requested", "input.requested"}
)


class Changes:
    """Assignments for the one UPDATE of the run's row."""

    def __init__(self) -> None:
        self._values: dict[str, tuple[str, list[Any]]] = {}

    def set(self, column: str, value: Any) -> None:
        self._values[column] = ("%s", [value])

    def add(self, column: str, value: Any) -> None:
        _, old = self._values.get(column, ("", [0]))
        self._values[column] = (f"{column} + %s", [old[0] + value])

    def sql(self) -> tuple[str, list[Any]]:
        parts = [f", {column} = {text}" for column, (text, _) in self._values.items()]
        return "".join(parts), [v for _, values in self._values.values() for v in values]


def as_json(value: Any) -> Any:
    """A JSON column's value for plain SQL."""
    if connection.vendor == "postgresql":
        from psycopg.types.json import Jsonb

        return Jsonb(value)
    return json.dumps(value)


def as_time(value: datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(value)


def run_changes(drafts: Sequence[Draft], *, now: datetime) -> Changes:
    changes = Changes()
    for draft in drafts:
        _apply(changes, draft, now)
    return changes


def _apply(changes: Changes, draft: Draft, now: datetime) -> None:
    if draft.payload.kind in PROGRESS:
        changes.set("crashes", 0)
    match draft.payload:
        case payloads.ModelCompleted() as done:
            _count(changes, done)
        case payloads.TurnStarted():
            if "/" not in draft.agent_path:
                changes.set("turns", draft.turn)
        case payloads.RunParked() | payloads.RunPaused() | payloads.RunReleased() as left:
            _apply_leaving(changes, left, now)
        case payloads.RunCompleted(stop_reason=reason):
            _end(changes, RunState.COMPLETED, now)
            changes.set("stop_reason", reason[:500])
        case payloads.RunStopped(reason=reason):
            _end(changes, RunState.STOPPED, now)
            changes.set("stop_reason", reason[:500])
        case payloads.RunFailed(error=error):
            _end(changes, RunState.FAILED, now)
            changes.set("error", as_json(_shown(error)))
        case _:
            pass


def _count(changes: Changes, done: payloads.ModelCompleted) -> None:
    changes.add("prompt_tokens", done.usage.prompt_tokens)
    changes.add("completion_tokens", done.usage.completion_tokens)
    changes.add("cached_tokens", done.usage.cached_tokens or 0)
    if done.cost_usd is not None:
        changes.add("cost_usd", Decimal(done.cost_usd))
    elif not done.model.scripted:
        changes.set("cost_unknown", True)


def _apply_leaving(
    changes: Changes,
    left: payloads.RunParked | payloads.RunPaused | payloads.RunReleased,
    now: datetime,
) -> None:
    if isinstance(left, payloads.RunParked):
        _leave(changes, RunState.WAITING)
        changes.set("waits", as_json([w.model_dump(mode="json") for w in left.waits]))
        timers = [w.until for w in left.waits if w.until is not None]
        changes.set("due_at", as_time(min(timers)) if timers else None)
    elif isinstance(left, payloads.RunPaused):
        _leave(changes, RunState.PAUSED)
        changes.set("pause", as_json(_shown(left)))
    else:
        _leave(changes, RunState.QUEUED)
        changes.set("due_at", as_time(now))


def _shown(reason: payloads.ErrorInfo | payloads.RunPaused) -> dict[str, str | None]:
    """Without any key that a vendor's text may quote."""
    hint = redact(reason.hint) if reason.hint else None
    return {"code": reason.code, "detail": redact(reason.detail), "hint": hint}


def _leave(changes: Changes, state: str) -> None:
    changes.set("state", state)
    changes.set("lease_owner", "")


def _end(changes: Changes, state: str, now: datetime) -> None:
    _leave(changes, state)
    changes.set("ended_at", as_time(now))


def write_requests(run_id: Any, workspace_id: Any, rows: Sequence[dict[str, Any]]) -> None:
    """Requests that these events ask for; and when the run ends, nothing is left to decide."""
    for row in rows:
        if row["kind"] in ("approval.requested", "input.requested"):
            ApprovalRequest.objects.create(
                **_request_fields(row), run_id=run_id, workspace_id=workspace_id
            )
        elif row["kind"].removeprefix("run.") in ENDED:
            ApprovalRequest.objects.filter(run_id=run_id, state=RequestState.PENDING).update(
                state=RequestState.CANCELLED, decided_at=row["occurred_at"]
            )


def _request_fields(row: dict[str, Any]) -> dict[str, Any]:
    body = json.loads(row["body"])
    shared = {
        "id": body["request_id"],
        "seq": row["seq"],
        "agent": body["agent"],
        "agent_path": row["agent_path"],
        "created_at": row["occurred_at"],
        "deadline_at": datetime.fromisoformat(body["deadline_at"]) if body["deadline_at"] else None,
    }
    if row["kind"] == "input.requested":
        return {**shared, "kind": RequestKind.INPUT, "prompt": body["prompt"]}
    return {
        **shared,
        "kind": RequestKind.IN_DOUBT if body["purpose"] == "in_doubt" else RequestKind.TOOL,
        "tool": body["tool"],
        "description": body["description"],
        "arguments": body["arguments"],
        "args_hash": body["args_hash"],
        "args_schema": body["args_schema"],
        "effect": body["effect"],
    }
