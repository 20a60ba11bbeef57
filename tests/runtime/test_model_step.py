"""One model step alone, without agents around it."""

from __future__ import annotations

from runtime.durable.model_step import ModelStep
from runtime.durable.scope import ROOT, derive_fraction, derive_id
from runtime.durable.step import StepContext
from runtime.messages import FunctionCall, RequestUsage, UserMessage
from runtime.ports import ModelReply, ModelRequest
from runtime.testing import InMemoryJournal, ScriptedClient, step_context
from tests.runtime.support import World

REQUEST = ModelRequest(messages=[UserMessage(content="x", source="user")])


def step_on(journal: InMemoryJournal, world: World) -> StepContext:
    run = step_context(journal=journal, clock=world.clock).run
    return StepContext(run, ROOT.child("turn", 1), "a", 1)


async def test_a_recorded_reply_is_served_without_a_call() -> None:
    world = World()
    journal = world.journal()
    first = ScriptedClient("hello")
    step = step_on(journal, world)
    done = await ModelStep(step, first, REQUEST, {}).run()
    await step.append()  # a reply waits for the next append, whatever it is
    second = ScriptedClient()

    again = await ModelStep(step_on(journal.reopen(), world), second, REQUEST, {}).run()

    assert again == done
    assert (len(first.requests), len(second.requests)) == (1, 0)


async def test_calls_get_ids_of_our_own() -> None:
    """Vendors' may be empty or the same twice."""
    calls = [FunctionCall(id="", name="f", arguments="{}")] * 2
    reply = ModelReply(
        content=None, tool_calls=calls, finish_reason="function_calls", usage=RequestUsage()
    )
    world = World()
    journal = world.journal()
    done = await ModelStep(step_on(journal, world), ScriptedClient(reply), REQUEST, {}).run()
    ids = [call.id for call in done.tool_calls]
    assert len(set(ids)) == 2
    expected = ROOT.child("turn", 1).child("tool", 0).key("call")
    assert ids[0] == derive_id(journal.run_id, expected)


async def test_no_call_comes_where_none_may_be_made() -> None:
    calls = [FunctionCall(id="1", name="f", arguments="{}")]
    reply = ModelReply(content="x", tool_calls=calls, finish_reason="stop", usage=RequestUsage())
    world = World()
    request = REQUEST.model_copy(update={"tool_choice": "none"})
    step = step_on(world.journal(), world)
    done = await ModelStep(step, ScriptedClient(reply), request, {}).run()
    assert (done.content, done.tool_calls) == ("x", [])


def test_ids_and_chance_are_the_same_in_every_life() -> None:
    assert derive_id("run", "key") == derive_id("run", "key") != derive_id("run", "other")
    fractions = [derive_fraction("run", str(i)) for i in range(200)]
    assert fractions == [derive_fraction("run", str(i)) for i in range(200)]
    assert all(0 <= fraction < 1 for fraction in fractions)
    assert max(fractions) - min(fractions) > 0.9
