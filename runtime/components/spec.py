"""The declarative unit: AutoGen's component JSON."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

ComponentType = Literal[
    "team",
    "agent",
    "model",
    "tool",
    "workbench",
    "termination",
    "memory",
    "chat_completion_context",
    "code_executor",
    "structured_message",
]


class Component(BaseModel):
    """`provider` names an entry of the registry; it is never imported."""

    model_config = ConfigDict(extra="allow")

    provider: str
    component_type: str | None = None
    version: int | None = None
    component_version: int | None = None
    description: str | None = None
    label: str | None = None
    config: dict[str, Any] = Field(default_factory=dict)


class Slot:
    """Marks a config field as a place for components of these types, for validation (which
    descends into it), the builder's ports and the JSON Schema (`x-component-types`)."""

    def __init__(self, *component_types: ComponentType) -> None:
        self.component_types = component_types

    def __get_pydantic_json_schema__(self, core_schema: Any, handler: Any) -> dict[str, Any]:
        schema: dict[str, Any] = handler(core_schema)
        return {**schema, "x-component-types": list(self.component_types)}


AgentSlot = Annotated[Component, Slot("agent", "team")]
ModelSlot = Annotated[Component, Slot("model")]
ToolSlot = Annotated[Component, Slot("tool")]
TerminationSlot = Annotated[Component, Slot("termination")]
ContextSlot = Annotated[Component, Slot("chat_completion_context")]
WorkbenchSlot = Annotated[Component, Slot("workbench")]
MemorySlot = Annotated[Component, Slot("memory")]
ExecutorSlot = Annotated[Component, Slot("code_executor")]
StructureSlot = Annotated[Component, Slot("structured_message")]

__all__ = [
    "AgentSlot",
    "Component",
    "ComponentType",
    "ContextSlot",
    "ExecutorSlot",
    "MemorySlot",
    "ModelSlot",
    "Slot",
    "StructureSlot",
    "TerminationSlot",
    "ToolSlot",
    "WorkbenchSlot",
]
