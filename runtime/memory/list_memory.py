from __future__ import annotations

import json
from typing import Any, ClassVar, Self

from pydantic import Field

from runtime.components.base import ComponentConfig, Palette
from runtime.components.builder import Builder
from runtime.durable.step import StepContext
from runtime.memory.base import GROUP, Memory, item_id
from runtime.messages import JsonObject, MemoryContent
from runtime.ports import VectorItem

MAX_ADDED = 10_000


class ListContent(ComponentConfig):
    """AutoGen's MemoryContent: JSON values may stand as they are."""

    content: Any
    mime_type: str = "text/plain"
    metadata: JsonObject | None = None

    def to_memory(self) -> MemoryContent:
        text = self.content if isinstance(self.content, str) else json.dumps(self.content)
        return MemoryContent(content=text, mime_type=self.mime_type, metadata=self.metadata)


class ListMemoryConfig(ComponentConfig):
    name: str | None = Field(None, title="Name")
    memory_contents: list[ListContent] = Field(
        default_factory=list,
        title="Contents",
        description="What the agent always knows.",
        json_schema_extra={"x-widget": "code"},
    )


class ListMemory(Memory[ListMemoryConfig]):
    """Everything, in order, at every turn. What is added at run time belongs to the agent's session
    and is kept in the vector store's collections, where a list is a collection with one axis."""

    provider = "autogen_core.memory.ListMemory"
    Config = ListMemoryConfig
    defaults: ClassVar[JsonObject] = {
        "name": "facts",
        "memory_contents": [{"content": "Prefer metric units.", "mime_type": "text/plain"}],
    }
    palette = Palette("List of facts", "The model reads all of them, always.", GROUP, "list")

    def __init__(self, config: ListMemoryConfig) -> None:
        self.config = config
        self.name = config.name or "default_list_memory"

    @classmethod
    def build(cls, config: ListMemoryConfig, builder: Builder) -> Self:
        return cls(config)

    async def query(self, text: str, step: StepContext) -> list[MemoryContent]:
        added = await step.run.vectors.nearest(self._collection(step), [1.0], limit=MAX_ADDED)
        given = [content.to_memory() for content in self.config.memory_contents]
        return [*given, *(match.content for match in added)]

    async def add(self, content: MemoryContent, step: StepContext) -> None:
        # Equally near items come by their ids: earlier runs first, then earlier turns.
        earlier = [span for span in step.run.state.history if span.run_id != step.run.run_id]
        place = f"{len(earlier):05}/{step.turn:06}"
        item = VectorItem(id=f"{place}/{item_id(content, step)}", content=content, vector=[1.0])
        await step.run.vectors.put(self._collection(step), [item])

    async def clear(self, step: StepContext) -> None:
        await step.run.vectors.clear(self._collection(step))

    def _collection(self, step: StepContext) -> str:
        """Of this agent in this session, whose first run gives it its name."""
        history = step.run.state.history
        session = history[0].run_id if history else step.run.run_id
        agent = step.agent_path.partition("#")[0]
        return f"list/{session}/{agent}/{self.name}"
