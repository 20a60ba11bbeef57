from __future__ import annotations

import asyncio
from typing import Any

import pytest

from runtime.core import (
    Actor,
    ActorRuntime,
    AgentId,
    CancellationToken,
    MessageContext,
)
from runtime.errors import (
    Cancelled,
    DeliveryTimeout,
    MailboxFull,
    ReentrantSend,
    UnhandledMessage,
    UnknownRecipient,
)
from tests.runtime.actors import A, Ask, B, C, Count, Say, Shout, world
from tests.runtime.support import until_true


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
