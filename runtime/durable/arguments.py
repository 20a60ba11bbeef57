"""A model's tool arguments: untrusted text until proven otherwise."""

from __future__ import annotations

import json
from typing import Any

import jsonschema

from runtime.events import sanitise
from runtime.messages import JsonObject

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
    """Raises BadArguments for the first violation of the tool's own schema."""
    try:
        validator = jsonschema.Draft202012Validator(schema)
        violation: Any = jsonschema.exceptions.best_match(validator.iter_errors(arguments))
    except (jsonschema.SchemaError, RecursionError) as error:
        raise BadArguments(f"The tool's schema cannot be checked: {error}") from error
    if violation is not None:
        place = violation.json_path
        raise BadArguments(
            f"The arguments do not fit the tool's schema: {place}: {violation.message}"
        )


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")
