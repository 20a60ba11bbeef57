"""A tool made of a Python function. Only in code: a spec never carries source to run."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from runtime.durable.tool import DEFAULT_TIMEOUT, ToolContext
from runtime.events.payloads import Effect
from runtime.messages import JsonObject
from runtime.ports import ToolSchema
from runtime.tools.signature import read_signature
from runtime.tools.threads import in_tool_thread


class FunctionTool:
    """Name, description and schema come from the function unless given. What nothing is known of
    has side effects and is made at most once."""

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
        self.name = name or function.__name__
        self.effect = effect
        self.side_effects = side_effects
        self.timeout = timeout
        self.schema = ToolSchema(
            name=self.name,
            description=description or inspect.getdoc(function) or "",
            parameters=self._signature.parameters,
            strict=strict,
        )

    async def call(self, arguments: JsonObject, context: ToolContext) -> Any:
        parsed = self._signature.arguments.model_validate(arguments)
        values = {name: getattr(parsed, name) for name in type(parsed).model_fields}
        if self._signature.context_parameter is not None:
            values[self._signature.context_parameter] = context
        if inspect.iscoroutinefunction(self._function):
            return await self._function(**values)
        return await in_tool_thread(lambda: self._function(**values))
