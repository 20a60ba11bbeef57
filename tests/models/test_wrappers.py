"""Clients around other clients, and those that ask no model: cache, replay, scripted."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import jsonschema
import pytest

from runtime.components import Builder, Component
from runtime.components.registry import find_component
from runtime.components.validate import validate
from runtime.errors import ModelError
from runtime.messages import RequestUsage, UserMessage
from runtime.model_clients.base import AnyModelClient, BaseChatCompletionClient
from runtime.model_clients.cache import ChatCompletionCache, request_key
from runtime.model_clients.cache_store import MemoryCacheStore
from runtime.model_clients.pool import ModelClientPool
from runtime.ports import ModelReply, ModelRequest, ToolSchema
from runtime.testing import Crash, StaticSecrets
from tests.models.support import (
    CACHE,
    HELLO,
    OPENAI,
    REPLAY,
    SCHEMA,
    SCRIPTED,
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
from tests.runtime.support import World, agent, said, team


def build(provider: str, pool: ModelClientPool | None = None, **config: Any) -> AnyModelClient:
    spec = Component(provider=provider, config=config)
    builder = Builder(StaticSecrets(), pool or ModelClientPool())
    return builder.build(spec, BaseChatCompletionClient)


# Cache -----------------------------------------------------------------------------------------


def cached(bench: Bench, **inner: Any) -> AnyModelClient:
    client = {"provider": OPENAI, "config": {"model": "text", "credential": "c1", **inner}}
    return bench.client(CACHE, client=client)


@pytest.mark.parametrize("first", [False, True])
@pytest.mark.parametrize("second", [False, True])
async def test_the_same_is_asked_once(bench: Bench, first: bool, second: bool) -> None:
    """Whole and streamed replies stand for each other."""
    asked = await ask(cached(bench), request(), stream=first)
    known = await ask(cached(bench), request(), stream=second)

    assert len(bench.server.requests) == 1
    assert (asked.cached, known.cached) == (False, True)
    assert known.content == asked.content
    assert (known.usage, known.cost_usd) == (RequestUsage(), "0"), "a hit costs nothing"


DIFFERENT: list[ModelRequest] = [
    request(),
    request(system("x"), HELLO),
    request(UserMessage(content="Hello", source="other")),
    request(SEEN),
    request(tools=[SEARCH]),
    request(tools=[SEARCH], tool_choice="required"),
    request(tools=[SEARCH], tool_choice="none"),
    request(tools=[SEARCH.model_copy(update={"description": "y"})]),
    request(json_schema=SCHEMA),
    request(json_schema={**SCHEMA, "title": "z"}),
    request(params={"temperature": 0}),
    request(HELLO, call(), result()),
    request(HELLO, call(arguments="{}"), result()),
    request(HELLO, call(), result("elm")),
]


def test_everything_that_a_reply_depends_on_is_in_the_key() -> None:
    """#7968, #8211: AutoGen's has neither the choice of tools nor the model."""
    keys = {request_key(who, asked) for asked in DIFFERENT for who in ("one", "two")}
    assert len(keys) == 2 * len(DIFFERENT)


def test_the_runs_own_ids_are_not_in_the_key() -> None:
    once, again = (request(HELLO, call(id_=i), result(id_=i)) for i in ("run-1", "run-2"))
    assert request_key("m", once) == request_key("m", again)
    crossed = request(HELLO, call(id_="a"), result(id_="b"))
    assert request_key("m", once) != request_key("m", crossed)


async def test_models_and_credentials_do_not_share_a_reply(bench: Bench) -> None:
    for config in ({}, {"temperature": 0.5}, {"model": "text-2"}):
        await ask(cached(bench, **config), request())
    assert len(bench.server.requests) == 3
    one, other = (build(OPENAI, model="m", credential=c) for c in ("mine", "yours"))
    assert one.identity != other.identity
    hidden = build(OPENAI, model="m", credential="mine", api_key="sk-secret")
    assert "sk-secret" not in hidden.identity


async def test_failures_and_what_was_cut_off_are_asked_again(bench: Bench) -> None:
    bench.server.script = ["fail-500"]
    client = cached(bench)
    with pytest.raises(ModelError):
        await ask(client, request())
    message = {"role": "assistant", "content": "The be"}
    cut = {"choices": [{"message": message, "finish_reason": "length"}]}
    bench.server.raw = [cut]
    assert (await ask(client, request())).content == "The be"
    assert (await ask(client, request())).content == bench.server.text
    assert len(bench.server.requests) == 3


async def test_the_store_forgets_what_was_not_asked_for_longest() -> None:
    def reply(text: str) -> ModelReply:
        return ModelReply(content=text, finish_reason="stop", usage=RequestUsage())

    store = MemoryCacheStore(entries=2)
    for name in ("a", "b"):
        await store.put(name, reply(name))
    await store.get("a")
    await store.put("c", reply("c"))
    found = [await store.get(name) for name in ("a", "b", "c")]
    assert [r and r.content for r in found] == ["a", None, "c"]

    small = MemoryCacheStore(size=1_000)
    await small.put("big", reply("x" * 2_000))
    assert await small.get("big") is None
    await small.put("small", reply("y"))
    assert await small.get("small") is not None
    await small.close()
    assert await small.get("small") is None


def test_other_stores_are_said_not_to_be_used() -> None:
    config = {"client": {"provider": SCRIPTED, "config": {}}}
    disk = {**config, "store": {"provider": "autogen_ext.cache_store.diskcache.DiskCacheStore"}}
    own = {**config, "store": {"provider": "autogen_core.InMemoryStore", "config": {}}}
    assert [p.code for p in validate({"provider": CACHE, "config": disk})] == [
        "unsupported_component"
    ]
    assert validate({"provider": CACHE, "config": own}) == []


async def test_a_cache_is_what_its_model_is(bench: Bench) -> None:
    client = cached(bench, model="gpt-4o")
    assert client.info.model == "gpt-4o"
    assert client.context_length == 128_000
    assert client.remaining_tokens([HELLO]) == 128_000 - client.count_tokens([HELLO])
    assert isinstance(client, ChatCompletionCache)


@pytest.mark.parametrize(
    ("provider", "stated"),
    [(CACHE, "chat_completion_cache"), (REPLAY, "replay_chat_completion_client")],
)
def test_autogens_own_names_of_types_are_known(provider: str, stated: str) -> None:
    found = find_component(provider)
    assert found is not None
    assert found.dump({}).component_type == stated
    for name in (stated, "model"):
        problems = validate({"provider": provider, "component_type": name, "config": {}})
        assert "wrong_type" not in {p.code for p in problems}


# Replay ----------------------------------------------------------------------------------------

WHOLE = {
    "finish_reason": "function_calls",
    "content": [{"id": "1", "name": "search", "arguments": "{}"}],
    "usage": {"prompt_tokens": 3, "completion_tokens": 4},
    "cached": False,
    "thought": "hm",
}


async def test_replies_come_one_after_the_other() -> None:
    client = build(REPLAY, chat_completions=["one two", WHOLE])
    first = await client.create(request(UserMessage(content="a b c", source="user")))
    assert (first.content, first.finish_reason, first.cached) == ("one two", "stop", True)
    assert (first.usage.prompt_tokens, first.usage.completion_tokens) == (3, 2)

    second = await ask(client, request(ordinal=1), stream=True)
    assert [c.name for c in second.tool_calls] == ["search"]
    assert (second.thought, second.usage.prompt_tokens, second.cached) == ("hm", 3, False)
    assert client.info.scripted, "no model wrote this"


async def test_the_end_of_a_replay_is_a_clear_error() -> None:
    client = build(REPLAY, chat_completions=["one"])
    with pytest.raises(ModelError, match="has 1 replies, and number 2") as caught:
        await client.create(request(HELLO, call(), result()))
    assert (caught.value.code, caught.value.retryable) == ("replay_exhausted", False)


async def test_a_call_that_is_made_again_gets_the_same_reply() -> None:
    client = build(REPLAY, chat_completions=["one", "two"])
    replies = [await client.create(request(ordinal=n)) for n in (1, 1, 0, 1)]
    assert [r.content for r in replies] == ["two", "two", "one", "two"]


async def test_a_replay_in_a_team() -> None:
    world = World()
    journal = world.journal()
    replay = {"provider": REPLAY, "config": {"chat_completions": ["Hello.", "Goodbye."]}}
    spec = team(agent("a", replay), max_turns=2)
    assert await world.engine(spec, journal).run() == "completed"
    assert [text for _, text in said(journal)][1:] == ["Hello.", "Goodbye."]


REPLAYED: list[Any] = [
    {
        "finish_reason": "function_calls",
        "content": [{"name": "search_notes", "arguments": '{"query": "trees"}'}],
        "usage": {"prompt_tokens": 1, "completion_tokens": 1},
        "cached": True,
    },
    "Oak.",
    "Elm.",
]


async def test_a_replay_survives_a_death_after_any_append() -> None:
    """AutoGen's counts its calls in memory, so that a second life begins anew."""
    replay = {"provider": REPLAY, "config": {"chat_completions": REPLAYED}}
    spec = team(agent("a", replay, "SampleNotes"), max_turns=2)
    alone = World()
    whole = alone.journal()
    assert await alone.engine(spec, whole).run() == "completed"
    assert said(whole)[1:] == [("a", "Oak."), ("a", "Elm.")]

    for cut in range(1, whole.appends):
        world = World()
        journal = world.journal()
        journal.crash_after(cut)
        with pytest.raises(Crash):
            await world.engine(spec, journal).run()
        assert await world.engine(spec, journal.reopen()).run() == "completed"
        assert said(journal) == said(whole), f"cut after {cut}"


# Scripted --------------------------------------------------------------------------------------


def scripted(**config: Any) -> AnyModelClient:
    return build(SCRIPTED, chunk_delay_ms=0, **config)


PERSON: Json = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "minLength": 3, "maxLength": 5},
        "age": {"type": "integer", "minimum": 18},
        "size": {"type": "number", "exclusiveMinimum": 0, "maximum": 0.5},
        "role": {"enum": ["cook", "guest"]},
        "kind": {"const": "person"},
        "tags": {"type": "array", "items": {"type": "string"}, "minItems": 2},
        "boss": {"anyOf": [{"$ref": "#/$defs/Boss"}, {"type": "null"}]},
        "nick": {"type": ["null", "string"]},
        "ok": {"type": "boolean"},
    },
    "required": ["name", "age", "size", "role", "kind", "tags", "boss", "nick", "ok"],
    "$defs": {"Boss": {"type": "object", "properties": {"name": {"type": "string"}}}},
}


@pytest.mark.parametrize("schema", [SCHEMA, PERSON, {"type": "object"}])
async def test_an_improvised_reply_fits_the_schema(schema: Json) -> None:
    reply = await ask(scripted(), request(json_schema=schema), stream=True)
    jsonschema.validate(json.loads(reply.content or ""), schema)


async def test_a_schema_that_refers_to_itself_ends() -> None:
    node: Json = {"type": "object", "properties": {"next": {"$ref": "#"}}, "required": ["next"]}
    reply = await ask(scripted(), request(json_schema=node))
    assert reply.content


async def test_a_script_hands_over_by_name() -> None:
    client = scripted(replies=[{"handoff": "Writer"}, {"content": "done"}])
    reply = await client.create(request())
    assert [(c.name, c.arguments) for c in reply.tool_calls] == [("transfer_to_writer", "{}")]
    assert (await client.create(request(ordinal=1))).content == "done"


def handoff(target: str) -> ToolSchema:
    parameters: Json = {"type": "object", "properties": {}}
    return ToolSchema(name=f"transfer_to_{target}", description="", parameters=parameters)


async def test_an_improviser_hands_over_once_to_each() -> None:
    task = UserMessage(content="Tell me about trees", source="user")
    tools = [handoff("writer"), handoff("user"), SEARCH]
    first = await scripted().create(request(task, tools=tools))
    assert [c.name for c in first.tool_calls] == ["search"], "its own work first"

    searched = (task, call(), result("- oak"))
    second = await scripted().create(request(*searched, tools=tools))
    assert [c.name for c in second.tool_calls] == ["transfer_to_writer"]

    heard = UserMessage(content="Here is the text", source="writer")
    last = await scripted().create(request(*searched, heard, tools=tools[:2]))
    assert last.tool_calls == []


async def test_pictures_are_passed_over() -> None:
    reply = await scripted().create(request(SEEN))
    assert "What is this" in (reply.content or "")


async def test_the_place_in_a_script_does_not_depend_on_what_the_model_sees() -> None:
    """With a buffered context the owner's own messages are cut off."""
    client = scripted(replies=[{"content": f"{n}"} for n in range(30)])
    replies = await asyncio.gather(*(client.create(request(ordinal=n)) for n in range(30)))
    assert [r.content for r in replies] == [f"{n}" for n in range(30)]
