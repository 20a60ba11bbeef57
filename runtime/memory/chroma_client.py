"""Chroma's client, off the event loop, with our contracts."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from runtime.errors import ToolError
from runtime.messages import MemoryContent
from runtime.net.egress import EgressGuard

T = TypeVar("T")
LONGEST_CALL = 30.0
_pool = ThreadPoolExecutor(max_workers=4, thread_name_prefix="troupe-chroma")


@dataclass(frozen=True)
class ChromaAddress:
    tenant: str
    database: str
    folder: Path | None = None
    host: str = ""
    port: int = 0
    ssl: bool = False
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)

    @classmethod
    def in_folder(cls, root: Path, name: str, tenant: str, database: str) -> ChromaAddress:
        """What the spec has as a path is a name here, and leads nowhere."""
        digest = hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()[:32]
        return cls(tenant, database, folder=root / f"chroma-{digest}")

    @property
    def key(self) -> str:
        text = repr((str(self.folder), self.host, self.port, self.ssl, self.headers))
        parts = f"{text} {self.tenant} {self.database}"
        return f"chroma {hashlib.sha256(parts.encode()).hexdigest()}"


class ChromaClient:
    """Chroma's own client blocks; each call of it runs in a thread. Its failures are ToolErrors."""

    def __init__(self, client: Any) -> None:
        self._client = client

    @classmethod
    async def open(cls, address: ChromaAddress, guard: EgressGuard) -> ChromaClient:
        """Raises ToolError, for a host too that the guard does not let through."""
        if address.folder is None:
            checked = await guard.addresses(address.host, address.port)
            if not address.ssl:  # with TLS the certificate says who answers; here the address must
                address = replace(address, host=_bracketed(checked[0]))
        return cls(await _in_thread(_open, address))

    async def put(
        self,
        collection: tuple[str, str],
        item_id: str,
        content: MemoryContent,
        vector: Sequence[float],
    ) -> None:
        kept = {"troupe": json.dumps(content.metadata or {}), "mime_type": content.mime_type}

        def call() -> None:
            self._collection(collection).upsert(
                ids=[item_id],
                embeddings=[list(vector)],
                documents=[content.content],
                metadatas=[kept],
            )

        await _in_thread(call)

    async def nearest(
        self, collection: tuple[str, str], vector: Sequence[float], limit: int
    ) -> list[tuple[MemoryContent, float]]:
        """Best first, with AutoGen's score."""

        def call() -> Any:
            found = self._collection(collection)
            count = min(limit, found.count())
            return found.query(query_embeddings=[list(vector)], n_results=count) if count else None

        result = await _in_thread(call)
        if result is None:
            return []
        rows = zip(
            result["documents"][0], result["metadatas"][0], result["distances"][0], strict=True
        )
        return [(_content(text, meta), _score(collection[1], far)) for text, meta, far in rows]

    async def clear(self, collection: tuple[str, str]) -> None:
        def call() -> None:
            self._collection(collection)
            self._client.delete_collection(collection[0])

        await _in_thread(call)

    async def close(self) -> None:
        close = getattr(self._client, "close", None)
        if close is not None:
            await _in_thread(close)

    def _collection(self, collection: tuple[str, str]) -> Any:
        """The distance is the index's own setting. (AutoGen writes it beside the collection, where
        Chroma does not look.)"""
        name, metric = collection
        return self._client.get_or_create_collection(
            name, configuration={"hnsw": {"space": metric}}, embedding_function=None
        )


def _bracketed(address: str) -> str:
    return f"[{address}]" if ":" in address else address


def _open(address: ChromaAddress) -> Any:
    import chromadb
    from chromadb.config import Settings

    settings = Settings(anonymized_telemetry=False)
    common: dict[str, Any] = {
        "tenant": address.tenant,
        "database": address.database,
        "settings": settings,
    }
    if address.folder is not None:
        address.folder.mkdir(parents=True, exist_ok=True)
        return chromadb.PersistentClient(path=str(address.folder), **common)
    return chromadb.HttpClient(
        host=address.host,
        port=address.port,
        ssl=address.ssl,
        headers=dict(address.headers),
        **common,
    )


async def _in_thread(call: Callable[..., T], *args: Any) -> T:
    try:
        async with asyncio.timeout(LONGEST_CALL):
            return await asyncio.get_running_loop().run_in_executor(_pool, call, *args)
    except TimeoutError as error:
        raise ToolError(f"Chroma did not answer within {LONGEST_CALL:g} s") from error
    except Exception as error:  # whatever Chroma raises: it has no base class of its own
        text = " ".join(str(error).split())[:300] or type(error).__name__
        raise ToolError(f"Chroma failed: {text}") from error


def _content(text: str, metadata: Any) -> MemoryContent:
    """Also of items that another program put there."""
    given = dict(metadata or {})
    mime_type = str(given.pop("mime_type", "text/plain"))
    own = given.pop("troupe", None)
    kept = json.loads(own) if isinstance(own, str) else given
    return MemoryContent(content=text or "", mime_type=mime_type, metadata=kept or None)


def _score(metric: str, distance: float) -> float:
    return 1 - distance / 2 if metric == "cosine" else 1 / (1 + max(distance, 0.0))
