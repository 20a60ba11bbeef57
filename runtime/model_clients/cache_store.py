"""Where replies are kept for the caching client."""

from __future__ import annotations

from collections import OrderedDict
from typing import Protocol

from runtime.ports import ModelReply


class CacheStore(Protocol):
    """By the hash of all that a reply depends on. May forget anything at any time."""

    async def get(self, key: str) -> ModelReply | None: ...

    async def put(self, key: str, reply: ModelReply) -> None: ...

    async def close(self) -> None: ...


class MemoryCacheStore:
    """This process's memory, bounded by number and size; what was not asked for longest goes."""

    def __init__(self, *, entries: int = 2_000, size: int = 64_000_000) -> None:
        self._replies: OrderedDict[str, str] = OrderedDict()
        self._entries = entries
        self._room = size

    async def get(self, key: str) -> ModelReply | None:
        text = self._replies.get(key)
        if text is None:
            return None
        self._replies.move_to_end(key)
        return ModelReply.model_validate_json(text)

    async def put(self, key: str, reply: ModelReply) -> None:
        self._drop(key)
        text = reply.model_dump_json()
        self._replies[key] = text
        self._room -= len(text)
        while self._replies and (self._room < 0 or len(self._replies) > self._entries):
            self._drop(next(iter(self._replies)))

    async def close(self) -> None:
        while self._replies:
            self._drop(next(iter(self._replies)))

    def _drop(self, key: str) -> None:
        self._room += len(self._replies.pop(key, ""))
