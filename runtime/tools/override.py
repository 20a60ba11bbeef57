"""A tool under another name or description."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from runtime.components.base import ComponentConfig
from runtime.durable.tool import Tool, ToolContext
from runtime.messages import JsonObject


class ToolOverride(ComponentConfig):
    name: str | None = None
    description: str | None = None


class OverriddenTool:
    """The tool itself, as a model is to see it."""

    def __init__(self, tool: Tool, override: ToolOverride) -> None:
        self.wrapped = tool
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
        return await self.wrapped.call(arguments, context)


def apply_overrides(tools: Sequence[Tool], overrides: Mapping[str, ToolOverride]) -> list[Tool]:
    """By the tools' own names; overrides of tools that are not there do nothing, as in AutoGen."""
    return [
        OverriddenTool(tool, overrides[tool.name]) if tool.name in overrides else tool
        for tool in tools
    ]


def override_conflict(
    overrides: Mapping[str, ToolOverride], names: Collection[str]
) -> tuple[str, str] | None:
    """The tool whose new name is another tool's or another override's, and what is wrong. By
    AutoGen's rule: a name that a tool has is taken even where that tool gets a new one."""
    taken: dict[str, str] = {}
    for original, override in overrides.items():
        name = override.name
        if not name or name == original:
            continue
        if name in names:
            return original, f"The new name {name!r} is that of a tool that is there already."
        if name in taken:
            return original, f"The new name {name!r} is given twice."
        taken[name] = original
    return None
