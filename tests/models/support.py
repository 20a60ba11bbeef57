"""Clients over the vendors' real SDKs, with the stub server behind them."""

from __future__ import annotations

from typing import Any

from runtime.components import Builder, Component
from runtime.messages import (
    AssistantMessage,
    FunctionCall,
    FunctionExecutionResult,
    FunctionExecutionResultMessage,
    Image,
    SystemMessage,
    UserMessage,
)
from runtime.model_clients.base import AnyModelClient, BaseChatCompletionClient
from runtime.model_clients.pool import ModelClientPool
from runtime.operator import Operator
from runtime.ports import ModelReply, ModelRequest, Secret, ToolSchema
from runtime.testing import StaticSecrets
from runtime.testing.model_server import ModelServer

Json = dict[str, Any]
OPENAI = "autogen_ext.models.openai.OpenAIChatCompletionClient"
AZURE = "autogen_ext.models.openai.AzureOpenAIChatCompletionClient"
OLLAMA = "autogen_ext.models.ollama.OllamaChatCompletionClient"
ANTHROPIC = "autogen_ext.models.anthropic.AnthropicChatCompletionClient"
CACHE = "autogen_ext.models.cache.ChatCompletionCache"
REPLAY = "autogen_ext.models.replay.ReplayChatCompletionClient"
SCRIPTED = "troupe.models.ScriptedChatCompletionClient"
KEY = "sk-test-12345678"

SEARCH = ToolSchema(
    name="search",
    description="Searches.",
    parameters={"type": "object", "properties": {"q": {"type": "string"}}, "required": ["q"]},
)
HELLO = UserMessage(content="Hello", source="user")
SEEN = UserMessage(content=["What is this?", Image(data="iVBORw0KGgo=")], source="user")
SCHEMA: Json = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "trees": {"type": "integer", "minimum": 0}},
    "required": ["city"],
}


def call(name: str = "search", arguments: str = '{"q": "x"}', id_: str = "c1") -> AssistantMessage:
    return AssistantMessage(
        content=[FunctionCall(id=id_, name=name, arguments=arguments)], source="a"
    )


def result(text: str = "oak", id_: str = "c1") -> FunctionExecutionResultMessage:
    return FunctionExecutionResultMessage(
        content=[FunctionExecutionResult(call_id=id_, name="search", content=text)]
    )


def system(text: str) -> SystemMessage:
    return SystemMessage(content=text)


def request(*messages: Any, **options: Any) -> ModelRequest:
    return ModelRequest(messages=list(messages) or [HELLO], **options)


class Bench:
    """Everything around a client. `url` is what its credential names."""

    def __init__(self, server: ModelServer) -> None:
        self.server = server
        self.pool = ModelClientPool()
        self.operator = Operator()

    def client(self, provider: str, **config: Any) -> AnyModelClient:
        kind = {OPENAI: "openai", ANTHROPIC: "anthropic"}.get(provider, "openai_compatible")
        path = {OPENAI: "/v1", OLLAMA: "/v1"}.get(provider, "")
        values = config.pop("secret", {"api_key": KEY})
        secret = Secret(kind=kind, base_url=f"{self.server.url}{path}", values=values)
        spec = Component(provider=provider, config={"credential": "c1", **config})
        builder = Builder(StaticSecrets({"c1": secret}), self.pool, self.operator)
        return builder.build(spec, BaseChatCompletionClient)

    @property
    def body(self) -> Json:
        return self.server.requests[-1].body


async def ask(client: AnyModelClient, asked: ModelRequest, *, stream: bool = False) -> ModelReply:
    """With `stream`, what came in parts must be what the reply says."""
    if not stream:
        return await client.create(asked)
    *texts, reply = [part async for part in client.stream(asked)]
    assert isinstance(reply, ModelReply)
    assert "".join(map(str, texts)) == (reply.content or "")
    return reply
