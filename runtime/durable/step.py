"""The context in which one frame's code runs: every effect on the outside goes through it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

from runtime.durable.run import RunContext
from runtime.durable.scope import Scope, derive_id
from runtime.events import Draft, Event, Payload
from runtime.events.payloads import StepRecorded
from runtime.messages import Frozen
from runtime.ports import Checkpoint

T = TypeVar("T")


class Trace:
    """The events of a turn in the order of the log, those of an earlier life included; of the
    turns inside it too."""

    def __init__(self, parent: Trace | None = None) -> None:
        self.events: list[Event] = []
        self._parent = parent

    def add(self, events: Sequence[Event]) -> None:
        self.events.extend(events)
        if self._parent is not None:
            self._parent.add(events)


@dataclass(frozen=True)
class StepContext:
    run: RunContext
    scope: Scope
    agent_path: str
    turn: int
    trace: Trace | None = None

    def child(self, name: str, ordinal: int, *, agent_path: str | None = None) -> StepContext:
        """A scope of its own inside this one."""
        path = self.agent_path if agent_path is None else agent_path
        return StepContext(self.run, self.scope.child(name, ordinal), path, self.turn, self.trace)

    def traced(self) -> StepContext:
        """The same place, with a trace of its own inside this one's."""
        return replace(self, trace=Trace(self.trace))

    def untraced(self) -> StepContext:
        """The same place; what happens here is nobody else's business."""
        return replace(self, trace=None)

    def in_turn(self, turn: int) -> StepContext:
        """A scope for a turn of the root team."""
        return StepContext(self.run, self.scope.child("turn", turn), self.agent_path, turn)

    def derive_id(self, name: str) -> str:
        return derive_id(self.run.run_id, self.scope.key(name))

    def now(self) -> datetime:
        return self.run.clock.now()

    def draft(self, name: str, payload: Frozen, *, correlation_id: str | None = None) -> Draft:
        """`name` must be unique within this scope."""
        return Draft(
            key=self.scope.key(name),
            agent_path=self.agent_path,
            turn=self.turn,
            correlation_id=correlation_id,
            payload=payload,
        )

    def find(self, name: str) -> Event | None:
        return self.run.journal.find(self.scope.key(name))

    async def append(self, *drafts: Draft, checkpoint: Checkpoint | None = None) -> list[Event]:
        events = await self.run.append(drafts, checkpoint=checkpoint)
        self.saw(*events)
        return events

    def defer(self, draft: Draft) -> Event:
        """See RunContext.defer."""
        event = self.run.defer(draft)
        self.saw(event)
        return event

    def saw(self, *events: Event | None) -> None:
        """Puts events that this life found recorded, and did not append, into the trace."""
        if self.trace is not None:
            self.trace.add([event for event in events if event is not None])

    async def emit(self, name: str, payload: Frozen) -> Payload:
        """Appends one event and returns its recorded payload."""
        (event,) = await self.append(self.draft(name, payload))
        return event.payload

    async def record(self, name: str, make: Callable[[], Awaitable[Any]]) -> Any:
        """The recorded value of this name, or what `make` returns, recorded before anything can
        depend on it. For effects that may be made again: JSON values only, as they come back."""
        found = self.find(name)
        if found is None:
            draft = self.draft(name, StepRecorded(name=name, value=await make()))
            (found,) = await self.append(draft)
        if not isinstance(found.payload, StepRecorded):
            raise TypeError(f"{found.key} is recorded as {found.kind}")
        return found.payload.value

    async def point(self, name: str) -> None:
        """A numbered point: commands from outside take effect here."""
        await self.run.halt(name)

    async def gather(self, branches: Sequence[Coroutine[Any, Any, T]]) -> list[T]:
        """Runs branches concurrently, each in a child scope that it opened before; results are in
        declared order."""
        return await self.run.activity.gather(branches)
