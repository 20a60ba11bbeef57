"""JSON Schemas that come from outside: from a spec or from somebody's server."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jsonschema

from runtime.messages import JsonObject

MAX_VALUES = 5_000
MAX_DEPTH = 40


class BadSchema(ValueError):
    """Carries a sentence that says what is wrong."""


def tool_parameters(schema: Any) -> JsonObject:
    """The schema as a tool's parameters: an object's, closed unless it says otherwise. Raises
    BadSchema. References must stay inside: the validator would fetch others, from anywhere."""
    if not isinstance(schema, dict):
        raise BadSchema("The schema must be a JSON object.")
    if schema.get("type", "object") != "object":
        raise BadSchema("The schema must be that of an object.")
    for value in _values(schema):
        if isinstance(value, dict):
            for key in ("$ref", "$dynamicRef", "$recursiveRef"):
                target = value.get(key, "#")
                if isinstance(target, str) and not target.startswith("#"):
                    raise BadSchema("The schema refers to another document.")
    try:
        jsonschema.Draft202012Validator.check_schema(schema)
    except jsonschema.SchemaError as error:
        raise BadSchema(f"This is not a JSON Schema: {error.message[:200]}.") from error
    except RecursionError as error:
        raise BadSchema("The schema is nested too deep.") from error
    return {"properties": {}, "additionalProperties": False, **schema, "type": "object"}


def without_patterns(schema: Any) -> Any:
    """The schema without regular expressions: those of strangers can keep the validator busy for
    ever, and only their server needs them."""
    if isinstance(schema, list):
        return [without_patterns(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    tidy = {}
    for key, value in schema.items():
        if key == "properties" and isinstance(value, dict):
            tidy[key] = {name: without_patterns(item) for name, item in value.items()}
        elif key == "patternProperties" or (key == "pattern" and isinstance(value, str)):
            continue
        else:
            tidy[key] = without_patterns(value)
    return tidy


def _values(value: Any) -> Iterator[Any]:
    stack, count = [(value, 0)], 0
    while stack:
        item, depth = stack.pop()
        count += 1
        if count > MAX_VALUES or depth > MAX_DEPTH:
            raise BadSchema("The schema is too large.")
        yield item
        if isinstance(item, dict):
            stack.extend((child, depth + 1) for child in item.values())
        elif isinstance(item, list):
            stack.extend((child, depth + 1) for child in item)
