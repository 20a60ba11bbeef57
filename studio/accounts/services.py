from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from django.contrib.auth import authenticate
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from studio.accounts.models import (
    ApiToken,
    Membership,
    Role,
    SignInAttempt,
    SignInLink,
    User,
    Workspace,
)
from studio.accounts.selectors import Access, tokens_list
from studio.core.errors import ApplicationError, NotFound, Unprocessable
from studio.core.models import Id

LINK_MINUTES = 10
ATTEMPTS_ALLOWED = 5
ATTEMPTS_WINDOW = timedelta(minutes=5)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@transaction.atomic
def owner_ensure() -> User:
    """The first owner and workspace, made once; later calls return the owner."""
    found = Membership.objects.filter(role=Role.OWNER).order_by("created_at", "id").first()
    if found is not None:
        return found.user
    owner = User(username="owner")
    owner.set_unusable_password()
    owner.save()
    workspace = Workspace.objects.create(name="My workspace")
    Membership.objects.create(workspace=workspace, user=owner, role=Role.OWNER)
    return owner


def owner_has_password() -> bool:
    owner = Membership.objects.filter(role=Role.OWNER).order_by("created_at", "id").first()
    return owner is not None and owner.user.has_usable_password()


def link_create(*, user: User) -> str:
    """A token that signs `user` in once, within ten minutes."""
    text = secrets.token_urlsafe(32)
    SignInLink.objects.filter(expires_at__lt=timezone.now() - timedelta(days=1)).delete()
    SignInLink.objects.create(
        user=user,
        digest=_digest(text),
        expires_at=timezone.now() + timedelta(minutes=LINK_MINUTES),
    )
    return text


def link_redeem(*, text: str, address: str) -> User | None:
    """The link's user, for the first caller only; None: unknown, used or expired.

    Raises ApplicationError `too_many_attempts`.
    """
    key = f"link:{address}"
    _throttle(key)
    now = timezone.now()
    link = SignInLink.objects.filter(digest=_digest(text)).select_related("user").first()
    won = link is not None and SignInLink.objects.filter(
        pk=link.pk, used_at=None, expires_at__gt=now
    ).update(used_at=now)
    if not won or link is None:
        SignInAttempt.objects.create(key=key)
        return None
    return link.user if link.user.is_active else None


def _throttle(key: str) -> None:
    since = timezone.now() - ATTEMPTS_WINDOW
    if SignInAttempt.objects.filter(key=key, at__gt=since).count() >= ATTEMPTS_ALLOWED * 4:
        raise ApplicationError(
            "too_many_attempts", "Too many attempts.", hint="Wait five minutes and try again."
        )


def password_sign_in(*, username: str, password: str, address: str) -> User | None:
    """None: wrong name or password; the work done is the same for both.

    Raises ApplicationError `too_many_attempts` after five failures of the account from an
    address within five minutes.
    """
    key = f"password:{username[:80]}:{address}"
    since = timezone.now() - ATTEMPTS_WINDOW
    if SignInAttempt.objects.filter(key=key, at__gt=since).count() >= ATTEMPTS_ALLOWED:
        raise ApplicationError(
            "too_many_attempts", "Too many attempts.", hint="Wait five minutes and try again."
        )
    user = authenticate(username=username, password=password)
    if user is None:
        SignInAttempt.objects.create(key=key)
        return None
    return user if isinstance(user, User) else None


def password_set(*, user: User, new: str, current: str | None) -> None:
    """Raises Unprocessable with the field's errors."""
    if user.has_usable_password() and not user.check_password(current or ""):
        raise Unprocessable(
            "wrong_password",
            "The current password is not right.",
            fields={"current": ["The current password is not right."]},
        )
    try:
        validate_password(new, user)
    except ValidationError as error:
        raise Unprocessable(
            "weak_password", " ".join(error.messages), fields={"new": list(error.messages)}
        ) from error
    user.set_password(new)
    user.save(update_fields=["password"])


def token_create(
    *, access: Access, name: str, expires_at: datetime | None = None
) -> tuple[ApiToken, str]:
    """The row and its text, which nobody can read again."""
    text = f"trp_{secrets.token_urlsafe(32)}"
    token = ApiToken.objects.create(
        workspace=access.workspace,
        user=access.user,
        name=name.strip() or "token",
        prefix=text[:10],
        digest=_digest(text),
        expires_at=expires_at,
    )
    return token, text


def token_revoke(*, access: Access, token_id: Id) -> None:
    changed = tokens_list(access).filter(pk=token_id).update(revoked_at=timezone.now())
    if not changed:
        raise NotFound("This token")


def workspace_update(*, access: Access, name: str | None = None) -> Workspace:
    access.require("admin")
    if name is not None and name.strip():
        Workspace.objects.filter(pk=access.workspace.pk).update(name=name.strip()[:120])
    return Workspace.objects.get(pk=access.workspace.pk)
