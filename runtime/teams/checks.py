"""What must hold between the participants of a team."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from runtime.agents.names import check_name
from runtime.components.base import Problem
from runtime.components.registry import canonical_provider


def check_participants(config: Any, path: str) -> Iterator[Problem]:
    names = [participant_name(participant) for participant in config.participants]
    counts = Counter(name for name in names if name is not None)
    for index, name in enumerate(names):
        place = f"{path}.participants[{index}].config.name"
        if name is None:
            continue
        yield from check_name(name, place)
        if counts[name] > 1:
            yield Problem(
                place,
                "error",
                "duplicate_name",
                f"{counts[name]} participants are named {name}.",
                "Give each participant a name of its own.",
            )


def check_has_end(config: Any, path: str) -> Iterator[Problem]:
    if config.termination_condition is None and config.max_turns is None:
        yield Problem(
            path,
            "warning",
            "no_end",
            "Nothing ends this team's conversation.",
            "Add a termination condition or a number of turns; otherwise it runs to its limits.",
        )


def participant_name(participant: Any) -> str | None:
    """None: missing or no text, which the participant's own check reports; a reference's name is
    not known before it is resolved."""
    name = participant.config.get("name")
    if name is None and participant.component_type == "team":
        return canonical_provider(participant.provider).rpartition(".")[2]
    return name if isinstance(name, str) else None
