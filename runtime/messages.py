"""The typed messages that agents exchange, and those that a model sees.

Field names are AutoGen's (`id`, `source`, `models_usage`, `metadata`, `created_at`, `content`,
`type`), so that a transcript means the same here and there. Every message is immutable and
serialises to JSON.
"""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="constants")


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


MAX_IMAGE = 250_000
"""Characters: a larger image would be cut on its way into the log."""


class Image(Frozen):
    """AutoGen's form: the file's bytes as base64, without a `data:` prefix."""

    data: str = Field(max_length=MAX_IMAGE)
    media_type: Literal["image/png", "image/jpeg", "image/gif", "image/webp"] = "image/png"

    @property
    def data_uri(self) -> str:
        return f"data:{self.media_type};base64,{self.data}"


class CodeBlock(Frozen):
    """A fenced block of code as a model wrote it."""

    code: str
    language: str


class CodeResult(Frozen):
    exit_code: int
    output: str


class MemoryContent(Frozen):
    content: str
    mime_type: str = "text/plain"
    metadata: dict[str, Any] | None = None


# What a model sees -----------------------------------------------------------------------------


class SystemMessage(Frozen):
    type: Literal["SystemMessage"] = "SystemMessage"
    content: str


class UserMessage(Frozen):
    type: Literal["UserMessage"] = "UserMessage"
    content: str | list[str | Image]
    source: str

    @property
    def text(self) -> str:
        """Without its images."""
        if isinstance(self.content, str):
            return self.content
        return "\n".join(part for part in self.content if isinstance(part, str))


class AssistantMessage(Frozen):
    type: Literal["AssistantMessage"] = "AssistantMessage"
    content: str | list[FunctionCall]
    thought: str | None = None
    thinking: list[dict[str, Any]] = Field(default_factory=list)
    """The vendor's own blocks of thought, signed, which it wants back with the calls' results."""
    source: str


class FunctionExecutionResultMessage(Frozen):
    type: Literal["FunctionExecutionResultMessage"] = "FunctionExecutionResultMessage"
    content: list[FunctionExecutionResult]


LLMMessage = Annotated[
    SystemMessage | UserMessage | AssistantMessage | FunctionExecutionResultMessage,
    Field(discriminator="type"),
]


# What agents say to each other -----------------------------------------------------------------


class BaseMessage(Frozen):
    id: str
    source: str
    models_usage: RequestUsage | None = None
    metadata: dict[str, str] = Field(default_factory=dict)
    created_at: datetime

    def to_text(self) -> str:
        """As a person and a termination condition read it."""
        raise NotImplementedError


class BaseChatMessage(BaseMessage):
    def to_model_content(self) -> str | list[str | Image]:
        """As another agent's model reads it."""
        return self.to_text()


class TextMessage(BaseChatMessage):
    type: Literal["TextMessage"] = "TextMessage"
    content: str

    def to_text(self) -> str:
        return self.content


class MultiModalMessage(BaseChatMessage):
    type: Literal["MultiModalMessage"] = "MultiModalMessage"
    content: list[str | Image]

    def to_text(self) -> str:
        return "\n".join("<image>" if isinstance(part, Image) else part for part in self.content)

    def to_model_content(self) -> str | list[str | Image]:
        return self.content


class StructuredMessage(BaseChatMessage):
    """A value of a JSON schema. `content_type` names the schema; `format_string`, where given,
    makes the text, with the value's top-level fields in braces."""

    type: Literal["StructuredMessage"] = "StructuredMessage"
    content: dict[str, Any]
    content_type: str = ""
    format_string: str | None = None

    def to_text(self) -> str:
        if self.format_string is None:
            return json.dumps(self.content, ensure_ascii=False)
        return fill_template(self.format_string, self.content)


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
    TextMessage
    | MultiModalMessage
    | StructuredMessage
    | StopMessage
    | HandoffMessage
    | ToolCallSummaryMessage,
    Field(discriminator="type"),
]

# What happens on the way to a message ----------------------------------------------------------
#
# Views of the log for programs that read a run as AutoGen's stream, and for termination
# conditions. They are derived from recorded steps and never recorded themselves.


class BaseAgentEvent(BaseMessage):
    pass


class ToolCallRequestEvent(BaseAgentEvent):
    type: Literal["ToolCallRequestEvent"] = "ToolCallRequestEvent"
    content: list[FunctionCall]

    def to_text(self) -> str:
        return "\n".join(f"{call.name}({call.arguments})" for call in self.content)


class ToolCallExecutionEvent(BaseAgentEvent):
    type: Literal["ToolCallExecutionEvent"] = "ToolCallExecutionEvent"
    content: list[FunctionExecutionResult]

    def to_text(self) -> str:
        return "\n".join(result.content for result in self.content)


class CodeGenerationEvent(BaseAgentEvent):
    type: Literal["CodeGenerationEvent"] = "CodeGenerationEvent"
    retry_attempt: int
    content: str
    code_blocks: list[CodeBlock]

    def to_text(self) -> str:
        return self.content


class CodeExecutionEvent(BaseAgentEvent):
    type: Literal["CodeExecutionEvent"] = "CodeExecutionEvent"
    retry_attempt: int
    result: CodeResult

    def to_text(self) -> str:
        return self.result.output


class MemoryQueryEvent(BaseAgentEvent):
    type: Literal["MemoryQueryEvent"] = "MemoryQueryEvent"
    content: list[MemoryContent]

    def to_text(self) -> str:
        return "\n".join(item.content for item in self.content)


class ThoughtEvent(BaseAgentEvent):
    type: Literal["ThoughtEvent"] = "ThoughtEvent"
    content: str

    def to_text(self) -> str:
        return self.content


class UserInputRequestedEvent(BaseAgentEvent):
    type: Literal["UserInputRequestedEvent"] = "UserInputRequestedEvent"
    request_id: str
    content: str = ""

    def to_text(self) -> str:
        return self.content


class ModelClientStreamingChunkEvent(BaseAgentEvent):
    """Text as it comes. `full_message_id` is the id of the message that it becomes part of; these
    events are not part of a result."""

    type: Literal["ModelClientStreamingChunkEvent"] = "ModelClientStreamingChunkEvent"
    content: str
    full_message_id: str | None = None

    def to_text(self) -> str:
        return self.content


class SelectSpeakerEvent(BaseAgentEvent):
    type: Literal["SelectSpeakerEvent"] = "SelectSpeakerEvent"
    content: list[str]

    def to_text(self) -> str:
        return ", ".join(self.content)


class SelectorEvent(BaseAgentEvent):
    type: Literal["SelectorEvent"] = "SelectorEvent"
    content: str

    def to_text(self) -> str:
        return self.content


AgentEvent = Annotated[
    ToolCallRequestEvent
    | ToolCallExecutionEvent
    | CodeGenerationEvent
    | CodeExecutionEvent
    | MemoryQueryEvent
    | ThoughtEvent
    | UserInputRequestedEvent
    | ModelClientStreamingChunkEvent
    | SelectSpeakerEvent
    | SelectorEvent,
    Field(discriminator="type"),
]

TeamMessage = ChatMessage | AgentEvent

JsonObject = dict[str, Any]

_PLACEHOLDER = re.compile(r"\{(\w+)\}")


def fill_template(template: str, values: JsonObject) -> str:
    """By plain replacement, in one pass: a template is a user's text and the values are a model's;
    `str.format` would reach into attributes, and repeated replacement into the values."""

    def value(match: re.Match[str]) -> str:
        found = values.get(match[1], match[0])
        return found if isinstance(found, str) else json.dumps(found, ensure_ascii=False)

    return _PLACEHOLDER.sub(value, template)
