"""Errors that people and programs get to see, in one shape.

ApplicationError      400  base: `code` is stable, `detail` a sentence, `hint` what to do
├── NotFound          404  also for what belongs to somebody else
├── Forbidden         403
├── Conflict          409
├── Unprocessable     422
└── Unavailable       503
"""

from __future__ import annotations

from typing import Any


class ApplicationError(Exception):
    status = 400

    def __init__(
        self,
        code: str,
        detail: str,
        *,
        hint: str | None = None,
        fields: dict[str, list[str]] | None = None,
        **extra: Any,
    ) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.hint = hint
        self.fields = fields
        self.extra = extra

    def body(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "detail": self.detail,
            "hint": self.hint,
            "fields": self.fields,
            **self.extra,
        }


class NotFound(ApplicationError):
    status = 404

    def __init__(self, what: str = "This") -> None:
        super().__init__("not_found", f"{what} does not exist here.")


class Forbidden(ApplicationError):
    status = 403


class Conflict(ApplicationError):
    status = 409


class Unprocessable(ApplicationError):
    status = 422


class Unavailable(ApplicationError):
    status = 503
