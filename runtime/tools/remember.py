"""A tool with which an agent puts something into a memory."""

from __future__ import annotations

from typing import Any, ClassVar, Protocol, Self, runtime_checkable

from pydantic import Field

from runtime.components.base import ComponentBase, ComponentConfig, Palette
from runtime.components.builder import Builder
from runtime.components.spec import MemorySlot
from runtime.durable.step import StepContext
from runtime.durable.tool import ToolContext
from runtime.errors import SpecError, ToolError
from runtime.messages import JsonObject, MemoryContent
from runtime.ports import ToolSchema
from runtime.tools.base import GROUP, BaseTool

MAX_TEXT = 20_000


@runtime_checkable
class Remembers(Protocol):
    """What this tool needs of a memory."""

    async def add(self, content: MemoryContent, step: StepContext) -> None: ...


class RememberConfig(ComponentConfig):
    memory: MemorySlot = Field(title="Memory")
    name: str = Field("remember", pattern=r"^[a-zA-Z0-9_-]{1,64}$", title="Name")
    description: str = Field(
        "Keeps a fact for later turns and conversations. Write it so that it can be understood "
        "alone.",
        title="Description",
    )


class Remember(BaseTool[RememberConfig]):
    """Adds to its own memory and nothing else, the same call never twice; so it asks nobody."""

    provider = "troupe.tools.Remember"
    Config = RememberConfig
    effect = "idempotent"
    side_effects = False
    timeout = 60.0
    defaults: ClassVar[JsonObject] = {
        "memory": {
            "provider": "troupe.memory.VectorMemory",
            "component_type": "memory",
            "config": {"collection": "memory", "k": 3},
        }
    }
    palette = Palette("Remember", "Keeps a fact in a memory.", GROUP, "bookmark-plus")

    def __init__(self, config: RememberConfig, memory: Remembers) -> None:
        self.config = config
        self.name = config.name
        self._memory = memory
        text = {"type": "string", "description": "The fact, as one or a few sentences."}
        self.schema = ToolSchema(
            name=config.name,
            description=config.description,
            parameters={"type": "object", "properties": {"text": text}, "required": ["text"]},
        )

    @classmethod
    def build(cls, config: RememberConfig, builder: Builder) -> Self:
        memory: Any = builder.build(config.memory, ComponentBase, "memory")
        if not isinstance(memory, Remembers):
            raise SpecError("Nothing can be added to this", path=f"{builder.path}.config.memory")
        return cls(config, memory)

    @classmethod
    def tool_name(cls, config: Any) -> str:
        name = config.get("name") if isinstance(config, dict) else getattr(config, "name", None)
        return name if isinstance(name, str) else "remember"

    @classmethod
    def palette_info(cls) -> JsonObject:
        return {"tool_name": "remember", "effect": cls.effect, "side_effects": cls.side_effects}

    async def call(self, arguments: JsonObject, context: ToolContext) -> str:
        text = str(arguments["text"]).strip()
        if not text or len(text) > MAX_TEXT:
            raise ToolError(f"What is to be remembered must have 1 to {MAX_TEXT:,} characters")
        await self._memory.add(MemoryContent(content=text), context.step)
        return "Remembered."
