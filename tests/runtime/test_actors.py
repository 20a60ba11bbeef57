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
    handles,
)
from runtime.errors import (
    Cancelled,
    DeliveryTimeout,
    MailboxFull,
    MessageDropped,
    ReentrantSend,
    UnhandledMessage,
    UnknownRecipient,
)
from tests.runtime.support import until_true


@dataclass
class Say:
    text: str


@dataclass
class Shout(Say):
    pass


@dataclass
class Count:
    by: int


@dataclass
class Ask:
    whom: AgentId
    then: Any


class Echo(RoutedActor):
    def __init__(self) -> None:
        self.heard: list[str] = []
        self.running = 0
        self.most_running = 0
        self.gate = asyncio.Event()
        self.cancelled = 0
        self.scopes: list[Any] = []

    @handles
    async def on_say(self, message: Say, context: MessageContext) -> str:
        self.running += 1
        self.most_running = max(self.most_running, self.running)
        self.scopes.append(context.scope)
        try:
            if message.text == "wait":
                await self.gate.wait()
            if message.text == "fail":
                raise KeyError("original")
            await asyncio.sleep(0)
            self.heard.append(message.text)
            return message.text
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        finally:
            self.running -= 1

    @handles
    async def on_number(self, message: Count | int, context: MessageContext) -> int:
        return message.by if isinstance(message, Count) else message

    @handles
    async def on_ask(self, message: Ask, context: MessageContext) -> Any:
        return await self.runtime.send(message.then, message.whom)

    runtime: ActorRuntime

    def save_state(self) -> dict[str, Any]:
        return {"heard": self.heard} if self.heard else {}

    def load_state(self, state: dict[str, Any]) -> None:
        self.heard = state["heard"]


A, B, C = AgentId("a", "1"), AgentId("b", "1"), AgentId("c", "1")


def world(*ids: AgentId, **options: Any) -> tuple[ActorRuntime, list[Echo]]:
    runtime = ActorRuntime(**options)
    echoes = []
    for agent_id in ids:
        echo = Echo()
        echo.runtime = runtime
        runtime.register_instance(agent_id, echo)
        echoes.append(echo)
    return runtime, echoes


async def test_requests_are_answered() -> None:
    runtime, _ = world(A)
    assert await runtime.send(Say("hi"), A) == "hi"
    await runtime.stop()


async def test_handlers_are_found_by_type_subclass_and_union() -> None:
    runtime, (echo,) = world(A)
    assert await runtime.send(Shout("loud"), A) == "loud"
    assert await runtime.send(Count(3), A) == 3
    assert await runtime.send(4, A) == 4
    assert echo.heard == ["loud"]
    await runtime.stop()


async def test_one_message_at_a_time_in_order() -> None:
    runtime, (echo,) = world(A)
    await asyncio.gather(*(runtime.send(Say(str(i)), A) for i in range(20)))
    assert echo.most_running == 1
    assert echo.heard == [str(i) for i in range(20)]
    statistics = runtime.statistics()[A]
    assert (statistics.handled, statistics.accepted, statistics.queued) == (20, 20, 0)
    assert statistics.peak == 20
    await runtime.stop()


async def test_an_unhandled_message_names_both_ends() -> None:
    runtime, _ = world(A, B)
    with pytest.raises(UnhandledMessage, match=r"b/1 does not handle float, sent by a/1"):
        await runtime.send(Ask(B, 1.5), A)
    await runtime.stop()


async def test_an_unknown_recipient_names_both_ends() -> None:
    runtime, _ = world(A)
    with pytest.raises(UnknownRecipient, match=r"a/1 sent Say to nobody/1"):
        await runtime.send(Ask(AgentId("nobody", "1"), Say("x")), A)
    await runtime.stop()


async def test_the_original_error_reaches_the_caller_and_the_actor_goes_on() -> None:
    runtime, _ = world(A, B)
    with pytest.raises(KeyError, match="original"):
        await runtime.send(Ask(B, Say("fail")), A)
    assert await runtime.send(Say("still here"), B) == "still here"
    await runtime.stop()


@pytest.mark.parametrize(
    "message", [Ask(A, Say("x")), Ask(B, Ask(A, Say("x"))), Ask(B, Ask(C, Ask(B, Say("x"))))]
)
async def test_a_reentrant_send_fails_at_once(message: Ask) -> None:
    runtime, _ = world(A, B, C)
    with pytest.raises(ReentrantSend):
        await runtime.send(message, A)
    assert await runtime.send(Say("fine"), A) == "fine"
    await runtime.stop()


async def test_two_that_wait_for_each_other_do_not_hang() -> None:
    runtime, _ = world(A, B)
    results = await asyncio.gather(
        runtime.send(Ask(B, Say("x")), A),
        runtime.send(Ask(A, Say("y")), B),
        return_exceptions=True,
    )
    assert any(isinstance(result, ReentrantSend) for result in results)
    assert await runtime.send(Say("fine"), A) == "fine"
    await runtime.stop()


async def test_asking_a_busy_actor_that_waits_for_nobody_is_no_reentrance() -> None:
    runtime, (_, b, _) = world(A, B, C)
    slow = asyncio.ensure_future(runtime.send(Say("wait"), B))
    asked = asyncio.ensure_future(runtime.send(Ask(B, Say("later")), A))
    await until_true(lambda: runtime.statistics()[B].queued == 1)
    b.gate.set()
    assert await slow == "wait"
    assert await asked == "later"
    await runtime.stop()


async def test_a_deadline_ends_the_wait_and_the_handler() -> None:
    runtime, (echo,) = world(A)
    with pytest.raises(DeliveryTimeout, match="a/1"):
        await runtime.send(Say("wait"), A, deadline=0.01)
    assert await runtime.send(Say("next"), A) == "next"
    assert echo.cancelled == 1
    await runtime.stop()


async def test_a_token_ends_the_wait_and_the_handler() -> None:
    runtime, (echo,) = world(A)
    token = CancellationToken()
    waiting = asyncio.ensure_future(runtime.send(Say("wait"), A, cancellation=token))
    await until_true(lambda: echo.running == 1)
    token.cancel()
    with pytest.raises(Cancelled):
        await waiting
    assert await runtime.send(Say("next"), A) == "next"
    assert echo.cancelled == 1
    await runtime.stop()


async def test_a_cancelled_token_refuses_at_once_and_keeps_no_callbacks() -> None:
    runtime, _ = world(A)
    token = CancellationToken()
    for _ in range(3):
        await runtime.send(Say("x"), A, cancellation=token)
    assert not token._callbacks
    token.cancel()
    with pytest.raises(Cancelled):
        await runtime.send(Say("x"), A, cancellation=token)
    await runtime.stop()


async def test_a_token_callback_may_use_the_token() -> None:
    token = CancellationToken()
    seen = []
    token.on_cancel(lambda: seen.append(token.cancelled))
    token.on_cancel(lambda: token.on_cancel(lambda: seen.append(True))())
    token.cancel()
    token.cancel()
    assert seen == [True, True]


async def test_cancelling_the_caller_cancels_the_whole_chain() -> None:
    runtime, (_, b) = world(A, B)
    chain = asyncio.ensure_future(runtime.send(Ask(B, Say("wait")), A))
    await until_true(lambda: b.running == 1)
    chain.cancel()
    with pytest.raises(asyncio.CancelledError):
        await chain
    assert await runtime.send(Say("next"), B) == "next"
    assert b.cancelled == 1
    await runtime.stop()


async def test_a_handler_that_ignores_its_cancellation_holds_nobody() -> None:
    class Stubborn(Actor):
        def __init__(self) -> None:
            self.release = asyncio.Event()

        async def on_message(self, message: Any, context: MessageContext) -> Any:
            while not self.release.is_set():
                try:
                    await self.release.wait()
                except asyncio.CancelledError:
                    continue

    runtime = ActorRuntime()
    stubborn = Stubborn()
    runtime.register_instance(A, stubborn)
    with pytest.raises(DeliveryTimeout):
        await runtime.send("x", A, deadline=0.01)
    with pytest.raises(DeliveryTimeout):
        await runtime.send("y", A, deadline=0.01)
    stubborn.release.set()
    await runtime.stop()


async def test_a_full_mailbox_refuses() -> None:
    runtime, (echo,) = world(A, mailbox_capacity=2)
    waiting = [asyncio.ensure_future(runtime.send(Say("wait"), A))]
    await until_true(lambda: echo.running == 1)
    waiting += [asyncio.ensure_future(runtime.send(Say(str(i)), A)) for i in range(2)]
    await until_true(lambda: runtime.statistics()[A].queued == 2)
    with pytest.raises(MailboxFull, match="a/1 is full"):
        await runtime.send(Say("too much"), A)
    assert runtime.statistics()[A].refused == 1
    echo.gate.set()
    assert await asyncio.gather(*waiting) == ["wait", "0", "1"]
    await runtime.stop()


async def test_stop_fails_whoever_still_waits() -> None:
    runtime, (echo,) = world(A)
    first = asyncio.ensure_future(runtime.send(Say("wait"), A))
    await until_true(lambda: echo.running == 1)
    second = asyncio.ensure_future(runtime.send(Say("never"), A))
    await asyncio.sleep(0)
    await runtime.stop()
    for waiting in (first, second):
        with pytest.raises(Cancelled):
            await waiting
    assert echo.heard == []


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


async def test_a_message_whose_sender_left_is_not_handled() -> None:
    runtime, (echo,) = world(A)
    first = asyncio.ensure_future(runtime.send(Say("wait"), A))
    await until_true(lambda: echo.running == 1)
    second = asyncio.ensure_future(runtime.send(Say("never"), A))
    await until_true(lambda: runtime.statistics()[A].queued == 1)
    second.cancel()
    await until_true(second.cancelled)
    echo.gate.set()
    assert await first == "wait"
    assert await runtime.send(Say("last"), A) == "last"
    assert echo.heard == ["wait", "last"]
    await runtime.stop()


async def test_a_cancelled_message_leaves_no_mark_on_the_next() -> None:
    class Counts(Actor):
        async def on_message(self, message: Any, context: MessageContext) -> Any:
            if message == "wait":
                await asyncio.Event().wait()
            task = asyncio.current_task()
            return task.cancelling() if task else None

    runtime = ActorRuntime()
    runtime.register_instance(A, Counts())
    with pytest.raises(DeliveryTimeout):
        await runtime.send("wait", A, deadline=0.01)
    assert await runtime.send("count", A) == 0
    await runtime.stop()
