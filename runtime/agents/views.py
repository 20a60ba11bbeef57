"""A turn as AutoGen's stream shows it: messages and agent events, read off the log."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from runtime.agents.transcript import CODE_CALL, as_result
from runtime.durable.scope import derive_id
from runtime.events import Event
from runtime.events.payloads import (
    InputRequested,
    MemoryQueried,
    MessagePosted,
    ModelCompleted,
    ToolCompleted,
    ToolRequested,
)
from runtime.messages import (
    CodeBlock,
    CodeExecutionEvent,
    CodeGenerationEvent,
    CodeResult,
    FunctionCall,
    JsonObject,
    MemoryQueryEvent,
    RequestUsage,
    TeamMessage,
    ThoughtEvent,
    ToolCallExecutionEvent,
    ToolCallRequestEvent,
    UserInputRequestedEvent,
)


@dataclass
class _Batch:
    calls: list[FunctionCall]
    results: dict[str, ToolCompleted]


class TurnView:
    """Feed it events in the order of the log; it gives what each of them completes."""

    def __init__(self, run_id: str) -> None:
        self._run_id = run_id
        self._batches: dict[str, _Batch] = {}
        self._code: dict[str, JsonObject] = {}

    def add(self, event: Event) -> Iterator[TeamMessage]:
        payload = event.payload
        if isinstance(payload, MessagePosted):
            if not (payload.relayed or payload.is_task):
                yield payload.message
        elif isinstance(payload, ModelCompleted):
            yield from self._model(event, payload)
        elif isinstance(payload, ToolRequested) and payload.tool == CODE_CALL:
            self._code[payload.call_id] = payload.arguments or {}
            yield from self._generated(event, payload.arguments or {})
        elif isinstance(payload, ToolCompleted):
            yield from self._tool(event, payload)
        elif isinstance(payload, MemoryQueried):
            if payload.results:
                yield MemoryQueryEvent(**self._head(event), content=payload.results)
        elif isinstance(payload, InputRequested):
            yield UserInputRequestedEvent(
                **self._head(event), request_id=payload.request_id, content=payload.prompt
            )

    def _model(self, event: Event, reply: ModelCompleted) -> Iterator[TeamMessage]:
        thought = (reply.content or reply.thought) if reply.tool_calls else reply.thought
        if thought:
            yield ThoughtEvent(**self._head(event, "thought"), content=thought)
        if reply.tool_calls:
            batch = _Batch(list(reply.tool_calls), {})
            self._batches.update((call.id, batch) for call in reply.tool_calls)
            yield ToolCallRequestEvent(
                **self._head(event, usage=reply.usage), content=reply.tool_calls
            )

    def _tool(self, event: Event, done: ToolCompleted) -> Iterator[TeamMessage]:
        code = self._code.pop(done.call_id, None)
        if code is not None:
            yield CodeExecutionEvent(
                **self._head(event),
                retry_attempt=code.get("attempt", 0),
                result=CodeResult(exit_code=exit_code(done), output=done.result),
            )
        batch = self._batches.pop(done.call_id, None)
        if batch is None:
            return
        batch.results[done.call_id] = done
        if len(batch.results) == len(batch.calls):
            results = [as_result(batch.results[call.id]) for call in batch.calls]
            yield ToolCallExecutionEvent(**self._head(event), content=results)

    def _generated(self, event: Event, arguments: JsonObject) -> Iterator[TeamMessage]:
        """Code that the agent's own model wrote; blocks that others sent were said already."""
        if arguments.get("generated") is None:
            return
        yield CodeGenerationEvent(
            **self._head(event, "code"),
            retry_attempt=arguments.get("attempt", 0),
            content=arguments["generated"],
            code_blocks=[CodeBlock.model_validate(block) for block in arguments["blocks"]],
        )

    def _head(
        self, event: Event, part: str = "", usage: RequestUsage | None = None
    ) -> dict[str, Any]:
        at: datetime = event.occurred_at
        return {
            "id": derive_id(self._run_id, f"{event.key}:view:{part}"),
            "source": event.agent_path.rpartition("/")[2],
            "models_usage": usage,
            "created_at": at,
        }


def turn_items(run_id: str, events: Iterable[Event]) -> list[TeamMessage]:
    view = TurnView(run_id)
    return [item for event in events for item in view.add(event)]


def exit_code(done: ToolCompleted) -> int:
    """1 where the code did not run at all: denied, or no sandbox."""
    code = (done.artifacts or {}).get("exit_code")
    return code if isinstance(code, int) else int(done.is_error)
