"""What steps rely on from a store of blobs."""

from __future__ import annotations

import asyncio
import hashlib
from abc import ABC, abstractmethod

import pytest

from runtime.errors import ToolError
from runtime.ports import Blobs

ALL_BYTES = bytes(range(256))


class BlobsConformance(ABC):
    @abstractmethod
    async def new_blobs(self) -> Blobs:
        """An empty one, of a workspace of its own."""

    async def test_what_was_put_is_got_by_its_digest(self) -> None:
        blobs = await self.new_blobs()
        digest = await blobs.put(ALL_BYTES)
        assert digest == hashlib.sha256(ALL_BYTES).hexdigest()
        assert await blobs.get(digest) == ALL_BYTES

    async def test_nothing_at_all_is_a_blob_too(self) -> None:
        blobs = await self.new_blobs()
        assert await blobs.get(await blobs.put(b"")) == b""

    async def test_a_large_one(self) -> None:
        blobs = await self.new_blobs()
        data = ALL_BYTES * 40_000
        assert await blobs.get(await blobs.put(data)) == data

    async def test_the_same_again_is_the_same(self) -> None:
        blobs = await self.new_blobs()
        digests = await asyncio.gather(*(blobs.put(b"same") for _ in range(5)))
        assert len(set(digests)) == 1
        assert await blobs.get(digests[0]) == b"same"

    @pytest.mark.parametrize("digest", ["0" * 64, "", "../x", "x" * 5_000, "\x00"])
    async def test_a_missing_one_is_a_tool_error(self, digest: str) -> None:
        with pytest.raises(ToolError):
            await (await self.new_blobs()).get(digest)

    async def test_other_workspaces_have_their_own(self) -> None:
        first, other = await self.new_blobs(), await self.new_blobs()
        digest = await first.put(b"secret")
        with pytest.raises(ToolError):
            await other.get(digest)
        assert await other.put(b"secret") == digest
        assert await other.get(digest) == b"secret"
