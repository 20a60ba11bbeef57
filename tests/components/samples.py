"""The samples of AutoGen's component JSON in tests/fixtures/autogen: given facts, unmodified."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[1] / "fixtures" / "autogen"
FILES = sorted(path for path in FOLDER.glob("*/*.json") if path.parent.name != "schemas")
NAMES = [f"{path.parent.name}/{path.stem}" for path in FILES]


def read(path: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(path.read_text())
    return document


def sample(name: str) -> dict[str, Any]:
    return read(FOLDER / "components" / f"{name}.json")
