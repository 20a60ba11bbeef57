"""What an actor is to the runtime that hosts it."""

from __future__ import annotations

from typing import Any

from runtime.core.context import MessageContext
from runtime.core.ids import AgentId
from runtime.errors import UnhandledMessage


class Actor:
    """Own state, reached by messages only. The runtime handles one message of it at a time."""

    id: AgentId
    """Set by the runtime before the first message."""

    async def on_message(self, message: Any, context: MessageContext) -> Any:
        raise unhandled(message, self.id, context)

    def save_state(self) -> dict[str, Any]:
        """JSON, at a quiescent point; {} when there is nothing to keep."""
        return {}

    def load_state(self, state: dict[str, Any]) -> None:
        """Takes what `save_state` of this or an older version gave."""

    async def close(self) -> None:
        """Releases what the actor holds; called once, when the runtime stops."""


def unhandled(message: Any, recipient: AgentId, context: MessageContext) -> UnhandledMessage:
    return UnhandledMessage(
        f"{recipient} does not handle {type(message).__name__}, "
        f"sent by {context.sender or 'outside'}",
        hint="Send it a message type that one of its handlers declares.",
    )
