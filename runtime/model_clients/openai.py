"""OpenAI, and every server that speaks its chat completions."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, ClassVar, Literal, Self

from pydantic import Field

from runtime.components.base import Palette
from runtime.components.builder import Builder
from runtime.events.payloads import ModelInfo
from runtime.messages import JsonObject
from runtime.model_clients.base import GROUP, BaseChatCompletionClient
from runtime.model_clients.connection import Connection, Endpoint, host_of
from runtime.model_clients.failures import Target
from runtime.model_clients.hosted import HostedModelConfig
from runtime.model_clients.openai_wire import parse_reply, parse_stream, request_body
from runtime.model_clients.prices import cost_usd
from runtime.model_clients.transport import sdk_call
from runtime.model_clients.wire import parse_object, read_all, server_sent_data
from runtime.ports import ModelReply, ModelRequest

_HOST = "api.openai.com"
_REASONING = ("o1", "o3", "o4", "gpt-5")


class OpenAIConfig(HostedModelConfig):
    model: str = Field(min_length=1, title="Model", description="Such as gpt-4.1-mini.")
    base_url: str | None = Field(
        None,
        title="Address",
        description="Of a compatible server, such as http://localhost:11434/v1; empty: OpenAI.",
    )
    organization: str | None = Field(None, title="Organisation")
    temperature: float | None = Field(None, ge=0, le=2, title="Temperature")
    top_p: float | None = Field(None, ge=0, le=1, title="Top p")
    max_tokens: int | None = Field(None, ge=1, title="Longest reply (tokens)")
    seed: int | None = Field(None, title="Seed")
    stop: str | list[str] | None = Field(None, title="Stop texts")
    frequency_penalty: float | None = Field(None, ge=-2, le=2, title="Frequency penalty")
    presence_penalty: float | None = Field(None, ge=-2, le=2, title="Presence penalty")
    logit_bias: dict[str, float] | None = Field(None, title="Logit bias")
    response_format: JsonObject | None = Field(
        None, title="Reply format", json_schema_extra={"x-widget": "code"}
    )
    parallel_tool_calls: bool | None = Field(None, title="Parallel tool calls")
    reasoning_effort: Literal["minimal", "low", "medium", "high"] | None = Field(
        None, title="Reasoning effort"
    )
    user: str | None = Field(None, title="User")
    stream_options: JsonObject | None = Field(None, title="Stream options")
    include_name_in_message: bool = Field(
        True, title="Send names", description="Tell the model who said what."
    )
    add_name_prefixes: bool = Field(False, title="Prefix names")
    max_retries: int | None = Field(
        None, title="Retries", description="AutoGen's; Troupe journals its own retries."
    )


_PARAMETERS = (
    "temperature",
    "top_p",
    "seed",
    "stop",
    "frequency_penalty",
    "presence_penalty",
    "logit_bias",
    "response_format",
    "parallel_tool_calls",
    "reasoning_effort",
    "user",
)


class OpenAIChatCompletionClient(BaseChatCompletionClient[OpenAIConfig]):
    """One attempt a call, with the SDK's costly request transform and typed stream left out: the
    body is handed over ready, and replies are read as plain JSON."""

    provider = "autogen_ext.models.openai.OpenAIChatCompletionClient"
    Config = OpenAIConfig
    defaults: ClassVar[JsonObject] = {"model": "gpt-4.1-mini"}
    palette = Palette(
        "OpenAI or compatible", "OpenAI, Ollama, vLLM, llama.cpp and others.", GROUP, "brand-openai"
    )

    def __init__(self, config: OpenAIConfig, connection: Connection) -> None:
        self.config = config
        self._connection = connection
        self._client: Any = None

    @classmethod
    def build(cls, config: OpenAIConfig, builder: Builder) -> Self:
        connection = Connection(
            builder.secrets, builder.clients, "OpenAI", config.credential, config.base_url
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
        import openai

        target = Target("OpenAI", self.config.model, host_of(str(client.base_url), _HOST))
        call = client.chat.completions.with_streaming_response.create(
            model=self.config.model, messages=[], extra_body=self._body(request, streaming)
        )
        async with sdk_call(openai, call, target, self.config.timeout) as response:
            yield response, target

    async def _sdk_client(self) -> Any:
        if self._client is None:
            self._client = await self._connection.client(
                self._make, self.config.timeout, self.config.organization, self._headers()
            )
        return self._client

    def _make(self, endpoint: Endpoint) -> Any:
        import openai

        return openai.AsyncOpenAI(
            api_key=endpoint.api_key,
            base_url=endpoint.base_url or f"https://{_HOST}/v1",
            organization=endpoint.organization or self.config.organization,
            timeout=openai.Timeout(self.config.timeout, connect=10.0),
            max_retries=0,
            default_headers=dict(self._headers()),
        )

    def _headers(self) -> tuple[tuple[str, str], ...]:
        return tuple(sorted((self.config.default_headers or {}).items()))

    def _body(self, request: ModelRequest, streaming: bool) -> JsonObject:
        config = self.config
        body = {name: value for name in _PARAMETERS if (value := getattr(config, name)) is not None}
        if config.max_tokens is not None:
            reasoning = config.base_url is None and config.model.startswith(_REASONING)
            body["max_completion_tokens" if reasoning else "max_tokens"] = config.max_tokens
        body |= request_body(request, with_names=config.include_name_in_message)
        if "tools" not in body:
            body.pop("parallel_tool_calls", None)
        if streaming:
            body |= {"stream": True, "stream_options": {"include_usage": True}}
        return body | request.params

    def _priced(self, reply: ModelReply, target: Target) -> ModelReply:
        if target.host != _HOST:
            return reply
        return reply.model_copy(update={"cost_usd": cost_usd(self.config.model, reply.usage)})
