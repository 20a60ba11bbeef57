"""The tables that ship beside the model clients."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources

from runtime.messages import JsonObject


@cache
def shipped(name: str) -> JsonObject:
    text = resources.files("runtime.model_clients").joinpath("data", name).read_text("utf-8")
    table: JsonObject = json.loads(text)
    return table
