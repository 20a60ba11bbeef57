"""Hooks that see every message on its way; they may change, drop or refuse it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from runtime.core.context import MessageContext
from runtime.core.ids import AgentId


class DropMessage:
    """Returned by a hook: the message goes no further."""


DROP: Final = DropMessage()


class Intervention:
    """Passes everything through. A hook returns the message that goes on; raising refuses it."""

    async def on_send(self, message: Any, *, recipient: AgentId, context: MessageContext) -> Any:
        return message

    async def on_publish(self, message: Any, *, context: MessageContext) -> Any:
        return message

    async def on_response(self, message: Any, *, sender: AgentId, recipient: AgentId | None) -> Any:
        return message


class InterventionChain:
    """Each hook gets what the one before it returned."""

    def __init__(self, interventions: Sequence[Intervention]) -> None:
        self._interventions = tuple(interventions)

    def __bool__(self) -> bool:
        return bool(self._interventions)

    async def send(self, message: Any, recipient: AgentId, context: MessageContext) -> Any:
        for hook in self._interventions:
            message = await hook.on_send(message, recipient=recipient, context=context)
            if isinstance(message, DropMessage):
                break
        return message

    async def publish(self, message: Any, context: MessageContext) -> Any:
        for hook in self._interventions:
            message = await hook.on_publish(message, context=context)
            if isinstance(message, DropMessage):
                break
        return message

    async def response(self, message: Any, sender: AgentId, recipient: AgentId | None) -> Any:
        for hook in self._interventions:
            message = await hook.on_response(message, sender=sender, recipient=recipient)
            if isinstance(message, DropMessage):
                break
        return message
