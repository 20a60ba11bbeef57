"""Vendors' failures in plain words: what happened, whether trying again may help, what to do."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from runtime.errors import ModelError
from runtime.events import sanitise_text

MAX_VENDOR_TEXT = 500
_KEY = re.compile(r"\b(?:sk|key|pk)-[\w*.\-]{6,}")
_TOO_LONG = ("context_length", "context length", "maximum context", "too many tokens", "too long")
_NO_MONEY = ("insufficient_quota", "credit balance", "billing", "exceeded your current quota")
_REFUSED = (
    "content_filter",
    "content_policy",
    "content management policy",
    "responsibleaipolicyviolation",
    "safety",
)
_BAD_IMAGE = (
    "invalid_image",
    "image_parse_error",
    "could not process image",
    "invalid image",
    "unsupported image",
    "image exceeds",
    "image_url",
    "image.source",
)
_BAD_SCHEMA = ("response_format", "output_config", "output_format", "invalid schema", "json_schema")


@dataclass(frozen=True)
class Target:
    """Which model of whom a call went to."""

    vendor: str
    model: str
    host: str


def unreachable(target: Target, reason: str = "") -> ModelError:
    because = f": {reason}" if reason else ""
    return ModelError(
        f"{target.host} cannot be reached{because}",
        code="model_unreachable",
        hint="Check the address, the network, and that the model server runs; then resume.",
        retryable=True,
    )


def timed_out(target: Target, seconds: float) -> ModelError:
    return ModelError(
        f"{target.host} did not answer within {seconds:g} s",
        code="model_timeout",
        hint="The model may be overloaded. A longer timeout can be set on the model.",
        retryable=True,
    )


def took_too_long(target: Target, seconds: float) -> ModelError:
    return ModelError(
        f"The reply of {target.model} was not complete after {seconds:g} s",
        code="model_timeout",
        hint="Allow more time for an attempt on the model, or limit its replies with max_tokens.",
        retryable=True,
    )


def no_vision(model: str) -> ModelError:
    return ModelError(
        f"{model} cannot see images, and there is one in the conversation",
        code="model_no_vision",
        hint="Use a model with vision. If this one has it, set vision in its model info.",
    )


def no_tools(model: str) -> ModelError:
    return ModelError(
        f"{model} cannot call tools, and its agent has some",
        code="model_no_tools",
        hint="Use a model that calls tools. If this one does, set function_calling in its model "
        "info.",
    )


def stream_cut(target: Target) -> ModelError:
    return ModelError(
        f"The reply of {target.model} broke off before its end",
        code="model_stream_cut",
        hint="The connection was lost or the server stopped.",
        retryable=True,
    )


def not_understood(target: Target, what: str) -> ModelError:
    return ModelError(
        f"{target.host} sent a reply that is no valid answer: {what}",
        code="model_bad_reply",
        hint="Check that the address is that of a server which speaks this protocol.",
        retryable=True,
    )


def too_large(target: Target, limit: int) -> ModelError:
    return ModelError(
        f"The reply of {target.model} is larger than {limit // 1_000_000} MB",
        code="model_reply_too_large",
        hint="Limit the length of replies with max_tokens.",
    )


def from_status(
    target: Target, status: int, body: str, headers: Mapping[str, str] | None = None
) -> ModelError:
    """The error of an HTTP status, the vendor's own words included."""
    said = vendor_text(body)
    lower = body.lower()[:5_000]
    code, detail, hint, retryable = _classify(target, status, lower)
    return ModelError(
        f"{detail}. {target.vendor} says: {said}" if said else detail,
        code=code,
        hint=hint,
        retryable=retryable,
        retry_after=retry_after(headers or {}) if retryable else None,
        status=status,
    )


def _classify(target: Target, status: int, text: str) -> tuple[str, str, str | None, bool]:
    if status in (401, 403):
        code = "model_auth" if status == 401 else "model_permission"
        refused = (
            "refused the key" if status == 401 else f"does not let this key use {target.model}"
        )
        hint = "Check the credential under Settings, Credentials; then resume the run."
        return code, f"{target.host} {refused}", hint, False
    if status == 402 or any(word in text for word in _NO_MONEY):
        hint = "Top up the account or choose another credential; then resume the run."
        return "model_quota", f"The account at {target.vendor} has no credit left", hint, False
    if status == 404:
        hint = "Check the model's name and the address."
        return "model_unknown", f"{target.host} does not know the model {target.model}", hint, False
    if status == 413 or (status == 400 and any(word in text for word in _TOO_LONG)):
        hint = "Use a model with a longer context, or a buffered model context."
        return (
            "model_context_length",
            f"The conversation is too long for {target.model}",
            hint,
            False,
        )
    if status == 400 and any(word in text for word in _REFUSED):
        return "model_content", f"{target.vendor} refuses this content", None, False
    if status in (400, 422) and any(word in text for word in _BAD_IMAGE):
        hint = "Send PNG, JPEG, GIF or WebP images of a few megabytes."
        return "model_bad_image", f"{target.vendor} cannot use an image of this call", hint, False
    if status in (400, 422) and any(word in text for word in _BAD_SCHEMA):
        hint = "Simplify the schema of the reply, or use a model with structured output."
        return "model_schema", f"{target.host} does not take the schema of the reply", hint, False
    if status == 429:
        hint = "The vendor limits how much may be asked in a time."
        return "model_rate_limited", f"{target.host} asks for fewer calls", hint, True
    if status in (408, 409) or status >= 500:
        return "model_server", f"{target.host} has a problem (HTTP {status})", None, True
    hint = "The request or a setting of the model does not suit it."
    return "model_bad_request", f"{target.host} refused the request (HTTP {status})", hint, False


def from_error_object(target: Target, error: Any) -> ModelError:
    """An error that came inside a reply or a stream whose status was fine."""
    kind = str(error.get("type") or error.get("code") or "") if isinstance(error, dict) else ""
    statuses = {
        "overloaded_error": 529,
        "api_error": 500,
        "server_error": 500,
        "rate_limit_error": 429,
        "rate_limit_exceeded": 429,
        "timeout_error": 408,
        "authentication_error": 401,
        "permission_error": 403,
        "not_found_error": 404,
    }
    code = error.get("code") if isinstance(error, dict) else None
    status = statuses.get(kind, code if isinstance(code, int) and 400 <= code < 600 else 400)
    return from_status(target, status, json.dumps({"error": error}, default=str))


def vendor_text(body: str) -> str:
    """What the vendor says, without its JSON around and without anything like a key."""
    text = body
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        data = None
    if isinstance(data, dict):
        inner = data.get("error", data)
        found = inner.get("message") if isinstance(inner, dict) else inner
        text = found if isinstance(found, str) else body
    elif "<html" in body[:500].lower():
        text = ""
    text = _KEY.sub("[key]", " ".join(text.split()))
    return sanitise_text(text[:MAX_VENDOR_TEXT])


def retry_after(headers: Mapping[str, str]) -> float | None:
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    value = headers.get("retry-after")
    seconds = _number(value)
    if seconds is not None or value is None:
        return seconds
    try:
        return max((parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds(), 0.0)
    except (TypeError, ValueError):
        return None


def _number(value: str | None) -> float | None:
    try:
        number = float(value) if value is not None else None
    except ValueError:
        return None
    return number if number is not None and 0 <= number < 1e6 else None
