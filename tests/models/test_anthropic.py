"""What goes to Anthropic, and what is made of its answers."""

from __future__ import annotations

import json
from typing import Any

import pytest

from runtime.components.validate import validate
from runtime.errors import ModelError
from runtime.messages import FunctionCall, SystemMessage, UserMessage
from runtime.model_clients.anthropic_wire import REPLY_TOOL
from tests.models.support import (
    ANTHROPIC,
    HELLO,
    SCHEMA,
    SEARCH,
    SEEN,
    Bench,
    Json,
    ask,
    call,
    request,
    result,
    system,
)

THINKING = {"type": "enabled", "budget_tokens": 1024}
THOUGHT = {"type": "thinking", "thinking": "I should look.", "signature": "sig-1"}
HIDDEN = {"type": "redacted_thinking", "data": "encrypted"}
USE = {"type": "tool_use", "id": "toolu_1", "name": "search", "input": {"q": "trees"}}


def whole(*blocks: Json, stop: str = "end_turn", **usage: int) -> Json:
    counts = {"input_tokens": 10, "output_tokens": 5, **usage}
    return {"type": "message", "content": list(blocks), "stop_reason": stop, "usage": counts}


def streamed(*blocks: Json, stop: str = "end_turn") -> list[str]:
    events: list[Json] = [{"type": "message_start", "message": {"usage": {"input_tokens": 10}}}]
    for index, block in enumerate(blocks):
        start, deltas = _parts(block)
        events.append({"type": "content_block_start", "index": index, "content_block": start})
        events += [
            {"type": "content_block_delta", "index": index, "delta": delta} for delta in deltas
        ]
        events.append({"type": "content_block_stop", "index": index})
    ended = {"delta": {"stop_reason": stop}, "usage": {"output_tokens": 5}}
    events += [{"type": "message_delta", **ended}, {"type": "message_stop"}]
    return [f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in events]


def _parts(block: Json) -> tuple[Json, list[Json]]:
    kind = block["type"]
    if kind == "text":
        return {"type": "text", "text": ""}, [{"type": "text_delta", "text": block["text"]}]
    if kind == "thinking":
        return {"type": "thinking", "thinking": "", "signature": ""}, [
            {"type": "thinking_delta", "thinking": block["thinking"]},
            {"type": "signature_delta", "signature": block["signature"]},
        ]
    if kind == "tool_use":
        text = json.dumps(block["input"])
        parts = [{"type": "input_json_delta", "partial_json": p} for p in (text[:4], text[4:])]
        return {**block, "input": {}}, parts
    return block, []


def text(said: str) -> Json:
    return {"type": "text", "text": said}


# Requests --------------------------------------------------------------------------------------


async def test_an_image_is_sent_as_one(bench: Bench) -> None:
    named = UserMessage(content=SEEN.content, source="critic")
    await ask(bench.client(ANTHROPIC, model="claude-sonnet-4-5"), request(SEEN, named))
    image = {
        "type": "image",
        "source": {"type": "base64", "media_type": "image/png", "data": "iVBORw0KGgo="},
    }
    (turn,) = bench.body["messages"]
    question = text("What is this?")
    assert turn["content"] == [question, image, text("critic:"), question, image]


async def test_scattered_system_messages_become_one(bench: Bench) -> None:
    asked = request(system("One."), HELLO, SystemMessage(content="Two."))
    await ask(bench.client(ANTHROPIC, model="text"), asked)
    assert bench.body["system"] == "One.\n\nTwo."
    assert [turn["role"] for turn in bench.body["messages"]] == ["user"]


@pytest.mark.parametrize(
    ("choice", "sent"),
    [
        ("auto", {"type": "auto"}),
        ("required", {"type": "any"}),
        ("none", {"type": "none"}),
        ("search", {"type": "tool", "name": "search"}),
    ],
)
async def test_tool_choice(bench: Bench, choice: str, sent: Json) -> None:
    client = bench.client(ANTHROPIC, model="text")
    await ask(client, request(tools=[SEARCH], tool_choice=choice))
    assert bench.body["tool_choice"] == sent


async def test_a_conversation_with_calls_declares_their_tools(bench: Bench) -> None:
    """Anthropic refuses it otherwise. AutoGen sends whatever tools came last."""
    await ask(bench.client(ANTHROPIC, model="text"), request(HELLO, call(), result()))
    assert [tool["name"] for tool in bench.body["tools"]] == ["search"]
    assert bench.body["tool_choice"] == {"type": "none"}


async def test_long_instructions_and_tools_are_marked_for_the_cache(bench: Bench) -> None:
    long = system("Be kind. " * 600)
    await ask(bench.client(ANTHROPIC, model="text"), request(long, HELLO, tools=[SEARCH]))
    mark = {"type": "ephemeral"}
    assert bench.body["system"] == [{"type": "text", "text": long.content, "cache_control": mark}]
    assert bench.body["tools"][-1]["cache_control"] == mark

    off = bench.client(ANTHROPIC, model="text", prompt_caching=False)
    await ask(off, request(long, HELLO, tools=[SEARCH]))
    assert "cache_control" not in json.dumps(bench.body)


# Structured output -----------------------------------------------------------------------------


async def test_a_schema_goes_to_a_model_that_has_the_mode(bench: Bench) -> None:
    asked = request(json_schema=SCHEMA, tools=[SEARCH])
    await ask(bench.client(ANTHROPIC, model="claude-sonnet-4-5"), asked)
    sent = bench.body["output_config"]["format"]
    assert sent["type"] == "json_schema"
    assert sent["schema"]["additionalProperties"] is False
    assert "minimum" not in json.dumps(sent), "its strict mode refuses limits"
    assert [tool["name"] for tool in bench.body["tools"]] == ["search"]


@pytest.mark.parametrize("stream", [False, True])
async def test_other_models_are_made_to_call_a_tool(bench: Bench, stream: bool) -> None:
    answer = {"city": "Graz"}
    use = {"type": "tool_use", "id": "t", "name": REPLY_TOOL, "input": answer}
    blocks = (text("Here it is."), use)
    bench.server.raw = [
        streamed(*blocks, stop="tool_use") if stream else whole(*blocks, stop="tool_use")
    ]
    client = bench.client(ANTHROPIC, model="claude-3-5-sonnet-20241022")
    reply = await ask(client, request(json_schema=SCHEMA), stream=stream)

    assert json.loads(reply.content or "") == answer
    assert (reply.tool_calls, reply.finish_reason) == ([], "stop")
    assert bench.body["tool_choice"] == {"type": "tool", "name": REPLY_TOOL}
    assert "output_config" not in bench.body


@pytest.mark.parametrize("stream", [False, True])
async def test_with_tools_the_model_may_call_them_first(bench: Bench, stream: bool) -> None:
    bench.server.raw = [streamed(USE, stop="tool_use") if stream else whole(USE, stop="tool_use")]
    client = bench.client(ANTHROPIC, model="claude-3-haiku-20240307")
    reply = await ask(client, request(json_schema=SCHEMA, tools=[SEARCH]), stream=stream)
    assert [c.name for c in reply.tool_calls] == ["search"]
    assert bench.body["tool_choice"] == {"type": "any"}


async def test_a_model_that_answers_in_text_all_the_same_is_heard(bench: Bench) -> None:
    bench.server.raw = [streamed(text('{"city": "Graz"}'))]
    client = bench.client(ANTHROPIC, model="claude-3-haiku-20240307")
    reply = await ask(client, request(json_schema=SCHEMA), stream=True)
    assert reply.content == '{"city": "Graz"}'


RECURSIVE = {
    "type": "object",
    "properties": {"next": {"$ref": "#/$defs/node"}},
    "$defs": {"node": {"type": "object", "properties": {"next": {"$ref": "#/$defs/node"}}}},
}


@pytest.mark.parametrize("schema", [RECURSIVE, {"type": "object"}])
async def test_what_the_mode_refuses_goes_by_the_tool(bench: Bench, schema: Json) -> None:
    await ask(bench.client(ANTHROPIC, model="claude-sonnet-4-5"), request(json_schema=schema))
    assert "output_config" not in bench.body
    assert bench.body["tools"][-1]["input_schema"] == schema


# Thinking --------------------------------------------------------------------------------------


def thinker(bench: Bench, **config: Any) -> Any:
    return bench.client(
        ANTHROPIC, model="claude-sonnet-4-5", thinking=THINKING, temperature=1.0, **config
    )


@pytest.mark.parametrize("stream", [False, True])
async def test_thoughts_go_back_with_their_signatures(bench: Bench, stream: bool) -> None:
    blocks = (THOUGHT, HIDDEN, text("Let me see."), USE)
    bench.server.raw = [
        streamed(*blocks, stop="tool_use") if stream else whole(*blocks, stop="tool_use")
    ]
    client = thinker(bench)
    first = await ask(client, request(tools=[SEARCH]), stream=stream)
    assert first.thought == "I should look."
    assert bench.body["thinking"] == THINKING
    assert "temperature" not in bench.body, "the API refuses it beside thinking"

    # The log has ids of its own, and the arguments as they were written.
    own = call(arguments=first.tool_calls[0].arguments, id_="ours")
    said = own.model_copy(update={"thought": first.content, "thinking": first.thinking})
    await ask(client, request(HELLO, said, result(id_="ours"), tools=[SEARCH]), stream=stream)
    content = bench.body["messages"][1]["content"]
    assert content[:3] == [THOUGHT, HIDDEN, text("Let me see.")]
    assert content[3]["id"] == "ours"
    assert bench.body["thinking"] == THINKING


async def test_a_thought_is_not_said_twice(bench: Bench) -> None:
    bench.server.raw = [whole(THOUGHT, USE, stop="tool_use")]
    client = thinker(bench)
    first = await ask(client, request(tools=[SEARCH]))
    said = call(arguments='{"q":"trees"}').model_copy(
        update={"thought": THOUGHT["thinking"], "thinking": first.thinking}
    )
    await ask(client, request(HELLO, said, result(), tools=[SEARCH]))
    kinds = [block["type"] for block in bench.body["messages"][1]["content"]]
    assert kinds == ["thinking", "tool_use"]


async def test_a_turn_whose_thoughts_are_gone_goes_on_without(bench: Bench) -> None:
    """As after a change of the model: the API refuses thinking where earlier thoughts miss."""
    client = thinker(bench)
    await ask(client, request(HELLO, call(), result(), tools=[SEARCH]))
    assert "thinking" not in bench.body
    assert bench.body["temperature"] == 1.0

    later = UserMessage(content="And now?", source="user")
    await ask(client, request(HELLO, call(), result(), later, tools=[SEARCH]))
    assert bench.body["thinking"] == THINKING, "a new turn thinks again"


@pytest.mark.parametrize(
    "options", [{"tools": [SEARCH], "tool_choice": "required"}, {"json_schema": {"type": "object"}}]
)
async def test_a_forced_call_is_made_without_thinking(bench: Bench, options: Json) -> None:
    await ask(thinker(bench), request(**options))
    assert "thinking" not in bench.body


def test_a_budget_must_fit_into_the_reply() -> None:
    config = {"model": "claude-sonnet-4-5", "max_tokens": 1024, "thinking": THINKING}
    (problem,) = validate({"provider": ANTHROPIC, "config": config})
    assert problem.path == "$.config.thinking.budget_tokens"


# Usage and failures ----------------------------------------------------------------------------


async def test_usage_with_what_the_cache_read_and_took(bench: Bench) -> None:
    usage = {"cache_read_input_tokens": 70, "cache_creation_input_tokens": 20}
    bench.server.raw = [whole(text("x"), **usage)]
    reply = await ask(bench.client(ANTHROPIC, model="claude-sonnet-4-5"), request())
    assert reply.usage.prompt_tokens == 100
    assert (reply.usage.cached_tokens, reply.cache_write_tokens) == (70, 20)


async def test_a_refusal_is_told(bench: Bench) -> None:
    bench.server.raw = [whole(text("No."), stop="refusal")]
    reply = await ask(bench.client(ANTHROPIC, model="claude-sonnet-4-5"), request())
    assert reply.finish_reason == "content_filter"


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("messages.0.content.1.image.source.base64: invalid base64 data", "model_bad_image"),
        ("Could not process image", "model_bad_image"),
        ("output_config.format.schema: Invalid schema", "model_schema"),
        ("prompt is too long: 213462 tokens > 200000 maximum", "model_context_length"),
        ("Output blocked by content filtering policy (content_filter)", "model_content"),
        ("Your credit balance is too low", "model_quota"),
        ("temperature: may not be 7", "model_bad_request"),
    ],
)
async def test_refusals_in_plain_words(bench: Bench, message: str, code: str) -> None:
    error = {"type": "invalid_request_error", "message": message}
    bench.server.raw = [{"type": "error", "error": error}]
    with pytest.raises(ModelError) as caught:
        await ask(bench.client(ANTHROPIC, model="claude-sonnet-4-5"), request())
    assert (caught.value.code, caught.value.retryable) == (code, False)
    assert message[:20] in caught.value.detail


async def test_arguments_of_calls_may_be_anything(bench: Bench) -> None:
    bad = [FunctionCall(id="c1", name="search", arguments="[1]")]
    said = call().model_copy(update={"content": bad})
    await ask(bench.client(ANTHROPIC, model="text"), request(HELLO, said, result(), tools=[SEARCH]))
    assert bench.body["messages"][1]["content"][0]["input"] == {"malformed": "[1]"}
