"""Teams from programs: `runtime.run`, `runtime.stream` and sessions."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

import runtime
from runtime.agents.assistant import AssistantAgent, Parts
from runtime.agents.assistant_config import AssistantConfig
from runtime.agents.base import AnyParticipant
from runtime.agents.inference import Inference
from runtime.components import Builder, Component
from runtime.errors import RuntimeFault, SpecError
from runtime.events import Event
from runtime.events.payloads import InputRequested
from runtime.facade import Decision, Session, TaskResult
from runtime.facade.environment import EnvironmentSecrets
from runtime.messages import ModelClientStreamingChunkEvent, TextMessage
from runtime.model_clients.scripted import ScriptedChatCompletionClient, ScriptedConfig
from runtime.model_contexts.unbounded import UnboundedChatCompletionContext, UnboundedConfig
from runtime.operator import Operator
from runtime.ports import GateQuery, GateVerdict
from runtime.stores import MemoryFiles
from runtime.teams.selector import SelectorConfig, SelectorGroupChat
from runtime.testing.clock import START
from runtime.tools.function import FunctionTool
from tests.runtime.support import Json, agent, calls, mention, model, person, team


def pair(**config: Any) -> Json:
    return team(
        agent("writer", model("one", "two", "three")), agent("critic", model("good")), **config
    )


def texts(result: TaskResult) -> list[tuple[str, str]]:
    return [(message.source, message.to_text()) for message in result.messages]


async def test_a_run_gives_its_messages_and_why_it_ended() -> None:
    result = await runtime.run(pair(max_turns=2), "Trees")
    assert texts(result) == [("user", "Trees"), ("writer", "one"), ("critic", "good")]
    assert result.stop_reason == "Maximum number of turns 2 reached."
    assert result.outcome == "completed"


async def test_the_task_can_be_left_out_of_the_output() -> None:
    result = await runtime.run(pair(max_turns=1), "Trees", output_task_messages=False)
    assert texts(result) == [("writer", "one")]


async def test_the_stream_has_chunks_before_their_message_and_the_result_last() -> None:
    spec = team(agent("writer", model("one two"), model_client_stream=True), max_turns=1)
    items = [item async for item in runtime.stream(spec, "Trees")]
    kinds = [getattr(item, "type", "TaskResult") for item in items]
    chunk = "ModelClientStreamingChunkEvent"
    assert kinds == ["TextMessage", chunk, chunk, "TextMessage", "TaskResult"]
    chunks = [item for item in items if isinstance(item, ModelClientStreamingChunkEvent)]
    message, result = items[-2], items[-1]
    assert isinstance(message, TextMessage)
    assert isinstance(result, TaskResult)
    assert "".join(item.content for item in chunks) == message.content
    assert {item.full_message_id for item in chunks} == {message.id}
    assert [item.type for item in result.messages] == ["TextMessage", "TextMessage"]


@pytest.mark.parametrize("by_config", [True, False])
async def test_team_events_are_streamed_on_request(by_config: bool) -> None:
    spec = pair(max_turns=2, **({"emit_team_events": True} if by_config else {}))
    options = {} if by_config else {"emit_team_events": True}
    result = await runtime.run(spec, "Trees", **options)
    assert [(m.type, m.source, m.to_text()) for m in result.messages if "Select" in m.type] == [
        ("SelectSpeakerEvent", "RoundRobinGroupChatManager", "writer"),
        ("SelectSpeakerEvent", "RoundRobinGroupChatManager", "critic"),
    ]
    quiet = await runtime.run(pair(max_turns=1), "Trees", emit_team_events=False)
    assert [message.type for message in quiet.messages] == ["TextMessage"] * 2


async def test_agent_events_stand_in_order() -> None:
    wish = calls(("calculate", {"expression": "6*7"}))
    result = await runtime.run(agent("a", model(wish, "42"), "Calculator"), "6*7?")
    assert [m.type for m in result.messages] == [
        "TextMessage",
        "ToolCallRequestEvent",
        "ToolCallExecutionEvent",
        "TextMessage",
    ]


async def test_a_list_of_messages_is_a_task() -> None:
    said = [
        TextMessage(id=str(index), source="user", created_at=START, content=text)
        for index, text in enumerate(("a", "b"))
    ]
    result = await runtime.run(pair(max_turns=1), said)
    assert [text for _, text in texts(result)] == ["a", "b", "one"]
    with pytest.raises(RuntimeFault, match="no messages"):
        await runtime.run(pair(max_turns=1), [])


# Sessions --------------------------------------------------------------------------------------


async def test_a_session_goes_on_where_it_was() -> None:
    async with Session(pair(max_turns=1)) as session:
        first = await session.run("Trees")
        second = await session.run("Go on")
        third = await session.run()
    assert texts(first)[-1] == ("writer", "one")
    assert texts(second) == [("user", "Go on"), ("critic", "good")]
    assert texts(third) == [("writer", "two")]


async def test_a_saved_state_goes_on_in_another_process() -> None:
    result = await runtime.run(pair(max_turns=1), "Trees")
    saved = json.loads(json.dumps(result.save_state()))
    again = await runtime.run(pair(max_turns=1), "Go on", state=saved)
    assert texts(again) == [("user", "Go on"), ("critic", "good")]
    further = await runtime.run(pair(max_turns=1), state=json.loads(json.dumps(again.save_state())))
    assert texts(further) == [("writer", "two")]


@pytest.mark.parametrize(
    "state", [{}, [], {"format": 99}, {"format": 1}, {"format": 1, "session": "s", "runs": [{}]}]
)
def test_a_state_that_is_none_is_refused(state: Any) -> None:
    with pytest.raises(SpecError):
        Session(pair(), state=state)


async def test_one_run_at_a_time() -> None:
    session = Session(team(person()))
    first = session.stream("Trees")
    await anext(first)
    with pytest.raises(RuntimeFault, match="running already"):
        await session.run("More")
    with pytest.raises(RuntimeFault, match="running"):
        session.load_state({})
    await first.aclose()


async def test_leaving_the_stream_early_loses_nothing() -> None:
    """Scenario: break out of run_stream; the run is not ended by it, and goes on when asked."""
    session = Session(pair(max_turns=2))
    async for item in session.stream("Trees"):
        if getattr(item, "source", "") == "writer":
            break
    rest = await session.run()
    assert texts(rest) == [("critic", "good")]


async def test_a_new_task_ends_a_run_that_was_left() -> None:
    session = Session(pair(max_turns=2))
    async for item in session.stream("Trees"):
        if getattr(item, "source", "") == "writer":
            break
    result = await session.run("Something else")
    assert texts(result)[0] == ("user", "Something else")
    assert result.outcome == "completed"


async def test_cancelling_the_caller_stops_the_agents_at_once() -> None:
    """Reference 4.1: cancelling the asyncio task did not stop AutoGen's agents."""
    working, ended = asyncio.Event(), asyncio.Event()

    async def slow() -> str:
        """Never returns."""
        working.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()
        return ""

    task = asyncio.ensure_future(runtime.run(with_tool(slow, calls(("slow", {})), "done"), "Go"))
    await working.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert ended.is_set()


async def test_stop_ends_the_run_now_and_end_after_the_turn() -> None:
    session = Session(team(person(), agent("writer", model("one", "two"))), ask=never)
    stream = session.stream("Trees")
    await anext(stream)
    session.stop("enough")
    *_, result = [item async for item in stream]
    assert isinstance(result, TaskResult)
    assert (result.outcome, result.stop_reason) == ("stopped", "enough")

    session = Session(pair())
    async for item in session.stream("Trees"):
        if getattr(item, "source", "") == "writer":
            session.end("wrap up")
    assert isinstance(item, TaskResult)
    assert item.outcome == "completed"
    assert [source for source, _ in texts(item)] in (
        ["user", "writer"],
        ["user", "writer", "critic"],
    )


# People ----------------------------------------------------------------------------------------


async def never(request: InputRequested) -> str:
    await asyncio.Event().wait()
    return ""


async def test_questions_go_to_the_program() -> None:
    asked: list[str] = []

    async def ask(request: InputRequested) -> str:
        asked.append(request.agent)
        return "Shorter, please"

    result = await runtime.run(team(person("me"), max_turns=2), "Trees", ask=ask)
    assert [message.type for message in result.messages] == [
        "TextMessage",
        "UserInputRequestedEvent",
        "TextMessage",
        "UserInputRequestedEvent",
        "TextMessage",
    ]
    assert texts(result)[-1] == ("me", "Shorter, please")
    assert asked == ["me", "me"]


@pytest.mark.parametrize(
    ("decision", "written", "outcome"),
    [
        (True, "text", "completed"),
        (Decision("edit", arguments={"path": "a.md", "content": "mine"}), "mine", "completed"),
        (False, None, "completed"),
        (Decision("deny", reason="not now"), None, "completed"),
        (Decision("answer", text="It is there already"), None, "completed"),
        (Decision("stop", reason="no more"), None, "stopped"),
    ],
)
async def test_calls_with_side_effects_are_asked_for(
    decision: Any, written: str | None, outcome: str
) -> None:
    wish = calls(("write_file", {"path": "a.md", "content": "text"}))
    files = MemoryFiles()
    spec = agent("a", model(wish, "done"), "WriteFile")
    result = await runtime.run(spec, "Write", approve=lambda request: decision, files=files)
    assert files.files.get("a.md") == written
    assert result.outcome == outcome


async def test_without_anybody_to_ask_calls_are_made() -> None:
    wish = calls(("write_file", {"path": "a.md", "content": "text"}))
    files = MemoryFiles()
    await runtime.run(agent("a", model(wish, "done"), "WriteFile"), "Write", files=files)
    assert files.files == {"a.md": "text"}


async def test_a_gate_of_the_programs_own_decides() -> None:
    class Never:
        async def check(self, query: GateQuery) -> GateVerdict:
            return GateVerdict(verdict="deny", rule="never", policy_version=1)

    wish = calls(("write_file", {"path": "a.md", "content": "text"}))
    files = MemoryFiles()
    await runtime.run(
        agent("a", model(wish, "done"), "WriteFile"), "Write", files=files, gate=Never()
    )
    assert files.files == {}


async def test_a_run_that_nobody_answers_waits_also_in_another_process() -> None:
    spec = team(person("me"), agent("writer", model("thanks")), max_turns=2)
    waiting = await runtime.run(spec, "Trees")
    assert (waiting.outcome, waiting.stop_reason) == ("waiting", None)
    (request,) = waiting.waiting
    assert request.kind == "input.requested"

    session = Session(spec, state=json.loads(json.dumps(waiting.save_state())))
    session.answer(request.request_id, "Yes")
    result = await session.run()
    assert [text for _, text in texts(result)] == ["Yes", "thanks"]
    with pytest.raises(KeyError):
        session.answer(request.request_id, "Again")


async def test_what_runs_beside_an_unanswered_question_comes_to_its_end() -> None:
    """One branch waits, the other works: it is drained, taken up and finished before the run is
    given back."""
    edges = {"target": "last"}
    nodes = {
        "first": {"name": "first", "edges": [{"target": "me"}, {"target": "busy"}]},
        "me": {"name": "me", "edges": [edges]},
        "busy": {"name": "busy", "edges": [edges]},
        "last": {"name": "last", "edges": []},
    }
    wish = calls(("calculate", {"expression": "6*7"}))
    spec = {
        "provider": "autogen_agentchat.teams.GraphFlow",
        "component_type": "team",
        "config": {
            "participants": [
                agent("first", model("go")),
                person("me"),
                agent("busy", model(wish, wish, "worked"), "Calculator"),
                agent("last", model("done")),
            ],
            "graph": {"nodes": nodes, "default_start_node": "first"},
        },
    }
    seen: list[Event] = []
    session = Session(spec, on_event=seen.append)
    waiting = await session.run("Go")
    assert waiting.outcome == "waiting"
    assert sum(event.kind == "tool.completed" for event in seen) == 2
    session.answer(waiting.waiting[0].request_id, "yes")
    result = await session.run()
    assert texts(result)[-1] == ("last", "done")


async def test_an_error_of_the_programs_own_function_reaches_the_program() -> None:
    def broken(request: InputRequested) -> str:
        raise ZeroDivisionError("mine")

    session = Session(team(person(), max_turns=1), ask=broken)
    with pytest.raises(ZeroDivisionError, match="mine"):
        await session.run("Trees")
    session.options.ask = lambda request: "fine"
    assert texts(await session.run())[-1][1] == "fine"


# Failures --------------------------------------------------------------------------------------


async def test_a_failed_run_says_why_and_the_session_works_again() -> None:
    broken = True

    def build(builder: Builder) -> AnyParticipant:
        if broken:
            raise SpecError("not today")
        return assistant("a", "fine")

    session = Session(build)
    with pytest.raises(runtime.RunError, match="not today") as caught:
        await session.run("Trees")
    assert caught.value.code == "invalid_spec"
    broken = False
    assert texts(await session.run("Trees"))[-1] == ("a", "fine")


async def test_a_missing_key_is_an_error_with_a_hint(monkeypatch: pytest.MonkeyPatch) -> None:
    client = {
        "provider": "autogen_ext.models.openai.OpenAIChatCompletionClient",
        "component_type": "model",
        "config": {"model": "gpt-5-mini"},
    }
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(runtime.RunError) as caught:
        await runtime.run(agent("a", client), "Trees")
    assert caught.value.code == "credential_missing"
    assert caught.value.hint


# Teams in code ---------------------------------------------------------------------------------


def assistant(name: str, *replies: Any, tools: list[Any] | None = None) -> AssistantAgent:
    everything = UnboundedChatCompletionContext(UnboundedConfig(initial_messages=None))
    script = ScriptedConfig.model_validate(model(*replies)["config"])
    client = ScriptedChatCompletionClient(script)
    config = AssistantConfig.model_validate(agent(name, model())["config"])
    parts = Parts(Inference(client, everything, None, False), tools=tools or [])
    return AssistantAgent(config, parts)


def with_tool(function: Any, *replies: Any) -> Any:
    return lambda builder: assistant("a", *replies, tools=[FunctionTool(function)])


async def test_a_team_that_code_builds_runs() -> None:
    def double(number: int) -> int:
        """Twice the number."""
        return number * 2

    made = with_tool(double, calls(("double", {"number": 21})), "It is 42")
    result = await runtime.run(made, "Double 21")
    assert texts(result)[-1] == ("a", "It is 42")
    assert "42" in [text for _, text in texts(result)]


async def test_a_selector_with_a_function_of_the_programs_own() -> None:
    def build(builder: Builder) -> AnyParticipant:
        config = SelectorConfig.model_validate(
            {
                "name": "team",
                "participants": [agent("a", model()), agent("b", model())],
                "model_client": model(),
                "max_turns": 3,
            }
        )
        everything = UnboundedChatCompletionContext(UnboundedConfig(initial_messages=None))
        client = ScriptedChatCompletionClient(ScriptedConfig())
        members: list[AnyParticipant] = [assistant("a", "A1", "A2"), assistant("b", "B1", "B2")]
        chat = SelectorGroupChat(
            config, members, None, Inference(client, everything, None, False), everything
        )
        chat.selector_func = lambda thread: "b" if thread[-1].source != "b" else "a"
        return chat

    result = await runtime.run(build, "Go")
    assert [source for source, _ in texts(result)] == ["user", "b", "a", "b"]


async def test_a_factory_that_makes_no_team_is_refused() -> None:
    with pytest.raises(runtime.RunError, match="made a str"):
        await runtime.run(lambda builder: "hello", "Go")  # type: ignore[arg-type,return-value]
    with pytest.raises(SpecError, match="not a int"):
        await runtime.run(3, "Go")  # type: ignore[arg-type]


# Keys of the environment -----------------------------------------------------------------------

OPENAI = "autogen_ext.models.openai.OpenAIChatCompletionClient"


def client(**config: Any) -> Component:
    return Component(provider=OPENAI, component_type="model", config={"model": "m", **config})


def credential(found: EnvironmentSecrets, component: Component) -> Any:
    return found.fill_in(component).config.get("credential")


async def test_keys_of_the_environment_go_to_their_vendor_alone() -> None:
    found = EnvironmentSecrets({"OPENAI_API_KEY": "sk-1"})
    assert credential(found, client()) == "environment:openai"
    assert credential(found, client(base_url="https://evil.example/v1")) is None
    assert credential(found, client(credential="mine")) == "mine"
    secret = await found.get("environment:openai")
    assert secret is not None
    assert (secret.kind, secret.values) == ("openai", {"api_key": "sk-1"})
    assert await found.get("environment:anthropic") is None


async def test_an_address_of_the_environment_is_the_only_other_one() -> None:
    environ = {"OPENAI_API_KEY": "sk-1", "OPENAI_BASE_URL": "http://127.0.0.1:8080/v1/"}
    found = EnvironmentSecrets(environ)
    assert credential(found, client(base_url="http://127.0.0.1:8080/v1")) == "environment:openai"
    assert credential(found, client(base_url="http://127.0.0.1:8081/v1")) is None
    secret = await found.get("environment:openai")
    assert secret is not None
    assert secret.kind == "openai_compatible"


def test_the_workspaces_model_is_that_of_the_key() -> None:
    workspace = Component(provider="troupe.models.WorkspaceModel", component_type="model")
    for environ, provider in (
        ({}, "troupe.models.WorkspaceModel"),
        ({"OPENAI_API_KEY": "k"}, OPENAI),
        (
            {"ANTHROPIC_API_KEY": "k"},
            "autogen_ext.models.anthropic.AnthropicChatCompletionClient",
        ),
    ):
        assert EnvironmentSecrets(environ).fill_in(workspace).provider == provider


def test_a_cache_is_filled_inside() -> None:
    cache = Component(
        provider="autogen_ext.models.cache.ChatCompletionCache",
        config={"client": client().model_dump(exclude_unset=True)},
    )
    filled = EnvironmentSecrets({"OPENAI_API_KEY": "k"}).fill_in(cache)
    assert filled.config["client"]["config"]["credential"] == "environment:openai"


def test_options_are_the_programs() -> None:
    with pytest.raises(TypeError):
        Session(pair(), colour="blue")
    assert Session(pair(), operator=Operator(local_executor=True)).options.operator.local_executor
    assert mention("x")["config"] == {"text": "x"}
