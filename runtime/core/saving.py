"""A runtime's actors and the messages they have not handled, as JSON."""

from __future__ import annotations

from typing import Any

from runtime.core.context import MessageContext
from runtime.core.ids import AgentId, TopicId
from runtime.core.mailbox import Envelope
from runtime.core.serialization import MessageTypes

FORMAT = 1
Json = dict[str, Any]


def dump_envelope(envelope: Envelope, types: MessageTypes) -> Json:
    context = envelope.context
    return {
        "recipient": str(envelope.recipient),
        "message": types.dump(envelope.message),
        "sender": None if context.sender is None else str(context.sender),
        "topic": None if context.topic is None else str(context.topic),
        "is_rpc": context.is_rpc,
    }


def load_envelope(stored: Json, types: MessageTypes) -> Envelope:
    """Nobody waits for the reply of a message that was sent before it was saved."""
    sender, topic = stored["sender"], stored["topic"]
    context = MessageContext(
        sender=None if sender is None else AgentId.parse(sender),
        is_rpc=stored["is_rpc"],
        topic=None if topic is None else TopicId.parse(topic),
    )
    recipient = AgentId.parse(stored["recipient"])
    return Envelope(types.load(stored["message"]), recipient, context, None)


def check_format(saved: Json) -> None:
    found = saved.get("format")
    if found != FORMAT:
        raise ValueError(f"The saved state has format {found!r}; this version reads {FORMAT}")
