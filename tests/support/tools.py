"""Tools that tests bring as an operator would (TROUPE_COMPONENTS): they count their effects in a
file outside every process, and one of them waits until it is let go."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Annotated

from runtime.components.base import Palette
from runtime.durable.tool import ToolContext
from runtime.tools.base import RegisteredTool

CATALOG = {
    "tests.tools.Count": "tests.support.tools:Count",
    "tests.tools.Hold": "tests.support.tools:Hold",
    "tests.tools.Answer": "tests.support.tools:Answer",
}
FOLDER = "TROUPE_TEST_COUNTERS"


def note(name: str, line: str) -> None:
    """One appended line, which a kill at any moment leaves whole or absent."""
    fd = os.open(Path(os.environ[FOLDER]) / name, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(fd, f"{line}\n".encode())
    finally:
        os.close(fd)


async def count(what: Annotated[str, "What to count"], context: ToolContext) -> str:
    """Counts one thing."""
    note("count", f"{what} {context.idempotency_key}")
    return f"counted {what}"


async def hold(what: Annotated[str, "What to hold"], context: ToolContext) -> str:
    """Does its effect and then waits until the test lets it go."""
    note("hold", f"{what} {context.idempotency_key}")
    release = Path(os.environ[FOLDER]) / "release"
    while not release.exists():  # noqa: ASYNC110 - another process makes the file
        # The only way to see another process's file; nothing in the test waits for this time.
        await asyncio.sleep(0.02)
    return f"held {what}"


async def answer(context: ToolContext) -> str:
    """Gives back what the test put into a file, byte by byte."""
    path = Path(os.environ[FOLDER]) / "answer"
    return path.read_bytes().decode("utf-8", errors="surrogateescape")


class Count(RegisteredTool):
    provider = "tests.tools.Count"
    function = staticmethod(count)
    tool_effect = "at_most_once"
    has_side_effects = False
    palette = Palette("Count", "Counts.", "Tests", "abacus")


class Hold(RegisteredTool):
    provider = "tests.tools.Hold"
    function = staticmethod(hold)
    tool_effect = "at_most_once"
    has_side_effects = False
    palette = Palette("Hold", "Waits.", "Tests", "hand-stop")


class Answer(RegisteredTool):
    provider = "tests.tools.Answer"
    function = staticmethod(answer)
    tool_effect = "pure"
    has_side_effects = False
    palette = Palette("Answer", "Answers.", "Tests", "message")
