"""A web page as text that a model can read: no scripts, no styles, links kept."""

from __future__ import annotations

import re
from html.parser import HTMLParser

_SILENT = frozenset({"script", "style", "noscript", "template", "svg", "iframe"})
_BLOCKS = frozenset(
    {"p", "div", "section", "article", "header", "footer", "main", "nav", "aside", "br", "tr"}
    | {"table", "ul", "ol", "blockquote", "pre", "form", "h1", "h2", "h3", "h4", "h5", "h6", "hr"}
)
_BLANK_LINES = re.compile(r"\n\s*\n\s*(?=\S)")
_SPACES = re.compile(r"[ \t\r\f\v]+")
_SPACE_AT_LINE = re.compile(r" ?\n ?")


def html_to_text(html: str) -> str:
    """Never fails; what is not HTML comes back as it is, more or less."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    text = _SPACE_AT_LINE.sub("\n", _SPACES.sub(" ", "".join(reader.parts)))
    title = f"{reader.title.strip()}\n\n" if reader.title.strip() else ""
    return title + _BLANK_LINES.sub("\n\n", text).strip()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.title = ""
        self._silent: list[str] = []
        self._in_title = False
        self._links: list[str | None] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._in_title = tag == "title"
        if tag in _SILENT:
            self._silent.append(tag)
        elif tag in _BLOCKS:
            self.parts.append("\n")
        elif tag == "li":
            self.parts.append("\n- ")
        elif tag in ("td", "th"):
            self.parts.append(" ")
        elif tag == "a":
            href = dict(attrs).get("href") or ""
            self._links.append(href if href.startswith(("http://", "https://")) else None)

    def handle_endtag(self, tag: str) -> None:
        self._in_title = False
        if tag in self._silent:
            while self._silent.pop() != tag:
                continue
        elif tag in _BLOCKS:
            self.parts.append("\n")
        elif tag == "a" and self._links:
            link = self._links.pop()
            if link is not None and not self._silent:
                self.parts.append(f" ({link})")

    def handle_data(self, data: str) -> None:
        if self._in_title and not self.title:
            self.title = " ".join(data.split())
        elif not self._silent:
            self.parts.append(data)
