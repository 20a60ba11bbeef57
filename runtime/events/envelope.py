"""What every event carries, whatever its kind."""

from __future__ import annotations

import hashlib
from datetime import datetime

from pydantic import TypeAdapter

from runtime.events.payloads import Payload
from runtime.messages import Frozen

SCHEMA_VERSION = 1
"""Of the payloads. Older ones go on loading; `tests/fixtures` keeps one log of each."""


class Draft(Frozen):
    """An event before the log gives it its `seq` and time."""

    key: str
    agent_path: str = ""
    """Names from the root team's participant inwards, joined by `/`; "" is the root team."""
    turn: int = 0
    """The root team's turn, from 1; 0 before the first."""
    correlation_id: str | None = None
    """Joins a call's events: the `call_id`, the `message_key`, the `request_id`."""
    payload: Payload

    def fingerprint(self) -> str:
        """Of what must be the same when the same code asks again under the same key."""
        identity = f"{self.payload.kind}|{self.agent_path}|{self.turn}|{self.correlation_id}"
        return hashlib.sha256(identity.encode()).hexdigest()[:16]


class Event(Frozen):
    """One entry of a run's log."""

    seq: int
    schema_version: int = SCHEMA_VERSION
    occurred_at: datetime
    """Display only: order is `seq`."""
    key: str
    agent_path: str = ""
    turn: int = 0
    correlation_id: str | None = None
    payload: Payload

    @property
    def kind(self) -> str:
        return self.payload.kind


EVENT_ADAPTER: TypeAdapter[Event] = TypeAdapter(Event)
