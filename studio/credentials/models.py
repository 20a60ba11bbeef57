from __future__ import annotations

from django.db import models

from studio.accounts.models import User, Workspace
from studio.core.models import BaseModel


class CredentialKind(models.TextChoices):
    OPENAI = "openai"
    ANTHROPIC = "anthropic"
    OPENAI_COMPATIBLE = "openai_compatible"
    # Of tools; no model ever gets one.
    HTTP = "http", "Web service"
    SQL = "sql", "Database"
    BRAVE = "brave", "Brave Search"
    TAVILY = "tavily", "Tavily"


MODEL_KINDS = frozenset(
    {CredentialKind.OPENAI, CredentialKind.ANTHROPIC, CredentialKind.OPENAI_COMPATIBLE}
)


class Credential(BaseModel):
    workspace = models.ForeignKey(Workspace, models.CASCADE)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=32, choices=CredentialKind)
    base_url = models.CharField(max_length=500, blank=True)
    sealed = models.TextField()
    """Fernet token of JSON that repeats this row's id, so that ciphertext moved to another row
    does not open."""
    hint = models.CharField(max_length=8, blank=True)
    source = models.CharField(max_length=16, default="user")
    created_by = models.ForeignKey(User, models.SET_NULL, null=True)
    updated_at = models.DateTimeField(auto_now=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "name"], name="credential_name_once")
        ]

    def __str__(self) -> str:
        return self.name
