"""What a team asks after its task and after every turn: is it over?"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, TypeVar

from pydantic import BaseModel

from runtime.components.base import ComponentBase
from runtime.messages import BaseChatMessage, ChatMessage, JsonObject, TeamMessage

ConfigT = TypeVar("ConfigT", bound=BaseModel)
GROUP = "Terminations"


@dataclass(frozen=True)
class Delta:
    """What was added since the last question: every message and agent event of a turn, of all who
    spoke in a parallel step, in declared order."""

    items: Sequence[TeamMessage] = ()
    active_seconds: float = 0.0
    """How long the run was worked on meanwhile. The time that it was parked does not count."""
    end_requested: bool = False
    """Somebody outside asked for an end."""

    messages: list[ChatMessage] = field(init=False)
    """The chat messages among the items."""

    def __post_init__(self) -> None:
        chat = [item for item in self.items if isinstance(item, BaseChatMessage)]
        object.__setattr__(self, "messages", chat)


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

    def time_left(self) -> float | None:
        """Active seconds after which a turn under way is interrupted; None: it may take as long
        as it takes."""
        return None

    def hears_end(self) -> bool:
        """Whether somebody's wish to end is part of the condition; if not, the team just ends."""
        return False

    def reset(self) -> None:
        self.fired = None

    def save_state(self) -> JsonObject:
        """{} when there is nothing to keep."""
        return {"fired": self.fired} if self.fired else {}

    def load_state(self, state: JsonObject) -> None:
        self.fired = state.get("fired")


AnyTermination = TerminationCondition[Any]
