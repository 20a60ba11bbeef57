from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Protocol, Self, runtime_checkable

from pydantic import Field

from runtime.components.base import ComponentBase, ComponentConfig, Palette
from runtime.components.builder import Builder
from runtime.components.spec import ModelSlot
from runtime.errors import SpecError
from runtime.messages import JsonObject, LLMMessage
from runtime.model_contexts.base import GROUP, ChatCompletionContext, units
from runtime.ports import ToolSchema


@runtime_checkable
class TokenCounter(Protocol):
    """What this context needs of a model client."""

    @property
    def context_length(self) -> int | None: ...

    def count_tokens(self, messages: Sequence[LLMMessage], tools: Sequence[ToolSchema]) -> int: ...


class TokenLimitedConfig(ComponentConfig):
    model_client: ModelSlot = Field(title="Model", description="Whose tokens are counted.")
    token_limit: int | None = Field(
        None, gt=0, title="Tokens", description="Empty: what the model's context holds."
    )
    tool_schema: list[JsonObject] | None = Field(
        None, title="Tools", description="Counted too.", json_schema_extra={"x-widget": "code"}
    )
    initial_messages: list[LLMMessage] | None = Field(None, title="Initial messages")


class TokenLimitedChatCompletionContext(ChatCompletionContext[TokenLimitedConfig]):
    """Leaves messages out from the middle, as AutoGen does, until the rest fits; a call and its
    results together. The newest stays even if it does not fit alone: an empty request would hide
    what is wrong, and the vendor's answer says it."""

    provider = "autogen_core.model_context.TokenLimitedChatCompletionContext"
    Config = TokenLimitedConfig
    defaults: ClassVar[JsonObject] = {
        "model_client": {
            "provider": "troupe.models.WorkspaceModel",
            "component_type": "model",
            "config": {},
        },
        "token_limit": 16_000,
    }
    palette = Palette("Limited tokens", "The model sees as much as fits.", GROUP, "ruler-measure")

    def __init__(self, config: TokenLimitedConfig, counter: TokenCounter) -> None:
        self.config = config
        self._counter = counter
        self._initial = config.initial_messages or []
        self._counts: dict[int, tuple[LLMMessage, int]] = {}
        """By identity, with the message itself so that no identity is used again."""
        tools = [_tool(schema) for schema in config.tool_schema or ()]
        self._tool_tokens = counter.count_tokens([], tools) if tools else 0

    @classmethod
    def build(cls, config: TokenLimitedConfig, builder: Builder) -> Self:
        client: Any = builder.build(config.model_client, ComponentBase, "model_client")
        if not isinstance(client, TokenCounter):
            raise SpecError(
                f"{client.palette.label} cannot count tokens", path=f"{builder.path}.config"
            )
        return cls(config, client)

    def view(self, transcript: Sequence[LLMMessage]) -> list[LLMMessage]:
        whole = list(units([*self._initial, *transcript]))
        limit = self.config.token_limit or self._counter.context_length
        if limit is None:
            return [message for unit in whole for message in unit]
        sizes = [sum(self._count(message) for message in unit) for unit in whole]
        excess = sum(sizes) + self._tool_tokens - limit
        # Taking the middle one out, again and again, leaves a head and a tail.
        head = tail = len(whole) // 2
        while excess > 0 and head + len(whole) - tail > 1:
            kept = head + len(whole) - tail
            if kept // 2 < head or tail == len(whole) - 1:
                head -= 1
                excess -= sizes[head]
            else:
                excess -= sizes[tail]
                tail += 1
        self._forget(len(transcript))
        return [message for unit in (*whole[:head], *whole[tail:]) for message in unit]

    def _count(self, message: LLMMessage) -> int:
        known = self._counts.get(id(message))
        if known is None:
            known = (message, self._counter.count_tokens([message], []))
            self._counts[id(message)] = known
        return known[1]

    def _forget(self, current: int) -> None:
        """A transcript that was restored or replaced leaves its counts behind."""
        if len(self._counts) > 2 * (current + len(self._initial)) + 64:
            self._counts.clear()


def _tool(schema: JsonObject) -> ToolSchema:
    return ToolSchema(
        name=str(schema.get("name") or ""),
        description=str(schema.get("description") or ""),
        parameters=schema.get("parameters") or {},
        strict=bool(schema.get("strict")),
    )
