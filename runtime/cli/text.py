"""Text of models, tools and files on a terminal, which takes some characters as commands."""

from __future__ import annotations

import re

_COMMANDS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def shown(text: str) -> str:
    """Without what moves the cursor, changes colours, or turns the direction of writing."""
    return _COMMANDS.sub("\ufffd", text.replace("\r\n", "\n"))


def line(text: str, limit: int = 2_000) -> str:
    """On one line."""
    plain = " ".join(shown(text).split("\n"))
    return plain if len(plain) <= limit else plain[:limit] + " …"
