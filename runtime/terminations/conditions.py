"""Conditions that look at the messages themselves."""

from __future__ import annotations

from typing import ClassVar, Self

from pydantic import Field

from runtime.components.base import ComponentConfig, Palette
from runtime.components.builder import Builder
from runtime.messages import JsonObject, StopMessage
from runtime.terminations.base import Delta, TerminationCondition

GROUP = "Terminations"


class MaxMessageConfig(ComponentConfig):
    max_messages: int = Field(
        ge=1,
        title="Messages",
        description="Stop once so many were said, the task included.",
    )
    include_agent_event: bool = Field(
        False, title="Count tool events", description="Count tool requests and results as well."
    )


class MaxMessageTermination(TerminationCondition[MaxMessageConfig]):
    provider = "autogen_agentchat.conditions.MaxMessageTermination"
    Config = MaxMessageConfig
    defaults: ClassVar[JsonObject] = {"max_messages": 12}
    palette = Palette(
        "Max messages", "Stops after a number of messages.", GROUP, "message-2-exclamation"
    )

    def __init__(self, config: MaxMessageConfig) -> None:
        super().__init__()
        self.config = config
        self.count = 0

    @classmethod
    def build(cls, config: MaxMessageConfig, builder: Builder) -> Self:
        return cls(config)

    def reason(self, delta: Delta) -> str | None:
        self.count += len(delta.messages)
        if self.config.include_agent_event:
            self.count += delta.agent_events
        if self.count < self.config.max_messages:
            return None
        return (
            f"Maximum number of messages {self.config.max_messages} reached, "
            f"current message count: {self.count}"
        )

    def reset(self) -> None:
        super().reset()
        self.count = 0

    def save_state(self) -> JsonObject:
        return {**super().save_state(), "count": self.count}

    def load_state(self, state: JsonObject) -> None:
        super().load_state(state)
        self.count = state.get("count", 0)


class TextMentionConfig(ComponentConfig):
    text: str = Field(
        min_length=1, title="Text", description="Stop when a message contains it (case counts)."
    )
    sources: list[str] | None = Field(
        None, title="Only from", description="Names of the agents to listen to; empty: everyone."
    )


class TextMentionTermination(TerminationCondition[TextMentionConfig]):
    provider = "autogen_agentchat.conditions.TextMentionTermination"
    Config = TextMentionConfig
    defaults: ClassVar[JsonObject] = {"text": "TERMINATE"}
    palette = Palette("Text mention", "Stops when a text is said.", GROUP, "quote")

    def __init__(self, config: TextMentionConfig) -> None:
        super().__init__()
        self.config = config

    @classmethod
    def build(cls, config: TextMentionConfig, builder: Builder) -> Self:
        return cls(config)

    def reason(self, delta: Delta) -> str | None:
        sources = self.config.sources
        for message in delta.messages:
            if sources and message.source not in sources:
                continue
            if self.config.text in message.to_text():
                return f"Text '{self.config.text}' mentioned"
        return None


class StopMessageConfig(ComponentConfig):
    pass


class StopMessageTermination(TerminationCondition[StopMessageConfig]):
    provider = "autogen_agentchat.conditions.StopMessageTermination"
    Config = StopMessageConfig
    palette = Palette(
        "Stop message", "Stops when an agent sends a stop message.", GROUP, "hand-stop"
    )

    def __init__(self, config: StopMessageConfig) -> None:
        super().__init__()
        self.config = config

    @classmethod
    def build(cls, config: StopMessageConfig, builder: Builder) -> Self:
        return cls(config)

    def reason(self, delta: Delta) -> str | None:
        said = any(isinstance(message, StopMessage) for message in delta.messages)
        return "Stop message received" if said else None
