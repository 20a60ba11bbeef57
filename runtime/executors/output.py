"""Keeps of an endless output what is worth keeping."""

from __future__ import annotations

import codecs
import io

from runtime.executors.base import Limits


class Capture:
    """Fed by one thread at a time, read when that is over."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._data = io.BytesIO()
        self.size = 0
        self.overflow = False
        """More came than may come: stop the code."""

    def feed(self, data: bytes) -> bool:
        """False: enough."""
        room = self._limits.output_total - self.size
        self._data.write(data[:room] if room < len(data) else data)
        self.size += min(len(data), max(room, 0))
        self.overflow = self.overflow or len(data) > room
        return not self.overflow

    @property
    def truncated(self) -> bool:
        return self.size > self._limits.output_head + self._limits.output_tail

    def whole(self) -> bytes:
        return self._data.getvalue()

    def text(self) -> str:
        data = self.whole()
        if not self.truncated:
            return data.decode("utf-8", errors="replace")
        head = data[: self._limits.output_head]
        tail = data[len(data) - self._limits.output_tail :]
        left_out = len(data) - len(head) - len(tail)
        return f"{_start(head)}\n[… {left_out:,} bytes left out …]\n{_end(tail)}"


def _start(data: bytes) -> str:
    """Without a character that the cut went through."""
    return codecs.getincrementaldecoder("utf-8")(errors="replace").decode(data, final=False)


def _end(data: bytes) -> str:
    skip = 0
    while skip < min(3, len(data)) and data[skip] & 0xC0 == 0x80:
        skip += 1
    return data[skip:].decode("utf-8", errors="replace")
