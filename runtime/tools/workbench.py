"""AutoGen's static workbench: a list of tools under one roof."""

from __future__ import annotations

from typing import ClassVar, Self

from pydantic import Field

from runtime.components.base import ComponentBase, ComponentConfig, Palette
from runtime.components.builder import Builder
from runtime.components.spec import ToolSlot
from runtime.durable.step import StepContext
from runtime.durable.tool import Tool
from runtime.messages import JsonObject
from runtime.tools.base import BaseTool
from runtime.tools.override import OverriddenTool, ToolOverride


class StaticWorkbenchConfig(ComponentConfig):
    tools: list[ToolSlot] = Field(default_factory=list, title="Tools")
    tool_overrides: dict[str, ToolOverride] = Field(
        default_factory=dict,
        title="Overrides",
        description="New names and descriptions, by the tools' own names.",
    )


class StaticWorkbench(ComponentBase[StaticWorkbenchConfig]):
    provider = "autogen_core.tools.StaticWorkbench"
    component_type: ClassVar = "workbench"
    Config = StaticWorkbenchConfig
    defaults: ClassVar[JsonObject] = {"tools": []}
    palette = Palette("Workbench", "A fixed set of tools.", "Tools", "tools")

    def __init__(self, config: StaticWorkbenchConfig, tools: list[Tool]) -> None:
        self.config = config
        self.tools = tools

    @classmethod
    def build(cls, config: StaticWorkbenchConfig, builder: Builder) -> Self:
        built = [
            builder.build(tool, BaseTool, f"tools[{index}]")
            for index, tool in enumerate(config.tools)
        ]
        overrides = config.tool_overrides
        return cls(
            config,
            [
                OverriddenTool(tool, overrides[tool.name]) if tool.name in overrides else tool
                for tool in built
            ],
        )

    async def list_tools(self, step: StepContext) -> list[Tool]:
        return self.tools


class StaticStreamWorkbench(StaticWorkbench):
    """What AutoGen writes since 0.6; here the same thing."""

    provider = "autogen_core.tools.StaticStreamWorkbench"
    palette = Palette("Workbench", "A fixed set of tools.", "Tools", "tools", hidden=True)
