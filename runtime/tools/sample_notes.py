"""A search over the small collection of notes that ships with Troupe, for trying teams out."""

from __future__ import annotations

import json
import re
from functools import cache
from importlib.resources import files
from typing import Annotated, Any

from runtime.components.base import Palette
from runtime.tools.base import GROUP, RegisteredTool

MAX_RESULTS = 10
_WORD = re.compile(r"\w+")
_STOP_WORDS = frozenset(
    {"an", "about", "and", "are", "at", "by", "do", "does", "for", "from", "how", "in", "it", "of"}
    | {"on", "or", "report", "short", "some", "the", "to", "what", "which", "why", "with", "write"}
)


def search_notes(
    query: Annotated[str, "Words to look for, such as 'urban trees'"],
    limit: Annotated[int, "How many notes to return at most"] = 5,
) -> str:
    """Searches the sample notes that ship with Troupe: about forty short facts on urban trees,
    solar power, coffee, bicycles, sleep, bees and tides. It does not search the web."""
    words = _words(query)
    scored = [(_score(note, words), index) for index, note in enumerate(_notes())]
    best = sorted((-score, index) for score, index in scored if score)
    found = [_notes()[index] for _, index in best[: max(1, min(limit, MAX_RESULTS))]]
    if not found:
        topics = ", ".join(dict.fromkeys(note["topic"] for note in _notes()))
        return f"No note matches {query!r}. There are notes on: {topics}."
    return "\n".join(f"- [{note['topic']}] {note['text']}" for note in found)


def _score(note: dict[str, Any], words: set[str]) -> int:
    return 3 * len(words & _words(note["topic"])) + len(words & _words(note["text"]))


def _words(text: str) -> set[str]:
    stems = (word.lower().rstrip("s") for word in _WORD.findall(text))
    return {stem for stem in stems if len(stem) > 1 and stem not in _STOP_WORDS}


@cache
def _notes() -> list[dict[str, Any]]:
    text = files("runtime.tools").joinpath("data/notes.json").read_text(encoding="utf-8")
    notes: list[dict[str, Any]] = json.loads(text)
    return notes


class SampleNotes(RegisteredTool):
    provider = "troupe.tools.SampleNotes"
    function = staticmethod(search_notes)
    tool_effect = "pure"
    has_side_effects = False
    palette = Palette("Sample notes", "Searches the notes that ship with Troupe.", GROUP, "notes")
