"""What memories rely on from a store of vectors."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod

import pytest

from runtime.errors import ToolError
from runtime.messages import MemoryContent
from runtime.ports import VectorItem, VectorStore


def item(name: str, *vector: float, text: str = "") -> VectorItem:
    content = MemoryContent(content=text or name, metadata={"name": name, "ü": [1, None]})
    return VectorItem(id=name, content=content, vector=list(vector))


class VectorStoreConformance(ABC):
    @abstractmethod
    async def new_store(self) -> VectorStore:
        """An empty one, of a workspace of its own."""

    async def names(self, store: VectorStore, *vector: float, limit: int = 9) -> list[str]:
        found = await store.nearest("c", list(vector), limit=limit)
        return [match.content.content for match in found]

    async def test_the_nearest_come_first_with_their_cosine(self) -> None:
        store = await self.new_store()
        await store.put("c", [item("east", 2, 0), item("north", 0, 3), item("west", -1, 0)])
        found = await store.nearest("c", [5.0, 0.0], limit=3)
        assert [match.content.content for match in found] == ["east", "north", "west"]
        assert [match.score for match in found] == pytest.approx([1, 0, -1])
        assert found[0].content == item("east", 2, 0).content

    async def test_limit_and_least_score(self) -> None:
        store = await self.new_store()
        await store.put("c", [item(f"{n}", 1, n / 10) for n in range(10)])
        assert await self.names(store, 1, 0, limit=2) == ["0", "1"]
        found = await store.nearest("c", [1.0, 0.0], limit=9, min_score=0.98)
        assert [match.content.content for match in found] == ["0", "1", "2"]

    async def test_ties_come_by_id(self) -> None:
        store = await self.new_store()
        await store.put("c", [item(name, 1) for name in ("b", "c", "a")])
        assert await self.names(store, 1) == ["a", "b", "c"]

    async def test_putting_an_id_again_replaces_it(self) -> None:
        store = await self.new_store()
        await store.put("c", [item("a", 1, 0, text="old"), item("b", 0, 1)])
        await store.put("c", [item("a", 0, 1, text="new")])
        assert await self.names(store, 0, 1) == ["new", "b"]

    async def test_an_id_twice_in_one_put_is_the_last(self) -> None:
        store = await self.new_store()
        await store.put("c", [item("a", 1, text="first"), item("a", 1, text="last")])
        assert await self.names(store, 1) == ["last"]

    async def test_vectors_of_one_collection_have_one_length(self) -> None:
        store = await self.new_store()
        await store.put("c", [item("a", 1, 0)])
        with pytest.raises(ToolError):
            await store.put("c", [item("b", 1, 0, 0)])
        with pytest.raises(ToolError):
            await store.put("other", [item("a", 1), item("b", 1, 2)])
        with pytest.raises(ToolError):
            await store.nearest("c", [1.0], limit=1)
        assert await self.names(store, 1, 0) == ["a"]
        await store.put("third", [item("b", 1, 0, 0)])

    async def test_a_vector_without_a_direction_is_like_nothing(self) -> None:
        store = await self.new_store()
        await store.put("c", [item("zero", 0, 0), item("one", 1, 0)])
        assert await self.names(store, 1, 0) == ["one", "zero"]
        assert {m.score for m in await store.nearest("c", [0.0, 0.0], limit=9)} == {0.0}

    async def test_an_unknown_collection_is_empty(self) -> None:
        store = await self.new_store()
        assert await store.nearest("nowhere", [1.0], limit=3) == []
        await store.put("c", [])
        await store.clear("nowhere")

    async def test_a_cleared_collection_may_begin_with_another_length(self) -> None:
        store = await self.new_store()
        await store.put("c", [item("a", 1, 0)])
        await store.clear("c")
        await store.put("c", [item("a", 1)])
        assert await self.names(store, 1) == ["a"]

    async def test_concurrent_puts_all_count(self) -> None:
        store = await self.new_store()
        await asyncio.gather(*(store.put("c", [item(f"{n}", 1, n)]) for n in range(8)))
        assert sorted(await self.names(store, 1, 0)) == [f"{n}" for n in range(8)]

    async def test_other_workspaces_and_collections_have_their_own(self) -> None:
        store, other = await self.new_store(), await self.new_store()
        await store.put("c", [item("a", 1)])
        await store.put("d", [item("b", 1)])
        await other.put("c", [item("c", 1)])
        assert await self.names(store, 1) == ["a"]
        assert await self.names(other, 1) == ["c"]
        await other.clear("c")
        assert await self.names(store, 1) == ["a"]
