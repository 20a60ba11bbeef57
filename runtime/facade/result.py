"""What a run gives to the program that started it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from runtime.errors import RuntimeFault
from runtime.events.payloads import ApprovalRequested, InputRequested
from runtime.messages import JsonObject, TeamMessage

Request = InputRequested | ApprovalRequested
"""What waits for a person."""


class RunError(RuntimeFault):
    """The run ended, or cannot go on, without a result. `code` says why. What was recorded is
    kept: the session's `run(None)` goes on where that helps."""

    def __init__(self, code: str, detail: str, hint: str | None = None) -> None:
        super().__init__(detail, hint=hint)
        self.code = code


@dataclass(frozen=True)
class TaskResult:
    """As AutoGen's, and more: how it ended, and what it waits for."""

    messages: list[TeamMessage]
    """Everything that was streamed, but pieces of text."""
    stop_reason: str | None
    outcome: Literal["completed", "stopped", "waiting"] = "completed"
    waiting: list[Request] = field(default_factory=list)
    _save: Callable[[], JsonObject] | None = field(default=None, repr=False, compare=False)

    def save_state(self) -> JsonObject:
        """The session's, as JSON: `run(team, task, state=…)` goes on from it."""
        if self._save is None:
            raise RuntimeFault("This result belongs to no session")
        return self._save()
