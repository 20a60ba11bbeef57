"""Embeddings over the wire, as OpenAI's servers and those like it give them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

from runtime.messages import JsonObject
from runtime.model_clients.failures import Target, from_error_object, not_understood
from runtime.model_clients.wire import parse_object, read_all

MAX_TEXTS = 256
"""In one call; vendors take at most 2,048, and a reply has to stay in its limits."""

Call = Callable[[JsonObject], AbstractAsyncContextManager[tuple[AsyncIterator[bytes], Target]]]


class HostedEmbeddings:
    """A `ports.EmbeddingClient` over the connection of a model client."""

    def __init__(self, call: Call, model: str) -> None:
        self._call = call
        self._model = model

    @property
    def name(self) -> str:
        return self._model

    async def embed(self, texts: Sequence[str]) -> list[list[float]]:
        vectors: list[list[float]] = []
        for start in range(0, len(texts), MAX_TEXTS):
            vectors += await self._embed(texts[start : start + MAX_TEXTS])
        return vectors

    async def _embed(self, texts: Sequence[str]) -> list[list[float]]:
        # Servers refuse an empty text.
        given = [text if text.strip() else "-" for text in texts]
        body = {"model": self._model, "input": given, "encoding_format": "float"}
        async with self._call(body) as (chunks, target):
            data = parse_object(await read_all(chunks, target), target)
            if data.get("error"):
                raise from_error_object(target, data["error"])
            return _vectors(data, len(texts), target)


def _vectors(data: JsonObject, count: int, target: Target) -> list[list[float]]:
    items = data.get("data")
    if not isinstance(items, list) or len(items) != count:
        raise not_understood(target, f"it has not {count} embeddings")
    found: dict[int, list[float]] = {}
    for position, item in enumerate(items):
        vector = item.get("embedding") if isinstance(item, dict) else None
        if not isinstance(vector, list) or not _is_vector(vector):
            raise not_understood(target, "an embedding is no list of numbers")
        index = item.get("index")
        found[index if isinstance(index, int) else position] = [float(x) for x in vector]
    if sorted(found) != list(range(count)) or len({len(v) for v in found.values()}) > 1:
        raise not_understood(target, "its embeddings do not fit together")
    return [found[index] for index in range(count)]


def _is_vector(value: list[Any]) -> bool:
    return bool(value) and all(isinstance(x, int | float) and abs(x) < float("inf") for x in value)
