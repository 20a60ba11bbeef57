from __future__ import annotations

from django.db import models

from studio.accounts.models import User, Workspace
from studio.core.models import BaseModel


class Definition(BaseModel):
    """A named component; its draft is the working state that is not yet a revision."""

    workspace = models.ForeignKey(Workspace, models.CASCADE)
    component_type = models.CharField(max_length=32)
    name = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    draft = models.JSONField()
    layout = models.JSONField(default=dict, blank=True)
    settings = models.JSONField(default=dict, blank=True)
    draft_version = models.PositiveIntegerField(default=1)
    """Raised by every write of the draft; a write that names an older one is refused."""
    draft_updated_at = models.DateTimeField(auto_now_add=True)
    latest_revision = models.PositiveIntegerField(null=True, blank=True)
    revision_draft_version = models.PositiveIntegerField(default=0)
    """`draft_version` that the latest revision froze."""
    archived_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(User, models.SET_NULL, null=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        indexes = [models.Index(fields=["workspace", "component_type", "-updated_at"])]

    def __str__(self) -> str:
        return self.name


class Revision(BaseModel):
    """Immutable."""

    definition = models.ForeignKey(Definition, models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    component = models.JSONField()
    layout = models.JSONField(default=dict, blank=True)
    settings = models.JSONField(default=dict, blank=True)
    note = models.CharField(max_length=500, blank=True)
    created_by = models.ForeignKey(User, models.SET_NULL, null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["definition", "number"], name="revision_number_once")
        ]

    def __str__(self) -> str:
        return f"{self.definition} r{self.number}"
