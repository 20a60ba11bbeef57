"""Components of an operator's own, beside those that ship.

Called by the program that embeds the runtime, with what its operator configured; nothing of this
ever comes from a spec, an import or a request.
"""

from __future__ import annotations

from collections.abc import Mapping

from runtime.components.catalog import ALIASES, CATALOG, UNSUPPORTED


def extend_catalog(entries: Mapping[str, str]) -> None:
    """Adds `provider: "module:Class"`. Raises ValueError for a provider that exists already."""
    for provider, place in entries.items():
        known = provider in ALIASES or provider in UNSUPPORTED
        if known or CATALOG.get(provider, place) != place:
            raise ValueError(f"the provider {provider!r} exists already")
        if not all(place.partition(":")):
            raise ValueError(f"{provider!r} must be placed at 'module:Class', not {place!r}")
    CATALOG.update(entries)
