"""AutoGen's ChromaDBVectorMemory, over the real Chroma."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any, ClassVar, Literal, Self

from pydantic import Field

from runtime.components.base import Palette, Problem
from runtime.components.builder import Builder, SharedClients
from runtime.durable.step import StepContext
from runtime.errors import SpecError
from runtime.memory.base import GROUP, Memory, item_id
from runtime.memory.chroma_client import ChromaAddress, ChromaClient
from runtime.memory.embedding import EmbeddingConfig, build_embeddings
from runtime.messages import JsonObject, MemoryContent
from runtime.net.egress import EgressGuard
from runtime.operator import Operator
from runtime.ports import EmbeddingClient

_DEFAULT_FOLDER = "./chroma_db"


class ChromaConfig(EmbeddingConfig):
    client_type: Literal["persistent", "http"] = Field("persistent", title="Where")
    collection_name: str = Field("memory_store", title="Collection")
    distance_metric: Literal["cosine", "l2", "ip"] = Field("cosine", title="Distance")
    k: int = Field(3, ge=1, le=100, title="Results", description="How many at most.")
    score_threshold: float | None = Field(
        None, title="Least likeness", description="1 is the same."
    )
    allow_reset: bool = Field(False, title="Allow reset", description="AutoGen's; never used.")
    tenant: str = Field("default_tenant", title="Tenant")
    database: str = Field("default_database", title="Database")
    embedding_function_config: JsonObject | None = Field(
        None,
        title="Embedding function",
        description="AutoGen's. `default` stands for this machine's own, by words.",
        json_schema_extra={"x-widget": "code"},
    )
    persistence_path: str | None = Field(
        None,
        title="Folder",
        description="A name for it: it lies in the folder that the operator gave.",
    )
    host: str | None = Field(None, title="Host")
    port: int | None = Field(None, ge=1, le=65_535, title="Port")
    ssl: bool | None = Field(None, title="TLS")
    headers: dict[str, str] | None = Field(None, title="Headers")


class ChromaDBVectorMemory(Memory[ChromaConfig]):
    provider = "autogen_ext.memory.chromadb.ChromaDBVectorMemory"
    order = "order of likeness"
    Config = ChromaConfig
    defaults: ClassVar[JsonObject] = {
        "client_type": "persistent",
        "collection_name": "memory_store",
        "k": 3,
    }
    palette = Palette("Chroma", "Finds what fits, in a Chroma database.", GROUP, "database-search")

    def __init__(
        self,
        config: ChromaConfig,
        address: ChromaAddress,
        embeddings: EmbeddingClient,
        clients: SharedClients,
        guard: EgressGuard,
    ) -> None:
        self.config = config
        self.name = config.collection_name
        self._address = address
        self._embeddings = embeddings
        self._clients = clients
        self._guard = guard

    @classmethod
    def build(cls, config: ChromaConfig, builder: Builder) -> Self:
        if find_spec("chromadb") is None:
            raise SpecError(
                "Chroma is not installed here",
                path=builder.path,
                hint="Install the extra: pip install 'troupe[chroma]'. Or use the vector memory.",
            )
        address = _address(config, builder.operator, builder.path)
        guard = EgressGuard.of(builder.operator)
        return cls(config, address, build_embeddings(config, builder), builder.clients, guard)

    @classmethod
    def check(cls, config: Any, path: str) -> Iterator[Problem]:
        function = config.embedding_function_config or {}
        kind = function.get("function_type", "default")
        here = f"{path}.embedding_function_config"
        if function.get("api_key"):
            yield Problem(
                f"{here}.api_key",
                "error",
                "inline_secret",
                "A component must not carry a secret.",
                "Choose a model client with a credential under Embeddings.",
            )
        if kind != "default" and config.embedding is None:
            yield Problem(
                here,
                "error",
                "unsupported_component",
                f"Embeddings by {str(kind)[:60]!r} need a client here.",
                "Choose an OpenAI or compatible client under Embeddings, or `default`.",
            )

    async def query(self, text: str, step: StepContext) -> list[MemoryContent]:
        if not text.strip():
            return []
        (vector,) = await self._embeddings.embed([text])
        client = await self._client()
        found = await client.nearest(self._collection, vector, self.config.k)
        return [
            item.model_copy(
                update={"metadata": {**(item.metadata or {}), "score": round(score, 4)}}
            )
            for item, score in found
            if self.config.score_threshold is None or score >= self.config.score_threshold
        ]

    async def add(self, content: MemoryContent, step: StepContext) -> None:
        (vector,) = await self._embeddings.embed([content.content])
        client = await self._client()
        await client.put(self._collection, item_id(content, step), content, vector)

    async def clear(self, step: StepContext) -> None:
        await (await self._client()).clear(self._collection)

    @property
    def _collection(self) -> tuple[str, str]:
        return self.config.collection_name, self.config.distance_metric

    async def _client(self) -> ChromaClient:
        client: ChromaClient = await self._clients.get(
            self._address.key, lambda: ChromaClient.open(self._address, self._guard)
        )
        return client


def _address(config: ChromaConfig, operator: Operator, path: str) -> ChromaAddress:
    if config.client_type == "persistent":
        if operator.memory_folder is None:
            raise SpecError(
                "Chroma may not keep files here",
                path=f"{path}.config.client_type",
                hint="The operator can name a folder for it; or use the vector memory.",
            )
        name = config.persistence_path or _DEFAULT_FOLDER
        return ChromaAddress.in_folder(operator.memory_folder, name, config.tenant, config.database)
    return ChromaAddress(
        tenant=config.tenant,
        database=config.database,
        host=config.host or "localhost",
        port=config.port or 8000,
        ssl=bool(config.ssl),
        headers=tuple(sorted((config.headers or {}).items())),
    )
