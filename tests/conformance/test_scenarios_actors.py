"""Scenarios 18 to 22: closures, tools behind an actor, state, messages as JSON."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any

import pytest
from pydantic import BaseModel

from runtime.core import (
    Actor,
    ActorRuntime,
    AgentId,
    CancellationToken,
    MessageContext,
    MessageTypes,
    TypeSubscription,
    UnknownPayload,
    default_topic,
    register_closure,
)
from runtime.core.tool_actor import (
    InvalidToolArguments,
    ToolActor,
    ToolNotFound,
    tool_caller_loop,
)
from runtime.errors import Cancelled, ToolError, UnhandledMessage, UnknownRecipient
from runtime.messages import (
    AssistantMessage,
    FunctionCall,
    FunctionExecutionResultMessage,
    RequestUsage,
    UserMessage,
)
from runtime.ports import ModelReply, ToolSchema
from runtime.testing import ScriptedClient
from tests.runtime.actors import A, B, Echo, Say, Shout, world
from tests.runtime.support import until_true

TOOLS = AgentId("tools", "1")


# Closures --------------------------------------------------------------------------------------


async def test_s18_a_closure_collects_what_is_published() -> None:
    found: list[Any] = []

    async def collect(message: Say | int, context: MessageContext) -> None:
        found.append(message)

    runtime = ActorRuntime()
    register_closure(runtime, "collector", collect)
    for message in (Say("one"), 2, Shout("three")):
        await runtime.publish(message, default_topic())
    await runtime.publish(1.5, default_topic())
    with pytest.raises(UnhandledMessage, match="collector/default does not handle float"):
        await runtime.stop_when_idle()
    assert found == [Say("one"), 2, Shout("three")]


async def test_s18_a_closure_may_ignore_what_it_does_not_know() -> None:
    async def collect(message: int, context: MessageContext) -> int:
        return message

    runtime = ActorRuntime()
    register_closure(runtime, "collector", collect, topics=(), unknown="ignore")
    assert await runtime.send("x", AgentId("collector", "k")) is None
    assert await runtime.send(2, AgentId("collector", "k")) == 2
    await runtime.stop()


def test_s18_a_closure_says_what_it_takes() -> None:
    async def untold(message, context): ...  # type: ignore[no-untyped-def]

    runtime = ActorRuntime()
    register_closure(runtime, "collector", untold, topics=())
    with pytest.raises(TypeError, match="must be declared as"):
        asyncio.run(runtime.send("x", AgentId("collector", "k")))


# Tools -----------------------------------------------------------------------------------------


class Tools:
    def __init__(self) -> None:
        self.gate = asyncio.Event()
        self.cancelled = False

    async def weather(self, arguments: dict[str, Any]) -> Any:
        return {"city": arguments["city"], "sun": True}

    async def failing(self, arguments: dict[str, Any]) -> Any:
        raise RuntimeError("the sensor is wet")

    async def slow(self, arguments: dict[str, Any]) -> Any:
        try:
            await self.gate.wait()
        except asyncio.CancelledError:
            self.cancelled = True
            raise


def tool_world() -> tuple[ActorRuntime, Tools]:
    tools, runtime = Tools(), ActorRuntime()
    functions = {"weather": tools.weather, "failing": tools.failing, "slow": tools.slow}
    runtime.register_instance(TOOLS, ToolActor(functions))
    return runtime, tools


def call(name: str, arguments: str = "{}", number: int = 1) -> FunctionCall:
    return FunctionCall(id=f"call-{number}", name=name, arguments=arguments)


async def test_s19_a_tool_actor_answers_or_says_what_went_wrong() -> None:
    runtime, _ = tool_world()
    result = await runtime.send(call("weather", '{"city": "Oslo"}'), TOOLS)
    assert json.loads(result.content) == {"city": "Oslo", "sun": True}
    assert (result.call_id, result.is_error) == ("call-1", False)
    with pytest.raises(ToolError, match="failing failed: RuntimeError: the sensor is wet"):
        await runtime.send(call("failing"), TOOLS)
    with pytest.raises(ToolNotFound):
        await runtime.send(call("none"), TOOLS)
    for bad in ("{", "[1]"):
        with pytest.raises(InvalidToolArguments):
            await runtime.send(call("weather", bad), TOOLS)
    await runtime.stop()


async def test_s19_cancelling_the_call_cancels_the_tool() -> None:
    runtime, tools = tool_world()
    token = CancellationToken()
    waiting = asyncio.ensure_future(runtime.send(call("slow"), TOOLS, cancellation=token))
    await until_true(lambda: runtime.statistics()[TOOLS].accepted == 1)
    await asyncio.sleep(0)
    token.cancel()
    with pytest.raises(Cancelled):
        await waiting
    await runtime.stop_when_idle()
    assert tools.cancelled


def calling(*calls: FunctionCall) -> ModelReply:
    return ModelReply(
        content=None,
        tool_calls=list(calls),
        finish_reason="function_calls",
        usage=RequestUsage(),
    )


SCHEMAS = [ToolSchema(name="weather", description="", parameters={"type": "object"})]


async def test_s20_the_caller_loop_ends_with_the_models_text() -> None:
    runtime, _ = tool_world()
    client = ScriptedClient(
        calling(call("weather", '{"city": "Oslo"}'), call("none", number=2)), "Done"
    )
    task = UserMessage(content="Sun?", source="user")
    said = await tool_caller_loop(runtime, TOOLS, client, [task], schemas=SCHEMAS)
    calls, results, done = said
    assert isinstance(calls, AssistantMessage)
    assert isinstance(results, FunctionExecutionResultMessage)
    assert [(r.call_id, r.is_error) for r in results.content] == [
        ("call-1", False),
        ("call-2", True),
    ]
    assert done == AssistantMessage(content="Done", source="assistant")
    assert client.requests[1].messages == [task, calls, results]
    await runtime.stop()


async def test_s20_the_caller_loop_has_a_cap() -> None:
    """AutoGen's has none."""
    runtime, _ = tool_world()
    client = ScriptedClient(*(calling(call("weather", '{"city": "X"}')) for _ in range(9)))
    with pytest.raises(ToolError, match="still calls tools after 3 rounds"):
        await tool_caller_loop(runtime, TOOLS, client, [], schemas=SCHEMAS, max_iterations=3)
    assert len(client.requests) == 4
    await runtime.stop()


# State -----------------------------------------------------------------------------------------


def echoes() -> tuple[ActorRuntime, dict[str, Echo]]:
    runtime = ActorRuntime()
    made: dict[str, Echo] = {}

    class Noted(Echo):
        async def on_message(self, message: Any, context: MessageContext) -> Any:
            made[self.id.key] = self
            return await super().on_message(message, context)

    runtime.register("echo", Noted)
    runtime.message_types.register(Say, Shout)
    return runtime, made


async def test_s21_a_new_runtime_goes_on_with_the_state_of_an_old_one() -> None:
    runtime, _ = echoes()
    for key in ("one", "two"):
        await runtime.send(Say(key), AgentId("echo", key))
    saved = json.loads(json.dumps(runtime.save_state()))
    assert saved == {"echo/one": {"heard": ["one"]}, "echo/two": {"heard": ["two"]}}
    await runtime.stop()

    later, made = echoes()
    await later.load_state(saved)
    assert later.save_state() == saved, "what was loaded and not used yet is not lost"
    await later.send(Say("more"), AgentId("echo", "one"))
    assert made["one"].heard == ["one", "more"]
    assert later.save_state()["echo/two"] == {"heard": ["two"]}
    with pytest.raises(UnknownRecipient):
        await later.load_state({"nobody/1": {"x": 1}})
    await later.stop()


async def test_s21_undelivered_messages_are_saved_too() -> None:
    """AutoGen loses them (#4108)."""
    runtime, (a, _) = world(A, B)
    for kind in ("a", "b"):
        runtime.subscribe(TypeSubscription("default", kind))
    first = asyncio.ensure_future(runtime.send(Say("wait"), A))
    await until_true(lambda: a.running == 1)
    second = asyncio.ensure_future(runtime.send(Shout("sent"), A, sender=B))
    await until_true(lambda: runtime.statistics()[A].queued == 1)
    await runtime.publish(Say("published"), default_topic(source="1"))
    saved = json.loads(json.dumps(runtime.save()))
    assert [m["is_rpc"] for m in saved["undelivered"]] == [True, True, False, False]
    await runtime.stop()
    assert all(
        isinstance(e, Cancelled)
        for e in await asyncio.gather(first, second, return_exceptions=True)
    )

    later, (a2, b2) = world(A, B)
    later.message_types.register(Shout)
    a2.gate.set()
    await later.load(saved)
    await later.stop_when_idle()
    assert a2.heard == ["wait", "sent", "published"]
    assert b2.heard == ["published"]
    with pytest.raises(ValueError, match="format 2"):
        await later.load({**saved, "format": 2})


# Messages as JSON ------------------------------------------------------------------------------


class Point(BaseModel):
    x: int


@dataclass
class Shape:
    corners: list[Point]
    label: str | None = None
    inner: Shape | None = None


@dataclass
class Left:
    value: int


@dataclass
class Right:
    value: int


@dataclass
class Ambiguous:
    which: Left | Right


@dataclass
class Opaque:
    what: Actor = field(default_factory=Actor)


@pytest.mark.parametrize(
    "message",
    [
        Point(x=1),
        Shape([Point(x=1)], "triangle", Shape([])),
        Say("x"),
        UserMessage(content="x", source="y"),
        "text",
        3,
        {"a": [1]},
        None,
    ],
)
def test_s22_messages_come_back_as_they_were(message: Any) -> None:
    """AutoGen refuses dataclasses with unions, nested dataclasses and models; here they work."""
    types = MessageTypes()
    stored = json.loads(json.dumps(types.dump(message)))
    again = types.load(stored)
    assert again == message
    assert type(again) is type(message)


def test_s22_what_would_not_come_back_is_refused_when_it_is_stored() -> None:
    types = MessageTypes()
    with pytest.raises(ValueError, match="would come back as"):
        types.dump(Ambiguous(Right(1)))
    with pytest.raises(ValueError, match="cannot be stored"):
        types.dump(Opaque())


def test_s22_unknown_types_are_kept_and_names_do_not_clash() -> None:
    types = MessageTypes()
    stored = {"type": "somewhere.Else", "data": {"x": [1]}}
    unknown = types.load(stored)
    assert unknown == UnknownPayload("somewhere.Else", {"x": [1]})
    assert types.dump(unknown) == stored

    def another() -> type:
        @dataclass
        class Same:
            x: int

        return Same

    types.register(another())
    with pytest.raises(ValueError, match="already registered"):
        types.register(another())
    with pytest.raises(ValueError, match="does not fit its type"):
        types.load({**types.dump(Say("x")), "data": {"text": 1.5}})
