"""The page with the figures."""

from __future__ import annotations

import os
import platform
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmarks.run import Result

_HOLDS = re.compile(r"(>=|<=) ([\d.]+)(x?)")

# ruff: noqa: E501 - Markdown
HEAD = """# Benchmarks

Written by `make bench`; do not edit. Medians of {rounds} rounds in which all sides took turns, each in a process of
its own, on {machine}. Ratios are ours to the peer's. Look at the ratios: the figures themselves are this machine's.

| case | unit | Troupe | {peers} | ratio to the first peer | target | met |
|---|---|---|---|---|---|---|
"""

TAIL = """
Versions: {versions}.

How it is measured: `benchmarks/cases/`. A team turn is the time between two agents' replies where the agents
themselves do nothing; Troupe's includes what it records (in memory; with the SQLite journal: committed with
`synchronous=FULL` before the next turn), AutoGen and bare LangGraph record nothing. A model call goes over
loopback to a server in the same process, whose share of CPU is the same for every side.
"""


def write_page(path: Path, results: list[Result], rounds: int, peers: Path) -> None:
    rows = "".join(_row(result) for result in results)
    head = HEAD.format(rounds=rounds, machine=_machine(), peers="peers")
    versions = _versions(peers)
    path.write_text(head + rows + TAIL.format(versions=versions))
    print(f"wrote {path.name}")


def _row(result: Result) -> str:
    case = result.case
    ours = result.median("Troupe") or 0.0
    peers = [(side.name, result.median(side.name) or 0.0) for side in case.peers]
    first = peers[0][1]
    ratio = ours / first if first else 0.0
    others = ", ".join(f"{name} {value:,.4g}" for name, value in peers)
    met = _met(case.holds, ours, ratio)
    return (
        f"| {case.title} | {case.unit} | {ours:,.4g} | {others} | {ratio:.3g} | "
        f"{case.target or '–'} | {met} |\n"
    )


def _met(holds: str, ours: float, ratio: float) -> str:
    found = _HOLDS.fullmatch(holds)
    if found is None:
        return "–"
    value = ratio if found[3] else ours
    bound = float(found[2])
    return "yes" if (value >= bound if found[1] == ">=" else value <= bound) else "**no**"


def _machine() -> str:
    cores = os.cpu_count()
    day = datetime.now(UTC).date().isoformat()
    system = f"{platform.system()} {platform.machine()}"
    return f"{cores} cores, {system}, Python {platform.python_version()}, {day}"


def _versions(peers: Path) -> str:
    wanted = (
        "autogen-core",
        "autogen-agentchat",
        "langgraph",
        "langgraph-checkpoint-sqlite",
        "openai",
    )
    code = (
        "import importlib.metadata as m;"
        f"print(', '.join(f'{{n}} {{m.version(n)}}' for n in {wanted!r}))"
    )
    done = subprocess.run([str(peers), "-c", code], capture_output=True, text=True, check=True)
    return f"Python {sys.version.split()[0]}, {done.stdout.strip()}"
