"""One model call with its attempts, journaled.

A recorded reply is served. An attempt that was started and never ended (a crash) is followed by
the next one, whose text supersedes what was half shown. Failures are retried here, because the
SDKs' own retries would be invisible; what needs a person holds the run until it is resumed.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta

from runtime.durable.retries import needs_person, retry_delay
from runtime.durable.run import Hold
from runtime.durable.step import StepContext
from runtime.errors import ModelError, NonDeterministic
from runtime.events import Draft, Event
from runtime.events.payloads import ErrorInfo, ModelCompleted, ModelFailed, ModelStarted, Wait
from runtime.messages import FunctionCall, JsonObject
from runtime.ports import ModelClient, ModelReply, ModelRequest


@dataclass
class ModelStep:
    step: StepContext
    client: ModelClient
    request: ModelRequest
    reference: JsonObject
    """What is recorded of the request."""
    stream: bool = False
    message_key: str = ""
    _streamed: bool = False
    _error: ModelError | None = None

    async def run(self) -> ModelCompleted:
        """Raises ModelError when the model refused this very request."""
        self._check_same_question()
        await self._within_limit()
        self.message_key = self.step.derive_id("message")
        try:
            return await self._attempts()
        finally:
            if self._streamed:
                self.step.run.deltas.done(message_key=self.message_key)

    async def _attempts(self) -> ModelCompleted:
        failures, attempt = 0, 1
        while True:
            recorded = self.step.find("model.completed")
            if recorded is not None and isinstance(recorded.payload, ModelCompleted):
                self.step.saw(recorded)
                return recorded.payload
            failed = self.step.find(f"model.failed.{attempt}")
            if failed is None and self.step.find(f"model.started.{attempt}") is None:
                completed, failed = await self._attempt(attempt, failures)
                if completed is not None:
                    return completed
            if failed is not None:
                failures = await self._after_failure(failed, failures)
            attempt += 1

    async def _within_limit(self) -> None:
        run, most = self.step.run, self.step.run.limits.max_model_calls
        ordinal = run.count_model_call(self.step.agent_path)
        self.request = self.request.model_copy(update={"ordinal": ordinal - 1})
        while run.model_calls > most and not self._is_recorded():
            await run.hold(
                Hold(
                    "limit_model_calls",
                    f"The run has made {most} model calls, its limit",
                    "Raise the limit and resume the run, or stop it.",
                )
            )

    def _check_same_question(self) -> None:
        """A call that an earlier life of the run began must be about the same: its reply would
        otherwise answer another question. Raises NonDeterministic."""
        found = self.step.find("model.started.1")
        if found is None or not isinstance(found.payload, ModelStarted):
            return
        before, now = found.payload.request, self.reference
        for part, name in (
            ("system_hash", "instructions"),
            ("tools_hash", "tools"),
            ("last_hash", "messages"),
        ):
            if before.get(part) != now.get(part):
                raise NonDeterministic(
                    f"{found.key!r} was recorded with other {name} than it is asked with now.",
                    hint="The team's code has changed since. Start a new run of the session.",
                )

    def _is_recorded(self) -> bool:
        return self.step.find("model.completed") is not None

    async def _attempt(
        self, attempt: int, failures: int
    ) -> tuple[ModelCompleted | None, Event | None]:
        step, run = self.step, self.step.run
        started = ModelStarted(
            message_key=self.message_key,
            attempt=attempt,
            model=self.client.info,
            request=self.reference,
        )
        await step.append(
            step.draft(f"model.started.{attempt}", started, correlation_id=self.message_key)
        )
        stopped = ModelError("The run was stopped while the model was writing", code="cancelled")
        run.open_steps[step.scope.path] = self._failure(attempt, stopped, None)
        begun = run.clock.monotonic()
        try:
            reply, first_token_ms = await self._ask(attempt, begun)
        except ModelError as error:
            retry = error.retryable and failures + 1 < run.limits.max_model_attempts
            delay = None
            if retry:
                key = step.scope.key(f"retry.{attempt}")
                delay = retry_delay(run.run_id, key, failures + 1, error)
            self._error = error
            (event,) = await step.append(self._failure(attempt, error, delay))
            run.open_steps.pop(step.scope.path, None)
            return None, event
        completed = self._record(attempt, reply, begun, first_token_ms)
        run.open_steps.pop(step.scope.path, None)
        return completed, None

    async def _ask(self, attempt: int, begun: float) -> tuple[ModelReply, int | None]:
        if not self.stream:
            return await self.client.create(self.request), None
        run = self.step.run
        self._streamed = True
        offset, first_token_ms, reply = 0, None, None
        async for part in self.client.stream(self.request):
            if isinstance(part, ModelReply):
                reply = part
                continue
            if first_token_ms is None:
                first_token_ms = round((run.clock.monotonic() - begun) * 1000)
            run.deltas.delta(
                agent_path=self.step.agent_path,
                message_key=self.message_key,
                attempt=attempt,
                offset=offset,
                text=part,
            )
            offset += len(part)
        if reply is None:
            raise ModelError(
                "The model's stream ended before its reply was complete",
                code="model_stream_cut",
                retryable=True,
            )
        return reply, first_token_ms

    def _record(
        self, attempt: int, reply: ModelReply, begun: float, first_token_ms: int | None
    ) -> ModelCompleted:
        completed = ModelCompleted(
            message_key=self.message_key,
            attempt=attempt,
            model=self.client.info,
            content=reply.content,
            # Where no tool may be called, a call that comes anyway would stay without a result.
            tool_calls=self._own_ids(
                reply.tool_calls if self.request.tool_choice != "none" else []
            ),
            thought=reply.thought,
            thinking=reply.thinking if reply.tool_calls else [],
            reasoning_tokens=reply.reasoning_tokens,
            cache_write_tokens=reply.cache_write_tokens,
            cached=reply.cached,
            finish_reason=reply.finish_reason,
            usage=reply.usage,
            cost_usd=reply.cost_usd,
            latency_ms=round((self.step.run.clock.monotonic() - begun) * 1000),
            first_token_ms=first_token_ms,
        )
        draft = self.step.draft("model.completed", completed, correlation_id=self.message_key)
        event = self.step.defer(draft)
        if not isinstance(event.payload, ModelCompleted):
            raise TypeError(f"{event.key} is recorded as {event.kind}")
        return event.payload

    def _own_ids(self, calls: list[FunctionCall]) -> list[FunctionCall]:
        """Vendors' ids can be empty or repeated, and joining results to calls must not fail."""
        return [
            call.model_copy(update={"id": self.step.child("tool", index).derive_id("call")})
            for index, call in enumerate(calls)
        ]

    def _failure(self, attempt: int, error: ModelError, delay: float | None) -> Draft:
        payload = ModelFailed(
            message_key=self.message_key,
            attempt=attempt,
            model=self.client.info,
            error=ErrorInfo(
                code=error.code, detail=error.detail, hint=error.hint, status=error.status
            ),
            will_retry=delay is not None,
            retry_in_ms=None if delay is None else round(delay * 1000),
        )
        return self.step.draft(f"model.failed.{attempt}", payload, correlation_id=self.message_key)

    async def _after_failure(self, failed: Event, failures: int) -> int:
        """How many failures in a row count towards giving up, once it is time for the next
        attempt. A failure that a person was called for starts the count anew."""
        payload = failed.payload
        if not isinstance(payload, ModelFailed):
            raise TypeError(f"{failed.key} is recorded as {failed.kind}")
        if payload.will_retry:
            due = failed.occurred_at + timedelta(milliseconds=payload.retry_in_ms or 0)
            await self._sleep_until(due, payload)
            return failures + 1
        error, self._error = self._error, None
        if error is None:
            return 0  # recorded in an earlier life: somebody has resumed the run since
        if not needs_person(error):
            raise error
        await self.step.run.hold(Hold(error.code, error.detail, error.hint))
        return 0

    async def _sleep_until(self, due: datetime, payload: ModelFailed) -> None:
        run = self.step.run
        remaining = (due - run.clock.now()).total_seconds()
        if remaining <= 0:
            return
        if remaining <= run.linger:
            await run.clock.sleep(remaining)
            return
        detail = f"{payload.model.model}: {payload.error.detail}"
        slow = run.activity.enter(Wait(kind="timer", until=due, detail=detail))
        timer = asyncio.ensure_future(run.clock.sleep(remaining))
        timer.add_done_callback(lambda done: None if done.cancelled() else slow.wake(None))
        try:
            await slow.wait_for()
        finally:
            timer.cancel()
