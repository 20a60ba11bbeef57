"""Where a memory's vectors come from: a model client that a spec names, or this machine."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from runtime.components.base import ComponentBase, ComponentConfig
from runtime.components.builder import Builder
from runtime.components.spec import ModelSlot
from runtime.errors import SpecError
from runtime.memory.local_embeddings import LocalEmbeddings
from runtime.ports import EmbeddingClient


class EmbeddingConfig(ComponentConfig):
    embedding: ModelSlot | None = Field(
        None,
        title="Embeddings by",
        description="A client of OpenAI or a compatible server; empty: this machine, by words.",
    )
    embedding_model: str | None = Field(
        None,
        title="Embedding model",
        description="Such as text-embedding-3-small; empty: the name in the client.",
    )


def build_embeddings(config: EmbeddingConfig, builder: Builder) -> EmbeddingClient:
    """Raises SpecError for a client that has none."""
    if config.embedding is None:
        return LocalEmbeddings()
    client: Any = builder.build(config.embedding, ComponentBase, "embedding")
    make = getattr(client, "embeddings", None)
    if make is None:
        raise SpecError(
            f"{client.palette.label} has no embeddings",
            path=f"{builder.path}.config.embedding",
            hint="Use OpenAI, Azure OpenAI, Ollama or a compatible server; or leave it empty.",
        )
    embeddings: EmbeddingClient = make(config.embedding_model)
    return embeddings
