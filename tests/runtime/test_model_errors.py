"""The real SDKs against a server that misbehaves in every way we know of."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from runtime.components.builder import Builder
from runtime.components.spec import Component
from runtime.errors import ModelError
from runtime.messages import (
    AssistantMessage,
    FunctionCall,
    FunctionExecutionResult,
    FunctionExecutionResultMessage,
    SystemMessage,
    UserMessage,
)
from runtime.model_clients.base import AnyModelClient, BaseChatCompletionClient
from runtime.model_clients.pool import ModelClientPool
from runtime.ports import ModelReply, ModelRequest, Secret, ToolSchema
from runtime.testing import StaticSecrets
from runtime.testing.model_server import TEXT, ModelServer

PROVIDERS = {
    "openai": "autogen_ext.models.openai.OpenAIChatCompletionClient",
    "anthropic": "autogen_ext.models.anthropic.AnthropicChatCompletionClient",
}
SEARCH = ToolSchema(
    name="search",
    description="Searches.",
    parameters={"type": "object", "properties": {"q": {"type": "string"}}, "required": ["q"]},
)
REQUEST = ModelRequest(
    messages=[SystemMessage(content="Be kind."), UserMessage(content="Hello", source="user")],
    tools=[SEARCH],
)


@pytest.fixture
async def server() -> AsyncIterator[ModelServer]:
    server = ModelServer()
    await server.start()
    yield server
    await server.stop()


class Bench:
    def __init__(self, vendor: str, server: ModelServer) -> None:
        self.vendor = vendor
        self.server = server
        self.pool = ModelClientPool()
        path = "/v1" if vendor == "openai" else ""
        secret = Secret(
            kind=vendor, base_url=f"{server.url}{path}", values={"api_key": "sk-test-12345678"}
        )
        self.secrets = StaticSecrets({"c1": secret})

    def client(self, model: str, **config: Any) -> AnyModelClient:
        spec = Component(
            provider=PROVIDERS[self.vendor],
            config={"model": model, "credential": "c1", **config},
        )
        return Builder(self.secrets, self.pool).build(spec, BaseChatCompletionClient)

    async def error(self, model: str, *, stream: bool, **config: Any) -> ModelError:
        with pytest.raises(ModelError) as caught:
            await ask(self.client(model, **config), stream=stream)
        return caught.value


@pytest.fixture(params=["openai", "anthropic"])
async def bench(request: pytest.FixtureRequest, server: ModelServer) -> AsyncIterator[Bench]:
    bench = Bench(request.param, server)
    yield bench
    await bench.pool.close()


async def ask(
    client: AnyModelClient, request: ModelRequest = REQUEST, *, stream: bool
) -> tuple[ModelReply, str]:
    if not stream:
        return await client.create(request), ""
    parts = [part async for part in client.stream(request)]
    assert isinstance(parts[-1], ModelReply)
    return parts[-1], "".join(part for part in parts[:-1] if isinstance(part, str))


@pytest.mark.parametrize("stream", [False, True])
async def test_text_and_usage(bench: Bench, stream: bool) -> None:
    reply, streamed = await ask(bench.client("text"), stream=stream)

    assert reply.content == TEXT
    assert streamed == (TEXT if stream else "")
    assert reply.finish_reason == "stop"
    usage = reply.usage
    assert (usage.prompt_tokens, usage.completion_tokens, usage.cached_tokens) == (100, 20, 40)
    assert reply.cost_usd is None, "another host's prices are not known"


@pytest.mark.parametrize("stream", [False, True])
async def test_tool_calls(bench: Bench, stream: bool) -> None:
    reply, _ = await ask(bench.client("tool"), stream=stream)

    assert [(call.name, call.arguments) for call in reply.tool_calls] == [
        ("search", '{"q": "stub"}')
    ]
    assert reply.finish_reason == "function_calls"


STATUSES = [
    ("fail-400", "model_bad_request", False),
    ("fail-401", "model_auth", False),
    ("fail-402", "model_quota", False),
    ("fail-403", "model_permission", False),
    ("fail-404", "model_unknown", False),
    ("fail-408", "model_server", True),
    ("fail-409", "model_server", True),
    ("fail-413", "model_context_length", False),
    ("limited-9", "model_rate_limited", True),
    ("flaky-9", "model_server", True),
    ("fail-529", "model_server", True),
]


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(("model", "code", "retryable"), STATUSES)
async def test_statuses(bench: Bench, model: str, code: str, retryable: bool, stream: bool) -> None:
    error = await bench.error(model, stream=stream)

    assert (error.code, error.retryable) == (code, retryable)
    assert "stub error" in error.detail
    assert "sk-stub-secret" not in error.detail
    assert len(bench.server.requests) == 1, "the SDK's own retries are off"
    assert error.retry_after == (2.0 if model.startswith("limited") else None)


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("model", "code", "retryable"),
    [
        ("cut", "model_stream_cut", True),
        ("empty", "model_bad_reply", True),
        ("invalid", "model_bad_reply", True),
        ("huge", "model_reply_too_large", False),
    ],
)
async def test_broken_replies(
    bench: Bench, model: str, code: str, retryable: bool, stream: bool
) -> None:
    error = await bench.error(model, stream=stream)

    cut_short = {"model_stream_cut", "model_bad_reply"}
    assert error.code == code or {error.code, code} <= cut_short
    assert error.retryable == retryable


@pytest.mark.parametrize("stream", [False, True])
async def test_a_slow_server_times_out(bench: Bench, stream: bool) -> None:
    error = await bench.error("slow", stream=stream, timeout=0.05)

    assert (error.code, error.retryable) == ("model_timeout", True)


@pytest.mark.parametrize("stream", [False, True])
async def test_an_unreachable_server_is_named(bench: Bench, stream: bool) -> None:
    await bench.server.stop()

    error = await bench.error("text", stream=stream)

    assert error.code == "model_unreachable"
    assert f"127.0.0.1:{bench.server.port}" in error.detail


async def test_one_sdk_client_for_the_same_credential(bench: Bench) -> None:
    first, second = bench.client("text"), bench.client("text-2")
    await ask(first, stream=False)
    await ask(second, stream=False)

    assert first._client is second._client  # type: ignore[attr-defined]


async def test_a_deleted_credential_needs_a_person(bench: Bench) -> None:
    bench.secrets.secrets.clear()

    error = await bench.error("text", stream=False)

    assert error.code == "credential_missing"
    assert not bench.server.requests


async def test_a_key_never_goes_where_only_the_component_says(bench: Bench) -> None:
    error = await bench.error("text", stream=False, base_url="http://127.0.0.1:9/v1")

    assert error.code == "credential_missing"
    assert not bench.server.requests


CONVERSATION = ModelRequest(
    messages=[
        SystemMessage(content="Be kind."),
        UserMessage(content="Find trees", source="user"),
        AssistantMessage(
            content=[FunctionCall(id="call_1", name="search", arguments='{"q": "trees"}')],
            thought="I will look.",
            source="researcher",
        ),
        FunctionExecutionResultMessage(
            content=[FunctionExecutionResult(call_id="call_1", name="search", content="oak")]
        ),
        UserMessage(content="Thanks", source="writer two"),
    ],
    tools=[SEARCH],
    tool_choice="none",
)


async def test_openai_gets_the_conversation_in_its_own_words(server: ModelServer) -> None:
    bench = Bench("openai", server)
    await ask(bench.client("text", temperature=0.5), CONVERSATION, stream=False)
    await bench.pool.close()

    body = server.requests[0].body
    assert body["temperature"] == 0.5
    assert "tools" not in body
    assert [message["role"] for message in body["messages"]] == [
        "system",
        "user",
        "assistant",
        "tool",
        "user",
    ]
    assert body["messages"][2]["tool_calls"][0]["id"] == body["messages"][3]["tool_call_id"]
    assert body["messages"][4]["name"] == "writer_two"
    assert server.requests[0].headers["authorization"] == "Bearer sk-test-12345678"


async def test_anthropic_gets_the_conversation_in_its_own_words(server: ModelServer) -> None:
    bench = Bench("anthropic", server)
    await ask(bench.client("text"), CONVERSATION, stream=False)
    await bench.pool.close()

    body = server.requests[0].body
    assert body["system"] == "Be kind."
    assert body["tool_choice"] == {"type": "none"}
    assert [message["role"] for message in body["messages"]] == ["user", "assistant", "user"]
    result, said = body["messages"][2]["content"]
    assert result["tool_use_id"] == body["messages"][1]["content"][1]["id"]
    assert said["text"] == "writer two: Thanks"
    assert server.requests[0].headers["authorization"] == "Bearer sk-test-12345678"
