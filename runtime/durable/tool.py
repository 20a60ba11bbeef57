"""What a step needs to know of a tool, and what a tool gets when it runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from runtime.events.payloads import Effect
from runtime.messages import JsonObject
from runtime.ports import Clock, FileArea, ToolSchema

DEFAULT_TIMEOUT = 60.0


@dataclass(frozen=True)
class ToolContext:
    idempotency_key: str
    """The same whenever this call is made again: for services that can drop repetitions."""
    files: FileArea
    clock: Clock


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
    def timeout(self) -> float: ...

    async def call(self, arguments: JsonObject, context: ToolContext) -> Any:
        """The result. Whatever it raises becomes an error result that the model reads. Cancelled
        at its timeout and when the run is stopped."""
