from __future__ import annotations

import json
from typing import Any

import pytest

from runtime.components import Builder, Component
from runtime.messages import ChatMessage, StopMessage, TeamMessage, TextMessage, ThoughtEvent
from runtime.model_clients.pool import ModelClientPool
from runtime.terminations.base import AnyTermination, Delta, TerminationCondition
from runtime.testing import StaticSecrets
from runtime.testing.clock import START
from tests.runtime.support import World, agent, calls, last, mention, model, person, said, team


def build(spec: dict[str, Any]) -> AnyTermination:
    builder = Builder(StaticSecrets(), ModelClientPool())
    return builder.build(Component.model_validate(spec), TerminationCondition)


def condition(name: str, where: str = "conditions", **config: Any) -> dict[str, Any]:
    return {"provider": f"autogen_agentchat.{where}.{name}", "config": config}


def both(*conditions: dict[str, Any]) -> dict[str, Any]:
    return condition("AndTerminationCondition", "base", conditions=list(conditions))


def either(*conditions: dict[str, Any]) -> dict[str, Any]:
    return condition("OrTerminationCondition", "base", conditions=list(conditions))


def text(content: str, source: str = "a") -> ChatMessage:
    return TextMessage(id="1", source=source, created_at=START, content=content)


def thought(content: str, source: str = "a") -> ThoughtEvent:
    return ThoughtEvent(id="e", source=source, created_at=START, content=content)


def delta(*messages: TeamMessage | str, events: int = 0) -> Delta:
    said = [text(m) if isinstance(m, str) else m for m in messages]
    return Delta([*(thought("hm") for _ in range(events)), *said])


def test_max_messages_counts_over_deltas() -> None:
    limit = build(condition("MaxMessageTermination", max_messages=3))
    assert limit.observe(delta("1", "2", events=5)) is None
    reason = "Maximum number of messages 3 reached, current message count: 4"
    assert limit.observe(delta("3", "4")) == reason
    assert limit.observe(delta("5")) == reason, "it latches"
    limit.reset()
    assert limit.observe(delta("1")) is None


def test_max_messages_counts_events_where_asked() -> None:
    limit = build(condition("MaxMessageTermination", max_messages=3, include_agent_event=True))
    assert limit.observe(delta("1", events=2)) is not None


def test_text_mention_is_case_sensitive_and_hears_only_its_sources() -> None:
    anyone = build(mention("STOP"))
    assert anyone.observe(delta("stop")) is None
    assert anyone.observe(delta("please STOP now")) == "Text 'STOP' mentioned"
    only = build(mention("STOP", sources=["b"]))
    assert only.observe(Delta([text("STOP", "a")])) is None
    assert only.observe(Delta([text("STOP", "b")])) == "Text 'STOP' mentioned"


def test_stop_message() -> None:
    stop = build(condition("StopMessageTermination"))
    assert stop.observe(delta("stop")) is None
    message = StopMessage(id="1", source="a", created_at=START, content="bye")
    assert stop.observe(delta(message)) == "Stop message received"


def test_or_asks_all_and_joins_their_reasons() -> None:
    spec = either(mention("A"), condition("MaxMessageTermination", max_messages=2))
    assert build(spec).observe(delta("A")) == "Text 'A' mentioned"
    combined = build(spec)
    assert combined.observe(delta("x")) is None
    assert combined.observe(delta("A")) == (
        "Text 'A' mentioned, Maximum number of messages 2 reached, current message count: 2"
    )


def test_and_needs_all_not_at_once_in_the_order_in_which_they_fired() -> None:
    combined = build(both(mention("A"), mention("B")))
    assert combined.observe(delta("B")) is None
    assert combined.observe(delta("x")) is None
    assert combined.observe(delta("A")) == "Text 'B' mentioned, Text 'A' mentioned"
    combined.reset()
    assert combined.observe(delta("A")) is None


NESTED = both(
    either(mention("A"), condition("StopMessageTermination")),
    condition("MaxMessageTermination", max_messages=3),
)


@pytest.mark.parametrize("cut", range(4))
def test_state_survives_at_any_moment(cut: int) -> None:
    """Saved, put through JSON and loaded between two deltas, it goes on as if it had not been."""
    deltas = [delta("x"), delta("A"), delta("y"), delta("z")]
    whole = build(NESTED)
    expected = [whole.observe(d) for d in deltas]
    assert expected == [None, None, expected[2], expected[2]]
    assert expected[2] is not None

    first = build(NESTED)
    before = [first.observe(d) for d in deltas[:cut]]
    second = build(NESTED)
    second.load_state(json.loads(json.dumps(first.save_state())))
    assert before + [second.observe(d) for d in deltas[cut:]] == expected


# In teams --------------------------------------------------------------------------------------


async def stop_reason(spec: Any, text: str = "Hello") -> tuple[str, int]:
    world = World()
    journal = world.journal()
    assert await world.engine(spec, journal, text=text).run() == "completed"
    return last(journal, "run.completed").stop_reason, len(said(journal)) - 1


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({"max_turns": 2}, ("Maximum number of turns 2 reached.", 2)),
        (
            {"termination_condition": condition("MaxMessageTermination", max_messages=4)},
            ("Maximum number of messages 4 reached, current message count: 4", 3),
        ),
        (
            {"termination_condition": mention("three"), "max_turns": 3},
            ("Text 'three' mentioned", 3),
        ),
    ],
)
async def test_stop_reasons_are_autogens(config: Any, expected: tuple[str, int]) -> None:
    spec = team(agent("a", model("one", "three")), agent("b", model("two", "four")), **config)
    assert await stop_reason(spec) == expected


async def test_tool_events_count_where_asked() -> None:
    limit = condition("MaxMessageTermination", max_messages=4, include_agent_event=True)
    search = calls(("search_notes", {"query": "bees"}))
    spec = team(agent("a", model(search, "Found."), "SampleNotes"), termination_condition=limit)
    assert await stop_reason(spec) == (
        "Maximum number of messages 4 reached, current message count: 4",
        1,
    )


async def test_what_a_nested_team_says_is_heard_outside() -> None:
    """Scenario 59: the outer conversation contains the inner one."""
    inner = team(agent("x", model("draft")), agent("y", model("good OK")), max_turns=2)
    inner["config"]["name"] = "cell"
    world = World()
    journal = world.journal()
    spec = team(inner, agent("lead", model("Thanks.")), max_turns=2)
    assert await world.engine(spec, journal).run() == "completed"

    posted = [e.payload for e in journal.log.events if e.kind == "message.posted"]
    outer = [p for p in posted if p.team_path == ""]
    assert [(p.message.source, p.message.to_text()) for p in outer] == [
        ("user", "Write a short report on urban trees"),
        ("x", "draft"),
        ("y", "good OK"),
        ("lead", "Thanks."),
    ]
    assert [p.relayed for p in outer] == [False, True, True, False]
    assert [p.message.source for p in posted if p.team_path == "cell"] == ["user", "x", "y"]
    frames = [(e.kind, e.agent_path) for e in journal.log.events if "frame" in e.kind]
    assert frames == [
        ("frame.started", ""),
        ("frame.started", "cell"),
        ("frame.ended", "cell"),
        ("frame.ended", ""),
    ]
    speakers = [e.agent_path for e in journal.log.events if e.kind == "turn.started"]
    assert speakers == ["cell", "cell/x", "cell/y", "lead"]


async def test_a_person_three_levels_down_is_asked_too() -> None:
    spec: Any = person("deep")
    for level in range(3):
        spec = team(spec, max_turns=1)
        spec["config"]["name"] = f"level{level}"
    from tests.runtime.support import answer, parked

    world = World()
    journal = world.journal()
    assert await parked(world, spec, journal) == "parked"
    request = last(journal, "input.requested")
    assert journal.log.events[-2].agent_path == "level1/level0/deep"
    answer(journal, request, "Here I am")
    assert await world.engine(spec, journal.reopen()).run() == "completed"
    assert said(journal)[-1] == ("deep", "Here I am")
