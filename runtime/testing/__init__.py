"""Test doubles of every port, and conformance suites that each implementation passes."""

from __future__ import annotations

from runtime.testing.clock import ManualClock
from runtime.testing.contexts import step_context, tool_context
from runtime.testing.doubles import (
    MemoryFileArea,
    RecordingDeltaSink,
    ScriptedClient,
    StaticGate,
    StaticSecrets,
)
from runtime.testing.journal import Crash, InMemoryJournal, MemoryLog

__all__ = [
    "Crash",
    "InMemoryJournal",
    "ManualClock",
    "MemoryFileArea",
    "MemoryLog",
    "RecordingDeltaSink",
    "ScriptedClient",
    "StaticGate",
    "StaticSecrets",
    "step_context",
    "tool_context",
]
