"""The registry as data: for the palette, the forms, the API's schemas and the docs."""

from __future__ import annotations

from functools import cache
from typing import Any

from runtime.components.base import ComponentBase
from runtime.components.registry import find_component, providers
from runtime.messages import JsonObject


def describe() -> list[JsonObject]:
    """One entry for each component, in the order of the palette."""
    return [entry for provider in providers() if (entry := describe_one(provider)) is not None]


@cache
def describe_one(provider: str) -> JsonObject | None:
    """None: there is no such component."""
    found = find_component(provider)
    return None if found is None else _entry(found)


def _entry(component: type[ComponentBase[Any]]) -> JsonObject:
    palette = component.palette
    return {
        "provider": component.provider,
        "component_type": component.component_type,
        "component_version": component.component_version,
        "label": palette.label,
        "summary": palette.summary,
        "group": palette.group,
        "icon": palette.icon,
        "hidden": palette.hidden,
        "config_schema": component.Config.model_json_schema(),
        "defaults": component.defaults,
        **component.palette_info(),
    }
