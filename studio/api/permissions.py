from __future__ import annotations

from typing import Any

from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from studio.accounts.models import User
from studio.accounts.selectors import Ability, Access, access_by_token, access_for


class WorkspacePermission(BasePermission):
    """Signed in, a member of the workspace, with the ability that the view names for writing.

    A view without `write_ability` cannot be written to, so a forgotten declaration refuses.
    """

    message = "Your role in this workspace does not allow this."

    def has_permission(self, request: Request, view: Any) -> bool:
        access = request_access(request)
        if access is None:
            return False
        request.access = access  # type: ignore[attr-defined]
        if request.method in SAFE_METHODS:
            needed: Ability | None = getattr(view, "read_ability", "view")
        else:
            needed = getattr(view, "write_ability", None)
        return needed is not None and access.can(needed)


def current_access(request: Request) -> Access | None:
    """Asked again while a stream is open: tokens are revoked, people sign out, roles change."""
    header = request.META.get("HTTP_AUTHORIZATION", "")
    if header:
        return access_by_token(header.partition(" ")[2].strip())
    session = request._request.session
    user = User.objects.filter(pk=request.user.pk or "", is_active=True).first()
    if user is None or not session.exists(session.session_key or ""):
        return None
    return access_for(user)


def request_access(request: Request) -> Access | None:
    if isinstance(request.auth, Access):
        return request.auth
    user = request.user
    if user is None or not user.is_authenticated:
        return None
    return access_for(user)
