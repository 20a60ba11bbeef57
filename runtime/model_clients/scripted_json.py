"""A value of a JSON schema, for the scripted model's structured replies."""

from __future__ import annotations

from typing import Any

from runtime.messages import JsonObject

MAX_DEPTH = 12


def example(schema: Any, text: str) -> Any:
    """The plainest value that fits; `text` stands wherever any text will do. As far as the schema
    can be met without searching: patterns and conditions are not looked at."""
    return _Maker(schema if isinstance(schema, dict) else {}, text).make(schema, 0)


class _Maker:
    def __init__(self, root: JsonObject, text: str) -> None:
        self._root = root
        self._text = text

    def make(self, schema: Any, depth: int) -> Any:
        if not isinstance(schema, dict) or depth > MAX_DEPTH:
            return None
        schema = self._resolved(schema)
        if "const" in schema:
            return schema["const"]
        for chosen in ("enum", "examples"):
            if schema.get(chosen):
                return schema[chosen][0]
        for choice in ("anyOf", "oneOf"):
            if schema.get(choice):
                return self.make(schema[choice][0], depth + 1)
        kind = schema.get("type")
        if isinstance(kind, list):
            kind = next((name for name in kind if name != "null"), "null")
        if kind == "object" or "properties" in schema:
            return self._object(schema, depth)
        if kind == "array":
            count = max(int(schema.get("minItems") or 0), 1)
            return [self.make(schema.get("items", {}), depth + 1) for _ in range(count)]
        return self._plain(kind, schema)

    def _object(self, schema: JsonObject, depth: int) -> JsonObject:
        properties = schema.get("properties")
        if not isinstance(properties, dict):
            return {}
        wanted = schema.get("required") or list(properties)
        return {name: self.make(properties.get(name, {}), depth + 1) for name in wanted}

    def _plain(self, kind: Any, schema: JsonObject) -> Any:
        if kind in ("integer", "number"):
            low = schema.get("minimum", schema.get("exclusiveMinimum", 0) + 1)
            return min(low, schema.get("maximum", low))
        if kind == "boolean":
            return True
        if kind == "null":
            return None
        text = self._text.ljust(int(schema.get("minLength") or 0), ".")
        return text[: int(schema.get("maxLength") or len(text))]

    def _resolved(self, schema: JsonObject) -> JsonObject:
        for _ in range(MAX_DEPTH):
            place = schema.get("$ref")
            if not isinstance(place, str) or not place.startswith("#"):
                return schema
            found: Any = self._root
            for part in place.lstrip("#/").split("/"):
                found = found.get(part, {}) if part and isinstance(found, dict) else found
            schema = found if isinstance(found, dict) else {}
        return {}
