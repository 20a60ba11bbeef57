from __future__ import annotations

import json
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from jsonschema import Draft202012Validator, SchemaError
from referencing import Registry
from referencing.exceptions import Unresolvable

from runtime.events import Draft
from runtime.events.payloads import Actor, ApprovalDecided, DecisionVerb, InputAnswered
from studio.accounts.selectors import Access
from studio.approvals.models import ApprovalRequest, Policy, RequestKind, RequestState
from studio.approvals.selectors import policy_of, request_get
from studio.core.errors import ApplicationError, Conflict, Unprocessable
from studio.core.models import Id
from studio.runs.log import append_outside, lock_run
from studio.runs.models import ENDED, Run, RunState
from studio.runs.services import actor_of

MAX_TEXT = 200_000
_STATES: dict[str, str] = {
    "approve": RequestState.APPROVED,
    "edit": RequestState.EDITED,
    "deny": RequestState.DENIED,
    "answer": RequestState.ANSWERED,
    "stop": RequestState.STOPPED,
    "expire": RequestState.EXPIRED,
}
_VERBS = {
    RequestKind.TOOL: {"approve", "edit", "deny", "answer", "stop"},
    RequestKind.IN_DOUBT: {"approve", "answer", "deny", "stop"},
    RequestKind.INPUT: {"answer", "stop"},
}


def approval_decide(
    *,
    access: Access,
    request_id: Id,
    verb: DecisionVerb,
    args_hash: str = "",
    arguments: Any = None,
    text: str | None = None,
    reason: str | None = None,
) -> ApprovalRequest:
    """Exactly one decision of a request wins, in the transaction that makes its run due.

    Raises NotFound; Conflict `already_decided` (with who decided what), `arguments_changed`,
    `run_ended`; Unprocessable for a decision that does not fit the request.
    """
    access.require("decide")
    request = request_get(access, request_id)
    _check(request, verb, arguments, text)
    if request.kind != RequestKind.INPUT and args_hash != request.args_hash:
        raise Conflict(
            "arguments_changed",
            "The arguments are not those that you were shown.",
            hint="Reload the request and look again.",
        )
    decision = {"verb": verb, "arguments": arguments, "text": text, "reason": reason}
    with transaction.atomic():
        run = lock_run(request.run_id)
        won = ApprovalRequest.objects.filter(pk=request.pk, state=RequestState.PENDING).update(
            state=_STATES[verb],
            decided_at=timezone.now(),
            decided_by=access.user,
            decision=decision,
        )
        if not won or run is None:
            raise _lost(access, request_id)
        if run.state in ENDED:
            raise Conflict("run_ended", "This run has ended; there is nothing left to decide.")
        _append(run, request, decision, actor_of(access))
    return request_get(access, request_id)


def _check(request: ApprovalRequest, verb: str, arguments: Any, text: str | None) -> None:
    if verb not in _VERBS[RequestKind(request.kind)]:
        raise Unprocessable("verb_not_possible", f"A request of this kind cannot be {verb!r}.")
    if verb == "answer" and (text is None or not text.strip()):
        raise Unprocessable(
            "text_required", "Write an answer first.", fields={"text": ["Write an answer first."]}
        )
    if text is not None and len(text) > MAX_TEXT:
        raise Unprocessable("text_too_long", f"An answer may have at most {MAX_TEXT:,} characters.")
    if verb == "edit":
        _check_arguments(request, arguments)
    elif arguments is not None:
        raise Unprocessable("arguments_not_possible", "Only `edit` takes arguments.")


def _check_arguments(request: ApprovalRequest, arguments: Any) -> None:
    if not isinstance(arguments, dict):
        raise Unprocessable(
            "invalid_arguments",
            "Arguments are a JSON object.",
            fields={"arguments": ["Arguments are a JSON object."]},
        )
    if len(json.dumps(arguments)) > MAX_TEXT * 2:
        raise Unprocessable("arguments_too_large", "The arguments are too large.")
    # An empty registry: by itself the library would fetch what a `$ref` names.
    schema = request.args_schema or {"type": "object"}
    validator = Draft202012Validator(schema, registry=Registry())
    try:
        errors = sorted(validator.iter_errors(arguments), key=lambda e: list(map(str, e.path)))
    except (SchemaError, Unresolvable) as error:
        raise Unprocessable(
            "invalid_schema", f"The tool's own schema cannot be checked: {error}"
        ) from error
    if errors:
        raise Unprocessable(
            "invalid_arguments",
            f"The arguments do not fit the tool: {errors[0].message[:200]}",
            fields={"arguments": [e.message[:200] for e in errors[:10]]},
            problems=[
                {
                    "path": "$"
                    + "".join(f"[{p!r}]" if isinstance(p, int) else f".{p}" for p in e.path),
                    "severity": "error",
                    "code": "schema",
                    "detail": e.message[:200],
                    "hint": None,
                }
                for e in errors[:10]
            ],
        )


def _lost(access: Access, request_id: Id) -> ApplicationError:
    current = request_get(access, request_id)
    who = current.decided_by.display_name if current.decided_by else "the system"
    return Conflict(
        "already_decided",
        f"This was already decided by {who}: {current.state}.",
        request={
            "id": str(current.pk),
            "state": current.state,
            "decided_by": who,
            "decided_at": current.decided_at.isoformat() if current.decided_at else None,
        },
    )


def _append(run: Run, request: ApprovalRequest, decision: dict[str, Any], by: Actor) -> None:
    payload: ApprovalDecided | InputAnswered
    if request.kind == RequestKind.INPUT and decision["verb"] == "answer":
        payload = InputAnswered(request_id=str(request.pk), text=decision["text"], by=by)
    else:
        payload = ApprovalDecided(
            request_id=str(request.pk), args_hash=request.args_hash, by=by, **decision
        )
    draft = Draft(
        key=f"decided/{request.pk}",
        agent_path=request.agent_path,
        turn=run.turns,
        correlation_id=str(request.pk),
        payload=payload,
    )
    changes: dict[str, Any] = {}
    if run.state == RunState.WAITING:
        changes = {"state": RunState.QUEUED, "due_at": timezone.now(), "waits": []}
    append_outside(run, [draft], **changes)


def requests_expire(*, limit: int = 100) -> int:
    """Decides what is past its deadline: the call is denied because nobody decided in time."""
    overdue = ApprovalRequest.objects.filter(
        state=RequestState.PENDING, deadline_at__lte=timezone.now()
    ).order_by("deadline_at")[:limit]
    count = 0
    for request in overdue:
        with transaction.atomic():
            run = lock_run(request.run_id)
            won = ApprovalRequest.objects.filter(pk=request.pk, state=RequestState.PENDING).update(
                state=RequestState.EXPIRED,
                decided_at=timezone.now(),
                decision={"verb": "expire", "arguments": None, "text": None, "reason": None},
            )
            if won and run is not None and run.state not in ENDED:
                decision = {"verb": "expire", "arguments": None, "text": None, "reason": None}
                _append(run, request, decision, Actor(name="deadline"))
                count += 1
    return count


@transaction.atomic
def policy_update(
    *, access: Access, rules: list[dict[str, Any]], deadline_seconds: int | None, version: int
) -> Policy:
    """Applies to calls that are not yet gated. Raises Conflict `stale_policy`."""
    access.require("admin")
    if not Policy.objects.filter(workspace=access.workspace).exists():
        Policy.objects.create(workspace=access.workspace)
    changed = Policy.objects.filter(workspace=access.workspace, version=version).update(
        rules=rules,
        deadline_seconds=deadline_seconds,
        version=F("version") + 1,
        updated_at=timezone.now(),
    )
    if not changed:
        raise Conflict(
            "stale_policy", "The policy was changed elsewhere.", hint="Reload and try again."
        )
    return policy_of(access.workspace)
