"""A server's result as a tool's output. Whatever it says is data, never an instruction to us."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any

from runtime.durable.tool import ToolOutput
from runtime.messages import JsonObject
from runtime.ports import Blobs

MAX_RESULT = 100_000
"""Characters; a model could not read more anyway."""
MAX_BLOCKS = 500
MAX_BLOB = 10_000_000


async def as_output(result: Any, blobs: Blobs) -> ToolOutput:
    """Images and sounds become blobs, with a line in the text that says so."""
    parts: list[str] = []
    stored: list[JsonObject] = []
    for block in result.content[:MAX_BLOCKS]:
        parts.append(await _text(block, blobs, stored))
    if not parts and result.structured_content is not None:
        parts.append(json.dumps(result.structured_content, ensure_ascii=False))
    if len(result.content) > MAX_BLOCKS:
        parts.append(f"[cut: {len(result.content) - MAX_BLOCKS:,} more parts]")
    text = "\n".join(parts)
    if len(text) > MAX_RESULT:
        text = f"{text[:MAX_RESULT]}\n[cut: {len(text) - MAX_RESULT:,} more characters]"
    return ToolOutput(text, bool(result.is_error), {"blobs": stored} if stored else None)


async def _text(block: Any, blobs: Blobs, stored: list[JsonObject]) -> str:
    if block.type == "text":
        return str(block.text)
    if block.type in ("image", "audio"):
        return await _blob(block.type, block.mime_type, block.data, blobs, stored)
    if block.type == "resource_link":
        return f"[resource: {block.name}, {block.uri}]"
    if block.type == "resource":
        inside = block.resource
        if hasattr(inside, "text"):
            return str(inside.text)
        return await _blob("resource", inside.mime_type, inside.blob, blobs, stored)
    return f"[a part of the unknown type {str(block.type)[:40]!r}]"


async def _blob(
    what: str, mime_type: str | None, data: str, blobs: Blobs, stored: list[JsonObject]
) -> str:
    kind = (mime_type or "unknown type")[:100]
    try:
        raw = base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        return f"[{what}: {kind}, malformed]"
    if len(raw) > MAX_BLOB:
        return f"[{what}: {kind}, {len(raw):,} bytes, too large to keep]"
    stored.append({"digest": await blobs.put(raw), "mime_type": kind, "size": len(raw)})
    return f"[{what}: {kind}, {len(raw):,} bytes]"
