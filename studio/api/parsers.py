from __future__ import annotations

import json
from typing import Any, NoReturn

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

MAX_DEPTH = 100


class StrictJSONParser(BaseParser):
    """JSON only, and only what every reader of ours takes: no NaN, no lone surrogates, no
    absurd depth."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        try:
            text = _whole(stream).decode("utf-8")
            data = json.loads(text, parse_constant=_refuse) if text.strip() else {}
        except UnicodeDecodeError as error:
            raise ParseError("The body is not UTF-8.") from error
        except json.JSONDecodeError as error:
            raise ParseError(
                f"The body is not valid JSON: {error.msg} in line {error.lineno}, "
                f"column {error.colno}."
            ) from error
        except (RecursionError, ValueError) as error:
            raise ParseError("The body's JSON is not acceptable (depth or numbers).") from error
        _check(data, 0)
        if not isinstance(data, dict):
            raise ParseError("The body must be a JSON object.")
        return data


def _whole(stream: Any) -> bytes:
    largest = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    data: bytes = stream.read(largest + 1)
    if len(data) > largest:
        raise RequestDataTooBig
    return data


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


def _check(value: Any, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise ParseError(f"The body's JSON is deeper than {MAX_DEPTH} levels.")
    if isinstance(value, str):
        if any(c == "\0" or "\ud800" <= c <= "\udfff" for c in value):
            raise ParseError("The body has text with NUL or with halves of characters.")
    elif isinstance(value, dict):
        for key, item in value.items():
            _check(key, depth + 1)
            _check(item, depth + 1)
    elif isinstance(value, list):
        for item in value:
            _check(item, depth + 1)
