"""Scenarios 1 to 17 of the reference (autogen-semantics.md 9.2): actors and their messages."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

import pytest

from runtime.core import (
    DROP,
    Actor,
    ActorRuntime,
    AgentId,
    CancellationToken,
    Intervention,
    MessageContext,
    RoutedActor,
    TopicId,
    TypePrefixSubscription,
    TypeSubscription,
    default_subscription,
    default_topic,
    event,
    handles,
    rpc,
    subscribes,
)
from runtime.errors import Cancelled, MessageDropped, UnhandledMessage, UnknownRecipient
from tests.runtime.actors import A, Ask, B, Echo, Say, world
from tests.runtime.support import until_true

NEWS = TopicId("news", "1")


def subscribed(*ids: AgentId, **options: Any) -> tuple[ActorRuntime, list[Echo]]:
    """Actors that hear NEWS; all ids have the key 1."""
    runtime, echoes = world(*ids, **options)
    for agent_id in ids:
        runtime.subscribe(TypeSubscription("news", agent_id.type))
    return runtime, echoes


async def test_s01_a_type_is_registered_once_and_makes_what_it_was_registered_for() -> None:
    runtime = ActorRuntime()
    runtime.register("one", Echo)
    with pytest.raises(ValueError, match="already registered"):
        runtime.register("one", Echo)
    runtime.register("two", lambda: Echo(), expected_class=Ordered)
    with pytest.raises(ValueError, match="made a Echo, not a Ordered"):
        await runtime.send(Say("x"), AgentId("two", "k"))
    assert await runtime.send(Say("still works"), AgentId("one", "k")) == "still works"
    await runtime.stop()


async def test_s02_only_the_key_of_the_topics_source_hears() -> None:
    runtime = ActorRuntime()
    runtime.register("name", Echo)
    runtime.subscribe(TypeSubscription("default", "name"))
    assert await runtime.publish(Say("x"), default_topic()) == 1
    await runtime.stop_when_idle()
    assert {str(k): v.handled for k, v in runtime.statistics().items()} == {"name/default": 1}


@dataclass
class Round:
    number: int


@subscribes()
class Cascading(RoutedActor):
    runtime: ActorRuntime
    handled = 0

    @event
    async def on_round(self, message: Round, context: MessageContext) -> None:
        self.handled += 1
        if message.number < 5:
            await self.runtime.publish(Round(message.number + 1), default_topic())


async def test_s03_a_cascade_ends() -> None:
    """Each of five hears what the four others published: 5 + 5·4 + … + 5·4⁴ = 1705."""
    runtime = ActorRuntime()
    made: list[Cascading] = []

    def make() -> Cascading:
        made.append(Cascading())
        made[-1].runtime = runtime
        return made[-1]

    for number in range(5):
        runtime.register(f"agent{number}", make, expected_class=Cascading)
    for _ in range(5):
        await runtime.publish(Round(1), default_topic())
    await runtime.stop_when_idle()
    assert [actor.handled for actor in made] == [1705] * 5


async def test_s04_another_source_is_another_instance() -> None:
    runtime = ActorRuntime()
    runtime.register("name", Echo)
    runtime.subscribe(default_subscription("name"))
    await runtime.publish(Say("x"), default_topic(source="other"))
    await runtime.stop_when_idle()
    assert [str(agent_id) for agent_id in runtime.statistics()] == ["name/other"]


async def test_s05_an_instance_has_no_siblings() -> None:
    """AutoGen raises from stop_when_idle; here whoever publishes learns it at once."""
    runtime, (echo,) = subscribed(A)
    with pytest.raises(UnknownRecipient, match="a/unknown"):
        await runtime.publish(Say("x"), TopicId("news", "unknown"))
    await runtime.publish(Say("known"), NEWS)
    await runtime.stop_when_idle()
    assert echo.heard == ["known"]


@pytest.mark.parametrize("more", [0, 3])
async def test_s06_an_event_handlers_error_comes_out_at_the_end(more: int) -> None:
    runtime, (echo,) = subscribed(A)
    await runtime.publish(Say("fail"), NEWS)
    for number in range(more):
        await runtime.publish(Say(str(number)), NEWS)
    with pytest.raises(KeyError, match="original"):
        await runtime.stop_when_idle()
    # Improve: what came after the failure was handled before that.
    assert echo.heard == [str(number) for number in range(more)]


async def test_s07_a_factory_that_fails_leaves_the_runtime_usable(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def failing() -> Echo:
        raise OSError("no such device")

    runtime, (echo,) = subscribed(A)
    runtime.register("broken", failing)
    runtime.subscribe(TypeSubscription("news", "broken"))
    await runtime.publish(Say("one"), NEWS)
    assert await runtime.send(Say("two"), A) == "two"
    with pytest.raises(OSError, match="no such device"):
        await runtime.stop_when_idle()
    assert "broken/1 failed on Say" in caplog.text
    assert echo.heard == ["one", "two"]


class Both(RoutedActor):
    def __init__(self) -> None:
        self.calls: list[str] = []

    @event
    async def as_event(self, message: Say, context: MessageContext) -> None:
        self.calls.append(f"event {message.text}")

    @rpc
    async def as_rpc(self, message: Say, context: MessageContext) -> str:
        self.calls.append(f"rpc {message.text}")
        return "answer"


async def test_s08_a_publication_hits_the_event_handler_and_a_send_the_rpc_handler() -> None:
    runtime, both = ActorRuntime(), Both()
    runtime.register_instance(A, both)
    runtime.subscribe(TypeSubscription("news", "a"))
    await runtime.publish(Say("p"), NEWS)
    assert await runtime.send(Say("s"), A) == "answer"
    await runtime.stop_when_idle()
    assert both.calls == ["event p", "rpc s"]


class Ordered(RoutedActor):
    """Its handlers are not in alphabetical order: the declared one counts."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    @rpc(match=lambda message, context: message.text.startswith("a"))
    async def z_first(self, message: Say, context: MessageContext) -> str:
        return "first"

    @rpc(match=lambda message, context: "b" in message.text)
    async def a_second(self, message: Say, context: MessageContext) -> str:
        return "second"

    @rpc
    async def only_sent(self, message: int, context: MessageContext) -> int:
        self.calls.append("only_sent")
        return message


async def test_s09_the_first_handler_that_matches_is_called() -> None:
    runtime, ordered = ActorRuntime(), Ordered()
    runtime.register_instance(A, ordered)
    runtime.subscribe(TypeSubscription("news", "a"))
    assert await runtime.send(Say("a and b"), A) == "first"
    assert await runtime.send(Say("only b"), A) == "second"
    with pytest.raises(UnhandledMessage):
        await runtime.send(Say("neither"), A)
    await runtime.publish(1, NEWS)
    await runtime.stop_when_idle()
    assert ordered.calls == []


async def test_s10_an_unhandled_message_is_an_error() -> None:
    """AutoGen logs it, and an RPC resolves to None; here whoever sent it is told, and so is who
    stops the runtime, for a publication to an actor that knows no such type."""
    runtime, _ = subscribed(A)
    with pytest.raises(UnhandledMessage, match="a/1 does not handle float, sent by outside"):
        await runtime.send(1.5, A)
    await runtime.publish(1.5, NEWS)
    with pytest.raises(UnhandledMessage):
        await runtime.stop_when_idle()


class Hooks(Intervention):
    """Counts, and does at one point what it is told."""

    def __init__(self, at: str = "", act: Any = None) -> None:
        self.at, self.act = at, act
        self.seen: list[str] = []

    def _at(self, point: str, message: Any) -> Any:
        self.seen.append(point)
        if point != self.at:
            return message
        if isinstance(self.act, Exception):
            raise self.act
        return self.act

    async def on_send(self, message: Any, *, recipient: AgentId, context: MessageContext) -> Any:
        return self._at("send", message)

    async def on_publish(self, message: Any, *, context: MessageContext) -> Any:
        return self._at("publish", message)

    async def on_response(self, message: Any, *, sender: AgentId, recipient: AgentId | None) -> Any:
        return self._at("response", message)


@pytest.mark.parametrize(("point", "calls"), [("send", 0), ("response", 1)])
async def test_s11_dropping_tells_the_sender(point: str, calls: int) -> None:
    runtime, (echo,) = world(A, interventions=[Hooks(point, DROP)])
    with pytest.raises(MessageDropped):
        await runtime.send(Say("x"), A)
    assert len(echo.heard) == calls
    async with asyncio.timeout(5):
        await runtime.stop_when_idle()


@pytest.mark.parametrize("point", ["send", "response"])
async def test_s12_refusing_raises_the_same_error_and_idleness_is_still_found(point: str) -> None:
    runtime, _ = world(A, interventions=[Hooks(point, PermissionError("not you"))])
    with pytest.raises(PermissionError, match="not you"):
        await runtime.send(Say("x"), A)
    async with asyncio.timeout(5):
        await runtime.stop_when_idle()


@pytest.mark.parametrize("act", [DROP, PermissionError("not you")])
async def test_s12_a_publication_that_goes_no_further_leaves_no_trace(act: Any) -> None:
    runtime, (echo,) = subscribed(A, interventions=[Hooks("publish", act)])
    if act is DROP:
        assert await runtime.publish(Say("x"), NEWS) == 0
    else:
        with pytest.raises(PermissionError):
            await runtime.publish(Say("x"), NEWS)
    async with asyncio.timeout(5):
        await runtime.stop_when_idle()
    assert echo.heard == []


async def test_s13_interventions_see_each_message_once() -> None:
    hooks = Hooks()
    runtime, _ = subscribed(A, B, interventions=[hooks])
    await runtime.send(Say("x"), A)
    assert hooks.seen == ["send", "response"]
    await runtime.publish(Say("x"), NEWS)
    await runtime.stop_when_idle()
    assert hooks.seen == ["send", "response", "publish"]


async def test_s14_a_token_ends_the_wait_and_the_handler() -> None:
    runtime, (echo,) = world(A)
    token = CancellationToken()
    waiting = asyncio.ensure_future(runtime.send(Say("wait"), A, cancellation=token))
    await until_true(lambda: echo.running == 1)
    token.cancel()
    with pytest.raises(Cancelled):
        await waiting
    await runtime.stop_when_idle()
    assert (echo.cancelled, echo.heard) == (1, [])


@pytest.mark.parametrize("reached", [False, True])
async def test_s15_a_token_of_the_outermost_reaches_whoever_is_reached(reached: bool) -> None:
    """Here the inner send needs no token: a cancelled handler's own sends end with it."""
    runtime, (a, b) = world(A, B)
    token = CancellationToken()
    blocker = None
    if not reached:
        blocker = asyncio.ensure_future(runtime.send(Say("wait"), B))
        await until_true(lambda: b.running == 1)
    chain = asyncio.ensure_future(
        runtime.send(Ask(B, Say("wait" if reached else "inner")), A, cancellation=token)
    )
    if reached:
        await until_true(lambda: b.running == 1)
    else:
        await until_true(lambda: runtime.statistics()[B].queued == 1)
    token.cancel()
    with pytest.raises(Cancelled):
        await chain
    if blocker is not None:
        b.gate.set()
        assert await blocker == "wait"
    await runtime.stop_when_idle()
    assert (b.cancelled, b.heard) == ((1, []) if reached else (0, ["wait"]))
    assert a.running == 0


async def test_s16_the_same_subscription_twice_is_refused_and_two_that_overlap_deliver_once() -> (
    None
):
    """AutoGen's DefaultSubscription has a context where it knows its agent type; ours is told."""
    runtime, (echo,) = subscribed(A)
    with pytest.raises(ValueError, match="already added"):
        runtime.subscribe(TypeSubscription("news", "a"))
    runtime.subscribe(TypePrefixSubscription("ne", "a"))
    runtime.subscribe(TypePrefixSubscription("", "a"))
    assert default_subscription("a") == TypeSubscription("default", "a")
    assert await runtime.publish(Say("once"), NEWS) == 1
    await runtime.stop_when_idle()
    assert echo.heard == ["once"]


@pytest.mark.parametrize("wanted", [True, False])
async def test_s17_a_classes_own_subscriptions_can_be_left_out(wanted: bool) -> None:
    @subscribes("news", "other")
    class Reader(Echo):
        pass

    class Heir(Reader):
        """Subscriptions are not inherited."""

    runtime = ActorRuntime()
    runtime.register("reader", Reader, class_subscriptions=wanted)
    runtime.register("heir", Heir)
    assert await runtime.publish(Say("x"), NEWS) == (1 if wanted else 0)
    await runtime.stop_when_idle()


async def test_s17_prefixes_and_subscriptions_of_your_own_are_in_declared_order() -> None:
    class Even:
        """Hears topics whose type has an even length."""

        def recipient(self, topic: TopicId) -> AgentId | None:
            return AgentId("even", topic.source) if len(topic.type) % 2 == 0 else None

    order: list[str] = []

    class Noting(Actor):
        async def on_message(self, message: Any, context: MessageContext) -> Any:
            order.append(self.id.type)

    runtime = ActorRuntime()
    for kind in ("even", "prefix", "exact"):
        runtime.register(kind, Noting)
    even = Even()
    runtime.subscribe(even)
    runtime.subscribe(TypePrefixSubscription("ne", "prefix"))
    runtime.subscribe(TypeSubscription("news", "exact"))
    assert await runtime.publish("x", NEWS) == 3
    assert await runtime.publish("x", TopicId("new", "1")) == 1
    runtime.unsubscribe(even)
    assert await runtime.publish("x", NEWS) == 2
    await runtime.stop_when_idle()
    assert list(dict.fromkeys(order)) == ["even", "prefix", "exact"]
    with pytest.raises(LookupError):
        runtime.unsubscribe(even)


async def test_s17_handlers_of_a_subclass_come_before_its_parents() -> None:
    class Loud(Echo):
        @handles
        async def louder(self, message: Say, context: MessageContext) -> str:
            return message.text.upper()

    runtime, loud = ActorRuntime(), Loud()
    runtime.register_instance(A, loud)
    assert await runtime.send(Say("x"), A) == "X"
    assert await runtime.send(4, A) == 4
    await runtime.stop()
