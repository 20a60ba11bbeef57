"""What agents rely on from a model client, whoever is behind it."""

from __future__ import annotations

from abc import ABC, abstractmethod

import pytest

from runtime.errors import ModelError
from runtime.messages import (
    AssistantMessage,
    FunctionCall,
    FunctionExecutionResult,
    FunctionExecutionResultMessage,
    SystemMessage,
    UserMessage,
)
from runtime.ports import ModelClient, ModelReply, ModelRequest, ToolSchema

SEARCH = ToolSchema(
    name="search",
    description="Searches for a text.",
    parameters={
        "type": "object",
        "properties": {"query": {"type": "string"}},
        "required": ["query"],
    },
)
HELLO = [SystemMessage(content="Be brief."), UserMessage(content="Find trees", source="user")]
AFTER_CALL = [
    *HELLO,
    AssistantMessage(
        content=[FunctionCall(id="call_1", name="search", arguments='{"query": "trees"}')],
        source="a",
    ),
    FunctionExecutionResultMessage(
        content=[FunctionExecutionResult(call_id="call_1", name="search", content="- oak")]
    ),
]


class ModelClientConformance(ABC):
    @abstractmethod
    async def text_client(self) -> ModelClient:
        """One that answers everything with some text."""

    @abstractmethod
    async def tool_client(self) -> ModelClient:
        """One that calls the tool it is offered once, and then answers with some text."""

    @abstractmethod
    async def failing_client(self) -> ModelClient | None:
        """One whose calls fail; None: this kind never does."""

    async def test_info_names_the_model(self) -> None:
        client = await self.text_client()
        assert client.info.model
        assert client.info.provider

    async def test_a_text(self) -> None:
        reply = await (await self.text_client()).create(ModelRequest(messages=HELLO))
        assert reply.content
        assert reply.tool_calls == []
        assert reply.finish_reason == "stop"
        assert reply.usage.completion_tokens > 0

    async def test_a_stream_is_text_and_then_one_reply(self) -> None:
        client = await self.text_client()
        parts = [part async for part in client.stream(ModelRequest(messages=HELLO))]
        *texts, reply = parts
        assert isinstance(reply, ModelReply)
        assert all(isinstance(text, str) for text in texts)
        assert "".join(map(str, texts)) == reply.content
        whole = await client.create(ModelRequest(messages=HELLO))
        assert (whole.content, whole.usage) == (reply.content, reply.usage)

    @pytest.mark.parametrize("stream", [False, True])
    async def test_a_tool_call_and_its_result(self, stream: bool) -> None:
        client = await self.tool_client()
        first = await ask(client, ModelRequest(messages=HELLO, tools=[SEARCH]), stream=stream)
        (call,) = first.tool_calls
        assert call.name == "search"
        assert '"query"' in call.arguments
        assert first.finish_reason == "function_calls"

        second = await ask(client, ModelRequest(messages=AFTER_CALL, tools=[SEARCH]), stream=stream)
        assert second.tool_calls == []
        assert second.content

    async def test_none_means_no_tool(self) -> None:
        client = await self.tool_client()
        request = ModelRequest(messages=AFTER_CALL, tools=[SEARCH], tool_choice="none")
        reply = await client.create(request)
        assert reply.content
        assert reply.tool_calls == []

    @pytest.mark.parametrize("stream", [False, True])
    async def test_a_failure_is_a_model_error_in_words(self, stream: bool) -> None:
        client = await self.failing_client()
        if client is None:
            return
        with pytest.raises(ModelError) as caught:
            await ask(client, ModelRequest(messages=HELLO), stream=stream)
        assert len(caught.value.detail) > 10
        assert caught.value.code.startswith("model_")

    async def test_closing_twice_is_fine(self) -> None:
        client = await self.text_client()
        await client.close()
        await client.close()


async def ask(client: ModelClient, request: ModelRequest, *, stream: bool) -> ModelReply:
    if not stream:
        return await client.create(request)
    last = None
    async for part in client.stream(request):
        last = part
    assert isinstance(last, ModelReply)
    return last
