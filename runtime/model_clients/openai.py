"""OpenAI, and every server that speaks its chat completions."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, ClassVar, Literal, TypeVar

from pydantic import Field

from runtime.components.base import Palette
from runtime.messages import JsonObject
from runtime.model_clients.base import GROUP
from runtime.model_clients.connection import Endpoint
from runtime.model_clients.embeddings import HostedEmbeddings
from runtime.model_clients.failures import Target
from runtime.model_clients.hosted import HostedClient, HostedModelConfig
from runtime.model_clients.openai_wire import Style, parse_reply, parse_stream, request_body
from runtime.model_clients.transport import http_client
from runtime.ports import EmbeddingClient, ModelReply, ModelRequest

_OLD = ("gpt-4", "gpt-3.5", "chatgpt-")
_REASONING = ("o1", "o3", "o4", "gpt-5", "gpt-6")


class OpenAIParameters(HostedModelConfig):
    """AutoGen's create arguments."""

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
    reasoning_effort: Literal["none", "minimal", "low", "medium", "high", "xhigh"] | None = Field(
        None, title="Reasoning effort"
    )
    user: str | None = Field(None, title="User")
    stream_options: JsonObject | None = Field(None, title="Stream options")
    include_name_in_message: bool = Field(
        True, title="Send names", description="Tell the model who said what."
    )
    add_name_prefixes: bool = Field(
        False, title="Prefix names", description="Put who said it in front of each text."
    )
    max_retries: int | None = Field(
        None, title="Retries", description="AutoGen's; Troupe journals its own retries."
    )


class OpenAIConfig(OpenAIParameters):
    model: str = Field(min_length=1, title="Model", description="Such as gpt-4.1-mini.")
    base_url: str | None = Field(
        None,
        title="Address",
        description="Of a compatible server, such as http://localhost:11434/v1; empty: OpenAI.",
    )
    organization: str | None = Field(None, title="Organisation")


PARAMETERS = (
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

ParametersT = TypeVar("ParametersT", bound=OpenAIParameters)


class ChatCompletionsClient(HostedClient[ParametersT]):
    """A client of any server that speaks OpenAI's chat completions."""

    vendor = "OpenAI"
    sdk = "openai"
    host = "api.openai.com"

    def embeddings(self, model: str | None = None) -> EmbeddingClient:
        """The embeddings of the same server, with the same credential. `model` is the embedding
        model's name; None: the name in this client's config."""
        return HostedEmbeddings(self._call, model or self.config.model)

    @property
    def serves_openai(self) -> bool:
        """Whether the server takes what OpenAI's own takes."""
        return self.at_vendor

    def _path(self, body: JsonObject) -> str:
        return "/embeddings" if "input" in body else "/chat/completions"

    def _body(self, request: ModelRequest, streaming: bool) -> JsonObject:
        config = self.config
        body: JsonObject = {"model": config.model}
        body |= {name: v for name in PARAMETERS if (v := getattr(config, name)) is not None}
        if config.max_tokens is not None:
            newer = self.serves_openai and not config.model.startswith(_OLD)
            newer = newer or config.model.startswith(_REASONING)
            body["max_completion_tokens" if newer else "max_tokens"] = config.max_tokens
        body |= request_body(request, self._style())
        if "tools" not in body:
            body.pop("parallel_tool_calls", None)
        if streaming:
            body |= {"stream": True, "stream_options": {"include_usage": True}}
        return body | request.params

    def _style(self) -> Style:
        can = self.capabilities
        several = can.multiple_system_messages
        schema: Literal["strict", "object", "words"] = "strict"
        if can.structured_output is False:
            schema = "words" if can.json_output is False else "object"
        return Style(
            names=self.config.include_name_in_message,
            prefixes=self.config.add_name_prefixes,
            one_system=not self.serves_openai if several is None else not several,
            schema=schema,
        )

    def _parse(self, data: JsonObject, request: ModelRequest, target: Target) -> ModelReply:
        return parse_reply(data, target)

    def _parse_stream(
        self, events: AsyncIterator[str], request: ModelRequest, target: Target
    ) -> AsyncIterator[str | ModelReply]:
        return parse_stream(events, target)


class OpenAIChatCompletionClient(ChatCompletionsClient[OpenAIConfig]):
    provider = "autogen_ext.models.openai.OpenAIChatCompletionClient"
    Config = OpenAIConfig
    defaults: ClassVar[JsonObject] = {"model": "gpt-4.1-mini"}
    palette = Palette(
        "OpenAI or compatible", "OpenAI, vLLM, llama.cpp and others.", GROUP, "brand-openai"
    )

    @classmethod
    def address(cls, config: OpenAIConfig) -> str | None:
        return config.base_url

    def _settings(self) -> tuple[object, ...]:
        return (*super()._settings(), self.config.organization)

    def _make(self, endpoint: Endpoint) -> Any:
        import openai

        return openai.AsyncOpenAI(
            api_key=endpoint.api_key,
            base_url=endpoint.base_url or f"https://{self.host}/v1",
            organization=endpoint.organization or self.config.organization,
            timeout=openai.Timeout(self.config.timeout, connect=10.0),
            max_retries=0,
            default_headers=dict(self._headers()),
            http_client=http_client(openai),
        )
