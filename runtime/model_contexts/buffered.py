from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Self

from pydantic import Field

from runtime.components.base import ComponentConfig, Palette
from runtime.components.builder import Builder
from runtime.messages import JsonObject, LLMMessage
from runtime.model_contexts.base import GROUP, ChatCompletionContext, latest, without_orphans


class BufferedConfig(ComponentConfig):
    buffer_size: int = Field(
        gt=0, title="Messages", description="How many of the latest messages the model sees."
    )
    initial_messages: list[LLMMessage] | None = Field(None, title="Initial messages")


class BufferedChatCompletionContext(ChatCompletionContext[BufferedConfig]):
    provider = "autogen_core.model_context.BufferedChatCompletionContext"
    Config = BufferedConfig
    defaults: ClassVar[JsonObject] = {"buffer_size": 20}
    palette = Palette("Latest messages", "The model sees the last messages.", GROUP, "stack-2")

    def __init__(self, config: BufferedConfig) -> None:
        self.config = config

    @classmethod
    def build(cls, config: BufferedConfig, builder: Builder) -> Self:
        return cls(config)

    def view(self, transcript: Sequence[LLMMessage]) -> list[LLMMessage]:
        size = self.config.buffer_size
        free = size - len(transcript)
        if free <= 0 or not self.config.initial_messages:
            return latest(transcript, size)
        return without_orphans([*self.config.initial_messages[-free:], *transcript])
