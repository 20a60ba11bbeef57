"""Scenarios 53 to 60: agents, nested teams, and what is left of several machines."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from runtime.components.spec import Component
from runtime.core import ActorRuntime, AgentId, TopicId, TypeSubscription
from runtime.errors import UnknownRecipient
from runtime.messages import (
    HandoffMessage,
    StructuredMessage,
    TextMessage,
    ToolCallSummaryMessage,
)
from tests.conformance.sessions import Asked, Ended, Session, handoff, problems, ran
from tests.runtime import sample_tools
from tests.runtime.actors import A, B, Echo, Say, world
from tests.runtime.support import (
    Json,
    World,
    agent,
    answer,
    calls,
    command,
    last,
    model,
    parked,
    person,
    team,
    until,
    until_true,
)
from tests.runtime.test_teams import component, echo, selector, the_society, the_toolbox

SEARCH = calls(("search_notes", {"query": "bees"}))
HANDOFF = calls(("transfer_to_b", {}))


def kinds(ended: Ended) -> list[str]:
    wanted = ("model.completed", "tool.completed", "message.posted")
    return [event.kind.split(".")[0] for event in ended.events if event.kind in wanted][1:]


def single(script: Json, *tools: str, **config: Any) -> Json:
    return team(agent("a", script, *(tools or ("SampleNotes",)), **config), max_turns=1)


# Assistant -------------------------------------------------------------------------------------


async def test_s53_without_reflection_the_results_are_summed_up(asked: Asked) -> None:
    spec = single(
        model(SEARCH),
        reflect_on_tool_use=False,
        max_tool_iterations=1,
        tool_call_summary_format="{tool_name}({arguments}) is_error={is_error}: {result}",
    )
    ended = await ran(spec)
    message = ended.messages[-1]
    assert isinstance(message, ToolCallSummaryMessage)
    assert message.content.startswith('search_notes({"query": "bees"}) is_error=False: ')
    assert len(message.tool_calls) == len(message.results) == 1
    assert kinds(ended) == ["model", "tool", "message"]
    assert len(asked.of("a")) == 1


async def test_s53_with_reflection_the_model_says_it_and_may_call_nothing(asked: Asked) -> None:
    ended = await ran(single(model(SEARCH, "In words"), max_tool_iterations=1))
    assert isinstance(ended.messages[-1], TextMessage)
    assert ended.said[-1] == ("a", "In words")
    assert [r.tool_choice for r in asked.of("a")] == ["auto", "none"]


@pytest.mark.usefixtures("tools")
async def test_s53_calls_of_one_reply_run_at_once_and_answer_in_order() -> None:
    both = calls(("wait", {}), ("wait", {}))
    session = Session(single(model(both, "Done"), "Wait"))
    journal = session.open()
    run = asyncio.ensure_future(session.engine(journal, "Go").run())
    await until_true(lambda: sample_tools.waiting == 2)
    assert sample_tools.open_gate is not None
    sample_tools.open_gate.set()
    assert await run == "completed"


async def test_s54_iterations() -> None:
    several = single(model(SEARCH, SEARCH, "Done"), max_tool_iterations=3)
    assert kinds(await ran(several)) == ["model", "tool", "model", "tool", "model", "message"]
    one = single(model(SEARCH, SEARCH), max_tool_iterations=1, reflect_on_tool_use=False)
    assert kinds(await ran(one)) == ["model", "tool", "message"]


async def test_s54_a_handoff_ends_the_loop() -> None:
    spec = single(model(SEARCH, HANDOFF, "never"), max_tool_iterations=5, handoffs=["b"])
    ended = await ran(spec)
    assert isinstance(ended.messages[-1], HandoffMessage)
    assert kinds(ended) == ["model", "tool", "model", "tool", "message"]


async def test_s55_text_comes_as_it_is_written_and_belongs_to_its_message() -> None:
    session = Session(team(echo("a", "a text of several words"), max_turns=1))
    session.spec["config"]["participants"][0]["config"]["model_client_stream"] = True
    ended = await session.run()
    key = ended.posts[-1].message_key
    sink = session.world.deltas
    assert sink.text(key) == "a text of several words"
    assert {delta.message_key for delta in sink.deltas} == {key}
    assert len(sink.deltas) > 1
    assert sink.ended == [key]
    assert ended.said == [("user", "Go"), ("a", "a text of several words")]


def structured(script: Json, **config: Any) -> Json:
    factory = component(
        "messages.StructuredMessageFactory",
        "structured_message",
        content_model_name="Answer",
        json_schema={
            "type": "object",
            "properties": {"n": {"type": "integer"}},
            "required": ["n"],
        },
        format_string="It is {n}",
    )
    return agent("a", script, structured_message_factory=factory, **config)


async def test_s56_a_structured_answer_is_a_value_and_a_text(asked: Asked) -> None:
    session = Session(team(structured(model('{"n": 4}')), echo("b"), max_turns=2))
    ended = await session.run()
    message = ended.messages[1]
    assert isinstance(message, StructuredMessage)
    assert (message.content, message.content_type) == ({"n": 4}, "Answer")
    assert message.to_text() == "It is 4"
    assert asked.of("a")[0].json_schema is not None
    assert [m.content for m in asked.of("b")[0].messages][-1] == "It is 4"
    again = await session.run("More")
    assert again.outcome == "completed"
    assert "It is 4" in [m.content for m in asked.of("b")[-1].messages]


async def test_s56_with_tools_it_reflects_by_default() -> None:
    spec = structured(model(SEARCH, '{"n": 5}'), reflect_on_tool_use=None, max_tool_iterations=1)
    spec["config"]["tools"] = [
        {"provider": "troupe.tools.SampleNotes", "component_type": "tool", "config": {}}
    ]
    ended = await ran(team(spec, max_turns=1))
    assert ended.messages[-1].content == {"n": 5}


async def test_s56_what_does_not_fit_the_schema_is_an_error() -> None:
    ended = await Session(team(structured(model("no JSON at all")), max_turns=1)).run()
    assert ended.outcome == "failed"


# Person ----------------------------------------------------------------------------------------


async def answered(spec: Json, task: Any) -> Ended:
    session = Session(spec)
    journal = session.open()
    run = asyncio.ensure_future(session.engine(journal, task).run())
    answer(journal, await until(journal, "input.requested"), "Fine")
    return Ended(await run, journal)


async def test_s57_what_a_person_writes_is_what_the_person_says() -> None:
    ended = await answered(team(person("human"), max_turns=1), "Go")
    assert isinstance(ended.messages[-1], TextMessage)
    assert ended.said[-1] == ("human", "Fine")


async def test_s57_who_was_handed_over_to_hands_back() -> None:
    ended = await answered(team(person("human"), max_turns=1), [handoff("?", "human", "boss")])
    message = ended.messages[-1]
    assert isinstance(message, HandoffMessage)
    assert (message.target, message.content) == ("boss", "Fine")


async def test_s57_stopping_ends_the_wait() -> None:
    session = Session(team(person("human"), max_turns=1))
    journal = session.open()
    run = asyncio.ensure_future(session.engine(journal, "Go").run())
    await until(journal, "input.requested")
    command(journal, "stop")
    assert await run == "stopped"


async def test_s57_a_wait_outlives_the_process() -> None:
    """AutoGen blocks the running team; here a parked run is rows, and any worker goes on."""
    world_, spec = World(), team(person("human"), max_turns=1)
    journal = world_.journal()
    assert await parked(world_, spec, journal) == "parked"
    answer(journal, last(journal, "input.requested"), "At last")
    later = journal.reopen()
    assert await world_.engine(spec, later).run() == "completed"
    assert Ended("completed", later).said[-1] == ("human", "At last")


# Nested teams ----------------------------------------------------------------------------------


def nested() -> Json:
    inner = selector(model("y", "x", "y", "x"), echo("x", "x1", "x2"), echo("y", "y1", "y2"))
    inner["config"].update(max_turns=2, name="cell")
    return team(inner, echo("boss", "b1", "b2"), max_turns=2)


async def test_s59_the_outer_result_has_the_inner_messages_and_sessions_go_on() -> None:
    session = Session(nested())
    first = await session.run()
    assert first.said == [
        ("user", "Go"),
        ("y", "y1"),
        ("x", "x1"),
        ("boss", "b1"),
    ]
    second = await session.run("More")
    assert second.said == [("user", "More"), ("y", "y2"), ("x", "x2"), ("boss", "b2")]


def test_s59_a_nested_team_dumps_to_what_it_was_loaded_from() -> None:
    spec = Component.model_validate(nested())
    assert not problems(nested())
    again = json.loads(spec.model_dump_json(exclude_none=True))
    assert Component.model_validate(again) == spec


async def test_s59_agents_and_teams_as_tools_keep_their_state_between_calls(asked: Asked) -> None:
    ended = await ran(the_toolbox())
    results = [c.result for c in ended.payloads("tool.completed") if c.tool in ("expert", "crew")]
    assert sorted(results) == ["expert: buzz", "expert: more", "p: p speaks\n\nq: q speaks"]
    paths = {path for path, _ in asked.requests}
    expert = next(path for path in paths if path.startswith("lead/expert"))
    second = asked.of(expert)[-1].messages
    assert [m.content for m in second if m.type == "UserMessage"] == ["one", "two"]


async def test_s59_what_happens_inside_a_tool_is_in_the_log() -> None:
    ended = await ran(the_toolbox())
    inside = {p.team_path for p in ended.payloads("message.posted")} - {""}
    assert inside
    ends = [f.stop_reason for f in ended.payloads("frame.ended")]
    assert "Maximum number of turns 2 reached." in ends


async def test_s59_a_society_speaks_as_one_and_forgets() -> None:
    ended = await ran(the_society())
    assert ended.sources == ["user", "society", "boss", "society", "boss"]
    assert ended.payloads("agent.reset")


# Several machines ------------------------------------------------------------------------------
#
# AutoGen spreads agents over machines by gRPC. Troupe spreads runs, by Celery and the database
# (tests/process), so scenario 60 is left with what holds in one process as well.


async def test_s60_a_type_is_unique_and_can_be_registered_by_another_runtime() -> None:
    first, second = ActorRuntime(), ActorRuntime()
    for runtime in (first, second):
        runtime.register("echo", Echo)
        with pytest.raises(ValueError, match="already registered"):
            runtime.register("echo", Echo)
    await first.stop()
    assert await second.send(Say("x"), AgentId("echo", "1")) == "x"
    await second.stop()


async def test_s60_unsubscribing_stops_delivery() -> None:
    runtime, (echo_,) = world(A)
    subscription = TypeSubscription("t", "a")
    runtime.subscribe(subscription)
    assert await runtime.publish(Say("heard"), TopicId("t", "1")) == 1
    runtime.unsubscribe(subscription)
    assert await runtime.publish(Say("not"), TopicId("t", "1")) == 0
    await runtime.stop_when_idle()
    assert echo_.heard == ["heard"]


async def test_s60_an_unknown_target_is_an_error_at_once() -> None:
    """Improve: AutoGen's host never answers."""
    runtime, _ = world(A)
    with pytest.raises(UnknownRecipient):
        async with asyncio.timeout(1):
            await runtime.send(Say("x"), AgentId("nobody", "1"))
    await runtime.stop()


async def test_s60_concurrent_requests_get_their_own_answers() -> None:
    """Improve: AutoGen's request ids collide between workers (#7016)."""
    runtime, _ = world(A, B)
    asked = [(Say(f"{number}"), A if number % 2 else B) for number in range(200)]
    answers = await asyncio.gather(*(runtime.send(message, to) for message, to in asked))
    assert answers == [message.text for message, _ in asked]
    await runtime.stop()
