"""The typed messages that agents exchange, and those that a model sees.

Field names are AutoGen's (`id`, `source`, `models_usage`, `metadata`, `created_at`, `content`,
`type`), so that a transcript means the same here and there. Every message is immutable and
serialises to JSON.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class RequestUsage(Frozen):
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int | None = None
    """Part of `prompt_tokens` that the vendor served from its cache; None: it did not say."""


class FunctionCall(Frozen):
    id: str
    name: str
    arguments: str
    """JSON text exactly as the model wrote it; it may be malformed."""


class FunctionExecutionResult(Frozen):
    call_id: str
    name: str
    content: str
    is_error: bool = False


# What a model sees -----------------------------------------------------------------------------


class SystemMessage(Frozen):
    type: Literal["SystemMessage"] = "SystemMessage"
    content: str


class UserMessage(Frozen):
    type: Literal["UserMessage"] = "UserMessage"
    content: str
    source: str


class AssistantMessage(Frozen):
    type: Literal["AssistantMessage"] = "AssistantMessage"
    content: str | list[FunctionCall]
    thought: str | None = None
    source: str


class FunctionExecutionResultMessage(Frozen):
    type: Literal["FunctionExecutionResultMessage"] = "FunctionExecutionResultMessage"
    content: list[FunctionExecutionResult]


LLMMessage = Annotated[
    SystemMessage | UserMessage | AssistantMessage | FunctionExecutionResultMessage,
    Field(discriminator="type"),
]


# What agents say to each other -----------------------------------------------------------------


class BaseChatMessage(Frozen):
    id: str
    source: str
    models_usage: RequestUsage | None = None
    metadata: dict[str, str] = Field(default_factory=dict)
    created_at: datetime


class TextMessage(BaseChatMessage):
    type: Literal["TextMessage"] = "TextMessage"
    content: str

    def to_text(self) -> str:
        return self.content


class StopMessage(BaseChatMessage):
    type: Literal["StopMessage"] = "StopMessage"
    content: str

    def to_text(self) -> str:
        return self.content


class HandoffMessage(BaseChatMessage):
    type: Literal["HandoffMessage"] = "HandoffMessage"
    content: str
    target: str
    context: list[LLMMessage] = Field(default_factory=list)

    def to_text(self) -> str:
        return self.content


class ToolCallSummaryMessage(BaseChatMessage):
    type: Literal["ToolCallSummaryMessage"] = "ToolCallSummaryMessage"
    content: str
    tool_calls: list[FunctionCall] = Field(default_factory=list)
    results: list[FunctionExecutionResult] = Field(default_factory=list)

    def to_text(self) -> str:
        return self.content


ChatMessage = Annotated[
    TextMessage | StopMessage | HandoffMessage | ToolCallSummaryMessage,
    Field(discriminator="type"),
]

JsonObject = dict[str, Any]
