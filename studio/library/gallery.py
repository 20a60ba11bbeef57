"""The ready teams that ship with Troupe: one JSON file each, beside this module."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from studio.core.errors import NotFound

FOLDER = Path(__file__).with_name("gallery_data")


@cache
def gallery_list() -> tuple[dict[str, Any], ...]:
    """Entries `{slug, name, description, tags, example_task, component, layout}` by `position`."""
    entries = [
        {"slug": path.stem, **json.loads(path.read_text())} for path in FOLDER.glob("*.json")
    ]
    return tuple(sorted(entries, key=lambda entry: (entry["position"], entry["slug"])))


def gallery_get(slug: str) -> dict[str, Any]:
    for entry in gallery_list():
        if entry["slug"] == slug:
            return entry
    raise NotFound("This gallery team")
