"""A model client that asks the same thing once."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any, ClassVar, Self

from pydantic import Field

from runtime.components.base import ComponentConfig, Palette, Problem
from runtime.components.builder import Builder, SharedClients
from runtime.components.spec import ModelSlot
from runtime.events.canonical import canonical_json
from runtime.events.payloads import ModelInfo
from runtime.messages import JsonObject, LLMMessage, RequestUsage
from runtime.model_clients.base import GROUP, AnyModelClient, BaseChatCompletionClient
from runtime.model_clients.cache_store import CacheStore, MemoryCacheStore
from runtime.model_clients.capabilities import Capabilities
from runtime.ports import ModelReply, ModelRequest, ToolSchema

_IN_MEMORY = ("autogen_core.InMemoryStore", "autogen_core._cache_store.InMemoryStore")
_WHOLE = ("stop", "function_calls")


class CacheConfig(ComponentConfig):
    client: ModelSlot = Field(title="Model")
    store: JsonObject | None = Field(
        None,
        title="Store",
        description="AutoGen's; Troupe keeps replies in the worker's memory.",
        json_schema_extra={"x-widget": "hidden"},
    )


class ChatCompletionCache(BaseChatCompletionClient[CacheConfig]):
    """A reply that is known costs nothing and says so (`cached`, no usage). Only whole replies are
    kept; failures and what was cut off are asked again."""

    provider = "autogen_ext.models.cache.ChatCompletionCache"
    written_type = "chat_completion_cache"
    Config = CacheConfig
    defaults: ClassVar[JsonObject] = {
        "client": {
            "provider": "troupe.models.WorkspaceModel",
            "component_type": "model",
            "config": {},
        }
    }
    palette = Palette("Cache", "Asks its model the same thing only once.", GROUP, "database")

    def __init__(
        self,
        config: CacheConfig,
        client: AnyModelClient,
        clients: SharedClients | None = None,
        store: CacheStore | None = None,
    ) -> None:
        self.config = config
        self._inner = client
        self._clients = clients
        self._store = store

    @classmethod
    def build(cls, config: CacheConfig, builder: Builder) -> Self:
        client = builder.build(config.client, BaseChatCompletionClient, "client")
        return cls(config, client, builder.clients)

    @classmethod
    def check(cls, config: Any, path: str) -> Iterator[Problem]:
        provider = (config.store or {}).get("provider")
        if config.store is not None and provider not in _IN_MEMORY:
            yield Problem(
                f"{path}.store",
                "warning",
                "unsupported_component",
                f"The store {str(provider)[:120]} is not used; replies are kept in memory.",
            )

    async def create(self, request: ModelRequest) -> ModelReply:
        store, key = await self._opened(), request_key(self._inner.identity, request)
        known = await store.get(key)
        if known is not None:
            return _free(known)
        reply = await self._inner.create(request)
        await _keep(store, key, reply)
        return reply

    async def stream(self, request: ModelRequest) -> AsyncIterator[str | ModelReply]:
        store, key = await self._opened(), request_key(self._inner.identity, request)
        known = await store.get(key)
        if known is not None:
            if known.content:
                yield known.content
            yield _free(known)
            return
        async for part in self._inner.stream(request):
            if isinstance(part, ModelReply):
                await _keep(store, key, part)
            yield part

    async def _opened(self) -> CacheStore:
        if self._store is None:
            made: CacheStore = (
                MemoryCacheStore()
                if self._clients is None
                else await self._clients.get("cache of replies", MemoryCacheStore)
            )
            self._store = made
        return self._store

    # What its model says -----------------------------------------------------------------------

    @property
    def info(self) -> ModelInfo:
        return self._inner.info

    @property
    def capabilities(self) -> Capabilities:
        return self._inner.capabilities

    @property
    def identity(self) -> str:
        return self._inner.identity

    def count_tokens(self, messages: Sequence[LLMMessage], tools: Sequence[ToolSchema] = ()) -> int:
        return self._inner.count_tokens(messages, tools)

    async def close(self) -> None:
        """The store is shared; the pool closes it."""
        await self._inner.close()


def request_key(identity: str, request: ModelRequest) -> str:
    """Of everything that the reply depends on: who is asked, what, with which tools, choice of
    tools, schema and parameters. (AutoGen's key has neither the model nor the choice of tools.)
    Ids of calls are made by the run, so they count by their order alone."""
    asked = request.model_dump(mode="json", exclude={"ordinal"})
    ids: dict[str, str] = {}
    for message in asked["messages"]:
        content = message["content"]
        for part in content if isinstance(content, list) else ():
            name = "call_id" if isinstance(part, dict) and "call_id" in part else "id"
            if isinstance(part, dict) and name in part:
                part[name] = ids.setdefault(part[name], str(len(ids)))
    return hashlib.sha256(f"{identity}\n{canonical_json(asked)}".encode()).hexdigest()


async def _keep(store: CacheStore, key: str, reply: ModelReply) -> None:
    if reply.finish_reason in _WHOLE:
        await store.put(key, reply)


def _free(reply: ModelReply) -> ModelReply:
    nothing = {"reasoning_tokens": None, "cache_write_tokens": None}
    return reply.model_copy(
        update={"usage": RequestUsage(), "cost_usd": "0", "cached": True, **nothing}
    )
