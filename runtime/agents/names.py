"""Names of members, which become parts of paths and what models call each other by."""

from __future__ import annotations

from collections.abc import Iterator

from runtime.components.base import Problem


def check_name(name: str, path: str) -> Iterator[Problem]:
    if not name.isidentifier():
        yield Problem(
            path,
            "error",
            "invalid_name",
            f"{name[:80]!r} cannot be a name.",
            "Use letters, digits and underscores, and begin with a letter.",
        )
