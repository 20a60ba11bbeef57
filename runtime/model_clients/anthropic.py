"""Anthropic's models."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any, ClassVar, Literal

from pydantic import Field

from runtime.components.base import ComponentConfig, Palette, Problem
from runtime.messages import JsonObject
from runtime.model_clients.anthropic_wire import (
    Style,
    has_all_thoughts,
    parse_reply,
    parse_stream,
    request_body,
)
from runtime.model_clients.base import GROUP
from runtime.model_clients.connection import Connection, Endpoint
from runtime.model_clients.failures import Target
from runtime.model_clients.hosted import HostedClient, HostedModelConfig
from runtime.model_clients.prices import PriceTable
from runtime.model_clients.structured import closed_schema, is_recursive
from runtime.model_clients.transport import http_client
from runtime.ports import ModelReply, ModelRequest

_PARAMETERS = ("max_tokens", "temperature", "top_p", "top_k", "stop_sequences", "metadata")
_NOT_WITH_THINKING = ("temperature", "top_p", "top_k")


class ThinkingConfig(ComponentConfig):
    type: Literal["enabled", "adaptive", "disabled"] = Field("enabled", title="Thinking")
    budget_tokens: int | None = Field(
        None, ge=1024, title="Budget (tokens)", description="Of `enabled`; part of the reply's."
    )


class AnthropicConfig(HostedModelConfig):
    model: str = Field(min_length=1, title="Model", description="Such as claude-sonnet-5.")
    base_url: str | None = Field(
        None, title="Address", description="Of a compatible server; empty: Anthropic."
    )
    max_tokens: int = Field(4096, ge=1, title="Longest reply (tokens)")
    temperature: float | None = Field(None, ge=0, le=1, title="Temperature")
    top_p: float | None = Field(None, ge=0, le=1, title="Top p")
    top_k: int | None = Field(None, ge=1, title="Top k")
    stop_sequences: list[str] | None = Field(None, title="Stop texts")
    metadata: dict[str, str] | None = Field(None, title="Metadata")
    thinking: ThinkingConfig | None = Field(
        None, title="Thinking", description="Let the model reason before it answers."
    )
    prompt_caching: bool = Field(
        True,
        title="Cache instructions",
        description="Let Anthropic keep long instructions and tools between calls, at less cost.",
    )
    max_retries: int | None = Field(
        None, title="Retries", description="AutoGen's; Troupe journals its own retries."
    )


class AnthropicChatCompletionClient(HostedClient[AnthropicConfig]):
    provider = "autogen_ext.models.anthropic.AnthropicChatCompletionClient"
    vendor = "Anthropic"
    sdk = "anthropic"
    host = "api.anthropic.com"
    Config = AnthropicConfig
    defaults: ClassVar[JsonObject] = {"model": "claude-sonnet-5", "max_tokens": 4096}
    palette = Palette("Anthropic", "Claude models.", GROUP, "letter-a")

    def __init__(self, config: AnthropicConfig, connection: Connection, prices: PriceTable) -> None:
        super().__init__(config, connection, prices)

    @classmethod
    def address(cls, config: AnthropicConfig) -> str | None:
        return config.base_url

    @classmethod
    def check(cls, config: Any, path: str) -> Iterator[Problem]:
        thinking = config.thinking
        if thinking is None or thinking.type != "enabled":
            return
        if thinking.budget_tokens is None or thinking.budget_tokens >= config.max_tokens:
            yield Problem(
                f"{path}.thinking.budget_tokens",
                "error",
                "invalid_value",
                "Thinking needs a budget, smaller than the longest reply.",
                "Raise max_tokens, or lower the budget.",
            )

    def _make(self, endpoint: Endpoint) -> Any:
        import anthropic

        return anthropic.AsyncAnthropic(
            api_key=endpoint.api_key,
            base_url=endpoint.base_url or f"https://{self.host}",
            timeout=anthropic.Timeout(self.config.timeout, connect=10.0),
            max_retries=0,
            default_headers=dict(self._headers()),
            http_client=http_client(anthropic),
        )

    def _path(self, body: JsonObject) -> str:
        return "/v1/messages"

    def _body(self, request: ModelRequest, streaming: bool) -> JsonObject:
        config = self.config
        thinks = self._thinks(request)
        body: JsonObject = {"model": config.model}
        body |= {name: v for name in _PARAMETERS if (v := getattr(config, name)) is not None}
        if thinks and config.thinking is not None:
            body["thinking"] = config.thinking.model_dump(exclude_none=True)
            for name in _NOT_WITH_THINKING:
                body.pop(name, None)
        style = Style(
            thinking=thinks,
            native_schema=self._native_schema(request),
            caching=config.prompt_caching,
        )
        body |= request_body(request, style)
        if streaming:
            body["stream"] = True
        return body | request.params

    def _thinks(self, request: ModelRequest) -> bool:
        """Not with a call that is forced, and not where thoughts of this turn would be missing:
        the API refuses both."""
        thinking = self.config.thinking
        forced = request.tools and request.tool_choice not in ("auto", "none")
        by_tool = request.json_schema is not None and not self._native_schema(request)
        return (
            thinking is not None
            and thinking.type != "disabled"
            and not forced
            and not by_tool
            and has_all_thoughts(request.messages)
        )

    def _native_schema(self, request: ModelRequest) -> bool:
        schema = request.json_schema
        return (
            schema is not None
            and self.capabilities.structured_output is True
            and closed_schema(schema) is not None
            and not is_recursive(schema)
        )

    def _parse(self, data: JsonObject, request: ModelRequest, target: Target) -> ModelReply:
        return parse_reply(data, target)

    def _parse_stream(
        self, events: AsyncIterator[str], request: ModelRequest, target: Target
    ) -> AsyncIterator[str | ModelReply]:
        by_tool = request.json_schema is not None and not self._native_schema(request)
        return parse_stream(events, target, structured=by_tool)
