"""Runs every case for Troupe and its peers in turn and writes docs/benchmarks.md.

python -m benchmarks.run [--rounds 5] [--only CASE ...]
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.page import write_page

ROOT = Path(__file__).resolve().parents[1]
PEERS = ROOT / ".make" / "bench" / "bin" / "python"


@dataclass(frozen=True)
class Side:
    name: str
    module: str
    case: str
    python: Path


@dataclass(frozen=True)
class Case:
    title: str
    unit: str
    ours: Side
    peers: list[Side]
    target: str = ""
    holds: str = ""
    """Against the first peer: `>= 5x`, `<= 0.25x`; or `<= 5` for our own figure."""


@dataclass
class Result:
    case: Case
    values: dict[str, list[float]] = field(default_factory=dict)

    def median(self, side: str) -> float | None:
        found = self.values.get(side)
        return statistics.median(found) if found else None


def troupe(case: str, module: str = "troupe") -> Side:
    return Side("Troupe", f"benchmarks.cases.{module}", case, Path(sys.executable))


def peer(name: str, module: str, case: str) -> Side:
    return Side(name, f"benchmarks.cases.{module}", case, PEERS)


def autogen(case: str) -> Side:
    return peer("AutoGen", "autogen", case)


def langgraph(case: str) -> Side:
    return peer("LangGraph", "langgraph_", case)


def plain(case: str, name: str) -> Side:
    return peer(name, "plain", case)


TIMES_FIVE = "at least 5 times autogen-core"
QUARTER = "at most a quarter of agentchat's"

CASES = [
    Case("Request and response between two actors", "messages/s", troupe("rpc"),
         [autogen("rpc"), plain("rpc", "asyncio queue")], TIMES_FIVE, ">= 5x"),
    Case("Publish to 100 subscribers", "deliveries/s", troupe("fanout"), [autogen("fanout")],
         TIMES_FIVE, ">= 5x"),
    Case("A chain of 1,000 actors", "messages/s", troupe("chain"), [autogen("chain")],
         TIMES_FIVE, ">= 5x"),
    Case("Registering 4,000 agent types", "s", troupe("register"), [autogen("register")],
         "linear", "<= 0.2x"),
    Case("Memory of an actor", "bytes", troupe("memory"), [autogen("memory")]),
    Case("Team turn, 2 agents, turn 10", "ms", troupe("turn-2-10"),
         [autogen("turn-2-10"), langgraph("turn-2-10")], QUARTER, "<= 0.25x"),
    Case("Team turn, 2 agents, turn 1,000", "ms", troupe("turn-2-1000"),
         [autogen("turn-2-1000"), langgraph("turn-2-1000")], QUARTER, "<= 0.25x"),
    Case("Team turn, 10 agents, turn 10", "ms", troupe("turn-10-10"), [autogen("turn-10-10")],
         QUARTER, "<= 0.25x"),
    Case("Team turn, 10 agents, turn 1,000", "ms", troupe("turn-10-1000"),
         [autogen("turn-10-1000")], QUARTER, "<= 0.25x"),
    Case("Team turn with the SQLite journal, turn 10", "ms",
         troupe("turn-2-10-sqlite", "studio_"), [langgraph("turn-2-10-sqlite")],
         "below 1 ms", "<= 1"),
    Case("Team turn with the SQLite journal, turn 1,000", "ms",
         troupe("turn-2-1000-sqlite", "studio_"), [langgraph("turn-2-1000-sqlite")],
         "below 1 ms", "<= 1"),
    Case("CPU of a model call, 1 message", "ms", troupe("call-1"),
         [plain("call-1", "OpenAI SDK"), autogen("call-1"), plain("http-1", "plain HTTP")]),
    Case("CPU of a model call, 500 messages", "ms", troupe("call-500"),
         [plain("call-500", "OpenAI SDK"), autogen("call-500"), plain("http-500", "plain HTTP")],
         "at most 5 ms", "<= 5"),
    Case("100 teams at once, 10 calls each of 50 ms", "s", troupe("teams"),
         [autogen("teams"), langgraph("teams")], "at most a third of agentchat's", "<= 0.3334x"),
]  # fmt: skip


def measure(side: Side) -> float:
    done = subprocess.run(
        [str(side.python), "-m", side.module, side.case],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    if done.returncode != 0:
        raise SystemExit(f"{side.module} {side.case} failed:\n{done.stderr[-2000:]}")
    return float(json.loads(done.stdout.strip().splitlines()[-1])["value"])


def run(cases: list[Case], rounds: int) -> list[Result]:
    """Sides take turns, so that what else the machine does meets all of them."""
    results = [Result(case) for case in cases]
    for result in results:
        for number in range(rounds):
            for side in (result.case.ours, *result.case.peers):
                result.values.setdefault(side.name, []).append(measure(side))
            print(f"{result.case.title}: round {number + 1}", file=sys.stderr)
        print(_line(result))
    return results


def _line(result: Result) -> str:
    figures = ", ".join(f"{name} {statistics.median(v):.4g}" for name, v in result.values.items())
    return f"{result.case.title} ({result.case.unit}): {figures}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", nargs="*", default=[])
    options = parser.parse_args()
    if not PEERS.exists():
        raise SystemExit("The peers are not installed: run `make bench`.")
    cases = [case for case in CASES if not options.only or case.ours.case in options.only]
    results = run(cases, options.rounds)
    if not options.only:
        write_page(ROOT / "docs" / "benchmarks.md", results, options.rounds, PEERS)


if __name__ == "__main__":
    main()
