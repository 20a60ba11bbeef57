"""What a program says about how its team runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from runtime.components.load import Loaded
from runtime.components.spec import Component
from runtime.durable.limits import RunLimits
from runtime.engine import Factory
from runtime.events import Event
from runtime.facade.clock import SystemClock
from runtime.facade.people import Approve, Ask
from runtime.messages import ChatMessage, JsonObject
from runtime.model_clients.pool import ModelClientPool
from runtime.operator import Operator
from runtime.ports import ApprovalGate, Blobs, Clock, FileArea, Secrets, VectorStore
from runtime.stores import MemoryBlobs, MemoryFiles, MemoryVectors
from runtime.telemetry import Telemetry

Team = Component | JsonObject | Loaded | Factory
Task = str | ChatMessage | Sequence[ChatMessage] | None


@dataclass
class Options:
    """What a program may decide. Without `approve`, calls with side effects are simply made, as in
    AutoGen; without `ask`, a run that asks a person ends as `waiting`."""

    approve: Approve | None = None
    ask: Ask | None = None
    gate: ApprovalGate | None = None
    files: FileArea = field(default_factory=MemoryFiles)
    blobs: Blobs = field(default_factory=MemoryBlobs)
    vectors: VectorStore = field(default_factory=MemoryVectors)
    secrets: Secrets | None = None
    """None: keys of the environment."""
    operator: Operator = field(default_factory=Operator)
    clients: ModelClientPool | None = None
    clock: Clock = field(default_factory=SystemClock)
    limits: RunLimits | None = None
    telemetry: Telemetry | None = None
    """None: what TROUPE_TELEMETRY says."""
    output_task_messages: bool = True
    emit_team_events: bool | None = None
    """None: what the team's config says."""
    on_event: Callable[[Event], None] | None = None
    """Gets each event of the log as it is recorded."""
