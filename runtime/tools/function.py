"""A tool made of a Python function. Only in code: a spec never carries source to run."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncIterator, Callable
from typing import Any

import pydantic_core
from pydantic import BaseModel

from runtime.core.cancellation import CancellationToken
from runtime.durable.tool import DEFAULT_TIMEOUT, ToolContext, ToolOutput
from runtime.events.payloads import Effect
from runtime.messages import JsonObject
from runtime.ports import ToolSchema
from runtime.tools.signature import read_signature
from runtime.tools.threads import in_tool_thread

MAX_ITEMS = 1_000
"""Of a streaming tool that are kept."""


class FunctionTool:
    """Name, description and schema come from the function unless given. What nothing is known of
    has side effects and is made at most once.

    Plain functions run in threads of their own, `functools.partial` is fine, and an async
    generator's last item is its result, with the earlier ones as artifacts. Cancelling the call
    cancels a coroutine; a thread cannot be stopped, but a plain function that takes a
    `CancellationToken` can look at it.
    """

    def __init__(
        self,
        function: Callable[..., Any],
        *,
        name: str | None = None,
        description: str | None = None,
        strict: bool = False,
        effect: Effect = "at_most_once",
        side_effects: bool = True,
        timeout: float = DEFAULT_TIMEOUT,
    ) -> None:
        self._function = function
        self._signature = read_signature(function, strict=strict)
        self.name = name or self._signature.name
        self.effect = effect
        self.side_effects = side_effects
        self.timeout = timeout
        self.schema = ToolSchema(
            name=self.name,
            description=description or self._signature.description,
            parameters=self._signature.parameters,
            strict=strict,
        )

    async def call(self, arguments: JsonObject, context: ToolContext) -> Any:
        values = self._signature.values(arguments)
        token = CancellationToken()
        for name, wanted in self._signature.injected.items():
            values[name] = context if wanted is ToolContext else token
        try:
            if _is(inspect.isasyncgenfunction, self._function):
                return await _collected(self._function(**values))
            if _is(inspect.iscoroutinefunction, self._function):
                return as_result(await self._function(**values))
            return as_result(await in_tool_thread(lambda: self._function(**values)))
        except asyncio.CancelledError:
            token.cancel()
            raise


def as_result(value: Any) -> Any:
    """JSON for what is not text: AutoGen gives models Python's notation, which few of them read
    well. `None` stays "None", as there."""
    if isinstance(value, str | ToolOutput):
        return value
    if value is None:
        return "None"
    try:
        plain = pydantic_core.to_jsonable_python(value, fallback=str)
    except ValueError:
        return value  # nested too deep, or bytes: recording it makes text of it
    if isinstance(value, BaseModel) and not isinstance(plain, dict):
        return str(plain)
    return plain


async def _collected(items: AsyncIterator[Any]) -> ToolOutput:
    """A failure in the middle is an error result that keeps what came before it."""
    seen: list[Any] = []
    count = 0
    last: Any = "None"
    try:
        async for item in items:
            if count and len(seen) < MAX_ITEMS:
                seen.append(last)
            last = as_result(item)
            count += 1
    except Exception as error:  # noqa: BLE001 - the tool's own failure, told to the model
        kept = [*seen, last] if count else seen
        return ToolOutput(f"{type(error).__name__}: {error}", True, {"items": kept})
    if isinstance(last, ToolOutput):
        return last
    text = last if isinstance(last, str) else pydantic_core.to_json(last).decode()
    return ToolOutput(text, artifacts={"items": seen} if seen else None)


def _is(test: Callable[[Any], bool], function: Any) -> bool:
    return test(function) or test(getattr(function, "__call__", None))  # noqa: B004
