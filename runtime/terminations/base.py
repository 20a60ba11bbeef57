"""What a team asks after its task and after every turn: is it over?"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

from pydantic import BaseModel

from runtime.components.base import ComponentBase
from runtime.messages import ChatMessage, JsonObject

ConfigT = TypeVar("ConfigT", bound=BaseModel)


@dataclass(frozen=True)
class Delta:
    """What was added to the conversation since the last question. `agent_events` counts tool
    requests and results, which are no chat messages."""

    messages: list[ChatMessage]
    agent_events: int = 0


class TerminationCondition(ComponentBase[ConfigT]):
    """Latches: once it has fired it stays so until `reset`."""

    component_type: ClassVar = "termination"

    def __init__(self) -> None:
        self.fired: str | None = None

    def observe(self, delta: Delta) -> str | None:
        """The reason to stop, once it has fired."""
        if self.fired is None:
            self.fired = self.reason(delta)
        return self.fired

    @abstractmethod
    def reason(self, delta: Delta) -> str | None:
        """Why the conversation is over after this delta; None: it is not."""

    def reset(self) -> None:
        self.fired = None

    def save_state(self) -> JsonObject:
        """{} when there is nothing to keep."""
        return {"fired": self.fired} if self.fired else {}

    def load_state(self, state: JsonObject) -> None:
        self.fired = state.get("fired")


AnyTermination = TerminationCondition[Any]
