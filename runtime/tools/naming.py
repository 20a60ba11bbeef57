"""The names under which a model sees tools: valid for every vendor, and no two the same."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Sequence

from runtime.durable.tool import Tool, Workbench
from runtime.tools.override import OverriddenTool, ToolOverride

MAX_NAME = 64
_BAD = re.compile(r"[^a-zA-Z0-9_-]+")


def valid_name(name: str) -> str:
    """A name that all vendors take, the name itself where it is one."""
    clean = _BAD.sub("_", name)
    if clean.strip("_") and len(clean) <= MAX_NAME:
        return clean
    return f"{clean.strip('_')[: MAX_NAME - 11] or 'tool'}_{_mark(name)}"


def told_apart(
    own: Sequence[Tool], benches: Sequence[tuple[Workbench, Sequence[Tool]]]
) -> list[Tool]:
    """All tools of an agent. Where tools of two workbenches, or of one and the agent's own, have
    the same name, those of namespaced workbenches get their workbench's label in front: a server
    that is added later must not stand in for a tool that people know."""
    counts = Counter(tool.name for tool in (*own, *(t for _, tools in benches for t in tools)))
    taken = {tool.name for tool in own}
    taken |= {t.name for bench, tools in benches if not _namespaced(bench) for t in tools}
    result = list(own)
    for bench, tools in benches:
        for tool in tools:
            if counts[tool.name] == 1 or not _namespaced(bench):
                result.append(tool)
                continue
            name = _free(
                f"{getattr(bench, 'label', 'workbench')}_{tool.name}", taken | counts.keys()
            )
            taken.add(name)
            result.append(OverriddenTool(tool, ToolOverride(name=name)))
    return result


def _namespaced(bench: Workbench) -> bool:
    return bool(getattr(bench, "namespaced", False))


def _free(wish: str, taken: set[str]) -> str:
    name, number = valid_name(wish), 1
    while name in taken:
        number += 1
        name = valid_name(f"{wish[: MAX_NAME - 4]}_{number}")
    return name


def _mark(text: str) -> str:
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()[:10]
