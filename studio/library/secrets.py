"""Finds keys that stand in JSON where none may be stored, in components that we know and in
those that we do not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

MASKED = "**********"
_NAMES = re.compile(
    r"^(.*_)?(api_?key|access_?key|secret_?key|secret|password|session_token|ad_token|"
    r"authorization|auth_token|access_token|bearer_token|x-api-key)$",
    re.IGNORECASE,
)


def inline_secrets(value: Any, path: str = "$") -> Iterator[str]:
    """JSON paths of fields that are named like a secret and hold text that is not a mask."""
    if isinstance(value, dict):
        for key, item in value.items():
            place = f"{path}.{key}"
            if isinstance(item, str) and item not in ("", MASKED) and _NAMES.match(str(key)):
                yield place
            yield from inline_secrets(item, place)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from inline_secrets(item, f"{path}[{index}]")
