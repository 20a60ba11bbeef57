"""The tools that an assistant offers to its model, and the calls of one reply."""

from __future__ import annotations

from collections.abc import Sequence

from runtime.agents.handoff import HandoffTool
from runtime.durable.step import StepContext
from runtime.durable.tool import Tool, Workbench
from runtime.durable.tool_step import ToolStep
from runtime.errors import SpecError
from runtime.events.payloads import ModelCompleted, ToolCompleted
from runtime.tools.naming import told_apart


async def offer(
    agent: str,
    tools: Sequence[Tool],
    workbenches: Sequence[Workbench],
    handoffs: Sequence[HandoffTool],
    step: StepContext,
) -> dict[str, Tool]:
    """By name, in declared order. Raises SpecError where two have one name."""
    listed = [
        (bench, await bench.list_tools(step.child("workbench", index)))
        for index, bench in enumerate(workbenches)
    ]
    offered = told_apart([*tools, *handoffs], listed)
    by_name = {tool.name: tool for tool in offered}
    if len(by_name) < len(offered):
        names = [tool.name for tool in offered]
        twice = next(name for name in names if names.count(name) > 1)
        raise SpecError(
            f"{agent} has two tools named {twice}",
            hint="Remove one, or rename it with a workbench's overrides.",
        )
    return by_name


async def run_calls(
    agent: str, reply: ModelCompleted, offered: dict[str, Tool], place: StepContext
) -> list[ToolCompleted]:
    """All calls of a reply, concurrently, each in a scope of its own; results in declared order.
    Calls of the same agent or team follow one another: it keeps what the one before told it."""
    lanes: dict[str, list[int]] = {}
    for index, call in enumerate(reply.tool_calls):
        inside = getattr(offered.get(call.name), "runner", None) is not None
        lanes.setdefault(call.name if inside else f"{index}", []).append(index)

    async def lane(indices: list[int]) -> list[tuple[int, ToolCompleted]]:
        done = []
        for index in indices:
            call = reply.tool_calls[index]
            step = place.child("tool", index)
            done.append((index, await ToolStep(step, agent, call, offered.get(call.name)).run()))
        return done

    finished = await place.gather([lane(indices) for indices in lanes.values()])
    by_index = dict(pair for pairs in finished for pair in pairs)
    return [by_index[index] for index in range(len(reply.tool_calls))]


def handoff_of(reply: ModelCompleted, handoffs: Sequence[HandoffTool]) -> HandoffTool | None:
    """The first that the reply calls."""
    by_name = {tool.name: tool for tool in handoffs}
    return next((by_name[call.name] for call in reply.tool_calls if call.name in by_name), None)
