"""What a docstring says about a function and its parameters, in the three styles that people use:
Google's, numpy's and reST's. Whatever it does not understand stays part of the description."""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass, field

_PARAMETERS = frozenset({"args", "arguments", "parameters", "params", "keyword args"})
_OTHERS = frozenset(
    {"returns", "return", "raises", "yields", "examples", "example", "notes", "note"}
    | {"see also", "attributes", "warns", "references", "todo"}
)
_GOOGLE_ITEM = re.compile(r"^\*{0,2}(\w+)\s*(?:\([^)]*\))?\s*:\s*(.*)$")
_NUMPY_ITEM = re.compile(r"^\*{0,2}(\w+(?:\s*,\s*\w+)*)\s*(?::.*)?$")
_REST_FIELD = re.compile(r"^:(\w+)\s*([^:]*):\s*(.*)$")


@dataclass
class Docstring:
    description: str = ""
    """Everything before the first section."""
    parameters: dict[str, str] = field(default_factory=dict)


def parse_docstring(text: str | None) -> Docstring:
    lines = inspect.cleandoc(text).splitlines() if text else []
    found = Docstring()
    start = next((i for i in range(len(lines)) if _begins_section(lines, i)), len(lines))
    found.description = "\n".join(lines[:start]).strip()
    index = start
    while index < len(lines):
        index = _section(lines, index, found)
    return found


def _begins_section(lines: list[str], index: int) -> bool:
    return bool(_google(lines, index) or _numpy(lines, index) or _REST_FIELD.match(lines[index]))


def _google(lines: list[str], index: int) -> str | None:
    """The name of the section that a line such as `Args:` opens."""
    line = lines[index]
    name = line[:-1].strip().lower() if line.endswith(":") and not line[:1].isspace() else ""
    indented = index + 1 < len(lines) and lines[index + 1][:1].isspace()
    return name if name in _PARAMETERS | _OTHERS and indented else None


def _numpy(lines: list[str], index: int) -> str | None:
    """The name of the section of an underlined title."""
    name = lines[index].strip().lower()
    underlined = index + 1 < len(lines) and re.fullmatch(r"-{3,}", lines[index + 1].strip())
    return name if underlined and name in _PARAMETERS | _OTHERS else None


def _section(lines: list[str], index: int, found: Docstring) -> int:
    """Reads the section that begins here; returns where the next one does."""
    if (google := _google(lines, index)) is not None:
        body, after = _body(lines, index + 1)
        if google in _PARAMETERS:
            _items(body, _GOOGLE_ITEM, found)
        return after
    if (numpy := _numpy(lines, index)) is not None:
        body, after = _body(lines, index + 2)
        if numpy in _PARAMETERS:
            _items(body, _NUMPY_ITEM, found)
        return after
    match = _REST_FIELD.match(lines[index])
    if match is None:
        return index + 1
    body, after = _body(lines, index + 1)
    kind, name, first = match.groups()
    if kind in ("param", "parameter", "arg", "argument") and name:
        found.parameters[name.split()[-1]] = _joined([first, *body])
    return after


def _body(lines: list[str], index: int) -> tuple[list[str], int]:
    body = []
    while index < len(lines) and not _begins_section(lines, index):
        body.append(lines[index])
        index += 1
    return body, index


def _items(body: list[str], pattern: re.Pattern[str], found: Docstring) -> None:
    """Items stand at the section's own indent, their texts deeper or on the same line."""
    body = inspect.cleandoc("\n" + "\n".join(body)).splitlines()
    names: list[str] = []
    texts: list[str] = []

    def close() -> None:
        for name in names:
            found.parameters[name] = _joined(texts)

    for line in body:
        match = None if line[:1].isspace() else pattern.match(line)
        if match is None:
            texts.append(line)
            continue
        close()
        names = [part.strip() for part in match.group(1).split(",")]
        texts = [match.group(2)] if pattern.groups > 1 else []
    close()


def _joined(lines: list[str]) -> str:
    return " ".join(part for line in lines if (part := line.strip()))
