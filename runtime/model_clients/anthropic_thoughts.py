"""Thinking blocks that must go back to Anthropic unchanged while a model uses tools.

Neither the log nor AutoGen's messages have a place for their signatures, so a client remembers them
for as long as it lives. One that does not know them (the run was taken over by another worker in
the middle of a turn) goes on without thinking for the rest of that turn, which the API allows;
nothing of the conversation is lost.
"""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict
from collections.abc import Sequence

from runtime.messages import AssistantMessage, FunctionCall, JsonObject, LLMMessage, UserMessage

CAPACITY = 256


class Thoughts:
    def __init__(self) -> None:
        self._blocks: OrderedDict[str, list[JsonObject]] = OrderedDict()

    def keep(self, calls: Sequence[FunctionCall], blocks: list[JsonObject]) -> None:
        if calls and blocks:
            self._blocks[_key(calls)] = blocks
            self._blocks.move_to_end(_key(calls))
            while len(self._blocks) > CAPACITY:
                self._blocks.popitem(last=False)

    def of(self, calls: Sequence[FunctionCall]) -> list[JsonObject]:
        return self._blocks.get(_key(calls), [])

    def are_known(self, messages: Sequence[LLMMessage]) -> bool:
        """Whether the turn that the request goes on with has all of its blocks."""
        for message in reversed(messages):
            if isinstance(message, UserMessage):
                return True
            if isinstance(message, AssistantMessage):
                calls = message.content if isinstance(message.content, list) else []
                if calls and not self.of(calls):
                    return False
        return True


def _key(calls: Sequence[FunctionCall]) -> str:
    """By what was called: the log gives calls ids of its own."""
    parts = [(call.name, _canonical(call.arguments)) for call in calls]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _canonical(arguments: str) -> str:
    try:
        return json.dumps(json.loads(arguments or "{}"), sort_keys=True)
    except (ValueError, RecursionError):
        return arguments
