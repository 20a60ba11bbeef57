"""Scenarios 40 to 47: teams whose next speaker a model, a handoff or an orchestrator chooses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from runtime.messages import (
    AssistantMessage,
    FunctionExecutionResultMessage,
    HandoffMessage,
    UserMessage,
)
from runtime.teams.selector import SelectorGroupChat
from tests.conformance.sessions import Asked, Session, handoff, problems, ran
from tests.runtime.support import Json, agent, calls, model, team
from tests.runtime.test_teams import (
    component,
    echo,
    handing,
    ledger,
    magentic,
    replay,
    selector,
    swarm,
)


def choosing(*answers: str, members: str = "abc", **config: Any) -> Json:
    speakers = [echo(name, *(f"{name}{n}" for n in range(6))) for name in members]
    return selector(model(*answers), *speakers, **config)


# Selector --------------------------------------------------------------------------------------


async def test_s40_the_order_is_the_models() -> None:
    ended = await ran(choosing("c", "I choose b.", "a", max_turns=3))
    assert ended.sources == ["user", "c", "b", "a"]


@pytest.mark.parametrize("repeats", [False, True])
async def test_s40_two_members_need_no_model_unless_one_may_go_on(
    repeats: bool, asked: Asked
) -> None:
    spec = choosing("b", "b", "b", members="ab", max_turns=3, allow_repeated_speaker=repeats)
    ended = await ran(spec)
    assert ended.sources == ["user", *(["b", "b", "b"] if repeats else ["b", "a", "b"])]
    assert len(asked.of("")) == (3 if repeats else 1)


async def test_s41_the_model_is_told_what_was_wrong_and_asked_again(asked: Asked) -> None:
    ended = await ran(choosing("nobody", "a or b", "c", max_turns=1))
    assert ended.sources == ["user", "c"]
    last = asked.of("")[-1].messages
    texts = [m.content for m in last if isinstance(m, UserMessage)]
    assert "names no member" in str(texts[1])
    assert "several members" in str(texts[2])


async def test_s41_after_all_attempts_somebody_speaks_and_it_is_no_livelock() -> None:
    """AutoGen falls back to the previous speaker even where repeats are not allowed, and can stay
    there for ever (#7471); here whoever is listed next speaks."""
    ended = await ran(choosing(*["nobody"] * 12, max_turns=4))
    assert ended.sources == ["user", "a", "b", "c", "a"]
    allowed = choosing("b", *["nobody"] * 3, max_turns=2, allow_repeated_speaker=True)
    assert (await ran(allowed)).sources == ["user", "b", "b"]


async def test_s41_the_number_of_attempts_counts(asked: Asked) -> None:
    await ran(choosing(*["nobody"] * 12, max_turns=1, max_selector_attempts=2))
    assert len(asked.of("")) == 2


async def test_s42_a_function_may_choose_instead(
    asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    def choose(messages: Sequence[Any]) -> str | None:
        return {1: "b", 2: None}.get(len(messages), "c")

    monkeypatch.setattr(SelectorGroupChat, "selector_func", staticmethod(choose))
    ended = await ran(choosing("a", max_turns=3))
    assert ended.sources == ["user", "b", "a", "c"]
    assert len(asked.of("")) == 1


async def test_s42_a_function_may_say_who_the_candidates_are(
    asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def only_c(messages: Sequence[Any]) -> list[str]:
        return ["c"]

    monkeypatch.setattr(SelectorGroupChat, "candidate_func", staticmethod(only_c))
    ended = await ran(choosing(max_turns=2))
    assert ended.sources == ["user", "c", "c"]
    assert asked.of("") == []


@pytest.mark.parametrize("names", [[], ["stranger"]])
async def test_s42_candidates_must_be_members(
    names: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SelectorGroupChat, "candidate_func", staticmethod(lambda _: names))
    ended = await Session(choosing("a", max_turns=1)).run()
    assert ended.outcome == "failed"
    assert "candidate function" in ended.error.detail


async def test_s42_only_a_candidate_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Improve: AutoGen takes any member that its model names."""
    repeated = await ran(choosing("a", "a", "a", "c", max_turns=2))
    assert repeated.sources == ["user", "a", "c"]
    monkeypatch.setattr(SelectorGroupChat, "candidate_func", staticmethod(lambda _: ["a", "b"]))
    ended = await ran(choosing("c", "c", "b", max_turns=1))
    assert ended.sources == ["user", "b"]


# Swarm -----------------------------------------------------------------------------------------


def ring(**config: Any) -> Json:
    call = {
        name: calls((f"transfer_to_{target}", {}))
        for name, target in (("first", "second"), ("second", "third"), ("third", "first"))
    }
    return swarm(
        *(
            agent(name, model(call[name], call[name]), handoffs=[target])
            for name, target in (("first", "second"), ("second", "third"), ("third", "first"))
        ),
        **config,
    )


async def test_s43_the_last_handoff_says_who_speaks_across_runs_too() -> None:
    whole = await ran(ring(max_turns=4))
    assert whole.sources == ["user", "first", "second", "third", "first"]
    session = Session(ring(max_turns=1))
    spoke = [(await session.run()).sources[-1] for _ in range(4)]
    assert spoke == ["first", "second", "third", "first"]


async def test_s44_what_other_tools_gave_goes_with_the_handoff(asked: Asked) -> None:
    tools = calls(
        ("search_notes", {"query": "bees"}),
        ("search_notes", {"query": "trees"}),
        ("transfer_to_second", {}),
    )
    spec = swarm(
        agent("first", model(tools), "SampleNotes", handoffs=["second"]),
        echo("second", "Bye"),
        max_turns=2,
    )
    ended = await ran(spec)
    message = ended.messages[1]
    assert isinstance(message, HandoffMessage)
    called, results = message.context
    assert isinstance(called, AssistantMessage)
    assert isinstance(results, FunctionExecutionResultMessage)
    assert [call.name for call in called.content] == ["search_notes", "search_notes"]  # type: ignore[union-attr]
    assert len(results.content) == 2
    (request,) = asked.of("second")
    kinds = [message.type for message in request.messages[1:]]
    assert kinds == [
        "UserMessage",
        "AssistantMessage",
        "FunctionExecutionResultMessage",
        "UserMessage",
    ]


async def test_s45_a_handoff_to_a_person_waits_for_a_handoff_back() -> None:
    to_user = component("conditions.HandoffTermination", "termination", target="user")
    spec = swarm(
        agent("first", model(calls(("transfer_to_user", {})), "Thanks"), handoffs=["user"]),
        echo("second", "second speaks"),
        termination_condition=to_user,
        max_turns=3,
    )
    session = Session(spec)
    first = await session.run()
    assert first.stop_reason == "Handoff to user from first detected."
    for task in ([], "Just text"):
        refused = await session.run(task)
        assert refused.outcome == "failed"
        assert "'user', who is no member" in refused.error.detail
    assert (await session.run([handoff("x", "stranger")])).outcome == "failed"
    later = await session.run([handoff("Go on", "second")])
    assert later.sources == ["user", "second", "second", "second"]


async def test_s45_a_handoff_to_nobody_without_an_end_is_an_error_in_plain_words() -> None:
    ended = await Session(swarm(handing("first", "ghost"), echo("b"), max_turns=3)).run()
    assert ended.outcome == "failed"
    assert "'ghost', who is no member of the swarm (first, b)" in ended.error.detail


def test_s59_a_team_is_no_member_of_a_swarm() -> None:
    inner = team(echo("x"), max_turns=1)
    assert "team_in_swarm" in problems(swarm(inner, echo("a"), max_turns=2))
    assert "team_in_magentic" in problems(magentic(model(), inner))


# Magentic-One ----------------------------------------------------------------------------------


def orchestra(*answers: str, **config: Any) -> Json:
    return magentic(replay(*answers), echo("worker", *(f"w{n}" for n in range(6))), **config)


async def test_s46_facts_plan_instruction_answer() -> None:
    spec = orchestra("facts", "plan", ledger("worker"), ledger("worker", done=True), "The answer")
    ended = await ran(spec)
    lead = "MagenticOneOrchestrator"
    assert ended.sources == ["user", lead, lead, "worker", lead]
    assert "facts" in ended.said[1][1]
    assert "plan" in ended.said[1][1]
    assert ended.said[2:] == [(lead, "Go on, worker"), ("worker", "w0"), (lead, "The answer")]
    assert ended.stop_reason == "because"


async def test_s47_stalls_make_a_new_plan_and_count_anew_after_it() -> None:
    """AutoGen's counter is not reset, so that it plans again at the very next stall."""
    stalled = ledger("worker", progress=False)
    spec = orchestra(
        "facts", "plan", stalled, stalled, "new facts", "new plan", stalled,
        ledger("worker", done=True), "The answer",
        max_stalls=2,
    )  # fmt: skip
    ended = await ran(spec)
    plans = [text for _, text in ended.said if "plan" in text]
    assert len(plans) == 2
    assert "new plan" in plans[1]
    assert ended.said[4] == ("MagenticOneOrchestrator", plans[1])


async def test_s47_rounds_are_counted_exactly() -> None:
    """AutoGen takes one round more."""
    spec = orchestra("facts", "plan", *[ledger("worker")] * 2, "Enough", max_turns=2)
    ended = await ran(spec)
    assert ended.sources.count("worker") == 2
    assert ended.stop_reason == "Max rounds reached."
    assert ended.said[-1][1] == "Enough"


@pytest.mark.parametrize("bad", ["no JSON", "{}", ledger("stranger")])
async def test_s47_a_ledger_that_is_not_usable_is_asked_for_again(bad: str) -> None:
    """AutoGen raises ValueError for a stranger and KeyError for a missing field. With one member
    only, the speaker is not in question."""
    spec = magentic(
        replay("facts", "plan", bad, ledger("worker"), ledger("worker", done=True), "Fine"),
        echo("worker"),
        echo("other"),
    )
    ended = await ran(spec)
    assert ended.sources.count("worker") == 1
    assert ended.said[-1][1] == "Fine"


async def test_s46_the_next_run_starts_a_new_task_and_a_run_without_one_goes_on() -> None:
    answers = ["facts", "plan", ledger("worker"), "Enough", ledger("worker", done=True), "Done"]
    session = Session(orchestra(*answers, max_turns=1))
    assert (await session.run()).stop_reason == "Max rounds reached."
    later = await session.run([])
    assert later.said == [("MagenticOneOrchestrator", "Done")]
