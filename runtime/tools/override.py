"""A tool under another name or description."""

from __future__ import annotations

from typing import Any

from runtime.components.base import ComponentConfig
from runtime.durable.tool import Tool, ToolContext
from runtime.messages import JsonObject


class ToolOverride(ComponentConfig):
    name: str | None = None
    description: str | None = None


class OverriddenTool:
    def __init__(self, tool: Tool, override: ToolOverride) -> None:
        self._tool = tool
        self.name = override.name or tool.name
        self.schema = tool.schema.model_copy(
            update={
                "name": self.name,
                "description": override.description or tool.schema.description,
            }
        )
        self.effect = tool.effect
        self.side_effects = tool.side_effects
        self.timeout = tool.timeout

    async def call(self, arguments: JsonObject, context: ToolContext) -> Any:
        return await self._tool.call(arguments, context)
