"""Reading vendors' replies off the wire, with a limit on their size."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from typing import Any

from runtime.model_clients.failures import Target, not_understood, too_large

MAX_REPLY = 10_000_000

MAX_TOKENS = 2**48
"""No call has more; a count beyond it is nonsense and no database column takes it."""


_EVENT_FIELD = re.compile(rb"(data|event|id|retry|:|\xef\xbb\xbf)")


async def read_all(chunks: AsyncIterator[bytes], target: Target) -> bytes:
    buffer = bytearray()
    async for chunk in chunks:
        buffer += chunk
        if len(buffer) > MAX_REPLY:
            raise too_large(target, MAX_REPLY)
    return bytes(buffer)


async def server_sent_data(chunks: AsyncIterator[bytes], target: Target) -> AsyncIterator[str]:
    """The `data` of each server-sent event. What is cut off at the end is dropped.

    Raises ModelError when this is another kind of answer, such as a page.
    """
    buffer, size, data = bytearray(), 0, []
    async for chunk in chunks:
        if size == 0 and chunk.strip() and not _EVENT_FIELD.match(chunk.lstrip()):
            raise not_understood(target, "it is no stream of events")
        size += len(chunk)
        if size > MAX_REPLY:
            raise too_large(target, MAX_REPLY)
        buffer += chunk
        *lines, rest = buffer.split(b"\n")
        buffer = bytearray(rest)
        for line in lines:
            text = line.rstrip(b"\r").decode("utf-8", "replace")
            if text.startswith("data:"):
                data.append(text[5:].removeprefix(" "))
            elif not text and data:
                yield "\n".join(data)
                data = []


def parse_object(text: str | bytes, target: Target) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise not_understood(target, "it is not JSON") from error
    if not isinstance(value, dict):
        raise not_understood(target, "it is no JSON object")
    return value
