from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse

CSP = "; ".join(
    [
        "default-src 'self'",
        "script-src 'self'",
        # The component library sets style attributes; styles execute nothing.
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ]
)

Handler = Callable[[HttpRequest], HttpResponse]

PUBLIC_PATHS = frozenset({"/signin", "/enter", "/healthz", "/favicon.ico"})
"""All that a stranger gets, beside static files. Everything else is refused here, so a view that
forgets to ask is not open."""


class SecurityHeaders:
    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", CSP)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault(
            "Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=()"
        )
        if settings.SESSION_COOKIE_SECURE:
            response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        if not request.path.startswith(settings.STATIC_URL):
            response.headers.setdefault("Cache-Control", "no-store")
        return response


class SignInRequired:
    """Default-deny. API paths pass when a bearer token is offered: the API checks it itself."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        path = request.path
        if path in PUBLIC_PATHS or path.startswith(settings.STATIC_URL):
            return self.get_response(request)
        if request.user.is_authenticated:
            return self.get_response(request)
        if path.startswith("/api/"):
            if request.META.get("HTTP_AUTHORIZATION", "").lower().startswith("bearer "):
                return self.get_response(request)
            body = {
                "code": "not_authenticated",
                "detail": "Sign in first.",
                "hint": "Open the link that `make run` prints, or send an API token.",
                "fields": None,
            }
            return JsonResponse(body, status=401, headers={"WWW-Authenticate": "Bearer"})
        return HttpResponseRedirect(f"/signin?next={quote(request.get_full_path())}")
