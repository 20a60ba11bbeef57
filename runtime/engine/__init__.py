"""The facade: everything that an application needs to execute a run."""

from __future__ import annotations

from runtime.durable.limits import RunLimits
from runtime.engine.engine import ENGINE_VERSION, Factory, RunEngine, RunServices
from runtime.engine.supervisor import Outcome

__all__ = ["ENGINE_VERSION", "Factory", "Outcome", "RunEngine", "RunLimits", "RunServices"]
