"""How much one run may use before a person is asked."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class RunLimits:
    """A run that reaches one pauses; it goes on when it is resumed with a larger one."""

    max_turns: int = 200
    max_model_calls: int = 1_000
    max_events: int = 50_000
    max_model_attempts: int = 5
    """Of one model call in a row, before the run pauses."""
