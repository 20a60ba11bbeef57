from __future__ import annotations

from typing import ClassVar, Self

from pydantic import Field

from runtime.components.base import Palette
from runtime.components.builder import Builder
from runtime.durable.step import StepContext
from runtime.memory.base import GROUP, Memory, item_id
from runtime.memory.embedding import EmbeddingConfig, build_embeddings
from runtime.messages import JsonObject, MemoryContent
from runtime.ports import EmbeddingClient, VectorItem, VectorMatch


class VectorMemoryConfig(EmbeddingConfig):
    name: str | None = Field(None, title="Name")
    collection: str = Field(
        "memory",
        min_length=1,
        max_length=100,
        title="Collection",
        description="Shared by all memories of the workspace that name it.",
    )
    k: int = Field(3, ge=1, le=100, title="Results", description="How many at most.")
    score_threshold: float | None = Field(
        None, ge=-1, le=1, title="Least likeness", description="1 is the same, 0 unrelated."
    )


class VectorMemory(Memory[VectorMemoryConfig]):
    """What is nearest to the text, in the workspace's own database."""

    provider = "troupe.memory.VectorMemory"
    order = "order of likeness"
    Config = VectorMemoryConfig
    defaults: ClassVar[JsonObject] = {"collection": "memory", "k": 3}
    palette = Palette("Vector memory", "Finds what fits, in Troupe's database.", GROUP, "brain")

    def __init__(self, config: VectorMemoryConfig, embeddings: EmbeddingClient) -> None:
        self.config = config
        self.name = config.name or config.collection
        self._embeddings = embeddings

    @classmethod
    def build(cls, config: VectorMemoryConfig, builder: Builder) -> Self:
        return cls(config, build_embeddings(config, builder))

    async def query(self, text: str, step: StepContext) -> list[MemoryContent]:
        if not text.strip():
            return []
        (vector,) = await self._embeddings.embed([text])
        matches = await step.run.vectors.nearest(
            self._collection,
            vector,
            limit=self.config.k,
            min_score=self.config.score_threshold,
        )
        return [with_score(match) for match in matches]

    async def add(self, content: MemoryContent, step: StepContext) -> None:
        (vector,) = await self._embeddings.embed([content.content])
        item = VectorItem(id=item_id(content, step), content=content, vector=vector)
        await step.run.vectors.put(self._collection, [item])

    async def clear(self, step: StepContext) -> None:
        await step.run.vectors.clear(self._collection)

    @property
    def _collection(self) -> str:
        """Vectors of different models say nothing about each other, so each has its own."""
        return f"vector/{self.config.collection}/{self._embeddings.name}"


def with_score(match: VectorMatch) -> MemoryContent:
    metadata = {**(match.content.metadata or {}), "score": round(match.score, 4)}
    return match.content.model_copy(update={"metadata": metadata})
