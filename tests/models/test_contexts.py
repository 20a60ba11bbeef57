"""What a model sees of a transcript: scenario 28 of the reference, no halves of pairs (#7955)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.components import Builder, Component
from runtime.components.validate import validate
from runtime.errors import SpecError
from runtime.messages import (
    AssistantMessage,
    FunctionCall,
    FunctionExecutionResult,
    FunctionExecutionResultMessage,
    LLMMessage,
    UserMessage,
)
from runtime.model_clients.pool import ModelClientPool
from runtime.model_contexts.base import AnyContext, ChatCompletionContext
from runtime.testing import StaticSecrets

PREFIX = "autogen_core.model_context."
MODEL = {"provider": "troupe.models.ScriptedChatCompletionClient", "config": {}}


def context(name: str, **config: Any) -> AnyContext:
    spec = Component(provider=f"{PREFIX}{name}ChatCompletionContext", config=config)
    return Builder(StaticSecrets(), ModelClientPool()).build(spec, ChatCompletionContext)


def user(text: str) -> UserMessage:
    return UserMessage(content=text, source="user")


def own(text: str) -> AssistantMessage:
    return AssistantMessage(content=text, source="a")


def call(*ids: str) -> AssistantMessage:
    calls = [FunctionCall(id=id_, name="f", arguments="{}") for id_ in ids]
    return AssistantMessage(content=calls, source="a")


def result(*ids: str) -> FunctionExecutionResultMessage:
    results = [FunctionExecutionResult(call_id=id_, name="f", content="r") for id_ in ids]
    return FunctionExecutionResultMessage(content=results)


TALK: list[LLMMessage] = [user("1"), own("2"), user("3"), own("4"), user("5")]


def test_scenario_28_buffered_has_the_last_two() -> None:
    assert context("Buffered", buffer_size=2).view(TALK) == TALK[-2:]


def test_scenario_28_head_and_tail_has_one_each_and_says_what_is_between() -> None:
    head, note, tail = context("HeadAndTail", head_size=1, tail_size=1).view(TALK)
    assert (head, tail) == (TALK[0], TALK[-1])
    assert note == UserMessage(content="Skipped 3 messages.", source="System")


def test_scenario_28_head_and_tail_that_hold_all_say_nothing() -> None:
    assert context("HeadAndTail", head_size=3, tail_size=2).view(TALK) == TALK


def test_scenario_28_token_limited_leaves_the_middle_out() -> None:
    counter = context("TokenLimited", model_client=MODEL, token_limit=10**6)
    assert counter.view(TALK) == TALK
    counted = counter._counter.count_tokens([TALK[0]], [])  # type: ignore[attr-defined]
    limited = context("TokenLimited", model_client=MODEL, token_limit=3 * counted)
    assert limited.view(TALK) == [TALK[0], TALK[1], TALK[4]]


def test_token_limited_counts_the_tools() -> None:
    tools = [{"name": "f", "description": "x" * 400, "parameters": {"type": "object"}}]
    bare = context("TokenLimited", model_client=MODEL, token_limit=50)
    laden = context("TokenLimited", model_client=MODEL, token_limit=50, tool_schema=tools)
    assert len(laden.view(TALK)) < len(bare.view(TALK))


def test_the_newest_message_stays_whatever_its_size() -> None:
    long = user("x" * 10_000)
    assert context("TokenLimited", model_client=MODEL, token_limit=10).view([*TALK, long]) == [long]


def test_scenario_28_a_leading_result_goes() -> None:
    messages = [user("1"), call("a"), result("a"), user("2")]
    assert context("Buffered", buffer_size=2).view(messages) == [user("2")]
    assert context("HeadAndTail", head_size=1, tail_size=2).view(messages)[-1] == user("2")


def test_the_newest_result_is_never_hidden() -> None:
    """AutoGen shows nothing here, and the model would call the tool for ever."""
    messages = [user("1"), call("a"), result("a")]
    assert context("Buffered", buffer_size=1).view(messages) == messages[1:]


def test_the_head_ends_before_a_call() -> None:
    messages = [user("1"), call("a"), result("a"), own("2"), user("3")]
    view = context("HeadAndTail", head_size=2, tail_size=1).view(messages)
    assert view == [
        user("1"),
        UserMessage(content="Skipped 3 messages.", source="System"),
        user("3"),
    ]


@pytest.mark.parametrize(
    ("name", "config"),
    [
        ("Unbounded", {}),
        ("Buffered", {"buffer_size": 4}),
        ("HeadAndTail", {"head_size": 2, "tail_size": 2}),
        ("TokenLimited", {"model_client": MODEL, "token_limit": 1_000}),
    ],
)
def test_initial_messages_come_first_while_there_is_room(name: str, config: dict[str, Any]) -> None:
    view = context(name, initial_messages=[user("before").model_dump()], **config)
    assert view.view(TALK[:2]) == [user("before"), *TALK[:2]]
    assert view.view([]) == [user("before")]


def test_a_model_that_cannot_count_is_refused() -> None:
    with pytest.raises(SpecError):
        context(
            "TokenLimited", model_client={"provider": f"{PREFIX}UnboundedChatCompletionContext"}
        )


def test_sizes_must_be_positive() -> None:
    spec = {"provider": f"{PREFIX}HeadAndTailChatCompletionContext"}
    problems = validate({**spec, "config": {"head_size": 0, "tail_size": -1}})
    assert {p.path for p in problems} == {"$.config.head_size", "$.config.tail_size"}


# Any transcript --------------------------------------------------------------------------------


@st.composite
def transcripts(draw: st.DrawFn) -> list[LLMMessage]:
    """As agents write them: calls are answered right away, by one message or several."""
    messages: list[LLMMessage] = []
    for index, kind in enumerate(draw(st.lists(st.sampled_from("uuaaccs"), max_size=40))):
        ids = [f"{index}.{n}" for n in range(draw(st.integers(1, 3)))]
        text = "x" * draw(st.integers(0, 200))
        if kind == "u":
            messages.append(user(text))
        elif kind == "a":
            messages.append(own(text))
        elif kind == "c":
            messages += [call(*ids), result(*ids)]
        else:
            messages += [call(*ids), *(result(id_) for id_ in ids)]
    return messages


VIEWS = st.one_of(
    st.builds(lambda n: context("Buffered", buffer_size=n), st.integers(1, 12)),
    st.builds(
        lambda h, t: context("HeadAndTail", head_size=h, tail_size=t),
        st.integers(1, 8),
        st.integers(1, 8),
    ),
    st.builds(
        lambda n: context("TokenLimited", model_client=MODEL, token_limit=n), st.integers(1, 800)
    ),
    st.builds(lambda: context("Unbounded")),
)


@given(transcripts(), VIEWS)
def test_no_view_has_half_of_a_pair_or_hides_the_newest(
    transcript: list[LLMMessage], view: AnyContext
) -> None:
    seen = [m for m in view.view(transcript) if getattr(m, "source", "") != "System"]

    assert is_subsequence(seen, transcript)
    open_ids: set[str] = set()
    for message in seen:
        if isinstance(message, FunctionExecutionResultMessage):
            answered = {r.call_id for r in message.content}
            assert answered <= open_ids
            open_ids -= answered
            continue
        assert not open_ids, "a call without its result"
        if isinstance(message, AssistantMessage) and isinstance(message.content, list):
            open_ids = {c.id for c in message.content}
    assert not open_ids
    assert seen[-1:] == transcript[-1:]


def is_subsequence(part: Sequence[LLMMessage], whole: Sequence[LLMMessage]) -> bool:
    rest = iter(whole)
    return all(any(message is other for other in rest) for message in part)


@pytest.mark.parametrize(
    "view",
    [
        context("Buffered", buffer_size=10),
        context("HeadAndTail", head_size=5, tail_size=5),
    ],
)
def test_a_view_costs_the_same_however_long_the_transcript_is(view: AnyContext) -> None:
    class Watched(list[LLMMessage]):
        touched = 0

        def __getitem__(self, key: Any) -> Any:
            found = super().__getitem__(key)
            Watched.touched += len(found) if isinstance(key, slice) else 1
            return found

        def __iter__(self) -> Any:
            raise AssertionError("the whole transcript is walked")

    view.view(Watched(TALK * 2_000))
    assert Watched.touched <= 40
