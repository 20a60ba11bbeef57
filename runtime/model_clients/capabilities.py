"""What a model can do, as far as anybody knows."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

from runtime.messages import JsonObject
from runtime.model_clients.tables import shipped


@dataclass(frozen=True)
class Capabilities:
    """None: unknown. What is unknown is tried, and the server tells."""

    vision: bool | None = None
    function_calling: bool | None = None
    json_output: bool | None = None
    structured_output: bool | None = None
    multiple_system_messages: bool | None = None
    context_length: int | None = None
    """Tokens of request and reply together."""

    def overridden(self, info: JsonObject | None) -> Capabilities:
        """With AutoGen's `model_info`, where it says something. Other values are ignored."""
        values: dict[str, Any] = {}
        for field in fields(self):
            value = (info or {}).get(field.name)
            if type(value) is (int if field.name == "context_length" else bool):
                values[field.name] = value
        return replace(self, **values)


def capabilities_of(model: str, info: JsonObject | None = None) -> Capabilities:
    """By the beginning of the model's own name: what stands before a slash names who serves it."""
    name = model.rpartition("/")[2].lower()
    families: dict[str, JsonObject] = shipped("capabilities.json")["families"]
    found = max((family for family in families if name.startswith(family)), key=len, default=None)
    known = Capabilities(**families[found]) if found else Capabilities()
    return known.overridden(info)
