"""Defects of AutoGen (autogen-semantics.md 10) that are absent here, by the number of their issue
or, where it has none, as "confirmed by us". Those that a scenario or another suite shows already
are listed in test_defects_elsewhere.py."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

from runtime.components.base import Palette
from runtime.components.catalog import CATALOG
from runtime.components.registry import _load
from runtime.core import ActorRuntime, AgentId, TopicId, TypeSubscription
from runtime.errors import DeliveryTimeout
from runtime.tools.base import GROUP, RegisteredTool
from tests.conformance.sessions import Asked, Ended, Session, ran
from tests.runtime import sample_tools
from tests.runtime.actors import A, B, Echo, Say, world
from tests.runtime.support import agent, calls, command, mention, model, person, team, until
from tests.runtime.support import until_true as until_state
from tests.runtime.test_teams import component, echo, flow, swarm

# Actors ----------------------------------------------------------------------------------------


async def test_idle_means_that_the_siblings_of_a_failed_handler_have_ended_too() -> None:
    """Confirmed by us: stop_when_idle returns early after one handler of a publication fails."""
    runtime, (_, b) = world(A, B)
    for kind in ("a", "b"):
        runtime.subscribe(TypeSubscription("t", kind))
    runtime.subscribe(TypeSubscription("slow", "b"))
    await runtime.publish(Say("wait"), TopicId("slow", "1"))
    await runtime.publish(Say("fail"), TopicId("t", "1"), sender=B)
    await until_state(lambda: runtime.statistics()[A].handled == 1)
    stopping = asyncio.ensure_future(runtime.stop_when_idle())
    for _ in range(10):
        await asyncio.sleep(0)
    assert not stopping.done()
    b.gate.set()
    with pytest.raises(KeyError):
        await stopping
    assert b.heard == ["wait"]


async def test_a_cancelled_message_whose_handler_fails_leaves_no_trace() -> None:
    """Confirmed by us (1.6): InvalidStateError inside the runtime, and stop_when_idle hangs."""

    class Sour(Echo):
        async def on_message(self, message: Any, context: Any) -> Any:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                raise RuntimeError("I do not like to be cancelled") from None

    runtime = ActorRuntime()
    runtime.register_instance(A, Sour())
    with pytest.raises(DeliveryTimeout):
        await runtime.send(Say("x"), A, deadline=0.01)
    async with asyncio.timeout(5):
        await runtime.stop_when_idle()


async def test_topics_that_were_seen_once_are_not_kept_for_ever() -> None:
    """#4893: the subscription manager's cache of topics grows without end."""
    runtime, _ = world(A)
    table = runtime._subscriptions
    for number in range(25_000):
        table.recipients(TopicId(f"topic{number}", "x"))
    assert len(table._agent_types) <= 10_000


async def test_a_lookup_does_not_ask_every_subscription() -> None:
    """Ten thousand subscriptions to other topics cost a publication nothing that grows."""
    runtime = ActorRuntime()
    asked = 0

    class Counted(TypeSubscription):
        def recipient(self, topic: TopicId) -> AgentId | None:
            nonlocal asked
            asked += 1
            return super().recipient(topic)

    for number in range(10_000):
        runtime.subscribe(Counted(f"topic{number}", "echo"))
    runtime.register("echo", Echo)
    assert await runtime.publish(Say("x"), TopicId("topic5000", "k")) == 1
    assert asked == 0
    await runtime.stop_when_idle()


def test_registering_four_thousand_types_is_linear() -> None:
    """AutoGen: 29 s, quadratic. The bound is far above what it takes, and far below that."""

    def seconds(count: int) -> float:
        runtime, begun = ActorRuntime(), time.perf_counter()
        for number in range(count):
            runtime.register(f"type{number}", Echo)
            runtime.subscribe(TypeSubscription(f"topic{number}", f"type{number}"))
        return time.perf_counter() - begun

    assert seconds(4_000) < 3.0


async def test_actors_are_released() -> None:
    """#5374: there is no way to release an agent."""
    runtime = ActorRuntime()
    runtime.register("echo", Echo)
    for number in range(50):
        await runtime.send(Say("x"), AgentId("echo", str(number)))
        assert await runtime.evict(AgentId("echo", str(number)))
    assert runtime.statistics() == {}
    assert len(runtime.save_state()) == 50
    await runtime.stop()


# Cancellation and hangs ------------------------------------------------------------------------


async def cancels_itself() -> str:
    """A tool whose own inside was cancelled."""
    raise asyncio.CancelledError("the library gave up")


CancelsItself = type(
    "CancelsItself",
    (RegisteredTool,),
    {
        "provider": "troupe.tools.CancelsItself",
        "function": staticmethod(cancels_itself),
        "tool_effect": "pure",
        "has_side_effects": False,
        "palette": Palette("CancelsItself", "For tests.", GROUP, "flask"),
    },
)


async def test_a_tool_that_raises_cancelled_does_not_hang_its_agent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """#7956: the end of the agent's stream is never reached, and the team hangs for ever."""
    monkeypatch.setitem(CATALOG, "troupe.tools.CancelsItself", f"{__name__}:CancelsItself")
    _load.cache_clear()
    script = model(calls(("cancels_itself", {})), "I see")
    session = Session(team(agent("a", script, "CancelsItself"), max_turns=1))
    async with asyncio.timeout(10):
        ended = await session.run()
        assert ended.outcome in ("completed", "failed")
        later = await session.run("Again", spec=team(echo("a"), max_turns=1))
    assert later.outcome == "completed"


@pytest.mark.parametrize("raw", ["[1]", "{", "5", '"text"'])
async def test_a_handoff_with_odd_arguments_does_not_hang(raw: str) -> None:
    """#7956: a handoff tool with arguments that are no object."""
    first = agent("a", model(calls(("transfer_to_b", raw)), "text"), handoffs=["b"])
    session = Session(swarm(first, echo("b"), max_turns=2))
    async with asyncio.timeout(10):
        ended = await session.run()
    assert ended.outcome == "completed"


@pytest.mark.usefixtures("tools")
@pytest.mark.parametrize("how", ["stop", "cancel"])
async def test_a_cancelled_tool_call_ends_the_run_at_once(how: str) -> None:
    """#7956, #7100: cancelling while a tool runs hangs, or is noticed after everything is read."""
    session = Session(team(agent("a", model(calls(("wait", {})), "x"), "Wait"), max_turns=1))
    journal = session.open()
    run = asyncio.ensure_future(session.engine(journal, "Go").run())
    await until_state(lambda: sample_tools.waiting == 1)
    async with asyncio.timeout(5):
        if how == "stop":
            command(journal, "stop")
            assert await run == "stopped"
        else:
            run.cancel()
            with pytest.raises(asyncio.CancelledError):
                await run
    assert sample_tools.cancelled == 1


async def test_a_stop_reaches_a_person_who_is_asked() -> None:
    """#4376: an external stop does not reach the input function."""
    session = Session(team(team(person("deep"), max_turns=1), max_turns=1))
    journal = session.open()
    run = asyncio.ensure_future(session.engine(journal, "Go").run())
    await until(journal, "input.requested")
    command(journal, "stop")
    async with asyncio.timeout(5):
        assert await run == "stopped"


async def test_an_empty_reply_is_an_empty_message() -> None:
    """3.2: an empty list of calls gives an empty summary; #7828: one who says nothing hangs all."""
    silent = agent("a", model({"content": ""}, {"content": None}))
    ended = await ran(team(silent, echo("b"), max_turns=4))
    assert ended.said[1] == ("a", "")
    assert ended.sources == ["user", "a", "b", "a", "b"]


# Teams -----------------------------------------------------------------------------------------

FAN_OUT = {"s": ["a", "b", "c"], "a": ["e"], "b": ["e"], "c": ["e"], "e": []}
"""Something is left to do after the parallel step: a graph that is complete ends as such."""


@pytest.mark.parametrize("who", ["a", "b", "c"])
async def test_terminations_see_every_message_of_a_parallel_step(who: str) -> None:
    """#8206: only the last to finish is passed to the conditions."""
    members = [echo(name, f"{name} STOP" if name == who else name) for name in "abc"]
    members += [echo("s"), echo("e")]
    ended = await ran(flow(FAN_OUT, *members, termination_condition=mention("STOP")))
    assert ended.stop_reason == "Text 'STOP' mentioned"
    assert ended.sources == ["user", "s", "a", "b", "c"]


async def test_messages_of_a_parallel_step_are_counted() -> None:
    """#8206: MaxMessage(4) never fires with five messages."""
    limit = component("conditions.MaxMessageTermination", "termination", max_messages=4)
    spec = flow(FAN_OUT, *(echo(name) for name in "sabce"), termination_condition=limit)
    ended = await ran(spec)
    assert ended.stop_reason.startswith("Maximum number of messages 4 reached")


@pytest.mark.usefixtures("tools")
async def test_a_fan_out_runs_in_parallel() -> None:
    """#6484."""
    waits = [agent(name, model(calls(("wait", {})), name), "Wait") for name in "abc"]
    session = Session(flow(FAN_OUT, echo("s"), *waits, echo("e")))
    journal = session.open()
    run = asyncio.ensure_future(session.engine(journal, "Go").run())
    await until_state(lambda: sample_tools.waiting == 3)
    assert sample_tools.open_gate is not None
    sample_tools.open_gate.set()
    assert await run == "completed"
    assert Ended("completed", journal).sources == ["user", "s", "a", "b", "c", "e"]


async def test_a_join_goes_on_without_a_parent_that_was_skipped() -> None:
    """#6716, #7008: the join never fires, and the run ends silently as complete."""
    edges: dict[str, list[Any]] = {
        "a": [{"target": "b", "condition": "left"}, {"target": "c", "condition": "right"}],
        "b": ["d"],
        "c": ["d"],
        "d": [],
    }
    spec = flow(edges, echo("a", "go left"), *(echo(name) for name in "bcd"))
    assert (await ran(spec)).sources == ["user", "a", "b", "d"]


async def test_a_loop_into_the_group_of_the_entry_does_not_block_the_start() -> None:
    """#6710, #6711: an "all" join of entry and loop never starts."""
    edges: dict[str, list[Any]] = {
        "s": ["a"],
        "a": [{"target": "a2"}],
        "a2": [{"target": "a", "condition": "again"}, {"target": "e", "condition": "end"}],
        "e": [],
    }
    members = [echo("s"), echo("a"), echo("a2", "again", "end"), echo("e")]
    ended = await ran(flow(edges, *members, max_turns=9))
    assert ended.sources == ["user", "s", "a", "a2", "a", "a2", "e"]


async def test_what_a_node_says_of_its_activation_counts() -> None:
    """#6643, and confirmed by us: activation="any" of a node is ignored."""
    spec = flow(
        {"s": ["a", "b"], "a": ["e"], "b": ["c"], "c": ["e"], "e": []},
        *(echo(name) for name in "sabce"),
    )
    waiting = await ran(spec)
    assert waiting.sources == ["user", "s", "a", "b", "c", "e"]
    spec["config"]["graph"]["nodes"]["e"]["activation"] = "any"
    assert (await ran(spec)).sources == ["user", "s", "a", "b", "e", "c", "e"]


async def test_a_nested_team_that_heard_nothing_new_speaks_all_the_same() -> None:
    """#6187: "Task list cannot be empty"."""
    inner = team(echo("x", "one", "two"), max_turns=1)
    inner["config"]["name"] = "cell"
    ended = await ran(team(inner, max_turns=2))
    assert ended.said == [("user", "Go"), ("x", "one"), ("x", "two")]


@pytest.mark.parametrize("name", ["team", "root", "RoundRobinGroupChatManager"])
async def test_a_member_may_have_any_name(name: str) -> None:
    """Ours once: a member named like the actor of the root team kept a run from beginning."""
    ended = await ran(team(echo(name), max_turns=1))
    assert ended.sources == ["user", name]
    inner = team(echo("x"), max_turns=1)
    inner["config"]["name"] = name
    assert (await ran(team(inner, max_turns=1))).sources == ["user", "x"]


async def test_text_mention_keeps_its_sources_when_it_is_stored() -> None:
    """5: the sources are lost."""
    spec = team(
        echo("a", "STOP"), echo("b", "STOP"), termination_condition=mention("STOP", sources=["b"])
    )
    from runtime.components.spec import Component

    stored = Component.model_validate_json(Component.model_validate(spec).model_dump_json())
    ended = await ran(stored.model_dump(exclude_none=True))
    assert ended.sources == ["user", "a", "b"]


# Memory and models -----------------------------------------------------------------------------


async def test_memories_stand_in_each_request_once_and_system_messages_together(
    asked: Asked,
) -> None:
    """Confirmed by us: memories pile up. #7085, #6850: system messages in the middle."""
    memory = {
        "provider": "autogen_core.memory.ListMemory",
        "component_type": "memory",
        "config": {"memory_contents": [{"content": "Bees fly.", "mime_type": "text/plain"}]},
    }
    members = [agent("a", model("1", "2", "3"), memory=[memory]), echo("b", *"123")]
    await ran(team(*members, max_turns=5))
    requests = asked.of("a")
    assert len(requests) == 3
    for request in requests:
        kinds = [message.type for message in request.messages]
        system = kinds.count("SystemMessage")
        assert kinds[:system] == ["SystemMessage"] * system
        assert str(request.messages).count("Bees fly.") == 1
