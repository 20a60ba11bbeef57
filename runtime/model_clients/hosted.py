"""What all models behind a network address share: their config, and the way of a call."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module
from typing import Any, ClassVar, Self, TypeVar

from pydantic import Field, model_validator

from runtime.components.base import ComponentConfig
from runtime.components.builder import Builder
from runtime.errors import ModelError
from runtime.events.payloads import ModelInfo
from runtime.messages import Image, JsonObject, UserMessage
from runtime.model_clients.base import BaseChatCompletionClient
from runtime.model_clients.capabilities import Capabilities, capabilities_of
from runtime.model_clients.connection import Connection, Endpoint, host_of
from runtime.model_clients.failures import Target, no_tools, no_vision
from runtime.model_clients.prices import PriceTable, price_table
from runtime.model_clients.transport import post, sdk_call
from runtime.model_clients.wire import parse_object, read_all, server_sent_data
from runtime.ports import ModelReply, ModelRequest


class HostedModelConfig(ComponentConfig):
    model: str = Field(min_length=1, title="Model")
    credential: str | None = Field(
        None,
        title="Credential",
        description="A credential of the workspace; empty: the server asks for none.",
        json_schema_extra={"x-widget": "credential"},
    )
    api_key: Any = Field(
        None,
        title="Key",
        description="AutoGen keeps keys here; Troupe keeps them as credentials and ignores this.",
        json_schema_extra={"x-widget": "hidden"},
    )
    timeout: float = Field(
        120.0,
        gt=0,
        le=3_600,
        title="Timeout (s)",
        description="How long to wait for the next bytes.",
    )
    deadline: float = Field(
        900.0,
        gt=0,
        le=86_400,
        title="Longest attempt (s)",
        description="After it a reply that still comes is given up, and tried again.",
    )
    default_headers: dict[str, str] | None = Field(None, title="Headers")
    model_info: JsonObject | None = Field(
        None,
        title="Model info",
        description="What the model can do, where it is not known: vision, function_calling, "
        "json_output, structured_output, multiple_system_messages, context_length.",
    )
    model_capabilities: JsonObject | None = Field(None, title="Model capabilities")

    @model_validator(mode="before")
    @classmethod
    def _nulls_are_defaults(cls, values: Any) -> Any:
        """AutoGen has null where it means: not set."""
        if not isinstance(values, dict):
            return values
        return {key: value for key, value in values.items() if value is not None}


HostedT = TypeVar("HostedT", bound=HostedModelConfig)


class HostedClient(BaseChatCompletionClient[HostedT]):
    """One attempt a call, over the vendor's SDK with its costly request transform and typed stream
    left out: the body is handed over ready, and replies are read as plain JSON."""

    vendor: ClassVar[str]
    sdk: ClassVar[str]
    """The module of the vendor's SDK, imported at the first call."""
    host: ClassVar[str]
    """The vendor's own; list prices are known for it alone."""

    def __init__(self, config: HostedT, connection: Connection, prices: PriceTable) -> None:
        self.config = config
        self._connection = connection
        self._prices = prices
        self._client: Any = None
        self._reached = ""

    @classmethod
    def build(cls, config: HostedT, builder: Builder) -> Self:
        address = cls.address(config)
        connection = Connection(
            builder.secrets, builder.clients, cls.vendor, config.credential, address
        )
        return cls(config, connection, price_table(builder.operator.prices_file))

    @classmethod
    @abstractmethod
    def address(cls, config: HostedT) -> str | None:
        """Where the config says the server is. None: where the credential or the vendor says."""

    @abstractmethod
    def _make(self, endpoint: Endpoint) -> Any:
        """An SDK client, without retries of its own. May take a second: called in a thread."""

    @abstractmethod
    def _body(self, request: ModelRequest, streaming: bool) -> JsonObject:
        """Called once it is connected."""

    @abstractmethod
    def _path(self, body: JsonObject) -> str:
        """Where a body is posted, below the client's address."""

    @abstractmethod
    def _parse(self, data: JsonObject, request: ModelRequest, target: Target) -> ModelReply: ...

    @abstractmethod
    def _parse_stream(
        self, events: AsyncIterator[str], request: ModelRequest, target: Target
    ) -> AsyncIterator[str | ModelReply]: ...

    def _settings(self) -> tuple[object, ...]:
        """What of the config makes an SDK client differ."""
        return (self.config.timeout, self._headers())

    # The interface -----------------------------------------------------------------------------

    @property
    def info(self) -> ModelInfo:
        return ModelInfo(provider=self.provider, model=self.config.model)

    @property
    def model(self) -> str:
        return self.config.model

    @property
    def capabilities(self) -> Capabilities:
        info = {**(self.config.model_capabilities or {}), **(self.config.model_info or {})}
        return capabilities_of(self.config.model, info)

    async def create(self, request: ModelRequest) -> ModelReply:
        self._check(request)
        await self._connect()
        async with self._call(self._body(request, False)) as (chunks, target):
            data = await read_all(chunks, target)
            return self._priced(self._parse(parse_object(data, target), request, target))

    async def stream(self, request: ModelRequest) -> AsyncIterator[str | ModelReply]:
        self._check(request)
        await self._connect()
        async with self._call(self._body(request, True)) as (chunks, target):
            events = server_sent_data(chunks, target)
            async for part in self._parse_stream(events, request, target):
                yield self._priced(part) if isinstance(part, ModelReply) else part

    # Inside ------------------------------------------------------------------------------------

    def _check(self, request: ModelRequest) -> None:
        """What the model is known not to do is said before anything is sent."""
        can = self.capabilities
        if can.vision is False and any(map(_has_image, request.messages)):
            raise no_vision(self.config.model)
        if can.function_calling is False and request.tools and request.tool_choice != "none":
            raise no_tools(self.config.model)

    @asynccontextmanager
    async def _call(self, body: JsonObject) -> AsyncIterator[tuple[AsyncIterator[bytes], Target]]:
        await self._connect()
        target = Target(self.vendor, self.config.model, self._reached)
        async with sdk_call(
            self._sdk(),
            post(self._client, self._path(body), body),
            target,
            timeout=self.config.timeout,
            deadline=self.config.deadline,
        ) as chunks:
            yield chunks, target

    async def _connect(self) -> None:
        """Where the server is may stand in the credential, which is opened at the first call."""
        if self._client is None:
            self._client = await self._connection.client(
                self._make, self.provider, *self._settings()
            )
            self._reached = host_of(str(self._client.base_url), self.host)

    @property
    def at_vendor(self) -> bool:
        """Whether this is the vendor's own server. Known once it is connected."""
        return self._reached == self.host

    def _sdk(self) -> Any:
        try:
            return import_module(self.sdk)
        except ImportError as error:
            raise ModelError(
                f"The Python package {self.sdk!r} is not installed",
                code="model_unreachable",
                hint=f"Install it (pip install {self.sdk}), then resume.",
            ) from error

    def _headers(self) -> tuple[tuple[str, str], ...]:
        return tuple(sorted((self.config.default_headers or {}).items()))

    def _priced(self, reply: ModelReply) -> ModelReply:
        cost = self._prices.cost_usd(
            self.config.model,
            reply.usage,
            at_vendor=self.at_vendor,
            cache_write_tokens=reply.cache_write_tokens or 0,
        )
        return reply.model_copy(update={"cost_usd": cost})


def _has_image(message: Any) -> bool:
    return (
        isinstance(message, UserMessage)
        and isinstance(message.content, list)
        and any(isinstance(part, Image) for part in message.content)
    )
