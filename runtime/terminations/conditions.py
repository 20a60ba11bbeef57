"""Conditions that look at the messages themselves."""

from __future__ import annotations

from typing import ClassVar, Self

from pydantic import Field

from runtime.components.base import ComponentConfig, Palette
from runtime.components.builder import Builder
from runtime.messages import BaseChatMessage, BaseMessage, JsonObject, StopMessage, TextMessage
from runtime.terminations.base import GROUP, Delta, TerminationCondition


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
        counted = BaseMessage if self.config.include_agent_event else BaseChatMessage
        self.count += sum(isinstance(item, counted) for item in delta.items)
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
        for item in delta.items:
            if sources and item.source not in sources:
                continue
            if self.config.text in item.to_text():
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


class SourceMatchConfig(ComponentConfig):
    sources: list[str] = Field(
        min_length=1, title="From", description="Stop once one of these agents has spoken."
    )


class SourceMatchTermination(TerminationCondition[SourceMatchConfig]):
    provider = "autogen_agentchat.conditions.SourceMatchTermination"
    Config = SourceMatchConfig
    defaults: ClassVar[JsonObject] = {"sources": ["user"]}
    palette = Palette("Speaker", "Stops when a certain agent speaks.", GROUP, "user-check")

    def __init__(self, config: SourceMatchConfig) -> None:
        super().__init__()
        self.config = config

    @classmethod
    def build(cls, config: SourceMatchConfig, builder: Builder) -> Self:
        return cls(config)

    def reason(self, delta: Delta) -> str | None:
        sources = self.config.sources
        found = next((item.source for item in delta.items if item.source in sources), None)
        return f"'{found}' answered" if found else None


class TextMessageConfig(ComponentConfig):
    source: str | None = Field(
        None, title="Only from", description="The agent's name; empty: a text of anyone."
    )


class TextMessageTermination(TerminationCondition[TextMessageConfig]):
    """Without a source the task itself, a text of the user's, ends the run before its first turn,
    as in AutoGen."""

    provider = "autogen_agentchat.conditions.TextMessageTermination"
    Config = TextMessageConfig
    palette = Palette("Text message", "Stops at a text, not a tool's result.", GROUP, "message")

    def __init__(self, config: TextMessageConfig) -> None:
        super().__init__()
        self.config = config

    @classmethod
    def build(cls, config: TextMessageConfig, builder: Builder) -> Self:
        return cls(config)

    def reason(self, delta: Delta) -> str | None:
        wanted = self.config.source
        for message in delta.messages:
            if isinstance(message, TextMessage) and wanted in (None, message.source):
                return f"Text message received from '{message.source}'"
        return None
