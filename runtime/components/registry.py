"""From a provider's name to its class: by our own table, never by importing what a spec says."""

from __future__ import annotations

import re
from functools import cache
from importlib import import_module
from typing import Any

from runtime.components.base import ComponentBase
from runtime.components.catalog import ALIASES, CATALOG, UNSUPPORTED

_PRIVATE_MODULE = re.compile(r"\._[a-z0-9_]+(?=\.)")


def canonical_provider(provider: str) -> str:
    """Resolves AutoGen's aliases, and class paths through its private modules."""
    provider = ALIASES.get(provider, provider)
    if provider in CATALOG:
        return provider
    public = _PRIVATE_MODULE.sub("", provider)
    return ALIASES.get(public, public) if public in CATALOG or public in UNSUPPORTED else provider


def find_component(provider: str) -> type[ComponentBase[Any]] | None:
    """None: there is no such entry."""
    name = canonical_provider(provider)
    return _load(name) if name in CATALOG else None


def unsupported_reason(provider: str) -> str | None:
    """Why a provider that AutoGen has is not run here (yet); None: we do not know it at all."""
    return UNSUPPORTED.get(canonical_provider(provider))


def providers() -> list[str]:
    """In the order of the catalog, which is the palette's."""
    return list(CATALOG)


@cache
def _load(provider: str) -> type[ComponentBase[Any]]:
    module_name, _, class_name = CATALOG[provider].partition(":")
    loaded = getattr(import_module(module_name), class_name)
    if not (isinstance(loaded, type) and issubclass(loaded, ComponentBase)):
        raise TypeError(f"{CATALOG[provider]} is not a component class")
    if loaded.provider != provider:
        raise TypeError(f"{CATALOG[provider]} says it is {loaded.provider}, not {provider}")
    return loaded
