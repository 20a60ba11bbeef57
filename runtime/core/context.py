"""What a handler learns about the message it handles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from runtime.core.cancellation import CancellationToken
from runtime.core.ids import AgentId, TopicId


@dataclass(frozen=True, slots=True)
class MessageContext:
    sender: AgentId | None
    is_rpc: bool
    topic: TopicId | None = None
    deadline: float | None = None
    """Seconds that the sender waits; None: it waits until it is cancelled."""
    cancellation: CancellationToken | None = None
    scope: Any = None
    """Opaque to actors' delivery: the durable step scope that the sender hands on."""
