"""Every model client: the vendors' over their real SDKs, and the scripted one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from runtime.components import Builder, Component
from runtime.model_clients.base import BaseChatCompletionClient
from runtime.model_clients.cache import CacheConfig, ChatCompletionCache
from runtime.model_clients.pool import ModelClientPool
from runtime.ports import ModelClient, ModelReply, Secret
from runtime.testing import StaticSecrets
from runtime.testing.conformance import ModelClientConformance
from runtime.testing.model_server import ModelServer


def build(
    provider: str, secrets: StaticSecrets, pool: ModelClientPool, **config: Any
) -> ModelClient:
    spec = Component(provider=provider, config=config)
    return Builder(secrets, pool).build(spec, BaseChatCompletionClient)


class Served(ModelClientConformance):
    provider = ""
    kind = ""
    path = ""

    @pytest.fixture(autouse=True)
    async def serve(self) -> AsyncIterator[None]:
        self.server = ModelServer()
        await self.server.start()
        self.pool = ModelClientPool()
        yield
        await self.pool.close()
        await self.server.stop()

    def client(self, model: str) -> ModelClient:
        values = {"api_key": "sk-test-12345678"}
        url = f"{self.server.url}{self.path}"
        secrets = StaticSecrets({"c1": Secret(kind=self.kind, base_url=url, values=values)})
        return build(self.provider, secrets, self.pool, model=model, credential="c1")

    async def text_client(self) -> ModelClient:
        return self.client("text")

    async def tool_client(self) -> ModelClient:
        return self.client("tool")

    async def failing_client(self) -> ModelClient | None:
        return self.client("fail-500")


class TestOpenAI(Served):
    provider = "autogen_ext.models.openai.OpenAIChatCompletionClient"
    kind = "openai"
    path = "/v1"


class TestAnthropic(Served):
    provider = "autogen_ext.models.anthropic.AnthropicChatCompletionClient"
    kind = "anthropic"


class TestAzure(Served):
    provider = "autogen_ext.models.openai.AzureOpenAIChatCompletionClient"
    kind = "azure_openai"

    def client(self, model: str) -> ModelClient:
        secret = Secret(kind=self.kind, base_url=self.server.url, values={"api_key": "k-12345678"})
        return build(
            self.provider,
            StaticSecrets({"c1": secret}),
            self.pool,
            model=model,
            credential="c1",
            azure_endpoint=self.server.url,
            api_version="2024-10-21",
        )


class TestOllama(Served):
    provider = "autogen_ext.models.ollama.OllamaChatCompletionClient"

    def client(self, model: str) -> ModelClient:
        return build(self.provider, StaticSecrets(), self.pool, model=model, host=self.server.url)


class TestCache(TestOpenAI):
    """Behind it the same client; nothing is known yet at the first call of each test."""

    def client(self, model: str) -> ModelClient:
        inner = super().client(model)
        assert isinstance(inner, BaseChatCompletionClient)
        config = CacheConfig(client=Component(provider=self.provider))
        return ChatCompletionCache(config, inner, store=NothingKept())


class NothingKept:
    async def get(self, key: str) -> ModelReply | None:
        return None

    async def put(self, key: str, reply: ModelReply) -> None:
        """Forgets it at once, as a store may."""

    async def close(self) -> None:
        """Holds nothing."""


class TestReplay(ModelClientConformance):
    provider = "autogen_ext.models.replay.ReplayChatCompletionClient"

    async def text_client(self) -> ModelClient:
        return self._client("Hello to you.")

    async def tool_client(self) -> ModelClient:
        call = {"name": "search", "arguments": '{"query": "trees"}'}
        usage = {"prompt_tokens": 1, "completion_tokens": 1}
        whole = {"finish_reason": "function_calls", "cached": True, "usage": usage}
        return self._client({**whole, "content": [call]}, "Oak it is.")

    async def failing_client(self) -> ModelClient | None:
        return None

    def _client(self, *replies: Any) -> ModelClient:
        return build(
            self.provider, StaticSecrets(), ModelClientPool(), chat_completions=list(replies)
        )


class TestScripted(ModelClientConformance):
    provider = "troupe.models.ScriptedChatCompletionClient"

    async def text_client(self) -> ModelClient:
        script = [{"content": "Hello to you."}]
        return build(
            self.provider, StaticSecrets(), ModelClientPool(), replies=script, chunk_delay_ms=0
        )

    async def tool_client(self) -> ModelClient:
        return build(self.provider, StaticSecrets(), ModelClientPool(), chunk_delay_ms=0)

    async def failing_client(self) -> ModelClient | None:
        return None
