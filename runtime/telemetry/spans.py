"""From a run's events to OpenTelemetry's spans, by its conventions for generative AI.

A span's place follows from the key of its event: a scope lies inside another when its path does.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from runtime.durable.scope import ROOT
from runtime.events import Event
from runtime.events.payloads import (
    FrameEnded,
    FrameStarted,
    ModelCompleted,
    ModelFailed,
    ModelInfo,
    ModelStarted,
    RunCompleted,
    RunFailed,
    RunPaused,
    RunReleased,
    RunStopped,
    ToolCompleted,
    ToolStarted,
    TurnEnded,
    TurnStarted,
)

SYSTEM = "troupe"
_VENDORS = (
    ("azure", "azure.ai.openai"),
    ("openai", "openai"),
    ("anthropic", "anthropic"),
    ("ollama", "ollama"),
)


class Spans:
    """For one life of a run."""

    def __init__(self, tracer: Any, run_id: str, *, contents: bool = False) -> None:
        from opentelemetry import context

        self._tracer = tracer
        self._run_id = run_id
        self._contents = contents
        self._outside = context.get_current()
        self._open: dict[str, Any] = {}
        self._starts: dict[str, int] = {}
        self._root: Any = None
        self._name = "team"
        self._last: int | None = None

    def begin(self, name: str, provider: str) -> None:
        self._name = name

    def add(self, event: Event) -> None:
        self._last = max(self._last or 0, _ns(event.occurred_at))
        if self._root is None:
            self._root = self._agent(ROOT.path, self._name, event, self._outside)
        handle = self._HANDLERS.get(type(event.payload))
        if handle is not None:
            handle(self, event, event.payload)

    def close(self, why: str | None = None) -> None:
        """Ends everything that is open, the innermost first."""
        for scope in sorted(self._open, key=len, reverse=True):
            span = self._open.pop(scope)
            if why is not None:
                span.set_attribute("troupe.outcome", why)
            span.end(self._last)
        self._root = None

    # Agents and teams --------------------------------------------------------------------------

    def _frame(self, event: Event, frame: FrameStarted) -> None:
        scope = _scope(event)
        if scope != ROOT.path and scope not in self._open:
            self._agent(scope, frame.label, event)

    def _turn(self, event: Event, turn: TurnStarted) -> None:
        self._agent(_scope(event), turn.speaker, event)

    def _agent(self, scope: str, name: str, event: Event, context: Any = None) -> Any:
        return self._start(
            scope,
            f"invoke_agent {name}",
            event,
            {
                "gen_ai.operation.name": "invoke_agent",
                "gen_ai.provider.name": SYSTEM,
                "gen_ai.agent.name": name,
                "gen_ai.agent.id": f"{self._run_id}:{event.agent_path}",
                "gen_ai.conversation.id": self._run_id,
            },
            context,
        )

    def _ended(self, event: Event, _: Any) -> None:
        self._end(_scope(event), _ns(event.occurred_at))

    # Models ------------------------------------------------------------------------------------

    def _model_started(self, event: Event, started: ModelStarted) -> None:
        model = started.model
        attributes = {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": _vendor(model),
            "gen_ai.request.model": model.model,
            "gen_ai.conversation.id": self._run_id,
            "troupe.attempt": started.attempt,
        }
        for name in ("temperature", "top_p", "max_tokens"):
            value = (started.request.get("params") or {}).get(name)
            if isinstance(value, int | float):
                attributes[f"gen_ai.request.{name}"] = value
        key = f"{_scope(event)}/attempt.{started.attempt}"
        self._start(key, f"chat {model.model}", event, attributes, client=True)

    def _model_completed(self, event: Event, reply: ModelCompleted) -> None:
        key = f"{_scope(event)}/attempt.{reply.attempt}"
        attributes: dict[str, Any] = {
            "gen_ai.response.model": reply.model.model,
            "gen_ai.response.finish_reasons": [reply.finish_reason],
            "gen_ai.usage.input_tokens": reply.usage.prompt_tokens,
            "gen_ai.usage.output_tokens": reply.usage.completion_tokens,
        }
        if reply.usage.cached_tokens is not None:
            attributes["gen_ai.usage.cache_read.input_tokens"] = reply.usage.cached_tokens
        if reply.cost_usd is not None:
            attributes["troupe.cost_usd"] = reply.cost_usd
        if self._contents:
            attributes["gen_ai.output.messages"] = _said(reply)
        self._end(key, self._after(key, reply.latency_ms, event), attributes)

    def _model_failed(self, event: Event, failed: ModelFailed) -> None:
        key = f"{_scope(event)}/attempt.{failed.attempt}"
        self._end(key, _ns(event.occurred_at), error=failed.error.code, detail=failed.error.detail)

    # Tools -------------------------------------------------------------------------------------

    def _tool_started(self, event: Event, started: ToolStarted) -> None:
        attributes = {
            "gen_ai.operation.name": "execute_tool",
            "gen_ai.provider.name": SYSTEM,
            "gen_ai.tool.name": started.tool,
            "gen_ai.tool.type": "function",
            "gen_ai.tool.call.id": started.call_id,
        }
        if self._contents:
            attributes["gen_ai.tool.call.arguments"] = json.dumps(started.arguments)
        self._start(_scope(event), f"execute_tool {started.tool}", event, attributes)

    def _tool_completed(self, event: Event, done: ToolCompleted) -> None:
        attributes: dict[str, Any] = {"troupe.tool.outcome": done.outcome}
        if self._contents:
            attributes["gen_ai.tool.call.result"] = done.result
        key = _scope(event)
        self._end(
            key,
            self._after(key, done.duration_ms, event),
            attributes,
            error=done.outcome if done.is_error else None,
        )

    # The run -----------------------------------------------------------------------------------

    def _left(self, event: Event, payload: Any) -> None:
        if self._root is not None and isinstance(payload, RunFailed):
            _mark(self._root, payload.error.code, payload.error.detail)
        self.close(event.kind.removeprefix("run."))

    _HANDLERS: dict[type[Any], Callable[[Spans, Event, Any], None]] = {
        FrameStarted: _frame,
        FrameEnded: _ended,
        TurnStarted: _turn,
        TurnEnded: _ended,
        ModelStarted: _model_started,
        ModelCompleted: _model_completed,
        ModelFailed: _model_failed,
        ToolStarted: _tool_started,
        ToolCompleted: _tool_completed,
        RunCompleted: _left,
        RunFailed: _left,
        RunStopped: _left,
        RunPaused: _left,
        RunReleased: _left,
    }

    # Inside ------------------------------------------------------------------------------------

    def _start(
        self,
        scope: str,
        name: str,
        event: Event,
        attributes: dict[str, Any],
        context: Any = None,
        *,
        client: bool = False,
    ) -> Any:
        from opentelemetry.trace import SpanKind, set_span_in_context

        parent = context if context is not None else set_span_in_context(self._inside(scope))
        start = _ns(event.occurred_at)
        span = self._tracer.start_span(
            name,
            context=parent,
            kind=SpanKind.CLIENT if client else SpanKind.INTERNAL,
            attributes={**attributes, "troupe.agent_path": event.agent_path},
            start_time=start,
        )
        self._open[scope], self._starts[scope] = span, start
        return span

    def _inside(self, scope: str) -> Any:
        """The innermost open span around this scope; this life's own where an earlier life opened
        the others."""
        path = scope
        while "/" in path:
            path = path.rpartition("/")[0]
            if path in self._open:
                return self._open[path]
        return self._root

    def _after(self, scope: str, milliseconds: int | None, event: Event) -> int:
        """A result may be recorded later than it came."""
        start = self._starts.get(scope)
        if start is None or milliseconds is None:
            return _ns(event.occurred_at)
        return start + milliseconds * 1_000_000

    def _end(
        self,
        scope: str,
        at: int,
        attributes: dict[str, Any] | None = None,
        *,
        error: str | None = None,
        detail: str = "",
    ) -> None:
        span = self._open.pop(scope, None)
        self._starts.pop(scope, None)
        if span is None:
            return
        span.set_attributes(attributes or {})
        if error is not None:
            _mark(span, error, detail)
        span.end(at)


def _mark(span: Any, error: str, detail: str) -> None:
    from opentelemetry.trace import Status, StatusCode

    span.set_attribute("error.type", error)
    span.set_status(Status(StatusCode.ERROR, detail or error))


def _scope(event: Event) -> str:
    return event.key.rpartition(":")[0]


def _ns(at: datetime) -> int:
    return round(at.timestamp() * 1_000_000) * 1_000


def _vendor(model: ModelInfo) -> str:
    lower = model.provider.lower()
    return next((vendor for part, vendor in _VENDORS if part in lower), model.provider)


def _said(reply: ModelCompleted) -> str:
    parts: list[dict[str, Any]] = []
    if reply.content:
        parts.append({"type": "text", "content": reply.content})
    parts += [
        {"type": "tool_call", "id": call.id, "name": call.name, "arguments": call.arguments}
        for call in reply.tool_calls
    ]
    message = {"role": "assistant", "parts": parts, "finish_reason": reply.finish_reason}
    return json.dumps([message], ensure_ascii=False)
