"""A run on ports in memory."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

from runtime.components.spec import Component
from runtime.durable.journal import MemoryLog
from runtime.engine import RunEngine, RunLimits, RunServices
from runtime.messages import TextMessage
from runtime.model_clients.pool import ModelClientPool
from runtime.testing import (
    MemoryFileArea,
    RecordingDeltaSink,
    StaticGate,
    StaticSecrets,
)
from studio.execution.adapters.clock import SystemClock


async def run_in_memory(
    spec: dict[str, Any], *, secrets: Any = None, clients: ModelClientPool | None = None
) -> None:
    clock = SystemClock()
    services = RunServices(
        journal=MemoryLog(str(uuid.uuid4()), clock).claim(),
        gate=StaticGate(default="allow"),
        files=MemoryFileArea(),
        deltas=RecordingDeltaSink(),
        clock=clock,
        secrets=secrets or StaticSecrets(),
        clients=clients or ModelClientPool(),
    )
    task = [TextMessage(id="t", source="user", created_at=datetime.now(UTC), content="Go")]
    limits = RunLimits(max_turns=10_000)
    outcome = await RunEngine(
        Component.model_validate(spec), task=list(task), services=services, limits=limits
    ).run()
    if outcome != "completed":
        raise RuntimeError(f"The run {outcome}")
