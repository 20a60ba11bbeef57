from __future__ import annotations

from typing import Any

from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from studio.accounts.selectors import access_by_token


class BearerTokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer <token>`. A request with this header never counts its cookie."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        header = request.META.get("HTTP_AUTHORIZATION", "")
        scheme, _, text = header.partition(" ")
        if scheme.lower() != "bearer":
            return None
        access = access_by_token(text.strip())
        if access is None:
            raise AuthenticationFailed("This token is unknown, expired or revoked.")
        return access.user, access

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"
