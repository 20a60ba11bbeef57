"""What a tool or an agent needs around it, for tests of one alone."""

from __future__ import annotations

from runtime.durable.limits import RunLimits
from runtime.durable.run import RunContext
from runtime.durable.scope import ROOT
from runtime.durable.state import RunState
from runtime.durable.step import StepContext
from runtime.durable.tool import ToolContext
from runtime.ports import Blobs, Clock, FileArea
from runtime.stores import MemoryBlobs, MemoryVectors
from runtime.testing.clock import ManualClock
from runtime.testing.doubles import MemoryFileArea, RecordingDeltaSink, StaticGate
from runtime.testing.journal import InMemoryJournal


def step_context(
    *,
    clock: Clock | None = None,
    files: FileArea | None = None,
    blobs: Blobs | None = None,
    journal: InMemoryJournal | None = None,
) -> StepContext:
    """The first step of an agent named `agent`, in a run of its own."""
    manual = ManualClock()
    journal = journal or InMemoryJournal.new(manual)
    run = RunContext(
        journal=journal,
        gate=StaticGate(default="allow"),
        files=files or MemoryFileArea(),
        blobs=blobs or MemoryBlobs(),
        vectors=MemoryVectors(),
        deltas=RecordingDeltaSink(),
        clock=clock or manual,
        limits=RunLimits(),
        linger=0.0,
        state=RunState(run_id=journal.run_id),
        signal=lambda: None,
    )
    return StepContext(run, ROOT.child("agent", 1), "agent", 1)


def tool_context(
    *,
    clock: Clock | None = None,
    files: FileArea | None = None,
    blobs: Blobs | None = None,
    key: str = "k",
) -> ToolContext:
    step = step_context(clock=clock, files=files, blobs=blobs)
    return ToolContext(
        idempotency_key=key,
        files=step.run.files,
        clock=step.run.clock,
        blobs=step.run.blobs,
        resources=step.run.resources,
        step=step,
    )
