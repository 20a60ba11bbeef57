"""Walking raw component JSON without trusting it: no recursion, no parsing, bounded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, get_args

from pydantic import BaseModel

from runtime.components.spec import Slot

MAX_DEPTH = 20
"""Components inside components."""
MAX_JSON_DEPTH = 200
MAX_BYTES = 1_000_000
MAX_COMPONENTS = 200
MAX_VALUES = 50_000


@dataclass(frozen=True)
class Size:
    depth: int
    characters: int
    components: int
    component_depth: int
    values: int

    @property
    def fault(self) -> tuple[str, str] | None:
        """Code and text of the first limit that is broken."""
        if self.characters > MAX_BYTES:
            return "too_large", f"The component is larger than {MAX_BYTES // 1_000_000} MB."
        if self.values > MAX_VALUES:
            return "too_large", f"The component has more than {MAX_VALUES:,} values."
        if self.component_depth > MAX_DEPTH:
            return "too_deep", f"Components are nested more than {MAX_DEPTH} deep."
        if self.depth > MAX_JSON_DEPTH:
            return "too_deep", f"The JSON is nested more than {MAX_JSON_DEPTH} deep."
        if self.components > MAX_COMPONENTS:
            return "too_many", f"There are more than {MAX_COMPONENTS} components."
        return None


def measure(value: Any) -> Size:
    """Stops as soon as a limit is broken, so that hostile input costs nothing."""
    depth = characters = components = component_depth = values = 0
    stack: list[tuple[Any, int, int]] = [(value, 1, 0)]
    while stack:
        item, level, inside = stack.pop()
        depth = max(depth, level)
        values += 1
        if isinstance(item, dict):
            if isinstance(item.get("provider"), str):
                components += 1
                inside += 1
                component_depth = max(component_depth, inside)
            characters += sum(len(key) + 4 for key in item if isinstance(key, str)) + 2
            stack.extend((child, level + 1, inside) for child in item.values())
        elif isinstance(item, list | tuple):
            characters += len(item) + 2
            stack.extend((child, level + 1, inside) for child in item)
        else:
            characters += len(item) + 2 if isinstance(item, str) else 4
        size = Size(depth, characters, components, component_depth, values)
        if size.fault is not None:
            return size
    return Size(depth, characters, components, component_depth, values)


@cache
def slots(config: type[BaseModel]) -> dict[str, Slot]:
    """The fields of a config model that hold components, alone or in a list."""
    found = {}
    for name, field in config.model_fields.items():
        slot = next((note for note in field.metadata if isinstance(note, Slot)), None)
        slot = slot or _slot_in(field.annotation)
        if slot is not None:
            found[name] = slot
    return found


def _slot_in(annotation: Any) -> Slot | None:
    if isinstance(annotation, Slot):
        return annotation
    notes = getattr(annotation, "__metadata__", ())
    for part in (*notes, *get_args(annotation)):
        found = _slot_in(part)
        if found is not None:
            return found
    return None


def children(config_model: type[BaseModel], config: Any) -> Iterator[tuple[str, Any, Slot]]:
    """The raw components in a raw config: their place in it, their JSON, their slot."""
    if not isinstance(config, dict):
        return
    for name, slot in slots(config_model).items():
        raw = config.get(name)
        if isinstance(raw, list):
            for index, item in enumerate(raw):
                yield f"{name}[{index}]", item, slot
        elif raw is not None:
            yield name, raw, slot
