"""Steps that only a person can end."""

from __future__ import annotations

import asyncio

from runtime.durable.step import StepContext
from runtime.events import Draft
from runtime.events.payloads import (
    ApprovalDecided,
    ApprovalRequested,
    InputAnswered,
    InputRequested,
    Wait,
)


async def ask_input(step: StepContext, agent: str, prompt: str) -> InputAnswered:
    """What a person answers; the run parks meanwhile."""
    request_id = step.derive_id("input")
    request = InputRequested(request_id=request_id, agent=agent, prompt=prompt)
    await step.append(step.draft("input.requested", request, correlation_id=request_id))
    event = await step.run.inbox.expect(
        request_id,
        Wait(kind="input", request_id=request_id, detail=f"{agent} waits for a person's message"),
    )
    decided = event.payload
    if isinstance(decided, ApprovalDecided) and decided.verb == "stop":
        step.run.request_stop(decided.reason or "", decided.by)
        await asyncio.Event().wait()  # until the stop, which is on its way, cancels it
    if not isinstance(event.payload, InputAnswered):
        raise TypeError(f"Request {request_id} for input was answered with {event.kind}")
    return event.payload


async def ask_approval(
    step: StepContext, name: str, request: ApprovalRequested, before: list[Draft]
) -> ApprovalDecided:
    """The decision that names exactly the arguments that were shown; others are not looked at.
    `before` is recorded together with the request."""
    draft = step.draft(name, request, correlation_id=request.call_id)
    await step.append(*before, draft)

    event = await step.run.inbox.expect(
        request.request_id,
        Wait(
            kind="approval",
            request_id=request.request_id,
            detail=f"{request.agent} wants to call {request.tool}",
        ),
        accept=lambda event: getattr(event.payload, "args_hash", None) == request.args_hash,
    )
    if not isinstance(event.payload, ApprovalDecided):
        raise TypeError(f"Request {request.request_id} was decided with {event.kind}")
    return event.payload
