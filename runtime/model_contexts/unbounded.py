from __future__ import annotations

from collections.abc import Sequence
from typing import Self

from pydantic import Field

from runtime.components.base import ComponentConfig, Palette
from runtime.components.builder import Builder
from runtime.messages import LLMMessage
from runtime.model_contexts.base import GROUP, ChatCompletionContext


class UnboundedConfig(ComponentConfig):
    initial_messages: list[LLMMessage] | None = Field(None, title="Initial messages")


class UnboundedChatCompletionContext(ChatCompletionContext[UnboundedConfig]):
    provider = "autogen_core.model_context.UnboundedChatCompletionContext"
    Config = UnboundedConfig
    palette = Palette("Everything", "The model sees the whole conversation.", GROUP, "infinity")

    def __init__(self, config: UnboundedConfig) -> None:
        self.config = config

    @classmethod
    def build(cls, config: UnboundedConfig, builder: Builder) -> Self:
        return cls(config)

    def view(self, transcript: Sequence[LLMMessage]) -> list[LLMMessage]:
        return [*(self.config.initial_messages or ()), *transcript]
