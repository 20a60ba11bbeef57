"""One tool call, from the model's wish to its result, safe against a crash at any point.

    tool.requested → tool.gated → [approval.requested … approval.decided] → tool.started → effect
    → tool.completed

Drafts wait in `_pending` and go out with the next one that something depends on, so that a call
which needs nobody costs two appends.
"""

from __future__ import annotations

import asyncio
import json
import logging
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel

from runtime.durable.activity import within
from runtime.durable.arguments import BadArguments, check_arguments, parse_arguments
from runtime.durable.people import ask_approval
from runtime.durable.scope import idempotency_key
from runtime.durable.step import StepContext
from runtime.durable.tool import Tool, ToolContext, ToolOutput
from runtime.errors import Interrupted, JournalError, RuntimeFault
from runtime.events import Draft, content_hash, sanitise, sanitise_text
from runtime.events.payloads import (
    ApprovalDecided,
    ApprovalRequested,
    Effect,
    ToolCompleted,
    ToolGated,
    ToolRequested,
    ToolStarted,
)
from runtime.messages import Frozen, FunctionCall, JsonObject
from runtime.ports import GateQuery

log = logging.getLogger(__name__)

Outcome = Literal["done", "error", "invalid", "denied", "answered", "cancelled", "timeout"]


@dataclass
class ToolStep:
    """`call.id` is ours: unique in the run and the same in every life of it."""

    step: StepContext
    agent: str
    call: FunctionCall
    tool: Tool | None
    _pending: list[Draft] = field(default_factory=list)
    _deadline: datetime | None = None

    async def run(self) -> ToolCompleted:
        recorded = self.step.find("tool.completed")
        if recorded is not None and isinstance(recorded.payload, ToolCompleted):
            self.step.saw(self.step.find("tool.requested"), recorded)
            await self._catch_up(recorded.payload)
            return recorded.payload
        try:
            arguments = parse_arguments(self.call.arguments)
        except BadArguments as error:
            self._request(None, sanitise_text(self.call.arguments))
            return await self._complete("invalid", str(error))
        self._request(arguments)
        if self.tool is None:
            return await self._complete("invalid", f"There is no tool named {self.call.name!r}")
        try:
            check_arguments(arguments, self.tool.schema.parameters)
        except BadArguments as error:
            return await self._complete("invalid", str(error))
        return await self._gated(self.tool, arguments)

    async def _catch_up(self, done: ToolCompleted) -> None:
        """An agent or a team inside must remember what it did in an earlier life of the run: its
        frame is taken up again, silently."""
        inside = getattr(self.tool, "runner", None)
        started = self.step.find("tool.started.1")
        if self.tool is None or inside is None or started is None or done.outcome != "done":
            return
        if isinstance(started.payload, ToolStarted):
            arguments = started.payload.arguments
            await self.tool.call(arguments, self._context(started.payload.idempotency_key))

    # The gate and people -----------------------------------------------------------------------

    async def _gated(self, tool: Tool, arguments: JsonObject) -> ToolCompleted:
        gated = await self._gate("tool.gated", tool, arguments)
        if gated.verdict == "deny":
            return await self._complete("denied", _policy_denial(gated))
        if gated.verdict == "ask":
            decision = await self._ask("approval", "call", tool, arguments)
            return await self._decided(tool, arguments, decision)
        return await self._effect(tool, arguments)

    async def _gate(self, name: str, tool: Tool, arguments: JsonObject) -> ToolGated:
        """The recorded verdict, or a new one that is recorded before anything depends on it."""
        recorded = self.step.find(name)
        if recorded is not None and isinstance(recorded.payload, ToolGated):
            return recorded.payload
        query = GateQuery(
            agent=self.agent,
            agent_path=self.step.agent_path,
            tool=tool.name,
            arguments=arguments,
            args_hash=content_hash(arguments),
            effect=tool.effect,
            side_effects=tool.side_effects,
        )
        verdict = await self.step.run.check_gate(query)
        if verdict.verdict == "allow" and getattr(tool, "must_ask", False):
            rule = f"{self.agent} asks before each call of {tool.name}"
            verdict = verdict.model_copy(update={"verdict": "ask", "rule": rule})
        self._deadline = verdict.deadline_at
        gated = ToolGated(
            call_id=self.call.id,
            tool=tool.name,
            args_hash=query.args_hash,
            verdict=verdict.verdict,
            rule=verdict.rule,
            policy_version=verdict.policy_version,
        )
        self._later(name, gated)
        return gated

    async def _ask(
        self, name: str, purpose: Literal["call", "in_doubt"], tool: Tool, arguments: JsonObject
    ) -> ApprovalDecided:
        request = ApprovalRequested(
            request_id=self.step.derive_id(name),
            call_id=self.call.id,
            purpose=purpose,
            agent=self.agent,
            tool=tool.name,
            description=tool.schema.description,
            arguments=arguments,
            args_hash=content_hash(arguments),
            args_schema=tool.schema.parameters,
            effect=tool.effect,
            deadline_at=self._deadline,
        )
        before, self._pending = self._pending, []
        return await ask_approval(self.step, f"{name}.requested", request, before)

    async def _decided(
        self, tool: Tool, arguments: JsonObject, decision: ApprovalDecided, start: int = 1
    ) -> ToolCompleted:
        if decision.verb == "approve":
            return await self._effect(tool, arguments, start)
        if decision.verb == "edit":
            return await self._edited(tool, decision, start)
        if decision.verb == "answer":
            return await self._complete("answered", decision.text or "", is_error=False)
        if decision.verb == "stop":
            self.step.run.request_stop(decision.reason or "", decision.by)
            await asyncio.Event().wait()  # until the stop, which is on its way, cancels it
        if decision.verb == "expire":
            return await self._complete("denied", "Nobody decided in time; the call was not made.")
        reason = f": {decision.reason}" if decision.reason else "."
        return await self._complete("denied", f"{decision.by.name} denied this call{reason}")

    async def _edited(self, tool: Tool, decision: ApprovalDecided, start: int) -> ToolCompleted:
        """The person's approval stands for an `ask`, not for a `deny`, of what they wrote."""
        arguments: JsonObject = sanitise(decision.arguments or {})
        try:
            check_arguments(arguments, tool.schema.parameters)
        except BadArguments as error:
            return await self._complete("invalid", f"{decision.by.name} edited the call. {error}")
        gated = await self._gate(f"tool.gated.edit.{start}", tool, arguments)
        if gated.verdict == "deny":
            return await self._complete("denied", _policy_denial(gated))
        return await self._effect(tool, arguments, start)

    # The effect --------------------------------------------------------------------------------

    async def _effect(self, tool: Tool, arguments: JsonObject, start: int = 1) -> ToolCompleted:
        name = f"tool.started.{start}"
        started = self.step.find(name)
        if started is not None and isinstance(started.payload, ToolStarted):
            # An earlier life got this far and not to the result: it may have happened.
            if tool.effect == "at_most_once":
                return await self._in_doubt(tool, started.payload.arguments, start)
            arguments = started.payload.arguments
        key = idempotency_key(self.step.run.run_id, self.step.scope.path)
        payload = ToolStarted(
            call_id=self.call.id,
            tool=tool.name,
            arguments=arguments,
            args_hash=content_hash(arguments),
            idempotency_key=key,
        )
        self._later(name, payload)
        await self._flush()
        return await self._execute(tool, arguments, key)

    async def _in_doubt(self, tool: Tool, arguments: JsonObject, start: int) -> ToolCompleted:
        decision = await self._ask(f"in_doubt.{start}", "in_doubt", tool, arguments)
        return await self._decided(tool, arguments, decision, start + 1)

    async def _execute(self, tool: Tool, arguments: JsonObject, key: str) -> ToolCompleted:
        run = self.step.run
        begun = run.clock.monotonic()
        closing = self._result("cancelled", "The run was stopped while the call was running.", True)
        run.open_steps[self.step.scope.path] = closing
        outcome, output = await _call(tool, arguments, self._context(key))
        duration = round((run.clock.monotonic() - begun) * 1000)
        completed = await self._complete(
            outcome, output.text, output.is_error, duration, output.artifacts
        )
        run.open_steps.pop(self.step.scope.path, None)
        return completed

    def _context(self, key: str) -> ToolContext:
        run = self.step.run
        return ToolContext(
            idempotency_key=key,
            files=run.files,
            clock=run.clock,
            blobs=run.blobs,
            resources=run.resources,
            step=self.step,
        )

    # Recording ---------------------------------------------------------------------------------

    def _request(self, arguments: JsonObject | None, raw: str | None = None) -> None:
        effect: Effect = self.tool.effect if self.tool else "pure"
        payload = ToolRequested(
            call_id=self.call.id,
            tool=self.call.name,
            arguments=arguments,
            raw=raw,
            args_hash=content_hash(raw if arguments is None else arguments),
            effect=effect,
            side_effects=self.tool.side_effects if self.tool else False,
        )
        self._later("tool.requested", payload)

    def _later(self, name: str, payload: Frozen) -> None:
        self._pending.append(self.step.draft(name, payload, correlation_id=self.call.id))

    async def _flush(self) -> None:
        drafts, self._pending = self._pending, []
        await self.step.append(*drafts)

    def _result(
        self,
        outcome: Outcome,
        result: str,
        is_error: bool,
        duration_ms: int | None = None,
        artifacts: JsonObject | None = None,
    ) -> Draft:
        payload = ToolCompleted(
            call_id=self.call.id,
            tool=self.call.name,
            result=result,
            is_error=is_error,
            outcome=outcome,
            duration_ms=duration_ms,
            artifacts=artifacts,
        )
        return self.step.draft("tool.completed", payload, correlation_id=self.call.id)

    async def _complete(
        self,
        outcome: Outcome,
        result: str,
        is_error: bool = True,
        duration_ms: int | None = None,
        artifacts: JsonObject | None = None,
    ) -> ToolCompleted:
        drafts, self._pending = self._pending, []
        last = self._result(outcome, result, is_error, duration_ms, artifacts)
        events = await self.step.append(*drafts, last)
        payload = events[-1].payload
        if not isinstance(payload, ToolCompleted):
            raise TypeError(f"{events[-1].key} is recorded as {payload.kind}")
        return payload


async def _call(
    tool: Tool, arguments: JsonObject, context: ToolContext
) -> tuple[Outcome, ToolOutput]:
    try:
        value = await within(context.clock, tool.timeout, tool.call(arguments, context))
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise
        return _failed(f"{tool.name} was cancelled from within")
    except TimeoutError:
        late = f"{tool.name} did not finish within {tool.timeout:g} s"
        return "timeout", ToolOutput(late, is_error=True)
    except (Interrupted, JournalError):
        raise
    except RuntimeFault as error:
        return _failed(error.detail + (f" {error.hint}" if error.hint else ""))
    except Exception as error:
        log.warning("The tool %s failed", tool.name, exc_info=True)
        return _failed(f"{type(error).__name__}: {error}")
    output = value if isinstance(value, ToolOutput) else ToolOutput(as_text(value))
    return "error" if output.is_error else "done", output


def _failed(text: str) -> tuple[Outcome, ToolOutput]:
    return "error", ToolOutput(text, is_error=True)


def as_text(value: Any) -> str:
    """A tool's result for a model: text as it is, everything else as JSON."""
    if isinstance(value, str):
        return value
    if isinstance(value, BaseModel):
        return value.model_dump_json()
    try:
        return json.dumps(sanitise(value), ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError):
        return str(value)


def _policy_denial(gated: ToolGated) -> str:
    return f"The policy denies this call: {gated.rule}"
