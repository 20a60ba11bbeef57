"""The messages between a team's manager and its participants."""

from __future__ import annotations

from runtime.messages import ChatMessage, Frozen


class Speak(Frozen):
    """Your turn. `heard` is what was said since your last one."""

    heard: list[ChatMessage]


class Spoken(Frozen):
    message: ChatMessage
    message_key: str | None = None
    """The model call whose text this is."""
    agent_events: int = 0
    """Tool requests and results on the way."""
