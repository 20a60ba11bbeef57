"""What of an agent's transcript its model sees."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from typing import Any, ClassVar, TypeVar

from pydantic import BaseModel

from runtime.components.base import ComponentBase
from runtime.messages import AssistantMessage, FunctionExecutionResultMessage, LLMMessage

ConfigT = TypeVar("ConfigT", bound=BaseModel)
GROUP = "Model contexts"


class ChatCompletionContext(ComponentBase[ConfigT]):
    """A pure view: what the agent remembers stands in the log, whole."""

    component_type: ClassVar = "chat_completion_context"

    @abstractmethod
    def view(self, transcript: Sequence[LLMMessage]) -> list[LLMMessage]:
        """What the model sees, in order. Every tool call in it has its results and every result its
        call: vendors refuse requests with one half of a pair. Never empty while the transcript
        is not, unless all of it are halves of pairs."""


def units(messages: Sequence[LLMMessage]) -> Iterator[list[LLMMessage]]:
    """What must be kept or left out together: one message, or a message of calls with the results
    right after it. Halves of pairs are left out."""
    position = 0
    while position < len(messages):
        message = messages[position]
        position += 1
        if isinstance(message, FunctionExecutionResultMessage):
            continue
        unit: list[LLMMessage] = [message]
        if is_call(message):
            while position < len(messages) and is_result(messages[position]):
                unit.append(messages[position])
                position += 1
            if not _is_answered(unit):
                continue
        yield unit


def without_orphans(messages: Sequence[LLMMessage]) -> list[LLMMessage]:
    return [message for unit in units(messages) for message in unit]


def latest(transcript: Sequence[LLMMessage], size: int) -> list[LLMMessage]:
    """The last `size` messages, less a half of a pair that the cut made; more where the newest
    pair does not fit, because a model that never sees its result calls the tool again."""
    found = without_orphans(transcript[-size:]) if size > 0 else []
    start = len(transcript) - size
    while not found and start > 0 and is_result(transcript[start]):
        start -= 1
        found = without_orphans(transcript[start:])
    return found


def is_call(message: LLMMessage) -> bool:
    return isinstance(message, AssistantMessage) and isinstance(message.content, list)


def is_result(message: LLMMessage) -> bool:
    return isinstance(message, FunctionExecutionResultMessage)


def _is_answered(unit: list[LLMMessage]) -> bool:
    called = {call.id for message in unit for call in _calls(message)}
    answered = {
        result.call_id
        for message in unit
        if isinstance(message, FunctionExecutionResultMessage)
        for result in message.content
    }
    return called == answered


def _calls(message: LLMMessage) -> list[Any]:
    if isinstance(message, AssistantMessage) and isinstance(message.content, list):
        return message.content
    return []


AnyContext = ChatCompletionContext[Any]
