"""A model's tool arguments: untrusted text until proven otherwise."""

from __future__ import annotations

import json
from typing import Any

from runtime.events import sanitise
from runtime.messages import JsonObject
from runtime.schemas import BadSchema, violations

MAX_ARGUMENTS = 1_000_000


class BadArguments(ValueError):
    """Carries the text that tells the model what to correct."""


def parse_arguments(raw: str) -> JsonObject:
    if len(raw) > MAX_ARGUMENTS:
        raise BadArguments(f"The arguments are too long ({len(raw):,} characters)")
    try:
        value = json.loads(raw or "{}", parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise BadArguments(f"The arguments are not valid JSON: {error}") from error
    if not isinstance(value, dict):
        raise BadArguments("The arguments must be a JSON object")
    clean: JsonObject = sanitise(value)
    return clean


def check_arguments(arguments: JsonObject, schema: JsonObject) -> None:
    """Raises BadArguments with the first violations of the tool's own schema."""
    try:
        found = violations(arguments, schema)
    except BadSchema as error:
        raise BadArguments(f"The tool's schema cannot be checked: {error}") from error
    if found:
        raise BadArguments(f"The arguments do not fit the tool's schema: {'; '.join(found)}")


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")
