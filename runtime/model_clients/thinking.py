"""Reasoning that a model writes into its text, in front of the answer, between think tags."""

from __future__ import annotations

_OPEN, _CLOSE = "<think>", "</think>"


class ThinkSplitter:
    """Takes a text apart as it comes. Only a text that begins with the tag has reasoning in it:
    elsewhere the tag is part of what is said."""

    def __init__(self) -> None:
        self._held = ""
        self._state = "start"

    def feed(self, text: str) -> tuple[str, str]:
        """What was said, and what was thought, of all that is certain so far."""
        self._held += text
        thought = ""
        if self._state == "start":
            self._begin()
        if self._state == "thinking":
            thought = self._think()
        if self._state == "after":
            self._held = self._held.lstrip()
            self._state = "text" if self._held else "after"
        if self._state != "text":
            return "", thought
        said, self._held = self._held, ""
        return said, thought

    def end(self) -> tuple[str, str]:
        held, self._held = self._held, ""
        return ("", held) if self._state == "thinking" else (held, "")

    def _begin(self) -> None:
        begun = self._held.lstrip()
        if begun.startswith(_OPEN):
            self._held, self._state = begun[len(_OPEN) :], "thinking"
        elif not _OPEN.startswith(begun):
            self._state = "text"

    def _think(self) -> str:
        thought, closed, rest = self._held.partition(_CLOSE)
        if closed:
            self._held, self._state = rest, "after"
            return thought
        keep = next(
            (n for n in range(len(_CLOSE) - 1, 0, -1) if self._held.endswith(_CLOSE[:n])), 0
        )
        split = len(self._held) - keep
        thought, self._held = self._held[:split], self._held[split:]
        return thought
