"""Files, blobs and vectors for programs that use the runtime by itself, and for tests: in memory,
or in a folder. They pass the same conformance suites as those of the application."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from typing import Any

from runtime.errors import ToolError
from runtime.ports import VectorItem, VectorMatch


class MemoryFiles:
    def __init__(self, files: Mapping[str, str] | None = None) -> None:
        self.files: dict[str, str] = dict(files or {})

    async def read(self, path: str) -> str:
        if path not in self.files:
            raise ToolError(f"There is no file {path!r}")
        return self.files[path]

    async def write(self, path: str, text: str) -> int:
        if not path or path.startswith("/") or ".." in path.split("/"):
            raise ToolError(f"{path!r} is outside the workspace's files")
        self.files[path] = text
        return len(text.encode())

    async def delete(self, path: str) -> None:
        await self.read(path)
        del self.files[path]

    async def list(self, prefix: str = "") -> list[dict[str, Any]]:
        return [
            {"path": path, "size": len(text.encode()), "modified_at": None}
            for path, text in sorted(self.files.items())
            if path.startswith(prefix)
        ]


class MemoryBlobs:
    def __init__(self) -> None:
        self._data: dict[str, bytes] = {}

    async def put(self, data: bytes) -> str:
        digest = hashlib.sha256(data).hexdigest()
        self._data.setdefault(digest, bytes(data))
        return digest

    async def get(self, digest: str) -> bytes:
        found = self._data.get(digest)
        if found is None:
            raise ToolError(f"There is no stored data with the digest {digest[:12]}")
        return found


class MemoryVectors:
    def __init__(self) -> None:
        self._collections: dict[str, dict[str, VectorItem]] = {}

    async def put(self, collection: str, items: Sequence[VectorItem]) -> None:
        kept = self._collections.setdefault(collection, {})
        lengths = {len(item.vector) for item in (*kept.values(), *items)}
        if len(lengths) > 1:
            raise ToolError(
                f"The collection {collection!r} holds vectors of another length",
                hint="It was filled with another embedding model; use a new collection.",
            )
        kept.update((item.id, item) for item in items)

    async def nearest(
        self,
        collection: str,
        vector: Sequence[float],
        *,
        limit: int,
        min_score: float | None = None,
    ) -> list[VectorMatch]:
        kept = self._collections.get(collection, {})
        scored = sorted(
            ((cosine(vector, item.vector), item) for item in kept.values()),
            key=lambda pair: (-pair[0], pair[1].id),
        )
        return [
            VectorMatch(content=item.content, score=score)
            for score, item in scored[:limit]
            if min_score is None or score >= min_score
        ]

    async def clear(self, collection: str) -> None:
        self._collections.pop(collection, None)


def cosine(left: Sequence[float], right: Sequence[float]) -> float:
    """0 where one of them has no direction. Raises ToolError for different lengths."""
    if len(left) != len(right):
        raise ToolError("The vectors have different lengths")
    product = math.fsum(a * b for a, b in zip(left, right, strict=True))
    norm = math.sqrt(math.fsum(a * a for a in left) * math.fsum(b * b for b in right))
    return product / norm if norm else 0.0
