"""The progress ledger: how the orchestrator's model judges the work, read from its reply."""

from __future__ import annotations

import json
import re
from typing import Any

from runtime.messages import Frozen, JsonObject
from runtime.schemas import violations

_FENCE = re.compile(r"```(?:json)?\s*(\{.*?\})\s*```", re.DOTALL)


class Ledger(Frozen):
    satisfied: bool
    reason: str
    in_loop: bool
    progress: bool
    next_speaker: str
    instruction: str


class BadLedger(ValueError):
    """Carries what to tell the model."""


def read_ledger(text: str, schema: JsonObject, only: str | None = None) -> Ledger:
    """Takes JSON alone, in a fence, or with words around it. `only` is the one member there is.
    Raises BadLedger for everything that is not a ledger, a stranger as next speaker included."""
    value = _find_json(text)
    if only is not None and isinstance(value.get("next_speaker"), dict):
        value["next_speaker"]["answer"] = only
    if faults := violations(value, _lenient(schema), limit=1):
        raise BadLedger(faults[0])
    return Ledger(
        satisfied=value["is_request_satisfied"]["answer"],
        reason=value["is_request_satisfied"].get("reason", ""),
        in_loop=value["is_in_loop"]["answer"],
        progress=value["is_progress_being_made"]["answer"],
        next_speaker=value["next_speaker"]["answer"],
        instruction=value["instruction_or_question"]["answer"],
    )


def _find_json(text: str) -> dict[str, Any]:
    fenced = _FENCE.search(text)
    for candidate in (text, fenced[1] if fenced else "", _braces(text)):
        try:
            value = json.loads(candidate)
        except (ValueError, RecursionError):
            continue
        if isinstance(value, dict):
            return value
    raise BadLedger("there is no JSON object in it")


def _braces(text: str) -> str:
    return text[text.find("{") : text.rfind("}") + 1]


def _lenient(schema: JsonObject) -> JsonObject:
    """A missing reason or a field too many does no harm."""
    properties = {
        name: {"type": "object", "properties": field["properties"], "required": ["answer"]}
        for name, field in schema["properties"].items()
    }
    return {"type": "object", "properties": properties, "required": schema["required"]}
