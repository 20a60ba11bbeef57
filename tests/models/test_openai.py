"""What goes to servers that speak OpenAI's chat completions, and what is made of their answers."""

from __future__ import annotations

import json
from typing import Any

import pytest

from runtime.errors import ModelError
from runtime.messages import UserMessage
from tests.models.support import (
    AZURE,
    HELLO,
    KEY,
    OLLAMA,
    OPENAI,
    SCHEMA,
    SEARCH,
    SEEN,
    Bench,
    Json,
    ask,
    request,
    system,
)


def whole(message: Json, **usage: Any) -> Json:
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    return {"choices": [choice], "usage": {"prompt_tokens": 9, "completion_tokens": 5, **usage}}


def chunks(*deltas: Json) -> list[str]:
    events = [{"choices": [{"index": 0, "delta": delta}]} for delta in deltas]
    last = {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
    return [*(f"data: {json.dumps(e)}\n\n" for e in (*events, last)), "data: [DONE]\n\n"]


# Requests --------------------------------------------------------------------------------------


async def test_an_image_is_sent_as_one(bench: Bench) -> None:
    await ask(bench.client(OPENAI, model="gpt-4.1"), request(SEEN))
    assert bench.body["messages"][0]["content"] == [
        {"type": "text", "text": "What is this?"},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}},
    ]


@pytest.mark.parametrize("stream", [False, True])
async def test_a_model_without_vision_is_not_sent_one(bench: Bench, stream: bool) -> None:
    client = bench.client(OPENAI, model="o3-mini")
    with pytest.raises(ModelError) as caught:
        await ask(client, request(SEEN), stream=stream)
    assert caught.value.code == "model_no_vision"
    assert not bench.server.requests

    knowing = bench.client(OPENAI, model="o3-mini", model_info={"vision": True})
    assert (await ask(knowing, request(SEEN), stream=stream)).content


async def test_a_model_without_tools_is_not_sent_any(bench: Bench) -> None:
    client = bench.client(OPENAI, model="x", model_info={"function_calling": False})
    with pytest.raises(ModelError) as caught:
        await ask(client, request(tools=[SEARCH]))
    assert caught.value.code == "model_no_tools"
    assert (await ask(client, request(tools=[SEARCH], tool_choice="none"))).content


async def test_a_schema_is_strict_where_the_model_can(bench: Bench) -> None:
    await ask(bench.client(OPENAI, model="gpt-4.1"), request(json_schema=SCHEMA))
    described = bench.body["response_format"]["json_schema"]
    assert described["strict"] is True
    assert described["schema"]["required"] == ["city", "trees"]
    assert described["schema"]["additionalProperties"] is False
    assert "additionalProperties" not in SCHEMA, "what was given is left as it was"


async def test_an_open_schema_is_told_but_not_strict(bench: Bench) -> None:
    schema = {"type": "object", "additionalProperties": {"type": "string"}}
    await ask(bench.client(OPENAI, model="gpt-4.1"), request(json_schema=schema))
    described = bench.body["response_format"]["json_schema"]
    assert (described["strict"], described["schema"]) == (False, schema)


async def test_a_model_with_json_alone_is_told_the_schema_in_words(bench: Bench) -> None:
    await ask(bench.client(OPENAI, model="gpt-3.5-turbo"), request(json_schema=SCHEMA))
    assert bench.body["response_format"] == {"type": "json_object"}
    assert '"trees"' in bench.body["messages"][-1]["content"]

    info = {"json_output": False, "structured_output": False}
    await ask(bench.client(OPENAI, model="x", model_info=info), request(json_schema=SCHEMA))
    assert "response_format" not in bench.body
    assert '"trees"' in bench.body["messages"][0]["content"], "a stranger has one, in front"


SCATTERED = [system("One."), HELLO, system("Two."), UserMessage(content="Bye", source="user")]


async def test_scattered_system_messages_are_no_error(bench: Bench) -> None:
    """#7085, #6850: AutoGen raises ValueError when a memory added one."""
    await ask(bench.client(OPENAI, model="gpt-4.1"), request(*SCATTERED))
    roles = [message["role"] for message in bench.body["messages"]]
    assert roles == ["system", "user", "system", "user"]

    one = {"multiple_system_messages": False}
    await ask(bench.client(OPENAI, model="gpt-4.1", model_info=one), request(*SCATTERED))
    assert [m["role"] for m in bench.body["messages"]] == ["system", "user", "user"]
    assert bench.body["messages"][0]["content"] == "One.\n\nTwo."


async def test_servers_of_ones_own_get_one_system_message(bench: Bench) -> None:
    """The chat templates of many local models refuse others."""
    url = f"{bench.server.url}/v1"
    client = bench.client(OPENAI, model="llama3.2", base_url=url)
    await ask(client, request(*SCATTERED))
    assert [m["role"] for m in bench.body["messages"]] == ["system", "user", "user"]


async def test_names_and_prefixes(bench: Bench) -> None:
    said = UserMessage(content="Hi", source="writer two")
    client = bench.client(
        OPENAI, model="gpt-4.1", add_name_prefixes=True, include_name_in_message=False
    )
    await ask(client, request(said, UserMessage(content=SEEN.content, source="b")))
    first, second = bench.body["messages"]
    assert first == {"role": "user", "content": "writer two said:\nHi"}
    assert second["content"][0] == {"type": "text", "text": "b said:\n"}


async def test_every_create_argument_of_autogen_is_sent(bench: Bench) -> None:
    given = {
        "temperature": 0.1,
        "top_p": 0.2,
        "seed": 3,
        "stop": ["END"],
        "frequency_penalty": 0.4,
        "presence_penalty": 0.5,
        "logit_bias": {"50256": -100},
        "response_format": {"type": "text"},
        "user": "u1",
        "reasoning_effort": "low",
        "parallel_tool_calls": False,
        "max_tokens": 7,
    }
    client = bench.client(OPENAI, model="gpt-4.1", default_headers={"X-Team": "a"}, **given)
    await ask(client, request(tools=[SEARCH], params={"seed": 4}))
    assert {key: bench.body[key] for key in given} == {**given, "seed": 4}
    assert bench.server.requests[-1].headers["x-team"] == "a"

    await ask(
        bench.client(OPENAI, model="o3-mini", max_tokens=7, parallel_tool_calls=False), request()
    )
    assert bench.body["max_completion_tokens"] == 7
    assert "max_tokens" not in bench.body
    assert "parallel_tool_calls" not in bench.body, "vendors refuse it where there are no tools"


async def test_nulls_mean_the_default(bench: Bench) -> None:
    """AutoGen's schemas have null for all that was not set."""
    nulls = {"timeout": None, "max_tokens": None, "include_name_in_message": None}
    assert (await ask(bench.client(OPENAI, model="text", **nulls), request())).content


@pytest.mark.parametrize("choice", ["auto", "required", "search"])
async def test_tool_choice(bench: Bench, choice: str) -> None:
    await ask(bench.client(OPENAI, model="text"), request(tools=[SEARCH], tool_choice=choice))
    named = {"type": "function", "function": {"name": "search"}}
    assert bench.body["tool_choice"] == (named if choice == "search" else choice)


# Replies ---------------------------------------------------------------------------------------


async def test_reasoning_beside_the_text(bench: Bench) -> None:
    bench.server.raw = [
        whole({"content": "42", "reasoning_content": "6 × 7"}),
        chunks({"reasoning_content": "6 "}, {"reasoning_content": "× 7"}, {"content": "42"}),
    ]
    for stream in (False, True):
        reply = await ask(bench.client(OPENAI, model="x"), request(), stream=stream)
        assert (reply.content, reply.thought) == ("42", "6 × 7")


@pytest.mark.parametrize(
    "text",
    ["<think>\n6 × 7\n</think>\n\n42", "\n<think>6 × 7</think>42", "<think>6 × 7</think> 42"],
)
async def test_reasoning_in_front_of_the_text(bench: Bench, text: str) -> None:
    """As DeepSeek's R1 writes it, whole and letter by letter."""
    bench.server.raw = [whole({"content": text}), chunks(*({"content": c} for c in text))]
    for stream in (False, True):
        reply = await ask(bench.client(OPENAI, model="deepseek-r1"), request(), stream=stream)
        assert (reply.content, reply.thought) == ("42", "6 × 7")


@pytest.mark.parametrize("text", ["Say <think>x</think>.", "<th", "<thin air", "a < b", "</think>"])
async def test_a_tag_that_is_part_of_the_text_stays(bench: Bench, text: str) -> None:
    bench.server.raw = [whole({"content": text}), chunks(*({"content": c} for c in text))]
    for stream in (False, True):
        reply = await ask(bench.client(OPENAI, model="x"), request(), stream=stream)
        assert (reply.content, reply.thought) == (text, None)


async def test_reasoning_that_never_ends_is_reasoning(bench: Bench) -> None:
    bench.server.raw = [whole({"content": "<think>hm </thi"})]
    reply = await ask(bench.client(OPENAI, model="x"), request())
    assert (reply.content, reply.thought) == (None, "hm </thi")


async def test_usage_with_its_details(bench: Bench) -> None:
    details = {
        "prompt_tokens_details": {"cached_tokens": 4},
        "completion_tokens_details": {"reasoning_tokens": 3},
    }
    bench.server.raw = [
        whole({"content": "x"}, **details),
        whole({"content": "x"}, prompt_tokens=True),
    ]
    client = bench.client(OPENAI, model="x")
    reply = await ask(client, request())
    assert (reply.usage.cached_tokens, reply.reasoning_tokens) == (4, 3)
    assert (await ask(client, request())).usage.prompt_tokens == 0


async def test_a_refusal_is_what_was_said(bench: Bench) -> None:
    bench.server.raw = [whole({"content": None, "refusal": "I cannot."})]
    assert (await ask(bench.client(OPENAI, model="x"), request())).content == "I cannot."


# Deadlines -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("model", "stream"), [("slow", False), ("slow", True), ("stall", True)])
async def test_an_attempt_has_a_deadline(bench: Bench, model: str, stream: bool) -> None:
    """Bytes that keep coming hold no call for ever; neither do bytes that never come."""
    client = bench.client(OPENAI, model=model, deadline=0.1)
    with pytest.raises(ModelError, match=r"after 0\.1 s") as caught:
        await ask(client, request(), stream=stream)
    assert (caught.value.code, caught.value.retryable) == ("model_timeout", True)


# Azure -----------------------------------------------------------------------------------------


def azure(bench: Bench, **config: Any) -> Any:
    return bench.client(
        AZURE,
        model="gpt-4o-mini",
        azure_endpoint=f"{bench.server.url}/",
        api_version="2024-06-01",
        **config,
    )


async def test_azure_is_asked_in_its_own_way(bench: Bench) -> None:
    reply = await ask(azure(bench, azure_deployment="dep"), request(SEEN), stream=True)
    assert reply.content
    asked = bench.server.requests[-1]
    assert asked.path == "/openai/deployments/dep/chat/completions?api-version=2024-06-01"
    assert asked.headers["api-key"] == KEY
    assert reply.cost_usd is None

    await ask(azure(bench), request())
    assert "/deployments/gpt-4o-mini/" in bench.server.requests[-1].path


async def test_azure_with_a_token_of_its_directory(bench: Bench) -> None:
    await ask(azure(bench, secret={"azure_ad_token": "ad-token-1"}), request())
    headers = bench.server.requests[-1].headers
    assert headers["authorization"] == "Bearer ad-token-1"
    assert "api-key" not in headers


async def test_azures_key_goes_to_the_credentials_endpoint_alone(bench: Bench) -> None:
    client = bench.client(
        AZURE, model="m", azure_endpoint="http://127.0.0.1:9", api_version="2024-06-01"
    )
    with pytest.raises(ModelError) as caught:
        await ask(client, request())
    assert caught.value.code == "credential_missing"
    assert not bench.server.requests


async def test_azures_filter_is_told_as_such(bench: Bench) -> None:
    error = {"code": "content_filter", "innererror": {"code": "ResponsibleAIPolicyViolation"}}
    bench.server.raw = [{"error": {**error, "message": "The response was filtered"}}]
    with pytest.raises(ModelError) as caught:
        await ask(azure(bench), request())
    assert caught.value.code == "model_content"


# Ollama ----------------------------------------------------------------------------------------


async def test_ollama_through_its_openai_endpoint(bench: Bench) -> None:
    options = {"temperature": 0.1, "num_predict": 50, "num_ctx": 8192, "stop": ["END"]}
    client = bench.client(
        OLLAMA, model="llama3.2", host=bench.server.url, options=options, credential=None
    )
    assert (await ask(client, request(*SCATTERED))).content
    assert bench.server.requests[-1].path == "/v1/chat/completions"
    assert (bench.body["temperature"], bench.body["max_tokens"]) == (0.1, 50)
    assert "num_ctx" not in bench.body
    assert bench.body["messages"][0]["content"] == "One.\n\nTwo."


async def test_ollamas_server_may_be_named_as_ollama_names_it(bench: Bench) -> None:
    host = bench.server.url.removeprefix("http://")
    client = bench.client(OLLAMA, model="llama3.2", host=host, credential=None)
    assert (await ask(client, request())).content


async def test_ollama_has_embeddings(bench: Bench) -> None:
    client: Any = bench.client(OLLAMA, model="llama3.2", host=bench.server.url, credential=None)
    first, second = await client.embeddings("nomic-embed-text").embed(["abc", ""])
    assert (len(first), first[:3]) == (26, [1, 1, 1])
    assert bench.body == {
        "model": "nomic-embed-text",
        "input": ["abc", "-"],
        "encoding_format": "float",
    }
    assert len(second) == 26
