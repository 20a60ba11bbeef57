from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Any

from django.db.models import QuerySet

from studio.accounts.models import Workspace
from studio.accounts.selectors import Access
from studio.approvals.models import ApprovalRequest, Policy, RequestState
from studio.core.errors import NotFound
from studio.core.models import Id
from studio.runs.models import Event


def requests_list(
    access: Access, *, state: str = "pending", kind: str = ""
) -> QuerySet[ApprovalRequest]:
    """Pending ones oldest first, since they wait; decided ones newest first."""
    found = ApprovalRequest.objects.filter(workspace=access.workspace).select_related(
        "run", "decided_by"
    )
    if kind:
        found = found.filter(kind__in=kind.split(","))
    if state == "pending":
        return found.filter(state=RequestState.PENDING).order_by("created_at", "id")
    if state == "decided":
        return found.exclude(state=RequestState.PENDING).order_by("-decided_at", "id")
    return found.order_by("-created_at", "id")


def request_get(access: Access, request_id: Id) -> ApprovalRequest:
    found = (
        ApprovalRequest.objects.filter(workspace=access.workspace, pk=request_id)
        .select_related("run", "decided_by")
        .first()
    )
    if found is None:
        raise NotFound("This request")
    return found


def request_context(request: ApprovalRequest, count: int = 6) -> QuerySet[Event]:
    """The last messages and replies before the request, in order of the log."""
    seqs = (
        Event.objects.filter(
            run_id=request.run_id,
            seq__lt=request.seq,
            kind__in=("message.posted", "model.completed", "tool.completed"),
        )
        .order_by("-seq")
        .values_list("seq", flat=True)[:count]
    )
    return Event.objects.filter(run_id=request.run_id, seq__in=list(seqs)).order_by("seq")


def policy_of(workspace: Workspace) -> Policy:
    """The workspace's policy; an unsaved default when none was ever written."""
    found = Policy.objects.filter(workspace=workspace).first()
    return found or Policy(workspace=workspace)


def policy_verdict(policy: Policy, *, tool: str, side_effects: bool) -> tuple[str, str]:
    """The verdict and the rule that gave it, in words. First matching rule wins; without one,
    tools with side effects ask and the others run."""
    rules: list[dict[str, Any]] = policy.rules
    for rule in rules:
        if fnmatchcase(tool, rule["tool"]):
            return rule["verdict"], f"rule for {rule['tool']}"
    if side_effects:
        return "ask", "tools with side effects ask"
    return "allow", "tools without side effects run"
