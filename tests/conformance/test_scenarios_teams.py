"""Scenarios 29 to 39: what all teams have in common, on round robin."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from runtime.messages import ChatMessage
from runtime.testing import Crash
from tests.conformance.sessions import Ended, Session, problems, ran, text
from tests.runtime import sample_tools
from tests.runtime.support import (
    agent,
    calls,
    command,
    mention,
    model,
    team,
    until,
    until_true,
)
from tests.runtime.test_teams import component, echo, replay

TERMINATE = mention("TERMINATE")


def maximum(count: int) -> Any:
    return component("conditions.MaxMessageTermination", "termination", max_messages=count)


def pair(**config: Any) -> Any:
    return team(echo("a", "one", "three"), echo("b", "two", "four TERMINATE"), **config)


async def test_s29_the_task_and_then_each_in_turn() -> None:
    """AutoGen has run, run_stream and Console; here all of them are the log, which is the same
    when it is read again and when everything is done again from the start."""
    first = await ran(pair(termination_condition=TERMINATE))
    assert first.said == [
        ("user", "Go"),
        ("a", "one"),
        ("b", "two"),
        ("a", "three"),
        ("b", "four TERMINATE"),
    ]
    assert first.stop_reason == "Text 'TERMINATE' mentioned"
    again = await ran(pair(termination_condition=TERMINATE))
    assert [m.model_dump() for m in again.messages] == [m.model_dump() for m in first.messages]


async def test_s30_what_was_the_task_is_told_from_what_was_said() -> None:
    """AutoGen's output_task_messages leaves the task out; a log has it and marks it."""
    ended = await ran(pair(max_turns=2), [text("one task"), text("another")])
    assert [post.is_task for post in ended.posts] == [True, True, False, False]


@pytest.mark.parametrize("asked_for", [True, False])
async def test_s31_who_speaks_is_recorded_before_every_turn(asked_for: bool) -> None:
    """AutoGen's SelectSpeakerEvent is opt-in; here it is always in the log."""
    ended = await ran(pair(max_turns=3, emit_team_events=asked_for))
    order = [
        event.payload.speaker if event.kind == "turn.started" else "said"
        for event in ended.events
        if event.kind == "turn.started"
        or (event.kind == "message.posted" and not event.payload.is_task)
    ]
    assert order == ["a", "said", "b", "said", "a", "said"]


def test_s32_a_type_of_message_that_is_not_known_is_refused() -> None:
    """AutoGen has custom message types by registration; here structured messages carry values of
    any schema, and a log has no types that only one program knows."""
    known = {"source": "user", "content": "x", "id": "1", "created_at": "2026-01-01T00:00:00Z"}
    adapter: TypeAdapter[Any] = TypeAdapter(ChatMessage)
    assert adapter.validate_python({**known, "type": "TextMessage"}).to_text() == "x"
    with pytest.raises(ValidationError, match="does not match any of the expected tags"):
        adapter.validate_python({**known, "type": "MyOwnMessage"})
    value = {**known, "type": "StructuredMessage", "content": {"mine": 1}, "content_type": "Mine"}
    assert adapter.validate_python(value).content == {"mine": 1}


async def test_s33_turns_are_counted_per_run_and_the_order_goes_on() -> None:
    members = [echo(name, f"{name}1", f"{name}2") for name in "abcd"]
    session = Session(team(*members, max_turns=3))
    first = await session.run()
    assert first.sources == ["user", "a", "b", "c"]
    assert first.stop_reason == "Maximum number of turns 3 reached."
    second = await session.run("More")
    assert second.sources == ["user", "d", "a", "b"]
    anew = await ran(team(*members, max_turns=3))
    assert anew.sources == ["user", "a", "b", "c"]


def test_s33_no_turns_at_all_is_an_error_before_anything_runs() -> None:
    assert problems(pair(max_turns=0))


async def test_s34_another_team_object_goes_on_where_one_stopped() -> None:
    """Every run builds its team anew from the spec and the saved state."""
    session = Session(pair(max_turns=1))
    first = await session.run()
    saved = session.logs[0].checkpoints[""].state
    second = await session.run("More", spec=pair(max_turns=2))
    assert first.sources == ["user", "a"]
    assert second.said == [("user", "More"), ("b", "two"), ("a", "three")]
    assert json.loads(json.dumps(saved))["actors"][""]["delivered"] == {"a": 1}


async def test_s35_a_failing_member_fails_the_run_and_the_team_works_again() -> None:
    """AutoGen's team never speaks again, not even after reset()."""
    broken = team(echo("a", "one", "three"), agent("b", replay()), max_turns=2)
    session = Session(broken)
    first = await session.run()
    assert first.outcome == "failed"
    assert first.error.code
    assert first.sources == ["user", "a"]
    mended = await session.run("Again", spec=pair(max_turns=2))
    assert mended.outcome == "completed"
    assert mended.said == [("user", "Again"), ("b", "two"), ("a", "three")]


async def test_s35_a_message_is_heard_once_though_the_turn_that_heard_it_failed(
    asked: Any,
) -> None:
    """AutoGen's container delivers it twice."""
    session = Session(team(echo("a", "one"), agent("b", replay()), max_turns=2))
    assert (await session.run()).outcome == "failed"
    asked.requests.clear()
    await session.run("Again", spec=pair(max_turns=1))
    (request,) = asked.of("b")
    heard = [message.content for message in request.messages[1:]]
    assert heard == ["Go", "one", "Again"]


async def test_s36_a_termination_condition_that_fails_fails_the_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from runtime.terminations.conditions import TextMentionTermination

    def broken(*_: Any) -> str:
        raise ZeroDivisionError("a bug")

    session = Session(pair(termination_condition=TERMINATE))
    with monkeypatch.context() as patch:
        patch.setattr(TextMentionTermination, "observe", broken)
        assert (await session.run()).outcome == "failed"
    later = await session.run("Again")
    assert later.outcome == "completed"
    assert later.sources[:2] == ["user", "a"]


@pytest.mark.usefixtures("tools")
async def test_s37_a_cancelled_run_ends_at_once_and_the_next_one_goes_on() -> None:
    waits = calls(("wait", {}))
    session = Session(team(agent("a", model(waits, "one"), "Wait"), echo("b"), max_turns=2))
    journal = session.open()
    run = asyncio.ensure_future(session.engine(journal, "Go").run())
    await until(journal, "tool.started")
    await until_true(lambda: sample_tools.waiting == 1)
    command(journal, "stop")
    assert await run == "stopped"
    assert sample_tools.cancelled == 1
    sample_tools.open_gate = asyncio.Event()
    sample_tools.open_gate.set()
    second = await session.run("Go on")
    assert second.outcome == "completed"
    assert second.said[-1] == ("b", "b speaks")


@pytest.mark.usefixtures("tools")
async def test_s37_cancelling_the_task_alone_reaches_the_tools() -> None:
    """Improve: AutoGen's agents run on when the asyncio task is cancelled without a token."""
    waits = calls(("wait", {}))
    session = Session(team(agent("a", model(waits, "one"), "Wait"), max_turns=1))
    journal = session.open()
    run = asyncio.ensure_future(session.engine(journal, "Go").run())
    await until_true(lambda: sample_tools.waiting == 1)
    run.cancel()
    with pytest.raises(asyncio.CancelledError):
        await run
    assert sample_tools.cancelled == 1
    assert asyncio.all_tasks() == {asyncio.current_task()}


@pytest.mark.usefixtures("tools")
async def test_s38_an_asked_for_end_comes_after_the_current_turn() -> None:
    waits = calls(("wait", {}))
    external = component("conditions.ExternalTermination", "termination")
    session = Session(
        team(
            agent("a", model(waits, "one", "three"), "Wait"),
            echo("b", "two"),
            termination_condition=external,
            max_turns=2,
        )
    )
    journal = session.open()
    run = asyncio.ensure_future(session.engine(journal, "Go").run())
    await until_true(lambda: sample_tools.waiting == 1)
    command(journal, "end")
    assert sample_tools.open_gate is not None
    sample_tools.open_gate.set()
    assert await run == "completed"
    first = Ended("completed", journal)
    assert first.said == [("user", "Go"), ("a", "one")]
    assert first.stop_reason == "External termination requested"
    second = await session.run("More")
    assert second.said == [("user", "More"), ("b", "two"), ("a", "three")]


async def test_s39_a_task_of_several_messages() -> None:
    ended = await ran(pair(termination_condition=maximum(4)), [text("1"), text("2"), text("3")])
    assert ended.said == [("user", "1"), ("user", "2"), ("user", "3"), ("a", "one")]
    assert ended.stop_reason == "Maximum number of messages 4 reached, current message count: 4"


async def test_s39_a_task_that_already_ends_it_and_one_without_messages() -> None:
    over = await ran(pair(termination_condition=maximum(1)))
    assert over.sources == ["user"]
    session = Session(pair(max_turns=1))
    await session.run()
    more = await session.run([])
    assert more.said == [("b", "two")]


async def test_s34_a_death_in_the_middle_of_a_session_changes_nothing() -> None:
    calm = Session(pair(max_turns=2))
    wanted = [(await calm.run()).said, (await calm.run("More")).said]
    for cut in range(1, calm.logs[1].appends):
        session = Session(pair(max_turns=2))
        assert (await session.run()).said == wanted[0]
        journal = session.open()
        journal.crash_after(cut)
        with pytest.raises(Crash):
            await session.engine(journal, "More").run()
        later = journal.reopen()
        assert await session.engine(later, "More").run() == "completed"
        assert Ended("completed", later).said == wanted[1], cut
