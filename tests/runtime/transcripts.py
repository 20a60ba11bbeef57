"""What must be the same in two logs of one run, however often its worker died."""

from __future__ import annotations

from collections import Counter
from typing import Any

from runtime.events.payloads import ModelCompleted, ToolCompleted
from runtime.testing import InMemoryJournal

_LIFE = {"run.claimed", "run.parked", "run.released", "run.requeued"}
_TIMES = {"created_at", "occurred_at", "latency_ms", "duration_ms", "first_token_ms", "attempt"}


def messages(journal: InMemoryJournal) -> list[Any]:
    """Everything that was said, as the models and the screens see it."""
    return [
        timeless(event.payload.model_dump(mode="json"))
        for event in journal.log.events
        if event.kind == "message.posted"
    ]


def branches(journal: InMemoryJournal) -> dict[str, list[Any]]:
    """Each agent's completed steps. Those of parallel calls are in order of their keys."""
    found: dict[str, list[Any]] = {}
    for event in journal.log.events:
        if isinstance(event.payload, ModelCompleted | ToolCompleted):
            entry = (event.key, timeless(event.payload.model_dump(mode="json")))
            found.setdefault(event.agent_path, []).append(entry)
    return {path: sorted(entries, key=lambda e: e[0]) for path, entries in found.items()}


def keys(journal: InMemoryJournal) -> Counter[str]:
    """Of what the team did; not of what happened to its worker, or of attempts that were lost."""
    return Counter(
        event.key
        for event in journal.log.events
        if event.kind not in _LIFE | {"model.started", "approval.decided", "input.answered"}
    )


def timeless(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: timeless(item) for key, item in value.items() if key not in _TIMES}
    return [timeless(item) for item in value] if isinstance(value, list) else value
