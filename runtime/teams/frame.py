"""One frame of a team: from its task, or from its checkpoint, to its end."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pydantic import Field

from runtime.agents.base import AnyParticipant
from runtime.agents.protocol import Spoken
from runtime.durable.history import Entry, heard_by
from runtime.durable.run import Hold
from runtime.durable.step import StepContext
from runtime.events.payloads import MessagePosted
from runtime.messages import ChatMessage, Frozen


@dataclass(frozen=True)
class Next:
    """Who speaks now: one, or several in parallel. What the manager says to all comes first."""

    speakers: list[AnyParticipant]
    posts: list[ChatMessage] = field(default_factory=list)


@dataclass(frozen=True)
class Over:
    """Nobody speaks any more."""

    reason: str
    posts: list[ChatMessage] = field(default_factory=list)


@dataclass(frozen=True)
class Turn:
    """One participant's turn. `heard` is a range of indices of the thread."""

    speaker: AnyParticipant
    step: StepContext
    heard: tuple[int, int]


@dataclass(frozen=True)
class Taken:
    """A turn that was spoken to its end."""

    turn: Turn
    spoken: Spoken


class FrameState(Frozen):
    """The checkpoint of a frame inside another: what its turns left that the log does not say."""

    turn: int
    first: int
    """Where in the thread this frame's own messages begin."""
    invocation: int
    invocations: dict[str, int] = Field(default_factory=dict)
    model_calls: dict[str, int] = Field(default_factory=dict)
    actors: dict[str, dict[str, Any]] = Field(default_factory=dict)


class Thread:
    """What was said in a team, in the order in which everyone hears it."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.entries: list[Entry] = []
        self.delivered: dict[str, int] = {}
        """By participant: up to which index it has heard."""

    def __len__(self) -> int:
        return len(self.entries)

    @property
    def messages(self) -> list[ChatMessage]:
        return [entry.message for entry in self.entries]

    def unheard(self, name: str) -> tuple[int, int]:
        return self.delivered.get(name, 0), len(self.entries)

    def heard(self, path: str, span: tuple[int, int]) -> list[ChatMessage]:
        return heard_by(path, self.entries[slice(*span)])

    def take(self, author: str, payload: Any) -> ChatMessage:
        """Takes up a message as it is recorded."""
        if not isinstance(payload, MessagePosted):
            raise TypeError(f"A message is recorded as {type(payload).__name__}")
        self.entries.append(Entry(author, payload.message))
        return payload.message


async def within_limits(step: StepContext) -> None:
    """Holds the run where it has used up what it may."""
    limits, run = step.run.limits, step.run
    while step.turn > limits.max_turns:
        await run.hold(
            Hold(
                "limit_turns",
                f"The run has taken {limits.max_turns} turns, its limit",
                "Raise the limit and resume the run, or stop it.",
            )
        )
    while run.head >= limits.max_events:
        await run.hold(
            Hold(
                "limit_events",
                f"The run's log has {run.head} events; the limit is {limits.max_events}",
                "Raise the limit and resume the run, or start a new run of the session.",
            )
        )
