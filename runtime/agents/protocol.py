"""The messages between a team's manager and its participants. They never leave the process."""

from __future__ import annotations

from dataclasses import dataclass

from runtime.messages import ChatMessage


@dataclass(frozen=True, slots=True)
class Speak:
    """Your turn. `heard` is what others have said since your last one."""

    heard: list[ChatMessage]


@dataclass(frozen=True, slots=True)
class Spoken:
    """What the turn adds to the team's conversation, in order; the last one is the answer. An
    agent says one message, a team inside a team everything that was said in it."""

    messages: list[ChatMessage]
    message_key: str | None = None
    """The model call whose text the answer is."""
    relayed: int = 0
    """How many of the messages were posted to a conversation inside already."""
