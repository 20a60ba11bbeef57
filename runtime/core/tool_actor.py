"""Tools behind an actor, and the loop of a model that calls them by messages."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from runtime.core.cancellation import CancellationToken
from runtime.core.context import MessageContext
from runtime.core.ids import AgentId
from runtime.core.routed import RoutedActor, rpc
from runtime.core.runtime import ActorRuntime
from runtime.errors import ToolError
from runtime.messages import (
    AssistantMessage,
    FunctionCall,
    FunctionExecutionResult,
    FunctionExecutionResultMessage,
    LLMMessage,
)
from runtime.ports import ModelClient, ModelRequest, ToolSchema

ToolFunction = Callable[[dict[str, Any]], Awaitable[Any]]


class ToolNotFound(ToolError):
    code = "tool_not_found"


class InvalidToolArguments(ToolError):
    code = "invalid_tool_arguments"


class ToolActor(RoutedActor):
    """Answers a FunctionCall with its result. What goes wrong is an error of the caller:
    ToolNotFound, InvalidToolArguments, or ToolError from what the tool itself raised."""

    def __init__(self, tools: Mapping[str, ToolFunction]) -> None:
        self._tools = dict(tools)

    @rpc
    async def on_call(self, call: FunctionCall, context: MessageContext) -> FunctionExecutionResult:
        function = self._tools.get(call.name)
        if function is None:
            raise ToolNotFound(f"There is no tool {call.name!r}")
        try:
            arguments = json.loads(call.arguments or "{}")
        except ValueError as error:
            raise InvalidToolArguments(
                f"The arguments of {call.name} are no JSON: {error}"
            ) from error
        if not isinstance(arguments, dict):
            raise InvalidToolArguments(f"The arguments of {call.name} are no JSON object")
        try:
            result = await function(arguments)
        except ToolError:
            raise
        except Exception as error:
            raise ToolError(f"{call.name} failed: {type(error).__name__}: {error}") from error
        text = result if isinstance(result, str) else json.dumps(result, default=str)
        return FunctionExecutionResult(call_id=call.id, name=call.name, content=text)


async def tool_caller_loop(
    runtime: ActorRuntime,
    tools: AgentId,
    client: ModelClient,
    messages: Sequence[LLMMessage],
    *,
    schemas: Sequence[ToolSchema],
    source: str = "assistant",
    max_iterations: int = 10,
    cancellation: CancellationToken | None = None,
) -> list[LLMMessage]:
    """What the model said and the tools answered, up to the model's text. Raises ToolError when
    the model still calls tools after `max_iterations` rounds."""
    said: list[LLMMessage] = []
    for _ in range(max_iterations + 1):
        request = ModelRequest(messages=[*messages, *said], tools=list(schemas))
        reply = await client.create(request)
        if not reply.tool_calls:
            said.append(AssistantMessage(content=reply.content or "", source=source))
            return said
        calls = AssistantMessage(
            content=reply.tool_calls,
            thought=reply.thought,
            thinking=reply.thinking,
            source=source,
        )
        said.append(calls)
        results = await asyncio.gather(
            *(_answer(runtime, tools, call, cancellation) for call in reply.tool_calls)
        )
        said.append(FunctionExecutionResultMessage(content=results))
    raise ToolError(
        f"The model still calls tools after {max_iterations} rounds",
        hint="Raise max_iterations, or look at what the tools answer.",
    )


async def _answer(
    runtime: ActorRuntime,
    tools: AgentId,
    call: FunctionCall,
    cancellation: CancellationToken | None,
) -> FunctionExecutionResult:
    try:
        result = await runtime.send(call, tools, cancellation=cancellation)
    except ToolError as error:
        return FunctionExecutionResult(
            call_id=call.id, name=call.name, content=str(error), is_error=True
        )
    if not isinstance(result, FunctionExecutionResult):
        raise TypeError(f"{tools} answered a tool call with {type(result).__name__}")
    return result
