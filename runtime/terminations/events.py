"""Conditions on what happens around the messages: handoffs, tools, tokens, time, people."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from pydantic import Field, model_validator

from runtime.components.base import ComponentConfig, Palette
from runtime.components.builder import Builder
from runtime.messages import HandoffMessage, JsonObject, ToolCallExecutionEvent
from runtime.terminations.base import GROUP, Delta, TerminationCondition


class HandoffConfig(ComponentConfig):
    target: str = Field(
        min_length=1, title="Target", description="Whom the conversation is handed to."
    )


class HandoffTermination(TerminationCondition[HandoffConfig]):
    provider = "autogen_agentchat.conditions.HandoffTermination"
    Config = HandoffConfig
    defaults: ClassVar[JsonObject] = {"target": "user"}
    palette = Palette("Handoff", "Stops when an agent hands over to someone.", GROUP, "transfer")

    def __init__(self, config: HandoffConfig) -> None:
        super().__init__()
        self.config = config

    @classmethod
    def build(cls, config: HandoffConfig, builder: Builder) -> Self:
        return cls(config)

    def reason(self, delta: Delta) -> str | None:
        for message in delta.messages:
            if isinstance(message, HandoffMessage) and message.target == self.config.target:
                return f"Handoff to {message.target} from {message.source} detected."
        return None


class FunctionCallConfig(ComponentConfig):
    function_name: str = Field(min_length=1, title="Tool", description="The tool's name.")


class FunctionCallTermination(TerminationCondition[FunctionCallConfig]):
    provider = "autogen_agentchat.conditions.FunctionCallTermination"
    Config = FunctionCallConfig
    defaults: ClassVar[JsonObject] = {"function_name": "approve"}
    palette = Palette("Tool call", "Stops when a tool was called.", GROUP, "tool")

    def __init__(self, config: FunctionCallConfig) -> None:
        super().__init__()
        self.config = config

    @classmethod
    def build(cls, config: FunctionCallConfig, builder: Builder) -> Self:
        return cls(config)

    def reason(self, delta: Delta) -> str | None:
        name = self.config.function_name
        called = any(
            result.name == name
            for item in delta.items
            if isinstance(item, ToolCallExecutionEvent)
            for result in item.content
        )
        return f"Function '{name}' was executed." if called else None


class TokenUsageConfig(ComponentConfig):
    max_total_token: int | None = Field(None, ge=1, title="Tokens in all")
    max_prompt_token: int | None = Field(None, ge=1, title="Tokens read")
    max_completion_token: int | None = Field(None, ge=1, title="Tokens written")

    @model_validator(mode="after")
    def _one_limit(self) -> Self:
        if not (self.max_total_token or self.max_prompt_token or self.max_completion_token):
            raise ValueError("at least one of the three limits must be given")
        return self


class TokenUsageTermination(TerminationCondition[TokenUsageConfig]):
    provider = "autogen_agentchat.conditions.TokenUsageTermination"
    Config = TokenUsageConfig
    defaults: ClassVar[JsonObject] = {"max_total_token": 50_000}
    palette = Palette("Tokens", "Stops when the agents have used so many.", GROUP, "coins")

    def __init__(self, config: TokenUsageConfig) -> None:
        super().__init__()
        self.config = config
        self._prompt = 0
        self._completion = 0

    @classmethod
    def build(cls, config: TokenUsageConfig, builder: Builder) -> Self:
        return cls(config)

    def reason(self, delta: Delta) -> str | None:
        for item in delta.items:
            if item.models_usage is not None:
                self._prompt += item.models_usage.prompt_tokens
                self._completion += item.models_usage.completion_tokens
        total = self._prompt + self._completion
        limits = self.config
        reached = (
            _at(total, limits.max_total_token)
            or _at(self._prompt, limits.max_prompt_token)
            or _at(self._completion, limits.max_completion_token)
        )
        if not reached:
            return None
        return (
            f"Token usage limit reached, total token count: {total}, "
            f"prompt token count: {self._prompt}, completion token count: {self._completion}."
        )

    def reset(self) -> None:
        super().reset()
        self._prompt = self._completion = 0

    def save_state(self) -> JsonObject:
        return {**super().save_state(), "prompt": self._prompt, "completion": self._completion}

    def load_state(self, state: JsonObject) -> None:
        super().load_state(state)
        self._prompt = state.get("prompt", 0)
        self._completion = state.get("completion", 0)


def _at(count: int, limit: int | None) -> bool:
    return limit is not None and count >= limit


class TimeoutConfig(ComponentConfig):
    timeout_seconds: float = Field(
        gt=0,
        title="Seconds",
        description="Of work: while the run waits for people the clock stands still.",
    )


class TimeoutTermination(TerminationCondition[TimeoutConfig]):
    """Counts from the start of the run, and interrupts a turn that is under way."""

    provider = "autogen_agentchat.conditions.TimeoutTermination"
    Config = TimeoutConfig
    defaults: ClassVar[JsonObject] = {"timeout_seconds": 600}
    palette = Palette("Time limit", "Stops after a time of work.", GROUP, "clock-pause")

    def __init__(self, config: TimeoutConfig) -> None:
        super().__init__()
        self.config = config
        self._active = 0.0

    @classmethod
    def build(cls, config: TimeoutConfig, builder: Builder) -> Self:
        return cls(config)

    def reason(self, delta: Delta) -> str | None:
        self._active += delta.active_seconds
        if self._active < self.config.timeout_seconds:
            return None
        return f"Timeout of {self.config.timeout_seconds:g} seconds reached"

    def time_left(self) -> float | None:
        return max(0.0, self.config.timeout_seconds - self._active)

    def reset(self) -> None:
        super().reset()
        self._active = 0.0

    def save_state(self) -> JsonObject:
        return {**super().save_state(), "active": self._active}

    def load_state(self, state: JsonObject) -> None:
        super().load_state(state)
        self._active = state.get("active", 0.0)


class ExternalConfig(ComponentConfig):
    pass


class ExternalTermination(TerminationCondition[ExternalConfig]):
    """Met when a person asks the run to end; the turn under way is finished first."""

    provider = "autogen_agentchat.conditions.ExternalTermination"
    Config = ExternalConfig
    palette = Palette("On request", "Stops when a person asks for an end.", GROUP, "hand-click")

    def __init__(self, config: ExternalConfig) -> None:
        super().__init__()
        self.config = config

    @classmethod
    def build(cls, config: ExternalConfig, builder: Builder) -> Self:
        return cls(config)

    def reason(self, delta: Delta) -> str | None:
        return END_REQUESTED if delta.end_requested else None

    def hears_end(self) -> bool:
        return True


END_REQUESTED = "External termination requested"


def is_ended_by_request(termination: TerminationCondition[Any] | None, delta: Delta) -> str | None:
    """Why a team without such a condition ends all the same when somebody asks for it."""
    if delta.end_requested and (termination is None or not termination.hears_end()):
        return END_REQUESTED
    return None
