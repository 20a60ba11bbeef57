"""Who may do what. `Access` goes into every selector and service: it is the scope of each query."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Literal

from django.db.models import QuerySet
from django.utils import timezone

from studio.accounts.models import ApiToken, Membership, Role, User, Workspace
from studio.core.errors import Forbidden
from studio.core.models import Id

Ability = Literal["view", "edit", "run", "decide", "admin"]

_ABILITIES: dict[str, frozenset[str]] = {
    Role.OWNER: frozenset({"view", "edit", "run", "decide", "admin"}),
    Role.MEMBER: frozenset({"view", "edit", "run", "decide"}),
    Role.VIEWER: frozenset({"view"}),
}


@dataclass(frozen=True)
class Access:
    """A user in a workspace, with the role there."""

    user: User
    workspace: Workspace
    role: str

    def can(self, ability: Ability) -> bool:
        return ability in _ABILITIES[self.role]

    def require(self, ability: Ability) -> None:
        if not self.can(ability):
            raise Forbidden(
                "forbidden",
                f"Your role in this workspace ({self.role}) does not allow this.",
                hint="Ask an owner of the workspace for another role.",
            )


def access_for(user: User, workspace_id: Id | None = None) -> Access | None:
    """The user's membership; the oldest when no workspace is named. None: no member."""
    memberships = Membership.objects.filter(user=user).select_related("workspace")
    if workspace_id is not None:
        memberships = memberships.filter(workspace_id=workspace_id)
    found = memberships.order_by("created_at", "id").first()
    return Access(user, found.workspace, found.role) if found and user.is_active else None


def access_by_token(text: str) -> Access | None:
    """None: unknown, revoked or expired. The comparison is by digest, so timing tells nothing."""
    digest = hashlib.sha256(text.encode()).hexdigest()
    token = ApiToken.objects.filter(digest=digest, revoked_at=None).select_related("user").first()
    now = timezone.now()
    if token is None or (token.expires_at is not None and token.expires_at <= now):
        return None
    if token.last_used_at is None or (now - token.last_used_at).total_seconds() > 60:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
    return access_for(token.user, token.workspace_id)


def members_list(access: Access) -> QuerySet[Membership]:
    return (
        Membership.objects.filter(workspace=access.workspace)
        .select_related("user")
        .order_by("created_at", "id")
    )


def tokens_list(access: Access) -> QuerySet[ApiToken]:
    """An owner sees all of the workspace's, others their own."""
    tokens = ApiToken.objects.filter(workspace=access.workspace, revoked_at=None)
    if not access.can("admin"):
        tokens = tokens.filter(user=access.user)
    return tokens.select_related("user").order_by("-created_at", "id")
