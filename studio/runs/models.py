from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.db.models import Q

from studio.accounts.models import User, Workspace
from studio.core.models import BaseModel
from studio.library.models import Definition


class Session(BaseModel):
    workspace = models.ForeignKey(Workspace, models.CASCADE)
    definition = models.ForeignKey(Definition, models.SET_NULL, null=True)
    name = models.CharField(max_length=200)
    created_by = models.ForeignKey(User, models.SET_NULL, null=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        indexes = [models.Index(fields=["workspace", "-updated_at"])]

    def __str__(self) -> str:
        return self.name


class RunState(models.TextChoices):
    QUEUED = "queued"
    RUNNING = "running"
    WAITING = "waiting"
    PAUSED = "paused"
    COMPLETED = "completed"
    FAILED = "failed"
    STOPPED = "stopped"
    QUARANTINED = "quarantined"


ENDED = (RunState.COMPLETED, RunState.FAILED, RunState.STOPPED)
OPEN = (
    RunState.QUEUED,
    RunState.RUNNING,
    RunState.WAITING,
    RunState.PAUSED,
    RunState.QUARANTINED,
)


class Run(BaseModel):
    """The row is a projection of the log, but for the lease: folding the log gives the same."""

    workspace = models.ForeignKey(Workspace, models.CASCADE)
    session = models.ForeignKey(Session, models.CASCADE, related_name="runs")
    number = models.PositiveIntegerField()
    definition = models.ForeignKey(Definition, models.SET_NULL, null=True)
    revision = models.PositiveIntegerField(null=True)
    team_name = models.CharField(max_length=200)
    component = models.JSONField()
    """Frozen and fully resolved: later edits of the team do not reach it."""
    layout = models.JSONField(default=dict)
    task = models.TextField()
    scripted = models.BooleanField(default=False)
    created_by = models.ForeignKey(User, models.SET_NULL, null=True)

    state = models.CharField(max_length=16, choices=RunState, default=RunState.QUEUED)
    head_seq = models.PositiveBigIntegerField(default=0)
    wake_seq = models.PositiveBigIntegerField(default=0)
    """`seq` of the last event that was appended from outside."""
    epoch = models.PositiveIntegerField(default=0)
    """Raised by every claim: the fencing number of the engine's appends."""
    lease_owner = models.CharField(max_length=64, blank=True)
    queue = models.CharField(max_length=64, default="default")
    due_at = models.DateTimeField(null=True, blank=True)
    crashes = models.PositiveSmallIntegerField(default=0)
    """Leases lost since the last finished step."""
    checkpoint_format = models.PositiveSmallIntegerField(default=1)

    waits = models.JSONField(default=list)
    pause = models.JSONField(null=True, blank=True)
    error = models.JSONField(null=True, blank=True)
    stop_reason = models.CharField(max_length=500, null=True, blank=True)  # noqa: DJ001
    turns = models.PositiveIntegerField(default=0)
    prompt_tokens = models.PositiveBigIntegerField(default=0)
    completion_tokens = models.PositiveBigIntegerField(default=0)
    cached_tokens = models.PositiveBigIntegerField(default=0)
    cost_usd = models.DecimalField(max_digits=18, decimal_places=9, default=Decimal(0))
    cost_unknown = models.BooleanField(default=False)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["session", "number"], name="run_number_once"),
            models.UniqueConstraint(
                fields=["session"],
                condition=~Q(state__in=("completed", "failed", "stopped")),
                name="one_active_run_per_session",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "queue", "due_at"]),
            models.Index(fields=["workspace", "-created_at"]),
            models.Index(fields=["lease_owner"]),
        ]

    def __str__(self) -> str:
        return f"{self.team_name} #{self.number}"


class Event(models.Model):
    """One entry of a run's log. `body` is the payload's JSON text, the same bytes on both
    databases."""

    pk = models.CompositePrimaryKey("run_id", "seq")
    run = models.ForeignKey(Run, models.CASCADE, related_name="events", db_index=False)
    seq = models.PositiveBigIntegerField()
    key = models.CharField(max_length=1000)
    kind = models.CharField(max_length=64)
    schema_version = models.PositiveSmallIntegerField()
    occurred_at = models.DateTimeField()
    agent_path = models.CharField(max_length=1000, blank=True)
    turn = models.PositiveIntegerField(default=0)
    correlation_id = models.CharField(max_length=200, null=True)  # noqa: DJ001
    fingerprint = models.CharField(max_length=16)
    body = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "key"], name="event_key_once")]

    def __str__(self) -> str:
        return f"{self.seq} {self.kind}"


class Checkpoint(models.Model):
    """The latest of each frame."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="checkpoints")
    frame = models.CharField(max_length=1000)
    turn = models.PositiveIntegerField()
    seq = models.PositiveBigIntegerField()
    format = models.PositiveSmallIntegerField()
    state = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "frame"], name="checkpoint_of_frame")]

    def __str__(self) -> str:
        return f"{self.frame or 'team'} @ {self.seq}"


class Worker(models.Model):
    """The lease of one worker process. The database's clock decides when it has expired."""

    boot_id = models.CharField(max_length=64, primary_key=True)
    expires_at = models.DateTimeField()
    started_at = models.DateTimeField(auto_now_add=True)
    queue = models.CharField(max_length=64, default="default")
    draining = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.boot_id


class IdempotencyKey(BaseModel):
    """The first answer to a request that its sender may repeat."""

    user = models.ForeignKey(User, models.CASCADE)
    workspace = models.ForeignKey(Workspace, models.CASCADE)
    key = models.CharField(max_length=200)
    request_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    response = models.JSONField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "workspace", "key"], name="idempotency_key_once"
            )
        ]

    def __str__(self) -> str:
        return self.key


class Blob(models.Model):
    """Bytes of a workspace that are too large for the log, by their SHA-256."""

    pk = models.CompositePrimaryKey("workspace_id", "digest")
    workspace = models.ForeignKey(Workspace, models.CASCADE, db_index=False)
    digest = models.CharField(max_length=64)
    data = models.BinaryField()
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.digest


class VectorCollection(BaseModel):
    workspace = models.ForeignKey(Workspace, models.CASCADE)
    name = models.CharField(max_length=200)
    """As far as it goes, for people; `key` is the hash of all of it."""
    key = models.CharField(max_length=64)
    dimensions = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "key"], name="vector_collection_once")
        ]

    def __str__(self) -> str:
        return self.name


class Vector(models.Model):
    collection = models.ForeignKey(VectorCollection, models.CASCADE, db_index=False)
    item_id = models.CharField(max_length=500)
    data = models.BinaryField()
    """Of length one or zero, as little-endian 32-bit floats."""
    content = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["collection", "item_id"], name="vector_item_once")
        ]

    def __str__(self) -> str:
        return self.item_id
