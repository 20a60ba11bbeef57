"""Teams of AI agents, AutoGen's model, in this process. See docs/runtime.md.

What a program needs is here, and imported when it is used: `run`, `stream`, `Session`, `load`,
`dump`, `validate`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from runtime.components import Component, dump, export, load, validate, with_model
    from runtime.facade import Decision, RunError, Session, TaskResult, run, stream
    from runtime.telemetry import Telemetry

_PLACES = {
    **dict.fromkeys(
        ("Component", "dump", "export", "load", "validate", "with_model"), "runtime.components"
    ),
    **dict.fromkeys(
        ("Decision", "RunError", "Session", "TaskResult", "run", "stream"), "runtime.facade"
    ),
    "Telemetry": "runtime.telemetry",
}

__all__ = [
    "Component",
    "Decision",
    "RunError",
    "Session",
    "TaskResult",
    "Telemetry",
    "dump",
    "export",
    "load",
    "run",
    "stream",
    "validate",
    "with_model",
]


def __getattr__(name: str) -> Any:
    place = _PLACES.get(name)
    if place is None:
        raise AttributeError(f"module 'runtime' has no attribute {name!r}")
    return getattr(import_module(place), name)
