"""What a step needs to know of a tool, and what a tool gets when it runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from runtime.durable.resources import RunResources
from runtime.events.payloads import Effect
from runtime.messages import JsonObject
from runtime.ports import Blobs, Clock, FileArea, ToolSchema

if TYPE_CHECKING:
    from runtime.durable.step import StepContext

DEFAULT_TIMEOUT = 60.0


@dataclass(frozen=True)
class ToolContext:
    idempotency_key: str
    """The same whenever this call is made again: for services that can drop repetitions."""
    files: FileArea
    clock: Clock
    blobs: Blobs
    resources: RunResources
    """Connections and containers that the calls of a run share."""
    step: StepContext
    """Where in the run this call is: for tools that run an agent or a team inside."""

    @property
    def run_id(self) -> str:
        return self.step.run.run_id


@dataclass(frozen=True)
class ToolOutput:
    """What a tool may return when text alone does not say it."""

    text: str
    is_error: bool = False
    artifacts: JsonObject | None = None
    """Recorded with the result, for people and programs; models do not see it."""


class Tool(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def schema(self) -> ToolSchema: ...

    @property
    def effect(self) -> Effect: ...

    @property
    def side_effects(self) -> bool: ...

    @property
    def timeout(self) -> float | None:
        """Seconds. None: it has its own limits, and may wait for people inside."""

    async def call(self, arguments: JsonObject, context: ToolContext) -> Any:
        """The result, or a ToolOutput. Whatever it raises becomes an error result that the model
        reads. Cancelled at its timeout and when the run is stopped."""


class Workbench(Protocol):
    async def list_tools(self, step: StepContext) -> list[Tool]:
        """What it offers to a model now. Whatever that depends on is recorded by `step`."""


class FrameTool(Tool, Protocol):
    """A tool that runs an agent or a team inside: a frame, which is recovered and not repeated."""

    @property
    def runner(self) -> Any:
        """The team inside, as a member of whoever has the tool."""
