"""Workbenches: tools under one roof; AutoGen's static one is a list."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable
from typing import Any, ClassVar, Self, TypeVar

from pydantic import BaseModel, Field

from runtime.components.base import ComponentBase, ComponentConfig, Palette, Problem
from runtime.components.builder import Builder
from runtime.components.registry import find_component
from runtime.components.spec import ToolSlot
from runtime.durable.step import StepContext
from runtime.durable.tool import Tool
from runtime.errors import SpecError
from runtime.messages import JsonObject
from runtime.tools.base import BaseTool
from runtime.tools.override import ToolOverride, apply_overrides, override_conflict

ConfigT = TypeVar("ConfigT", bound=BaseModel)


class Workbench(ComponentBase[ConfigT]):
    component_type: ClassVar = "workbench"
    namespaced: ClassVar[bool] = False
    """True: others decide how its tools are called, so `told_apart` may rename them."""

    @property
    def label(self) -> str:
        """What tells its tools from those of another workbench with the same names."""
        return "workbench"

    @abstractmethod
    async def list_tools(self, step: StepContext) -> list[Tool]:
        """The tools that a model may be offered now; what comes from outside is a recorded step,
        once for each run, so it may be asked at every turn. Raises ToolError when they cannot be
        listed."""


class StaticWorkbenchConfig(ComponentConfig):
    tools: list[ToolSlot] = Field(default_factory=list, title="Tools")
    tool_overrides: dict[str, ToolOverride] = Field(
        default_factory=dict,
        title="Overrides",
        description="New names and descriptions, by the tools' own names.",
    )


class StaticWorkbench(Workbench[StaticWorkbenchConfig]):
    provider = "autogen_core.tools.StaticWorkbench"
    Config = StaticWorkbenchConfig
    defaults: ClassVar[JsonObject] = {"tools": []}
    palette = Palette("Workbench", "A fixed set of tools.", "Tools", "tools")

    def __init__(self, config: StaticWorkbenchConfig, tools: list[Tool]) -> None:
        self.config = config
        self.tools = tools

    @classmethod
    def check(cls, config: StaticWorkbenchConfig, path: str) -> Iterable[Problem]:
        names = {name for tool in config.tools if (name := _name_of(tool.provider, tool.config))}
        conflict = override_conflict(config.tool_overrides, names)
        if conflict is not None:
            original, detail = conflict
            yield Problem(
                f"{path}.tool_overrides.{original}",
                "error",
                "name_taken",
                detail,
                "Choose another name.",
            )

    @classmethod
    def build(cls, config: StaticWorkbenchConfig, builder: Builder) -> Self:
        built: list[Tool] = [
            builder.build(tool, BaseTool, f"tools[{index}]")
            for index, tool in enumerate(config.tools)
        ]
        conflict = override_conflict(config.tool_overrides, [tool.name for tool in built])
        if conflict is not None:
            original, detail = conflict
            raise SpecError(detail, path=f"{builder.path}.config.tool_overrides.{original}")
        return cls(config, apply_overrides(built, config.tool_overrides))

    async def list_tools(self, step: StepContext) -> list[Tool]:
        return self.tools


class StaticStreamWorkbench(StaticWorkbench):
    """What AutoGen writes since 0.6; here the same thing, overrides included."""

    provider = "autogen_core.tools.StaticStreamWorkbench"
    palette = Palette("Workbench", "A fixed set of tools.", "Tools", "tools", hidden=True)


def _name_of(provider: str, config: Any) -> str | None:
    """None: the tool is not known, or its config is wrong, which its own check reports."""
    found = find_component(provider)
    if found is None or not issubclass(found, BaseTool):
        return None
    try:
        return found.tool_name(found.Config.model_validate(config))
    except ValueError:
        return None
