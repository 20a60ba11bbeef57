from __future__ import annotations

import asyncio
from typing import Any

import pytest

from runtime.core import (
    DROP,
    ActorRuntime,
    AgentId,
    Intervention,
    MessageContext,
    RoutedActor,
    TopicId,
    TypePrefixSubscription,
    TypeSubscription,
    handles,
)
from runtime.errors import (
    MessageDropped,
)
from tests.runtime.actors import A, B, Echo, Say, world

# Publishing ------------------------------------------------------------------------------------


async def test_subscribers_are_made_when_they_are_needed_and_hear_once() -> None:
    made: list[Echo] = []

    async def factory() -> Echo:
        await asyncio.sleep(0)
        echo = Echo()
        made.append(echo)
        return echo

    runtime = ActorRuntime()
    runtime.register("echo", factory)
    runtime.subscribe(TypeSubscription("news", "echo"))
    runtime.subscribe(TypePrefixSubscription("ne", "echo"))
    assert not made
    counts = await asyncio.gather(
        *(runtime.publish(Say("hi"), TopicId("news", "t1")) for _ in range(3))
    )
    await runtime.stop_when_idle()
    assert counts == [1, 1, 1]
    assert len(made) == 1, "three first messages at once make one instance"
    assert made[0].heard == ["hi", "hi", "hi"]
    assert made[0].id == AgentId("echo", "t1")


async def test_the_topics_source_chooses_the_instance() -> None:
    made: dict[str, Echo] = {}

    class Named(Echo):
        async def on_message(self, message: Any, context: MessageContext) -> Any:
            made[self.id.key] = self
            return await super().on_message(message, context)

    runtime = ActorRuntime()
    runtime.register("echo", Named)
    runtime.subscribe(TypeSubscription("news", "echo"))
    await runtime.publish(Say("x"), TopicId("news", "one"))
    await runtime.publish(Say("y"), TopicId("news", "two"))
    await runtime.stop_when_idle()
    assert {key: echo.heard for key, echo in made.items()} == {"one": ["x"], "two": ["y"]}


async def test_the_sender_does_not_hear_itself() -> None:
    runtime, (a, b) = world(A, B)
    runtime.subscribe(TypeSubscription("t", "a"))
    runtime.subscribe(TypeSubscription("t", "b"))
    assert await runtime.publish(Say("x"), TopicId("t", "1"), sender=A) == 1
    await runtime.stop_when_idle()
    assert (a.heard, b.heard) == ([], ["x"])


async def test_an_error_that_nobody_waits_for_comes_out_at_the_end() -> None:
    runtime, (echo,) = world(A)
    runtime.subscribe(TypeSubscription("t", "a"))
    await runtime.publish(Say("fail"), TopicId("t", "1"))
    await runtime.publish(Say("fine"), TopicId("t", "1"))
    with pytest.raises(KeyError, match="original"):
        await runtime.stop_when_idle()
    assert echo.heard == ["fine"]


async def test_nobody_subscribed() -> None:
    runtime, _ = world(A)
    assert await runtime.publish(Say("x"), TopicId("t")) == 0
    await runtime.stop()


def test_subscriptions_are_added_and_removed_once() -> None:
    runtime = ActorRuntime()
    subscription = TypeSubscription("t", "a")
    runtime.subscribe(subscription)
    with pytest.raises(ValueError, match="already"):
        runtime.subscribe(TypeSubscription("t", "a"))
    runtime.unsubscribe(subscription)
    with pytest.raises(LookupError):
        runtime.unsubscribe(subscription)


# Interventions ---------------------------------------------------------------------------------


class Change(Intervention):
    def __init__(self, suffix: str) -> None:
        self.suffix = suffix

    async def on_send(self, message: Any, *, recipient: AgentId, context: MessageContext) -> Any:
        return Say(message.text + self.suffix)

    async def on_response(self, message: Any, *, sender: AgentId, recipient: Any) -> Any:
        return f"<{message}>"


class Drop(Intervention):
    async def on_send(self, message: Any, *, recipient: AgentId, context: MessageContext) -> Any:
        return DROP

    async def on_publish(self, message: Any, *, context: MessageContext) -> Any:
        return DROP


class Refuse(Intervention):
    async def on_send(self, message: Any, *, recipient: AgentId, context: MessageContext) -> Any:
        raise PermissionError("no")


async def test_interventions_chain() -> None:
    runtime, _ = world(A, interventions=[Change("1"), Change("2")])
    assert await runtime.send(Say("x"), A) == "<<x12>>"
    await runtime.stop()


async def test_interventions_drop_and_refuse() -> None:
    runtime, (echo,) = world(A, interventions=[Drop()])
    runtime.subscribe(TypeSubscription("t", "a"))
    with pytest.raises(MessageDropped):
        await runtime.send(Say("x"), A)
    assert await runtime.publish(Say("x"), TopicId("t", "1")) == 0
    await runtime.stop_when_idle()
    assert echo.heard == []

    refusing, _ = world(A, interventions=[Refuse()])
    with pytest.raises(PermissionError):
        await refusing.send(Say("x"), A)
    await refusing.stop_when_idle()


# State and identity ----------------------------------------------------------------------------


async def test_state_is_saved_and_restored_by_actor() -> None:
    runtime, _ = world(A, B)
    await runtime.send(Say("remember"), A)
    state = runtime.save_state()
    assert state == {"a/1": {"heard": ["remember"]}}
    await runtime.stop()

    fresh, (a, b) = world(A, B)
    await fresh.load_state(state)
    assert (a.heard, b.heard) == (["remember"], [])
    await fresh.stop()


async def test_the_scope_is_handed_on() -> None:
    runtime, (echo,) = world(A)
    scope = object()
    await runtime.send(Say("x"), A, scope=scope)
    assert echo.scopes == [scope]
    await runtime.stop()


async def test_a_factory_that_fails_fails_its_caller_and_is_tried_again() -> None:
    attempts = []

    def factory() -> Echo:
        attempts.append(1)
        if len(attempts) == 1:
            raise OSError("not yet")
        return Echo()

    runtime = ActorRuntime()
    runtime.register("echo", factory)
    with pytest.raises(OSError, match="not yet"):
        await runtime.send(Say("x"), AgentId("echo", "1"))
    assert await runtime.send(Say("x"), AgentId("echo", "1")) == "x"
    await runtime.stop()


def test_ids() -> None:
    assert AgentId.parse("a.b/k/l") == AgentId("a.b", "k/l")
    for bad in ("no slash", "bad type/1"):
        with pytest.raises(ValueError, match="agent"):
            AgentId.parse(bad)
    with pytest.raises(ValueError, match="topic"):
        TopicId("bad topic")


def test_a_type_is_registered_once() -> None:
    runtime, _ = world(A)
    runtime.register("x", Echo)
    for register in (
        lambda: runtime.register("x", Echo),
        lambda: runtime.register("a", Echo),
        lambda: runtime.register_instance(AgentId("x", "1"), Echo()),
        lambda: runtime.register_instance(A, Echo()),
    ):
        with pytest.raises(ValueError, match="already registered"):
            register()


def test_a_handler_must_declare_its_message() -> None:
    with pytest.raises(TypeError, match="must be declared"):

        class _Bad(RoutedActor):
            @handles
            async def on_any(self, message, context): ...  # type: ignore[no-untyped-def]
