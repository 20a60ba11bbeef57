"""What of an agent's transcript its model sees."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar, TypeVar

from pydantic import BaseModel

from runtime.components.base import ComponentBase
from runtime.messages import FunctionExecutionResultMessage, LLMMessage

ConfigT = TypeVar("ConfigT", bound=BaseModel)
GROUP = "Model contexts"


class ChatCompletionContext(ComponentBase[ConfigT]):
    """A pure view: what the agent remembers stands in the log, whole."""

    component_type: ClassVar = "chat_completion_context"

    @abstractmethod
    def view(self, transcript: Sequence[LLMMessage]) -> list[LLMMessage]:
        """Never begins with a tool result whose call is cut off."""


def without_orphans(messages: list[LLMMessage]) -> list[LLMMessage]:
    first = 0
    while first < len(messages) and isinstance(messages[first], FunctionExecutionResultMessage):
        first += 1
    return messages[first:]


AnyContext = ChatCompletionContext[Any]
