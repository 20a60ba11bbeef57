from __future__ import annotations

from django.db import models

from studio.accounts.models import User, Workspace
from studio.core.models import BaseModel
from studio.runs.models import Run


class Policy(BaseModel):
    """What a workspace lets its agents do without asking."""

    workspace = models.OneToOneField(Workspace, models.CASCADE)
    version = models.PositiveIntegerField(default=1)
    rules = models.JSONField(default=list)
    """`[{tool, verdict, note?}]`, first match wins; `tool` may hold `*`."""
    deadline_seconds = models.PositiveIntegerField(null=True, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"policy v{self.version}"


class RequestKind(models.TextChoices):
    TOOL = "tool"
    IN_DOUBT = "in_doubt"
    INPUT = "input"


class RequestState(models.TextChoices):
    PENDING = "pending"
    APPROVED = "approved"
    EDITED = "edited"
    DENIED = "denied"
    ANSWERED = "answered"
    STOPPED = "stopped"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


class ApprovalRequest(models.Model):
    """A projection of `approval.requested` and `input.requested`, decided at most once."""

    id = models.UUIDField(primary_key=True)
    workspace = models.ForeignKey(Workspace, models.CASCADE)
    run = models.ForeignKey(Run, models.CASCADE, related_name="requests")
    seq = models.PositiveBigIntegerField()
    kind = models.CharField(max_length=16, choices=RequestKind)
    state = models.CharField(max_length=16, choices=RequestState, default=RequestState.PENDING)
    agent = models.CharField(max_length=200)
    agent_path = models.CharField(max_length=1000, blank=True)
    tool = models.CharField(max_length=200, null=True)  # noqa: DJ001
    description = models.TextField(blank=True)
    arguments = models.JSONField(null=True)
    args_hash = models.CharField(max_length=64, blank=True)
    args_schema = models.JSONField(null=True)
    effect = models.CharField(max_length=16, null=True)  # noqa: DJ001
    prompt = models.TextField(null=True)  # noqa: DJ001
    created_at = models.DateTimeField()
    deadline_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(User, models.SET_NULL, null=True)
    decision = models.JSONField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["workspace", "state", "created_at"]),
            models.Index(fields=["state", "deadline_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.tool or ''} ({self.state})"
