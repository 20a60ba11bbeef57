"""The scripted model: deterministic, and sensible in any team."""

from __future__ import annotations

from typing import Any

import pytest

from runtime.components import Builder, Component
from runtime.messages import (
    AssistantMessage,
    FunctionCall,
    FunctionExecutionResult,
    FunctionExecutionResultMessage,
    LLMMessage,
    SystemMessage,
    UserMessage,
)
from runtime.model_clients.base import AnyModelClient, BaseChatCompletionClient
from runtime.model_clients.pool import ModelClientPool
from runtime.model_clients.scripted_rules import Scene, improvise
from runtime.ports import ModelReply, ModelRequest, ToolSchema
from runtime.testing import StaticGate, StaticSecrets
from tests.runtime.support import (
    World,
    agent,
    decide,
    last,
    mention,
    model,
    of_kind,
    parked,
    said,
    team,
)


def client(**config: Any) -> AnyModelClient:
    spec = Component(
        provider="troupe.models.ScriptedChatCompletionClient",
        config={"chunk_delay_ms": 0, **config},
    )
    return Builder(StaticSecrets(), ModelClientPool()).build(spec, BaseChatCompletionClient)


def request(*messages: LLMMessage, **options: Any) -> ModelRequest:
    return ModelRequest(messages=list(messages), **options)


def user(text: str, source: str = "user") -> UserMessage:
    return UserMessage(content=text, source=source)


def own(text: str) -> AssistantMessage:
    return AssistantMessage(content=text, source="a")


async def test_a_script_is_followed_by_the_number_of_own_messages() -> None:
    scripted = client(replies=[{"content": "one"}, {"content": "two"}])
    assert (await scripted.create(request(user("x")))).content == "one"
    assert (await scripted.create(request(user("x"), own("one")))).content == "two"
    assert (await scripted.create(request(own("1"), own("2"), own("3")))).content == "two"
    assert (await scripted.create(request(user("x")))).content == "one", "it remembers nothing"


async def test_a_script_of_calls_ends_by_improvising() -> None:
    scripted = client(replies=[{"tool_calls": [{"name": "f", "arguments": {"x": 1}}]}])
    first = await scripted.create(request(user("x")))
    assert first.tool_calls[0].arguments == '{"x": 1}'
    later = await scripted.create(request(user("x"), own("1")))
    assert later.tool_calls == []
    assert later.content


async def test_it_says_what_it_is() -> None:
    info = client().info
    assert info.scripted
    assert (await client().create(request(user("x")))).cost_usd == "0"


async def test_a_given_usage_is_reported() -> None:
    usage = {"prompt_tokens": 7, "completion_tokens": 3}
    reply = await client(replies=[{"content": "x", "usage": usage}]).create(request(user("x")))
    assert (reply.usage.prompt_tokens, reply.usage.completion_tokens) == (7, 3)


async def test_streaming_gives_the_same_words() -> None:
    text = "Some  words,\nand a second line. "
    parts = [p async for p in client(replies=[{"content": text}]).stream(request(user("x")))]
    assert "".join(p for p in parts if isinstance(p, str)) == text
    assert isinstance(parts[-1], ModelReply)
    assert len(parts) > 5


@pytest.mark.parametrize(
    ("task", "topic"),
    [
        ("Write a short report on urban trees", "urban trees"),
        ("Research solar power. Be brief.", "solar power"),
        ("Please tell me about bees!", "bees"),
        ("Can you explain how tides work?", "how tides work"),
        ("coffee", "coffee"),
        ("", "the task"),
    ],
)
def test_the_topic_of_a_task(task: str, topic: str) -> None:
    assert Scene(request(user(task))).topic == topic


@pytest.mark.parametrize(
    ("instructions", "word"),
    [
        ("Reply with TERMINATE when the task has been completed.", "TERMINATE"),
        ("When you are done, say TASK_COMPLETE.", "TASK_COMPLETE"),
        ('Respond with "APPROVE" once the text is good.', "APPROVE"),
        ("End your last message with the word `DONE_NOW`.", "DONE_NOW"),
        ("You are a helpful assistant. Never write in CAPITALS ONLY? ", "CAPITALS"),
        ("You are a helpful assistant.", None),
    ],
)
def test_the_word_that_ends_it(instructions: str, word: str | None) -> None:
    scene = Scene(request(SystemMessage(content=instructions), user("x")))
    assert scene.done_word == word


FETCH = ToolSchema(
    name="lookup_order",
    description="",
    parameters={
        "type": "object",
        "properties": {
            "query": {"type": "string"},
            "kind": {"enum": ["a", "b"]},
            "count": {"type": "integer", "minimum": 2},
            "deep": {"type": "boolean"},
            "tags": {"type": "array"},
            "optional": {"type": "string"},
        },
        "required": ["query", "kind", "count", "deep", "tags"],
    },
)


def test_arguments_fit_the_schema() -> None:
    reply = improvise(request(user("Research late parcels"), tools=[FETCH]))
    ((name, arguments),) = reply.calls
    assert name == "lookup_order"
    assert (
        arguments == '{"query": "late parcels", "kind": "a", "count": 2, "deep": false, "tags": []}'
    )


def test_each_tool_once_a_turn() -> None:
    call = FunctionCall(id="1", name="lookup_order", arguments="{}")
    result = FunctionExecutionResult(call_id="1", name="lookup_order", content="- [x] fact one")
    used = request(
        user("Research parcels"),
        AssistantMessage(content=[call], source="a"),
        FunctionExecutionResultMessage(content=[result]),
        tools=[FETCH],
    )
    reply = improvise(used)
    assert reply.calls == []
    assert "- fact one" in (reply.content or "")
    again = request(*used.messages, own("fact one"), user("More", "b"), tools=[FETCH])
    assert improvise(again).calls


async def test_research_and_write_with_an_approval() -> None:
    """The gallery's first team, on nothing but the scripted model."""
    researcher = agent(
        "researcher",
        model(),
        "SampleNotes",
        system_message="You research. List facts as bullets.",
        model_client_stream=True,
    )
    writer = agent(
        "writer",
        model(),
        "WriteFile",
        system_message="Write the report to a file. When it is saved, say TASK_COMPLETE.",
    )
    spec = team(researcher, writer, termination_condition=mention("TASK_COMPLETE"), max_turns=6)
    world = World(gate=StaticGate())
    journal = world.journal()
    assert await parked(world, spec, journal) == "parked"
    request = last(journal, "approval.requested")
    content = request.arguments["content"]
    assert content.startswith("# Urban trees\n")
    assert content.count("\n- ") == 5

    decide(journal, request, "approve")
    assert await world.engine(spec, journal.reopen()).run() == "completed"
    assert world.files.files == {"report.md": content}
    assert said(journal)[-1][1].endswith("TASK_COMPLETE")
    assert "TASK_COMPLETE" not in said(journal)[1][1]


async def test_a_denied_writer_says_so_and_ends() -> None:
    writer = agent("writer", model(), "WriteFile", system_message="Save a file, then say ALL_DONE.")
    spec = team(writer, termination_condition=mention("ALL_DONE"), max_turns=5)
    world = World(gate=StaticGate())
    journal = world.journal()
    text = "Write a file about bees"
    assert await parked(world, spec, journal, text=text) == "parked"
    decide(journal, last(journal, "approval.requested"), "deny", reason="not here")

    assert await world.engine(spec, journal.reopen(), text=text).run() == "completed"
    assert "not here" in said(journal)[-1][1]
    assert len(of_kind(journal, "turn.ended")) == 1
