"""One shape for every error: `code`, `detail`, `hint`, `fields`, with a real status."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, ValidationError
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from studio.core.errors import ApplicationError


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """None: not foreseen; Django answers 500 and logs it."""
    if isinstance(error, ApplicationError):
        set_rollback()
        return Response(error.body(), status=error.status)
    if isinstance(error, RequestDataTooBig):
        return Response(_body("too_large", "The request is larger than 4 MB."), status=413)
    if isinstance(error, ValidationError):
        # An id or cursor in the address or query that is none.
        set_rollback()
        return Response(_body("invalid", " ".join(error.messages)[:500]), status=400)
    if isinstance(error, Http404):
        error = exceptions.NotFound("This does not exist here.")
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    if not isinstance(error, exceptions.APIException):
        return None
    set_rollback()
    if isinstance(error, exceptions.ValidationError):
        body = _body("invalid", _first(error.detail), fields=_fields(error.detail))
    else:
        codes = error.get_codes()
        body = _body(codes if isinstance(codes, str) else "error", str(error.detail))
    response = Response(body, status=error.status_code)
    if header := getattr(error, "auth_header", None):
        response["WWW-Authenticate"] = header
    return response


def _body(code: str, detail: str, fields: dict[str, list[str]] | None = None) -> dict[str, Any]:
    return {"code": code, "detail": detail, "hint": None, "fields": fields}


def _first(detail: Any) -> str:
    if isinstance(detail, dict):
        name, value = next(iter(detail.items()))
        text = _first(value)
        return text if name == "non_field_errors" else f"{name}: {text}"
    if isinstance(detail, list):
        return _first(detail[0]) if detail else "Invalid."
    return str(detail)


def _fields(detail: Any) -> dict[str, list[str]] | None:
    if not isinstance(detail, dict):
        return None
    return {
        str(name): [_first(v) for v in (value if isinstance(value, list) else [value])]
        for name, value in detail.items()
    }
