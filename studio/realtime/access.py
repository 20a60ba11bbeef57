"""Checks before a socket is accepted: host, exact origin, user, workspace."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.http import parse_cookie
from django.utils.crypto import constant_time_compare

from studio.accounts.models import User
from studio.accounts.selectors import Access, access_by_token, access_for


def headers_of(scope: dict[str, Any], name: bytes) -> list[str]:
    return [value.decode("latin-1") for key, value in scope["headers"] if key.lower() == name]


def origin_allowed(scope: dict[str, Any]) -> bool:
    """Host is ours, and the origin is exactly (scheme, host and port) one of ours.

    Only a request that proves itself by a bearer token may come without an origin: browsers
    always send one and cannot set that header.
    """
    hosts = headers_of(scope, b"host")
    allowed_hosts = {origin.split("://", 1)[1] for origin in settings.ALLOWED_ORIGINS}
    if len(hosts) != 1 or hosts[0].lower() not in allowed_hosts:
        return False
    origins = headers_of(scope, b"origin")
    if not origins:
        return bool(headers_of(scope, b"authorization"))
    return len(origins) == 1 and origins[0].lower() in settings.ALLOWED_ORIGINS


def access_of(scope: dict[str, Any]) -> Access | None:
    """By bearer token if one is offered, else by session cookie. Read from the database each
    time, so a sign-out, a revoked token or a new role counts at the next check."""
    offered = headers_of(scope, b"authorization")
    if offered:
        scheme, _, text = offered[0].partition(" ")
        return access_by_token(text.strip()) if scheme.lower() == "bearer" else None
    user = _session_user(scope)
    return access_for(user) if user else None


def _session_user(scope: dict[str, Any]) -> User | None:
    cookies = parse_cookie("; ".join(headers_of(scope, b"cookie")))
    session = SessionStore(cookies.get(settings.SESSION_COOKIE_NAME))
    user_id = session.get(SESSION_KEY)
    if not user_id or session.get(BACKEND_SESSION_KEY) not in settings.AUTHENTICATION_BACKENDS:
        return None
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None or not constant_time_compare(
        session.get(HASH_SESSION_KEY, ""), user.get_session_auth_hash()
    ):
        return None
    return user
