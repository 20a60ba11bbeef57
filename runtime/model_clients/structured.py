"""Replies as JSON of a schema: what vendors' strict modes take, and what to say where there is
none."""

from __future__ import annotations

import json
from typing import Any

from runtime.messages import JsonObject, LLMMessage, SystemMessage

_NOT_STRICT = ("patternProperties", "unevaluatedProperties", "propertyNames", "$dynamicRef")
_INNER = ("items", "anyOf", "oneOf", "allOf", "prefixItems", "not")
_LIMITS = frozenset(
    {
        "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength",
        "maxLength", "maxItems", "uniqueItems", "minProperties", "maxProperties",
    }
)  # fmt: skip


def closed_schema(schema: JsonObject) -> JsonObject | None:
    """A copy in which every object takes exactly its named properties, as strict modes want it.
    None when the schema has objects that are open by intention."""
    try:
        closed: JsonObject = _closed(schema)
    except _OpenSchema:
        return None
    return closed


def without_limits(schema: Any) -> Any:
    """Without the limits on numbers and lengths, which Anthropic's strict mode refuses. Whoever
    asked checks the reply against the whole schema anyway."""
    if isinstance(schema, list):
        return [without_limits(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: (
            {name: without_limits(inner) for name, inner in value.items()}
            if key in ("properties", "$defs", "definitions") and isinstance(value, dict)
            else without_limits(value)
        )
        for key, value in schema.items()
        if key not in _LIMITS
    }


def is_recursive(schema: JsonObject) -> bool:
    """Whether a definition refers, directly or through others, to itself."""
    definitions = {**schema.get("definitions", {}), **schema.get("$defs", {})}
    refers = {name: _references(inner) for name, inner in definitions.items()}

    def reaches(name: str, seen: frozenset[str]) -> bool:
        return name in seen or any(reaches(n, seen | {name}) for n in refers.get(name, ()))

    return "#" in _references(schema) or any(reaches(name, frozenset()) for name in refers)


def in_words(schema: JsonObject) -> str:
    text = json.dumps(schema, ensure_ascii=False)
    return f"Reply with one JSON object of this JSON Schema, and with nothing else:\n{text}"


def with_instruction(messages: list[LLMMessage], schema: JsonObject) -> list[LLMMessage]:
    return [*messages, SystemMessage(content=in_words(schema))]


class _OpenSchema(Exception):
    pass


def _closed(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_closed(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    is_object = schema.get("type") == "object" or "properties" in schema
    is_open = schema.get("additionalProperties") or (is_object and "properties" not in schema)
    if is_open or any(key in schema for key in _NOT_STRICT):
        raise _OpenSchema
    closed = {key: _closed_part(key, value) for key, value in schema.items() if key != "default"}
    if is_object:
        closed |= {"additionalProperties": False, "required": list(schema["properties"])}
    return closed


def _closed_part(key: str, value: Any) -> Any:
    if key in ("properties", "$defs", "definitions") and isinstance(value, dict):
        return {name: _closed(inner) for name, inner in value.items()}
    return _closed(value) if key in _INNER else value


def _references(schema: Any) -> set[str]:
    if isinstance(schema, list):
        return set().union(*(_references(item) for item in schema))
    if not isinstance(schema, dict):
        return set()
    target = schema.get("$ref")
    own = {target.rpartition("/")[2]} if isinstance(target, str) else set()
    inner = (value for key, value in schema.items() if key not in ("$defs", "definitions"))
    return own.union(*(_references(value) for value in inner))
