"""The root frame's checkpoint: what cannot be read off the log, and where on it the rest stands."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from runtime.messages import Frozen
from runtime.ports import CHECKPOINT_FORMAT, Checkpoint, LogRange

ROOT_FRAME = ""


class RunState(Frozen):
    run_id: str
    history: list[LogRange] = Field(default_factory=list)
    """Where messages and model contexts are recorded: one range for each run of the session."""
    turn: int = 0
    invocations: dict[str, int] = Field(default_factory=dict)
    model_calls: int = 0
    """Of all agents, in this run."""
    calls: dict[str, int] = Field(default_factory=dict)
    """Model calls by the agent's path, in the whole session."""
    applied_through: int = 0
    """`seq` of the last command that took effect."""
    actors: dict[str, dict[str, Any]] = Field(default_factory=dict)
    """By the path of the team or agent; only of those with something to keep."""

    def to_checkpoint(self) -> Checkpoint:
        return Checkpoint(
            frame=ROOT_FRAME,
            turn=self.turn,
            format=CHECKPOINT_FORMAT,
            state=self.model_dump(mode="json", exclude_defaults=True),
        )

    def next_run(self, run_id: str) -> RunState:
        """Where the next run of the session starts: the team's memory stays, counters do not."""
        return RunState(run_id=run_id, history=self.history, actors=self.actors, calls=self.calls)
