"""A session carries the team's memory from run to run, and checkpoints stay small."""

from __future__ import annotations

import json

import pytest

from runtime.agents.inference import Inference
from runtime.durable.step import StepContext
from runtime.events import Draft
from runtime.events.payloads import Actor, CommandReceived, ModelCompleted
from runtime.messages import LLMMessage
from runtime.ports import ModelRequest
from runtime.testing import Crash, InMemoryJournal, MemoryLog
from tests.runtime.support import (
    World,
    agent,
    calls,
    command,
    kinds,
    last,
    mention,
    model,
    of_kind,
    said,
    team,
)

SEARCH = calls(("search_notes", {"query": "trees"}), ("search_notes", {"query": "bees"}))
PAIR = team(
    agent("a", model(SEARCH, "one", "three", SEARCH, "five"), "SampleNotes"),
    agent("b", model("two", "four", "six")),
    max_turns=3,
)


@pytest.fixture
def requests(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, list[LLMMessage]]]:
    """What each agent's model is asked, in order."""
    seen: list[tuple[str, list[LLMMessage]]] = []
    ask = Inference.infer

    async def watched(self: Inference, step: StepContext, request: ModelRequest) -> ModelCompleted:
        seen.append((step.agent_path, request.messages))
        return await ask(self, step, request)

    monkeypatch.setattr(Inference, "infer", watched)
    return seen


def next_run(journal: InMemoryJournal, number: int) -> InMemoryJournal:
    log = MemoryLog(f"00000000-0000-4000-8000-00000000000{number}", journal.log.clock)
    log.start_from(journal.log)
    return log.claim()


async def test_the_next_run_goes_on_with_the_thread_the_contexts_and_the_order(
    requests: list[tuple[str, list[LLMMessage]]],
) -> None:
    world = World()
    first = world.journal()
    assert await world.engine(PAIR, first).run() == "completed"
    assert [source for source, _ in said(first)] == ["user", "a", "b", "a"]
    requests.clear()

    second = next_run(first, 2)
    assert await world.engine(PAIR, second, text="And now?").run() == "completed"

    assert said(second) == [("user", "And now?"), ("b", "four"), ("a", "five"), ("b", "six")]
    assert last(second, "run.completed").stop_reason == "Maximum number of turns 3 reached."
    assert [event.payload.index for event in of_kind(second, "message.posted")] == [4, 5, 6, 7]
    name, messages = requests[0]
    assert name == "b"
    assert [getattr(message, "content", "") for message in messages][1:] == [
        "Write a short report on urban trees",
        "one",
        "two",
        "three",
        "And now?",
    ]
    assert of_kind(second, "turn.started")[0].turn == 1


async def test_a_third_run_reads_two_earlier_logs(
    requests: list[tuple[str, list[LLMMessage]]],
) -> None:
    world = World()
    first = world.journal()
    await world.engine(PAIR, first).run()
    second = next_run(first, 2)
    await world.engine(PAIR, second, text="Second").run()
    third = next_run(second, 3)
    requests.clear()

    assert await world.engine(PAIR, third, text="Third").run() == "completed"
    ranges = third.log.checkpoints[""].state["history"]
    assert [span["run_id"][-1] for span in ranges] == ["1", "2", "3"]
    _, messages = requests[0]
    texts = [message.content for message in messages if isinstance(message.content, str)]
    assert "Write a short report on urban trees" in texts
    assert "Second" in texts
    assert texts[-1] == "Third"


async def test_after_a_stopped_run_the_session_goes_on_from_its_last_turn() -> None:
    world = World()
    first = world.journal()
    first.crash_after(12)
    with pytest.raises(Crash):
        await world.engine(PAIR, first).run()
    later = first.reopen()
    command(later, "stop")
    assert await world.engine(PAIR, later).run() == "stopped"
    turns = len(of_kind(later, "turn.ended"))
    assert turns >= 1

    second = next_run(later, 2)
    assert await world.engine(PAIR, second, text="Go on").run() == "completed"
    assert of_kind(second, "message.posted")[0].payload.index == turns + 1


async def test_what_recovery_restores_is_what_was_there(
    requests: list[tuple[str, list[LLMMessage]]],
) -> None:
    """The requests of a run that dies after each turn are those of one that does not."""
    spec = team(
        agent("a", model(SEARCH, "one", SEARCH, "three", "five"), "SampleNotes"),
        agent("b", model("two", SEARCH, "four"), "SampleNotes"),
        max_turns=5,
    )
    world = World()
    await world.engine(spec, world.journal()).run()
    calm = [(name, timeless(messages)) for name, messages in requests]
    requests.clear()

    world = World()
    journal = world.journal()
    outcome = ""
    while outcome != "completed":
        ended = len(of_kind(journal, "turn.ended"))
        engine = world.engine(spec, journal)
        outcome = await until_a_turn_ended(engine, journal, ended)
        journal = journal.reopen()
    assert [(name, timeless(messages)) for name, messages in requests] == calm


async def until_a_turn_ended(engine: object, journal: InMemoryJournal, ended: int) -> str:
    append = journal.append

    async def append_and_die(drafts, *, checkpoint=None):  # type: ignore[no-untyped-def]
        events = await append(drafts, checkpoint=checkpoint)
        if any(event.kind == "turn.ended" for event in events):
            raise Crash
        return events

    journal.append = append_and_die  # type: ignore[method-assign]
    try:
        return await engine.run()  # type: ignore[attr-defined,no-any-return]
    except Crash:
        return "died"


def timeless(messages: list[LLMMessage]) -> list[object]:
    return [message.model_dump() for message in messages]


async def test_checkpoints_do_not_grow_with_the_turns() -> None:
    spec = team(
        agent("a", model(SEARCH, *(["x" * 2_000] * 60)), "SampleNotes"),
        agent("b", model(*(["y" * 2_000] * 60))),
        max_turns=50,
        termination_condition=mention("never said"),
    )
    world = World()
    journal = world.journal()
    sizes: list[int] = []
    append = journal.append

    async def measured(drafts, *, checkpoint=None):  # type: ignore[no-untyped-def]
        if checkpoint is not None:
            sizes.append(len(json.dumps(checkpoint.state)))
        return await append(drafts, checkpoint=checkpoint)

    journal.append = measured  # type: ignore[method-assign]
    assert await world.engine(spec, journal).run() == "completed"
    assert len(sizes) == 51
    assert max(sizes) < 600
    assert sizes[49] - sizes[2] <= 12, "digits of counters, nothing else"


async def test_a_run_without_a_turn_still_hands_its_task_on() -> None:
    spec = team(agent("a", model("Hi.")), termination_condition=mention("STOP"))
    world = World()
    first = world.journal()
    assert await world.engine(spec, first, text="STOP").run() == "completed"

    spec["config"]["termination_condition"] = None
    spec["config"]["max_turns"] = 1
    second = next_run(first, 2)
    assert await world.engine(spec, second, text="Hello").run() == "completed"
    assert [event.payload.index for event in of_kind(second, "message.posted")] == [1, 2]
    assert of_kind(second, "turn.started")[0].payload.heard == (0, 2)


async def test_a_single_agent_runs_without_a_team() -> None:
    world = World()
    journal = world.journal()
    assert await world.engine(agent("a", model("Hello.")), journal).run() == "completed"
    assert said(journal)[1:] == [("a", "Hello.")]
    assert of_kind(journal, "turn.started")[0].agent_path == "a"


async def test_requests_stay_small_objects(
    requests: list[tuple[str, list[LLMMessage]]],
) -> None:
    """A buffered context keeps a call and its result together, were there room for one alone."""
    context = {
        "provider": "autogen_core.model_context.BufferedChatCompletionContext",
        "config": {"buffer_size": 1},
    }
    spec = team(agent("a", model(SEARCH, "one"), "SampleNotes", model_context=context), max_turns=1)
    world = World()
    journal = world.journal()
    assert await world.engine(spec, journal).run() == "completed"
    assert all(isinstance(ModelRequest(messages=m).messages, list) for _, m in requests)
    assert [message.type for message in requests[1][1]] == [
        "SystemMessage",
        "AssistantMessage",
        "FunctionExecutionResultMessage",
    ]
    assert "run.failed" not in kinds(journal)


async def test_an_outside_event_between_a_message_and_its_checkpoint_hides_nothing() -> None:
    """The journal's head stops before events that it has not fetched; checkpoints must not."""
    spec = team(agent("a", model("one")), agent("b", model("two")), max_turns=2)
    world = World()
    journal = world.journal()
    append = journal.append

    async def crossed(drafts, *, checkpoint=None):  # type: ignore[no-untyped-def]
        if any(draft.payload.kind == "message.posted" for draft in drafts):
            payload = CommandReceived(command="resume", by=Actor(name="Ada"))
            journal.log.add(Draft(key=f"late/{journal.log.head}", payload=payload))  # no hint
        events = await append(drafts, checkpoint=checkpoint)
        if checkpoint is not None:
            raise Crash
        return events

    journal.append = crossed  # type: ignore[method-assign]
    with pytest.raises(Crash):
        await world.engine(spec, journal).run()

    assert await world.engine(spec, journal.reopen()).run() == "completed"
    assert [event.payload.index for event in of_kind(journal, "message.posted")] == [0, 1, 2]
    assert of_kind(journal, "turn.started")[1].payload.heard == (0, 2)
