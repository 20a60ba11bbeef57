"""What may go into the log: text and JSON that every database and browser takes.

NUL and lone surrogates become U+FFFD, NaN and infinities null, what is nested too deep a marker,
and text beyond the cap is cut with a marker that says so.
"""

from __future__ import annotations

import math
import re
from typing import Any, TypeVar

from pydantic import BaseModel
from pydantic_core import PydanticSerializationError

MAX_DEPTH = 64
MAX_TEXT = 256_000
MAX_TOTAL = 1_000_000
PLAIN = 20_000
TOO_DEEP = "[cut: nested too deep]"

ModelT = TypeVar("ModelT", bound=BaseModel)

_UNSAFE = re.compile("[\x00\ud800-\udfff]")
_DOUBTFUL = re.compile(rb"\\u0000|\\ud[89a-f]|NaN|Infinity")
_REPLACEMENT = "\ufffd"


def sanitise(value: Any, *, max_text: int = MAX_TEXT) -> Any:
    """A safe copy of a JSON value; the value itself when nothing had to change."""
    return _Sanitiser(max_text).clean(value, 0)


def sanitise_text(text: str, *, max_text: int = MAX_TEXT) -> str:
    if _UNSAFE.search(text):
        text = _UNSAFE.sub(_REPLACEMENT, text)
    if len(text) > max_text:
        text = f"{text[:max_text]}\n[cut: {len(text) - max_text:,} more characters]"
    return text


def sanitise_model(model: ModelT) -> ModelT:
    """The model itself when it is clean, which is the common case."""
    if _is_plainly_clean(model):
        return model
    data = model.model_dump()
    clean = sanitise(data)
    return model if clean is data else type(model).model_validate(clean)


def _is_plainly_clean(model: BaseModel) -> bool:
    """What a look at the JSON of a small model shows, at a tenth of the price of a walk through
    its values. False: not sure."""
    try:
        text = model.__pydantic_serializer__.to_json(model)
    except PydanticSerializationError:  # a lone surrogate, say
        return False
    return (
        len(text) < PLAIN
        and not _DOUBTFUL.search(text)
        and text.count(b"{") + text.count(b"[") <= MAX_DEPTH
    )


class _Sanitiser:
    """Keeps the budget that one value has for all its text together."""

    def __init__(self, max_text: int) -> None:
        self._max_text = max_text
        self._budget = MAX_TOTAL

    def clean(self, value: Any, depth: int) -> Any:
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, float):
            return value if math.isfinite(value) else None
        if isinstance(value, dict):
            return TOO_DEEP if depth >= MAX_DEPTH else self._mapping(value, depth)
        if isinstance(value, list | tuple):
            return TOO_DEEP if depth >= MAX_DEPTH else self._sequence(value, depth)
        return value

    def _text(self, text: str) -> str:
        clean = sanitise_text(text, max_text=min(self._max_text, max(self._budget, 0)))
        self._budget -= len(clean)
        return clean

    def _mapping(self, value: dict[Any, Any], depth: int) -> dict[Any, Any]:
        clean = {
            self._text(key) if isinstance(key, str) else key: self.clean(item, depth + 1)
            for key, item in value.items()
        }
        return value if _identical(clean, value) else clean

    def _sequence(self, value: list[Any] | tuple[Any, ...], depth: int) -> Any:
        clean = [self.clean(item, depth + 1) for item in value]
        return value if all(a is b for a, b in zip(clean, value, strict=True)) else clean


def _identical(clean: dict[Any, Any], value: dict[Any, Any]) -> bool:
    if len(clean) != len(value):
        return False
    return all(
        k1 is k2 and v1 is v2
        for (k1, v1), (k2, v2) in zip(clean.items(), value.items(), strict=True)
    )
