"""Anthropic's models."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, ClassVar, Self

from pydantic import Field

from runtime.components.base import Palette
from runtime.components.builder import Builder
from runtime.errors import ModelError
from runtime.events.payloads import ModelInfo
from runtime.messages import JsonObject
from runtime.model_clients.anthropic_wire import parse_reply, parse_stream, request_body
from runtime.model_clients.base import GROUP, BaseChatCompletionClient
from runtime.model_clients.connection import Connection, Endpoint, host_of
from runtime.model_clients.failures import Target
from runtime.model_clients.hosted import HostedModelConfig
from runtime.model_clients.prices import cost_usd
from runtime.model_clients.transport import sdk_call
from runtime.model_clients.wire import parse_object, read_all, server_sent_data
from runtime.ports import ModelReply, ModelRequest

_HOST = "api.anthropic.com"
_PARAMETERS = ("max_tokens", "temperature", "top_p", "top_k", "stop_sequences", "metadata")


class AnthropicConfig(HostedModelConfig):
    model: str = Field(min_length=1, title="Model", description="Such as claude-sonnet-4-5.")
    base_url: str | None = Field(
        None, title="Address", description="Of a compatible server; empty: Anthropic."
    )
    max_tokens: int = Field(4096, ge=1, title="Longest reply (tokens)")
    temperature: float | None = Field(None, ge=0, le=1, title="Temperature")
    top_p: float | None = Field(None, ge=0, le=1, title="Top p")
    top_k: int | None = Field(None, ge=1, title="Top k")
    stop_sequences: list[str] | None = Field(None, title="Stop texts")
    metadata: dict[str, str] | None = Field(None, title="Metadata")
    max_retries: int | None = Field(
        None, title="Retries", description="AutoGen's; Troupe journals its own retries."
    )


class AnthropicChatCompletionClient(BaseChatCompletionClient[AnthropicConfig]):
    provider = "autogen_ext.models.anthropic.AnthropicChatCompletionClient"
    Config = AnthropicConfig
    defaults: ClassVar[JsonObject] = {"model": "claude-sonnet-4-5", "max_tokens": 4096}
    palette = Palette("Anthropic", "Claude models.", GROUP, "letter-a")

    def __init__(self, config: AnthropicConfig, connection: Connection) -> None:
        self.config = config
        self._connection = connection
        self._client: Any = None

    @classmethod
    def build(cls, config: AnthropicConfig, builder: Builder) -> Self:
        connection = Connection(
            builder.secrets, builder.clients, "Anthropic", config.credential, config.base_url
        )
        return cls(config, connection)

    @property
    def info(self) -> ModelInfo:
        return ModelInfo(provider=self.provider, model=self.config.model)

    async def create(self, request: ModelRequest) -> ModelReply:
        async with self._call(request, streaming=False) as (response, target):
            data = await read_all(response.iter_bytes(), target)
            return self._priced(parse_reply(parse_object(data, target), target), target)

    async def stream(self, request: ModelRequest) -> AsyncIterator[str | ModelReply]:
        async with self._call(request, streaming=True) as (response, target):
            events = server_sent_data(response.iter_bytes(), target)
            async for part in parse_stream(events, target):
                yield self._priced(part, target) if isinstance(part, ModelReply) else part

    @asynccontextmanager
    async def _call(
        self, request: ModelRequest, *, streaming: bool
    ) -> AsyncIterator[tuple[Any, Target]]:
        client = await self._sdk_client()
        import anthropic

        target = Target("Anthropic", self.config.model, host_of(str(client.base_url), _HOST))
        call = client.messages.with_streaming_response.create(
            model=self.config.model,
            max_tokens=self.config.max_tokens,
            messages=[],
            extra_body=self._body(request, streaming),
            timeout=self.config.timeout,
        )
        async with sdk_call(anthropic, call, target, self.config.timeout) as response:
            yield response, target

    async def _sdk_client(self) -> Any:
        if self._client is None:
            self._client = await self._connection.client(
                self._make, self.config.timeout, self._headers()
            )
        return self._client

    def _make(self, endpoint: Endpoint) -> Any:
        import anthropic

        return anthropic.AsyncAnthropic(
            api_key=endpoint.api_key,
            base_url=endpoint.base_url or f"https://{_HOST}",
            timeout=anthropic.Timeout(self.config.timeout, connect=10.0),
            max_retries=0,
            default_headers=dict(self._headers()),
        )

    def _headers(self) -> tuple[tuple[str, str], ...]:
        return tuple(sorted((self.config.default_headers or {}).items()))

    def _body(self, request: ModelRequest, streaming: bool) -> JsonObject:
        if request.json_schema is not None:
            raise ModelError(
                "Structured output is not available with Anthropic's models here",
                code="model_bad_request",
            )
        body = {
            name: value for name in _PARAMETERS if (value := getattr(self.config, name)) is not None
        }
        body |= request_body(request)
        if streaming:
            body["stream"] = True
        return body | request.params

    def _priced(self, reply: ModelReply, target: Target) -> ModelReply:
        if target.host != _HOST:
            return reply
        return reply.model_copy(update={"cost_usd": cost_usd(self.config.model, reply.usage)})
