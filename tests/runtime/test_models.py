"""Model calls inside runs: retries, holds, attempts, streaming, what is recorded."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from runtime.ports import Secret
from runtime.testing import Crash, InMemoryJournal, StaticSecrets
from runtime.testing.model_server import TEXT, ModelServer
from tests.runtime.support import (
    Json,
    World,
    agent,
    calls,
    command,
    last,
    model,
    of_kind,
    parked,
    said,
    team,
    until_true,
)


@pytest.fixture
async def server() -> AsyncIterator[ModelServer]:
    server = ModelServer()
    await server.start()
    yield server
    await server.stop()


class Served(World):
    """A world whose models are behind the stub server."""

    def __init__(self, server: ModelServer) -> None:
        values = {"api_key": "sk-test-12345678"}
        secret = Secret(kind="openai", base_url=f"{server.url}/v1", values=values)
        super().__init__(secrets=StaticSecrets({"c1": secret}))


def served(name: str, *tools: str, **config: object) -> Json:
    client = {
        "provider": "autogen_ext.models.openai.OpenAIChatCompletionClient",
        "component_type": "model",
        "config": {"model": name, "credential": "c1"},
    }
    return team(agent("a", client, *tools, **config), max_turns=1)


async def passing_time(world: World, spec: Json, journal: InMemoryJournal) -> str:
    """Lets time pass whenever the run sleeps between attempts."""
    life = asyncio.ensure_future(world.engine(spec, journal, linger=60.0).run())
    while not life.done():
        if world.clock.sleeping and 60.0 not in world.clock.sleeping:
            world.clock.advance(min(world.clock.sleeping))
        await asyncio.sleep(0)
    return life.result()


async def test_a_run_over_the_real_sdk_with_tools_and_streaming(server: ModelServer) -> None:
    world = Served(server)
    journal = world.journal()
    spec = served("tool", "SampleNotes", model_client_stream=True)

    assert await passing_time(world, spec, journal) == "completed"
    assert said(journal)[-1] == ("a", TEXT)
    completed = last(journal, "model.completed")
    assert world.deltas.text(completed.message_key) == TEXT
    assert world.deltas.ended[-1] == completed.message_key
    assert last(journal, "message.posted").message_key == completed.message_key
    assert [delta.offset for delta in world.deltas.deltas][:2] == [0, len("The ")]
    results = server.requests[1].body["messages"][-1]
    assert results["role"] == "tool"
    calls_made = server.requests[1].body["messages"][-2]["tool_calls"]
    assert calls_made[0]["id"] == results["tool_call_id"] != ""


async def test_failures_are_retried_and_recorded(server: ModelServer) -> None:
    world = Served(server)
    journal = world.journal()

    assert await passing_time(world, served("flaky-2"), journal) == "completed"
    failures = [event.payload for event in of_kind(journal, "model.failed")]
    assert [(f.attempt, f.will_retry) for f in failures] == [(1, True), (2, True)]
    assert last(journal, "model.completed").attempt == 3
    first, second = (f.retry_in_ms for f in failures)
    assert 500 <= first <= 1000
    assert 1000 <= second <= 2000


async def test_the_vendors_own_wish_is_honoured(server: ModelServer) -> None:
    world = Served(server)
    journal = world.journal()

    assert await passing_time(world, served("limited-1"), journal) == "completed"
    assert last(journal, "model.failed").retry_in_ms == 2000


async def test_a_long_wait_between_attempts_parks_and_goes_on_when_it_is_over(
    server: ModelServer,
) -> None:
    world = Served(server)
    journal = world.journal()
    spec = served("limited-1")
    life = asyncio.ensure_future(world.engine(spec, journal, linger=1.0).run())
    await world.clock.until_sleeping(1.0)
    world.clock.advance(1.0)

    assert await life == "parked"
    (wait,) = last(journal, "run.parked").waits
    assert wait.kind == "timer"
    assert wait.until is not None
    world.clock.advance((wait.until - world.clock.now()).total_seconds())
    assert await world.engine(spec, journal.reopen()).run() == "completed"


async def test_retries_end_in_a_pause_that_loses_nothing(server: ModelServer) -> None:
    world = Served(server)
    journal = world.journal()
    spec = served("flaky-6")

    assert await passing_time(world, spec, journal) == "paused"
    failures = [event.payload for event in of_kind(journal, "model.failed")]
    assert [f.will_retry for f in failures] == [True] * 4 + [False]
    assert last(journal, "run.paused").code == "model_server"

    command(journal, "resume")
    assert await passing_time(world, spec, journal.reopen()) == "completed"
    assert last(journal, "model.completed").attempt == 7, "one more failure, then the reply"
    assert len(of_kind(journal, "turn.started")) == 1


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("fail-401", "model_auth"),
        ("fail-403", "model_permission"),
        ("fail-404", "model_unknown"),
        ("fail-402", "model_quota"),
    ],
)
async def test_what_a_person_can_put_right_pauses(
    server: ModelServer, name: str, code: str
) -> None:
    world = Served(server)
    journal = world.journal()
    spec = served(name)

    assert await world.engine(spec, journal).run() == "paused"
    paused = last(journal, "run.paused")
    assert paused.code == code
    assert paused.hint
    assert len(server.requests) == 1

    server.script = ["text"]
    command(journal, "resume")
    assert await world.engine(spec, journal.reopen()).run() == "completed"
    assert said(journal)[-1] == ("a", TEXT)


async def test_a_refused_request_fails_the_run(server: ModelServer) -> None:
    world = Served(server)
    journal = world.journal()

    assert await world.engine(served("fail-400"), journal).run() == "failed"
    error = last(journal, "run.failed").error
    assert (error.code, error.status) == ("model_bad_request", 400)


async def test_stop_while_the_model_writes(server: ModelServer) -> None:
    world = Served(server)
    journal = world.journal()
    life = asyncio.ensure_future(world.engine(served("slow"), journal).run())
    await server.until_requests(1)
    command(journal, "stop")

    assert await life == "stopped"
    assert last(journal, "model.failed").error.code == "cancelled"


async def test_a_death_while_the_model_writes_makes_a_new_attempt(server: ModelServer) -> None:
    world = Served(server)
    journal = world.journal()
    journal.crash_after(2, before_next=True)
    spec = served("text", model_client_stream=True)
    with pytest.raises(Crash):
        await world.engine(spec, journal).run()

    assert await world.engine(spec, journal.reopen()).run() == "completed"
    assert [e.payload.attempt for e in of_kind(journal, "model.started")] == [1, 2]
    completed = last(journal, "model.completed")
    assert completed.attempt == 2
    assert world.deltas.text(completed.message_key) == TEXT
    assert {d.attempt for d in world.deltas.deltas} == {1, 2}
    assert len({d.message_key for d in world.deltas.deltas}) == 1


async def test_a_missing_credential_pauses_before_anything_is_sent(server: ModelServer) -> None:
    world = Served(server)
    world.secrets.secrets.clear()
    journal = world.journal()

    assert await world.engine(served("text"), journal).run() == "paused"
    assert last(journal, "run.paused").code == "credential_missing"
    assert not server.requests


async def test_no_secret_reaches_the_log(server: ModelServer) -> None:
    world = Served(server)
    journal = world.journal()
    await world.engine(served("fail-401"), journal).run()

    text = "".join(event.model_dump_json() for event in journal.log.events)
    assert "stub error 401" in text
    assert "sk-test" not in text
    assert "sk-stub" not in text


async def test_a_call_is_recorded_as_references() -> None:
    world = World()
    journal = world.journal()
    spec = team(agent("a", model("x"), "SampleNotes"), max_turns=1)
    await world.engine(spec, journal, text="y" * 50_000).run()

    started = last(journal, "model.started")
    assert started.request["tools"] == ["search_notes"]
    assert len(started.model_dump_json()) < 1_000
    assert started.model.scripted


async def test_malformed_arguments_go_back_to_the_model() -> None:
    script = model(
        calls(("search_notes", '{"query": '), ("search_notes", {"q": 1}), ("no_such_tool", {})),
        "I see.",
    )
    world = World()
    journal = world.journal()
    spec = team(agent("a", script, "SampleNotes"), max_turns=1)

    assert await world.engine(spec, journal).run() == "completed"
    results = [event.payload for event in of_kind(journal, "tool.completed")]
    assert {result.outcome for result in results} == {"invalid"}
    texts = " | ".join(result.result for result in results)
    assert "'query' is a required property" in texts
    assert "not valid JSON" in texts
    assert "no tool named 'no_such_tool'" in texts
    requested = [event.payload for event in of_kind(journal, "tool.requested")]
    assert {request.raw for request in requested if request.arguments is None} == {'{"query": '}
    assert not world.gate.asked


async def test_linger_with_nothing_to_do_is_no_busy_loop() -> None:
    """A journal whose hints come all the time must not keep the run from parking."""
    world = World()
    journal = world.journal()
    spec = team({"provider": "autogen_agentchat.agents.UserProxyAgent", "config": {"name": "p"}})

    async def hint() -> None:
        while True:
            journal.log.changed.set()
            await asyncio.sleep(0)

    hints = asyncio.ensure_future(hint())
    assert await parked(world, spec, journal) == "parked"
    hints.cancel()
    await until_true(hints.done)


async def test_a_message_is_done_once_however_many_attempts_it_took(server: ModelServer) -> None:
    world = Served(server)
    journal = world.journal()
    server.script = ["cut", "cut", "text"]
    spec = served("text", model_client_stream=True)

    assert await passing_time(world, spec, journal) == "completed"
    key = last(journal, "model.completed").message_key
    assert world.deltas.ended == [key]
    assert world.deltas.text(key) == TEXT
    assert {delta.attempt for delta in world.deltas.deltas} == {1, 2, 3}
