from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.contrib.auth import login
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_GET, require_http_methods, require_safe

from studio.accounts.services import link_redeem, owner_has_password, password_sign_in
from studio.core.errors import ApplicationError

BACKEND = "django.contrib.auth.backends.ModelBackend"


@lru_cache(maxsize=1)
def _manifest_at(modified: float) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(settings.FRONTEND_MANIFEST.read_text())
    return loaded


def entry_assets() -> dict[str, Any] | None:
    """The built app's script and styles; None when nobody has built it."""
    try:
        manifest = _manifest_at(settings.FRONTEND_MANIFEST.stat().st_mtime)
    except FileNotFoundError:
        return None
    entry = manifest["src/main.tsx"]
    base = f"{settings.STATIC_URL}frontend/"
    styles = list(entry.get("css", []))
    for name in entry.get("imports", []):
        styles += manifest[name].get("css", [])
    return {
        "script": base + entry["file"],
        "styles": [base + name for name in dict.fromkeys(styles)],
        "preload": [base + manifest[name]["file"] for name in entry.get("imports", [])],
    }


@ensure_csrf_cookie
@require_safe
def app(request: HttpRequest) -> HttpResponse:
    assets = entry_assets()
    if assets is None:
        return render(request, "studio/not_built.html", status=503)
    return render(request, "studio/index.html", assets)


@require_GET
def enter(request: HttpRequest) -> HttpResponse:
    """Redeems a one-time link. The redirect takes the token out of the address bar; no referrer
    is ever sent."""
    address = request.META.get("REMOTE_ADDR", "")
    try:
        user = link_redeem(text=request.GET.get("t", ""), address=address)
    except ApplicationError as error:
        return _signin(request, error.detail, status=429)
    if user is None:
        return _signin(
            request,
            "This sign-in link was used already, or is older than ten minutes. "
            "Make another with: python manage.py login_link",
            status=403,
        )
    login(request, user, backend=BACKEND)
    return HttpResponseRedirect("/")


@require_http_methods(["GET", "HEAD", "POST"])
def signin(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        if request.user.is_authenticated:
            return HttpResponseRedirect(_next(request))
        return _signin(request)
    try:
        user = password_sign_in(
            username=request.POST.get("username", "")[:150],
            password=request.POST.get("password", "")[:500],
            address=request.META.get("REMOTE_ADDR", ""),
        )
    except ApplicationError as error:
        return _signin(request, f"{error.detail} {error.hint}", status=429)
    if user is None:
        return _signin(request, "The name or the password is not right.", status=403)
    login(request, user, backend=BACKEND)
    return HttpResponseRedirect(_next(request))


def _next(request: HttpRequest) -> str:
    wanted = request.POST.get("next") or request.GET.get("next") or "/"
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if safe and wanted.startswith("/") else "/"


def _signin(request: HttpRequest, error: str = "", status: int = 200) -> HttpResponse:
    context = {
        "error": error,
        "has_password": owner_has_password(),
        "next": request.POST.get("next") or request.GET.get("next") or "",
    }
    return render(request, "studio/signin.html", context, status=status)


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """200 while this process serves and reaches its database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"ok": True})
