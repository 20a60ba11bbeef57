"""Writing components: JSON whose text is the same whenever its values are."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from runtime.components.load import Loaded
from runtime.components.registry import find_component
from runtime.components.spec import Component
from runtime.messages import JsonObject

_ENVELOPE = {name: place for place, name in enumerate(Component.model_fields)}


def dump(component: Component | Loaded | JsonObject) -> JsonObject:
    """Everything that was loaded, unknown parts included, with the keys of components in their
    order: the envelope's, the config's known fields, the others by name. Objects that are no
    components keep their order, which may mean something (a schema's properties, a graph)."""
    if isinstance(component, Loaded):
        raw: JsonObject = component.document
    elif isinstance(component, Component):
        raw = component.model_dump(mode="json", exclude_unset=True)
    else:
        raw = component
    ordered = _ordered(raw)
    if not isinstance(ordered, dict):
        raise TypeError("a component is a JSON object")
    return ordered


def dumps(component: Component | Loaded | JsonObject) -> str:
    """The canonical text, with a line break at its end."""
    return json.dumps(dump(component), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _ordered(value: Any) -> Any:
    if isinstance(value, list):
        return [_ordered(item) for item in value]
    if not isinstance(value, dict):
        return value
    provider = value.get("provider")
    if not isinstance(provider, str):
        return {key: _ordered(item) for key, item in value.items()}
    places = _fields(provider)
    ordered = {}
    for key in sorted(value, key=lambda key: (_ENVELOPE.get(key, len(_ENVELOPE)), key)):
        item = value[key]
        if key == "config" and isinstance(item, dict):
            names = sorted(item, key=lambda name: (places.get(name, len(places)), name))
            item = {name: item[name] for name in names}
        ordered[key] = _ordered(item)
    return ordered


@lru_cache(maxsize=512)  # names come from files
def _fields(provider: str) -> dict[str, int]:
    found = find_component(provider)
    names = found.Config.model_fields if found is not None else ()
    return {name: place for place, name in enumerate(names)}
