"""The config of AssistantAgent, in all three shapes that AutoGen has written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from pydantic import Field, field_validator

from runtime.agents.handoff import Handoff, check_handoffs
from runtime.agents.names import check_name
from runtime.components.base import ComponentConfig, Problem
from runtime.components.registry import find_component
from runtime.components.spec import (
    Component,
    ContextSlot,
    MemorySlot,
    ModelSlot,
    StructureSlot,
    ToolSlot,
    WorkbenchSlot,
)

DEFAULT_DESCRIPTION = "An agent that provides assistance with ability to use tools."
DEFAULT_SYSTEM_MESSAGE = (
    "You are a helpful AI assistant. Solve tasks using your tools. "
    "Reply with TERMINATE when the task has been completed."
)


class AssistantConfig(ComponentConfig):
    name: str = Field(title="Name", description="A word: letters, digits and underscores.")
    description: str = Field(
        DEFAULT_DESCRIPTION,
        title="Description",
        description="What it is good for; other members' models read it.",
    )
    system_message: str | None = Field(
        DEFAULT_SYSTEM_MESSAGE,
        title="Instructions",
        description="The system message of every call of its model.",
        json_schema_extra={"x-widget": "textarea"},
    )
    model_client: ModelSlot = Field(title="Model")
    tools: list[ToolSlot] | None = Field(
        None, title="Tools", description="AutoGen before 0.5.5 wrote them here."
    )
    workbench: list[WorkbenchSlot] | WorkbenchSlot | None = Field(None, title="Workbenches")
    model_context: ContextSlot | None = Field(None, title="Model context")
    memory: list[MemorySlot] | None = Field(None, title="Memory")
    handoffs: list[Handoff] | None = Field(None, title="Handoffs")
    model_client_stream: bool = Field(
        False, title="Stream", description="Show the text while it is being written."
    )
    reflect_on_tool_use: bool | None = Field(
        None,
        title="Reflect on tool use",
        description="Let the model put the results into words when its iterations are used up.",
    )
    max_tool_iterations: int = Field(
        1, ge=1, le=100, title="Tool iterations", description="Model calls with tools in a turn."
    )
    tool_call_summary_format: str = Field(
        "{result}",
        title="Summary format",
        description="With {tool_name}, {arguments}, {result}, {is_error}.",
    )
    structured_message_factory: StructureSlot | None = Field(
        None,
        title="Structured output",
        description="The model answers with a value of this JSON schema.",
    )
    metadata: dict[str, str] | None = Field(None, title="Metadata")

    @field_validator("system_message", "description", mode="after")
    @classmethod
    def _no_nul(cls, value: str | None) -> str | None:
        return None if value is None else value.replace("\x00", "")

    @property
    def workbenches(self) -> list[Component]:
        if self.workbench is None:
            return []
        return self.workbench if isinstance(self.workbench, list) else [self.workbench]

    @property
    def reflect(self) -> bool:
        """By default only where the answer must have a structure, which results do not."""
        if self.reflect_on_tool_use is None:
            return self.structured_message_factory is not None
        return self.reflect_on_tool_use


def check_assistant(config: AssistantConfig, path: str) -> Iterator[Problem]:
    yield from check_name(config.name, f"{path}.name")
    yield from check_handoffs(config.handoffs or (), _tool_names(config), f"{path}.handoffs")
    if config.tools and any(bench.config.get("tools") for bench in config.workbenches):
        yield Problem(
            f"{path}.tools",
            "warning",
            "tools_twice",
            "There are tools here and in the workbench; the agent gets both.",
        )
    for name, count in Counter(_tool_names(config)).items():
        if count > 1:
            yield Problem(
                path,
                "error",
                "duplicate_tool",
                f"{config.name} has {count} tools named {name}.",
                "Remove one, or rename it with a workbench's overrides.",
            )


def _tool_names(config: AssistantConfig) -> Iterator[str]:
    """As far as they are known without building anything."""
    for tool in config.tools or ():
        yield from _tool_name(tool.provider, tool.config)
    for bench in config.workbenches:
        raw = bench.config.get("tools")
        overrides = bench.config.get("tool_overrides")
        for tool in raw if isinstance(raw, list) else ():
            if isinstance(tool, dict) and isinstance(tool.get("provider"), str):
                for name in _tool_name(tool["provider"], tool.get("config")):
                    yield _overridden(name, overrides)


def _tool_name(provider: str, config: Any) -> Iterator[str]:
    found: Any = find_component(provider)
    if hasattr(found, "tool_name"):
        yield found.tool_name(config)


def _overridden(name: str, overrides: Any) -> str:
    override = overrides.get(name) if isinstance(overrides, dict) else None
    renamed = override.get("name") if isinstance(override, dict) else None
    return renamed if isinstance(renamed, str) else name
