"""References from one definition to another, and their replacement by what they name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from runtime.components.catalog import REFERENCE
from runtime.components.spec import Component
from runtime.components.tree import MAX_COMPONENTS, measure
from runtime.errors import SpecError
from runtime.messages import JsonObject

Lookup = Callable[[str, int | None], Component | None]
"""The component of a definition at a revision; None for the revision: its latest one."""


def make_reference(
    definition: str, component_type: str, revision: int | None = None, label: str | None = None
) -> Component:
    config = {"definition": definition, "revision": revision}
    return Component(provider=REFERENCE, component_type=component_type, label=label, config=config)


def find_references(component: Component | JsonObject) -> list[tuple[str, int | None]]:
    """The definitions that it names itself, each once, in order."""
    raw = component.model_dump() if isinstance(component, Component) else component
    _check_size(raw)
    return list(dict.fromkeys(_named(raw)))


def resolve(component: Component, lookup: Lookup) -> Component:
    """The component with everything it refers to in its place. Raises SpecError, with the JSON
    path, when a definition is missing, of another type, or refers to itself through others."""
    raw = component.model_dump(exclude_none=True)
    _check_size(raw)
    try:
        inlined = _Resolver(lookup).value(raw, "$", ())
        _check_size(inlined)
        return Component.model_validate(inlined)
    except RecursionError as error:
        raise SpecError("The definitions are nested too deep") from error


class _Resolver:
    """`chain` holds the definitions that are being resolved, outermost first."""

    def __init__(self, lookup: Lookup) -> None:
        self._lookup = lookup
        self._count = 0

    def value(self, value: Any, path: str, chain: tuple[str, ...]) -> Any:
        if isinstance(value, list):
            return [self.value(v, f"{path}[{i}]", chain) for i, v in enumerate(value)]
        if not isinstance(value, dict):
            return value
        if value.get("provider") == REFERENCE:
            return self._inline(value, path, chain)
        return {key: self.value(item, f"{path}.{key}", chain) for key, item in value.items()}

    def _inline(self, reference: JsonObject, path: str, chain: tuple[str, ...]) -> Any:
        definition, revision = _target(reference, path)
        if definition in chain:
            circle = " → ".join([*chain[chain.index(definition) :], definition])
            raise SpecError(
                f"The definitions refer to each other in a circle: {circle}",
                path=path,
                hint="Remove one of these references.",
            )
        self._count += 1
        if self._count > MAX_COMPONENTS:
            raise SpecError(f"There are more than {MAX_COMPONENTS} references", path=path)
        found = self._lookup(definition, revision)
        if found is None:
            at = "its latest revision" if revision is None else f"revision {revision}"
            raise SpecError(
                f"The definition {definition} has gone, or {at} has",
                path=path,
                hint="Choose another definition, or put a component of its own here.",
            )
        stated = reference.get("component_type")
        if stated and found.component_type and stated != found.component_type:
            raise SpecError(
                f"The definition {definition} is a {found.component_type}, not a {stated}",
                path=path,
            )
        inner = found.model_dump(exclude_none=True)
        _check_size(inner)
        return self.value(inner, path, (*chain, definition))


def _named(value: Any) -> Iterator[tuple[str, int | None]]:
    if isinstance(value, list):
        for item in value:
            yield from _named(item)
    elif isinstance(value, dict):
        if value.get("provider") == REFERENCE:
            yield _target(value, "$")
        else:
            for item in value.values():
                yield from _named(item)


def _target(reference: JsonObject, path: str) -> tuple[str, int | None]:
    config = reference.get("config")
    definition = config.get("definition") if isinstance(config, dict) else None
    revision = config.get("revision") if isinstance(config, dict) else None
    if not isinstance(definition, str) or not isinstance(revision, int | None):
        raise SpecError("A reference names a definition and perhaps a revision", path=path)
    return definition, revision


def _check_size(raw: Any) -> None:
    fault = measure(raw).fault
    if fault is not None:
        raise SpecError(fault[1])
