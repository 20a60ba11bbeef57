"""How many tokens a request has, before anybody has counted it.

With tiktoken and its tables on this machine the text is counted as OpenAI's models do; otherwise it
is estimated at four bytes of UTF-8 for a token, which is near for English and counts other scripts
high rather than low. Nothing is ever downloaded for this.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Sequence
from functools import cache
from math import ceil
from pathlib import Path
from typing import Any

from runtime.messages import (
    AssistantMessage,
    FunctionExecutionResultMessage,
    Image,
    LLMMessage,
    UserMessage,
)
from runtime.ports import ToolSchema

PER_MESSAGE = 4
PER_IMAGE = 765
"""A medium picture at OpenAI's high detail; other vendors are near it."""
BYTES_PER_TOKEN = 4
_TABLES = "https://openaipublic.blob.core.windows.net/encodings/{}.tiktoken"
_OLD = ("gpt-4-", "gpt-4", "gpt-3.5")


def count_tokens(model: str, messages: Sequence[LLMMessage], tools: Sequence[ToolSchema]) -> int:
    """Of one call. Additive: the sum over messages is that of all of them."""
    measure = measure_for(model)
    total = 0
    for message in messages:
        texts, images = _parts(message)
        total += PER_MESSAGE + sum(map(measure, texts)) + images * PER_IMAGE
    for tool in tools:
        total += PER_MESSAGE + measure(tool.name) + measure(tool.description)
        total += measure(json.dumps(tool.parameters, ensure_ascii=False))
    return total


def estimate(text: str) -> int:
    return ceil(len(text.encode("utf-8", "replace")) / BYTES_PER_TOKEN)


def words_in(messages: Sequence[LLMMessage]) -> int:
    """As AutoGen's test double counts: a word is a token."""
    return sum(len(text.split()) for message in messages for text in _parts(message)[0])


def measure_for(model: str) -> Callable[[str], int]:
    old = model in _OLD or (model.startswith(_OLD) and not model.startswith(("gpt-4o", "gpt-4.")))
    encoding = _encoding("cl100k_base" if old else "o200k_base")
    if encoding is None:
        return estimate
    return lambda text: len(encoding.encode(text, disallowed_special=()))


@cache
def _encoding(name: str) -> Any:
    """None unless tiktoken is installed and has the table already: it would download it."""
    folder = os.environ.get("TIKTOKEN_CACHE_DIR")
    if not folder:
        return None
    file = hashlib.sha1(_TABLES.format(name).encode(), usedforsecurity=False).hexdigest()
    if not (Path(folder) / file).is_file():
        return None
    try:
        import tiktoken
    except ImportError:
        return None
    return tiktoken.get_encoding(name)


def _parts(message: LLMMessage) -> tuple[list[str], int]:
    """Texts, and how many images."""
    if isinstance(message, FunctionExecutionResultMessage):
        return [result.content for result in message.content], 0
    if isinstance(message, UserMessage) and isinstance(message.content, list):
        texts = [part for part in message.content if isinstance(part, str)]
        return texts, sum(isinstance(part, Image) for part in message.content)
    if isinstance(message, AssistantMessage) and isinstance(message.content, list):
        thought = [message.thought] if message.thought else []
        return [*thought, *(f"{call.name}{call.arguments}" for call in message.content)], 0
    return [message.content] if isinstance(message.content, str) else [], 0
