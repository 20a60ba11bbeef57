from __future__ import annotations

import hashlib
import heapq
import json
import math
import sys
from array import array
from collections.abc import Sequence
from operator import mul
from typing import Any

from django.db import transaction

from runtime.errors import ToolError
from runtime.messages import MemoryContent
from runtime.ports import VectorItem, VectorMatch
from studio.core.dbpool import run_db
from studio.runs.models import Vector, VectorCollection

MAX_ITEMS = 20_000
"""In a collection. Every query reads all of it: with more, a vector database is what is needed."""
_ATTEMPTS = 3


class WorkspaceVectors:
    """The runtime's VectorStore over two tables, of one workspace; the same on both databases."""

    def __init__(self, workspace_id: Any) -> None:
        self._workspace_id = workspace_id

    async def put(self, collection: str, items: Sequence[VectorItem]) -> None:
        if items:
            await run_db(self._put, collection, {item.id: item for item in items})

    async def nearest(
        self,
        collection: str,
        vector: Sequence[float],
        *,
        limit: int,
        min_score: float | None = None,
    ) -> list[VectorMatch]:
        return await run_db(self._nearest, collection, vector, limit, min_score)

    async def clear(self, collection: str) -> None:
        await run_db(lambda: self._find(collection).delete())

    # In a database thread ----------------------------------------------------------------------

    def _put(self, name: str, items: dict[str, VectorItem]) -> None:
        dimensions, *others = {len(item.vector) for item in items.values()}
        if others:
            raise _mismatch(name)
        rows = [
            Vector(item_id=_id(item.id), data=_packed(item.vector), content=_dumped(item.content))
            for item in items.values()
        ]
        for _ in range(_ATTEMPTS):
            if self._put_rows(name, dimensions, rows):
                return
        raise ToolError(f"The collection {name[:80]!r} is being cleared all the time")

    @transaction.atomic
    def _put_rows(self, name: str, dimensions: int, rows: list[Vector]) -> bool:
        """False: the collection was cleared meanwhile."""
        made, _ = VectorCollection.objects.get_or_create(
            workspace_id=self._workspace_id,
            key=_key(name),
            defaults={"name": _plain(name)[:200], "dimensions": dimensions},
        )
        found = VectorCollection.objects.select_for_update().filter(pk=made.pk).first()
        if found is None:
            return False
        if found.dimensions != dimensions:
            raise _mismatch(name)
        if Vector.objects.filter(collection=found).count() + len(rows) > MAX_ITEMS:
            raise ToolError(
                f"The collection {name[:80]!r} is full: it holds {MAX_ITEMS:,} at most",
                hint="Clear it, or use a vector database such as Chroma.",
            )
        for row in rows:
            row.collection = found
        Vector.objects.bulk_create(
            rows,
            batch_size=200,
            update_conflicts=True,
            unique_fields=["collection", "item_id"],
            update_fields=["data", "content"],
        )
        return True

    def _nearest(
        self, name: str, vector: Sequence[float], limit: int, min_score: float | None
    ) -> list[VectorMatch]:
        found = self._find(name).first()
        if found is None:
            return []
        if found.dimensions != len(vector):
            raise ToolError("The vectors have different lengths")
        wanted = _unit(vector)
        rows = Vector.objects.filter(collection=found).values_list("item_id", "data")
        best = heapq.nsmallest(
            limit, ((-_product(wanted, data), item_id) for item_id, data in rows.iterator())
        )
        ids = [item_id for _, item_id in best]
        contents = dict(
            Vector.objects.filter(collection=found, item_id__in=ids).values_list(
                "item_id", "content"
            )
        )
        return [
            VectorMatch(content=MemoryContent(**json.loads(contents[item_id])), score=-negative)
            for negative, item_id in best
            if item_id in contents and (min_score is None or -negative >= min_score)
        ]

    def _find(self, name: str) -> Any:
        return VectorCollection.objects.filter(workspace_id=self._workspace_id, key=_key(name))


def _mismatch(name: str) -> ToolError:
    return ToolError(
        f"The collection {name[:80]!r} holds vectors of another length",
        hint="It was filled with another embedding model; use a new collection.",
    )


def _plain(text: str) -> str:
    """What every database takes."""
    return text.encode("utf-8", "replace").decode().replace("\x00", "")


def _key(name: str) -> str:
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()


def _id(text: str) -> str:
    plain = _plain(text)
    return plain if len(plain) <= 400 and plain == text else f"{plain[:300]} {_key(text)}"


def _dumped(content: MemoryContent) -> str:
    """In ASCII: text may have what a database takes in no other form."""
    return json.dumps(content.model_dump())


def _unit(vector: Sequence[float]) -> list[float]:
    length = math.sqrt(math.fsum(x * x for x in vector))
    return [x / length for x in vector] if length else [0.0] * len(vector)


def _packed(vector: Sequence[float]) -> bytes:
    return _little_endian(array("f", _unit(vector))).tobytes()


def _product(wanted: list[float], data: bytes | memoryview) -> float:
    """Of two vectors of length one: their cosine."""
    kept = array("f")
    kept.frombytes(data)
    product: float = sum(map(mul, wanted, _little_endian(kept)))
    return max(-1.0, min(1.0, product))


def _little_endian(values: array[float]) -> array[float]:
    if sys.byteorder == "big":
        values.byteswap()
    return values
