from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Self

from pydantic import Field

from runtime.components.base import ComponentConfig, Palette
from runtime.components.builder import Builder
from runtime.messages import JsonObject, LLMMessage, UserMessage
from runtime.model_contexts.base import GROUP, ChatCompletionContext, latest, without_orphans


class HeadAndTailConfig(ComponentConfig):
    head_size: int = Field(
        gt=0, title="First messages", description="How many of the first messages the model sees."
    )
    tail_size: int = Field(
        gt=0, title="Latest messages", description="How many of the latest messages it sees."
    )
    initial_messages: list[LLMMessage] | None = Field(None, title="Initial messages")


class HeadAndTailChatCompletionContext(ChatCompletionContext[HeadAndTailConfig]):
    provider = "autogen_core.model_context.HeadAndTailChatCompletionContext"
    Config = HeadAndTailConfig
    defaults: ClassVar[JsonObject] = {"head_size": 2, "tail_size": 18}
    palette = Palette(
        "First and latest messages",
        "The model sees the first and the last messages, and how many are left out.",
        GROUP,
        "arrows-vertical",
    )

    def __init__(self, config: HeadAndTailConfig) -> None:
        self.config = config
        self._initial = config.initial_messages or []

    @classmethod
    def build(cls, config: HeadAndTailConfig, builder: Builder) -> Self:
        return cls(config)

    def view(self, transcript: Sequence[LLMMessage]) -> list[LLMMessage]:
        head_size, tail_size = self.config.head_size, self.config.tail_size
        total = len(self._initial) + len(transcript)
        if total <= head_size + tail_size:
            return without_orphans([*self._initial, *transcript])
        head = without_orphans([*self._initial, *transcript[:head_size]][:head_size])
        before = len(transcript) - tail_size
        tail = latest([*self._initial, *transcript] if before < 0 else transcript, tail_size)
        left_out = total - len(head) - len(tail)
        if left_out <= 0:  # the newest pair, which is longer than the tail, is all that was left
            return [*head, *tail]
        note = UserMessage(content=f"Skipped {left_out} messages.", source="System")
        return [*head, note, *tail]
