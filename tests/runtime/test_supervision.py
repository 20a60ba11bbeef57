"""Supervision and eviction, which AutoGen's core has not, and long mailboxes."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from runtime.core import (
    ActorRuntime,
    AgentId,
    CancellationToken,
    IdleEviction,
    MessageContext,
    Supervision,
    default_subscription,
    default_topic,
)
from runtime.core.mailbox import Envelope, Mailbox
from runtime.errors import ActorStopped, Cancelled, MailboxFull
from tests.runtime.actors import A, Echo, Say, world
from tests.runtime.support import until_true


class Fragile(Echo):
    made = 0
    closed = 0

    def __init__(self) -> None:
        super().__init__()
        type(self).made += 1

    async def close(self) -> None:
        type(self).closed += 1


def fragile(**rule: Any) -> tuple[ActorRuntime, type[Fragile]]:
    class Own(Fragile):
        pass

    runtime = ActorRuntime()
    runtime.register("fragile", Own, supervision=Supervision(**rule))
    return runtime, Own


F = AgentId("fragile", "1")


async def test_a_failing_actor_keeps_its_state_unless_told_otherwise() -> None:
    runtime, kind = fragile()
    await runtime.send(Say("before"), F)
    with pytest.raises(KeyError):
        await runtime.send(Say("fail"), F)
    assert runtime.save_state() == {"fragile/1": {"heard": ["before"]}}
    assert (kind.made, kind.closed) == (1, 0)
    await runtime.stop()


async def test_a_failing_actor_can_start_anew_so_many_times() -> None:
    runtime, kind = fragile(on_failure="restart", max_restarts=1)
    await runtime.send(Say("before"), F)
    results = await asyncio.gather(
        *(runtime.send(Say(text), F) for text in ("fail", "between", "fail", "after")),
        return_exceptions=True,
    )
    assert isinstance(results[0], KeyError)
    assert results[1] == "between"
    assert isinstance(results[2], KeyError)
    assert isinstance(results[3], ActorStopped)
    assert (kind.made, kind.closed) == (2, 2)
    with pytest.raises(ActorStopped, match="KeyError"):
        await runtime.send(Say("much later"), F)
    assert await runtime.evict(F)
    assert await runtime.send(Say("anew"), F) == "anew"
    await runtime.stop()


async def test_a_cancelled_message_is_no_failure() -> None:
    runtime, kind = fragile(on_failure="stop")
    token = CancellationToken()
    waiting = asyncio.ensure_future(runtime.send(Say("wait"), F, cancellation=token))
    await until_true(lambda: kind.made == 1)
    token.cancel()
    with pytest.raises(Cancelled):
        await waiting
    assert await runtime.send(Say("fine"), F) == "fine"
    await runtime.stop()


async def test_one_stopped_recipient_keeps_a_publication_from_no_other() -> None:
    runtime, _ = fragile(on_failure="stop")
    runtime.register("echo", Echo)
    for kind in ("fragile", "echo"):
        runtime.subscribe(default_subscription(kind))
    topic = default_topic(source="1")
    with pytest.raises(KeyError):
        await runtime.send(Say("fail"), F)
    with pytest.raises(ActorStopped):
        await runtime.publish(Say("x"), topic)
    await runtime.stop_when_idle()
    assert runtime.save_state() == {"echo/1": {"heard": ["x"]}}


async def test_an_evicted_actor_comes_back_with_its_state() -> None:
    runtime, kind = fragile()
    await runtime.send(Say("one"), F)
    await until_true(lambda: runtime.statistics()[F].queued == 0)
    assert await runtime.evict(F)
    assert (runtime.statistics(), kind.closed) == ({}, 1)
    assert runtime.save_state() == {"fragile/1": {"heard": ["one"]}}
    await runtime.send(Say("two"), F)
    assert runtime.save_state() == {"fragile/1": {"heard": ["one", "two"]}}
    assert kind.made == 2
    await runtime.stop()


async def test_what_is_busy_or_an_instance_is_not_evicted() -> None:
    runtime, _ = world(A)
    runtime.register("echo", Echo)
    assert not await runtime.evict(A)
    assert not await runtime.evict(AgentId("echo", "never used"))
    slow = AgentId("echo", "slow")
    waiting = asyncio.ensure_future(runtime.send(Say("wait"), slow))
    await until_true(lambda: slow in runtime.statistics())
    assert not await runtime.evict(slow)
    waiting.cancel()
    await runtime.stop()


async def test_the_longest_unused_leave_while_there_are_too_many() -> None:
    runtime = ActorRuntime(eviction=IdleEviction(max_actors=3))
    runtime.register("echo", Echo)
    for number in range(10):
        await runtime.send(Say(str(number)), AgentId("echo", str(number)))
        await until_true(lambda: len(runtime.statistics()) <= 3)
    assert len(runtime.save_state()) == 10
    assert await runtime.send(Say("again"), AgentId("echo", "0")) == "again"
    assert runtime.save_state()["echo/0"] == {"heard": ["0", "again"]}
    await runtime.stop()


async def test_the_unused_leave_after_a_while() -> None:
    runtime = ActorRuntime(eviction=IdleEviction(max_age=0.001))
    runtime.register("echo", Echo)
    await runtime.send(Say("x"), AgentId("echo", "0"))
    await until_true(lambda: not runtime.statistics())
    assert runtime.save_state() == {"echo/0": {"heard": ["x"]}}
    await runtime.stop()


async def test_a_mailbox_that_is_never_empty_keeps_its_order_and_its_size() -> None:
    mailbox = Mailbox(capacity=10)
    envelope = [Envelope(number, A, MessageContext(None, False), None) for number in range(3_000)]
    for number in range(10):
        mailbox.put(envelope[number])
    with pytest.raises(MailboxFull):
        mailbox.put(envelope[10])
    for number in range(10, 3_000):
        assert mailbox.get() is envelope[number - 10]
        mailbox.put(envelope[number])
        assert len(mailbox._queue) < 1_000, "handled messages do not pile up"
    assert mailbox.waiting() == envelope[-10:]
    assert mailbox.drain() == envelope[-10:]
    assert (mailbox.get(), len(mailbox)) == (None, 0)
    assert mailbox.statistics().peak == 10
