"""Scenarios 48 to 52: graphs."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conformance.sessions import Session, problems, ran
from tests.runtime.support import Json, mention
from tests.runtime.test_teams import component, echo, flow


def edge(target: str, **config: Any) -> Json:
    return {"target": target, **config}


def joined(target: str, how: str, group: str = "", **config: Any) -> Json:
    group = group or target
    return edge(target, activation_condition=how, activation_group=group, **config)


def members(names: str) -> list[Json]:
    return [echo(name, *(f"{name}{n}" for n in range(6))) for name in names]


async def test_s48_one_after_the_other_and_again_in_the_next_run() -> None:
    session = Session(flow({"A": ["B"], "B": ["C"], "C": []}, *members("ABC")))
    for _ in range(2):
        ended = await session.run()
        assert ended.sources == ["user", "A", "B", "C"]
        assert ended.stop_reason == "Digraph execution is complete"


async def test_s48_a_run_that_was_stopped_in_the_middle_goes_on_there() -> None:
    limit = component("conditions.MaxMessageTermination", "termination", max_messages=3)
    spec = flow({"A": ["B"], "B": ["C"], "C": []}, *members("ABC"), termination_condition=limit)
    session = Session(spec)
    assert (await session.run()).sources == ["user", "A", "B"]
    assert (await session.run([])).sources == ["C"]


@pytest.mark.parametrize("how", ["all", "any"])
async def test_s49_a_diamond_joins_once(how: str) -> None:
    spec = flow(
        {"A": ["B", "C"], "B": [joined("D", how)], "C": [joined("D", how)], "D": []},
        *members("ABCD"),
    )
    ended = await ran(spec)
    assert ended.sources == ["user", "A", "B", "C", "D"]


async def test_s49_an_any_join_is_activated_once_in_each_superstep() -> None:
    spec = flow(
        {
            "A": ["B", "C"],
            "B": [joined("E", "any")],
            "C": ["D"],
            "D": [joined("E", "any")],
            "E": [],
        },
        *members("ABCDE"),
    )
    ended = await ran(spec)
    assert ended.sources == ["user", "A", "B", "C", "E", "D", "E"]


@pytest.mark.parametrize("key", ["condition", "expression"])
@pytest.mark.parametrize(("word", "chosen"), [("apple", "B"), ("banana", "C")])
async def test_s50_only_the_branch_whose_condition_holds_runs(
    key: str, word: str, chosen: str
) -> None:
    """AutoGen's callables are not stored with a team; a safe expression is."""
    conditions = {
        fruit: {key: fruit if key == "condition" else f"'{fruit}' in text"}
        for fruit in ("apple", "banana")
    }
    spec = flow(
        {
            "A": [edge("B", **conditions["apple"]), edge("C", **conditions["banana"])],
            "B": [],
            "C": [],
        },
        echo("A", f"I like {word}s"),
        *members("BC"),
    )
    assert (await ran(spec)).sources == ["user", "A", chosen]


async def test_s51_a_loop_until_approved() -> None:
    spec = flow(
        {
            "A": ["B"],
            "B": [edge("A", condition="again"), edge("C", condition="approve")],
            "C": [],
        },
        echo("A", "a0", "a1", "a2"),
        echo("B", "again", "again", "approve"),
        echo("C"),
        start="A",
        max_turns=20,
    )
    assert (await ran(spec)).sources == ["user", "A", "B", "A", "B", "A", "B", "C"]


async def test_s51_a_node_that_loops_to_itself() -> None:
    spec = flow(
        {"A": [edge("A", condition="more"), edge("B", condition="done")], "B": []},
        echo("A", "more", "more", "done"),
        echo("B"),
        start="A",
        max_turns=20,
    )
    assert (await ran(spec)).sources == ["user", "A", "A", "A", "B"]


async def test_s51_two_cycles_through_one_node() -> None:
    def to(target: str, word: str, group: str) -> Json:
        return joined(target, "any", group, condition=word)

    spec = flow(
        {
            "A": ["B"],
            "B": ["C"],
            "C": [joined("O", "any", "in")],
            "O": [to("X", "to x", "X"), to("Y", "to y", "Y"), to("E", "to e", "E")],
            "X": [joined("O", "any", "from_x")],
            "Y": [joined("O", "any", "from_y")],
            "E": [],
        },
        *members("ABCXYE"),
        echo("O", "to x", "to y", "to e"),
        start="A",
        termination_condition=component(
            "conditions.MaxMessageTermination", "termination", max_messages=20
        ),
    )
    assert (await ran(spec)).sources == [
        "user", "A", "B", "C", "O", "X", "O", "Y", "O", "E",
    ]  # fmt: skip


BAD = {
    "no_start": ({"A": [edge("B", condition="x")], "B": [edge("A", condition="y")]}, {}),
    "no_leaf": (
        {"A": [edge("B", condition="x")], "B": [edge("A", condition="y")]},
        {"start": "A"},
    ),
    "mixed_edges": ({"A": [edge("B", condition="x"), edge("C")], "B": [], "C": []}, {}),
    "endless_cycle": ({"A": ["B"], "B": ["A", "C"], "C": []}, {"start": "A"}),
    "conflicting_join": (
        {
            "A": ["B", "C"],
            "B": [joined("D", "all", "g")],
            "C": [joined("D", "any", "g")],
            "D": [],
        },
        {},
    ),
    "no_end": (
        {
            "A": ["B"],
            "B": [edge("A", condition="again"), edge("C", condition="done")],
            "C": [],
        },
        {"start": "A", "max_turns": None},
    ),
    "no_nodes": ({}, {}),
}


@pytest.mark.parametrize("code", BAD)
def test_s52_a_graph_that_cannot_work_is_refused(code: str) -> None:
    edges, more = BAD[code]
    assert code in problems(flow(edges, *members("ABCD"), **{"max_turns": 5, **more}))


@pytest.mark.parametrize("code", BAD)
async def test_s52_the_same_graphs_fail_a_run_that_nobody_validated(code: str) -> None:
    edges, more = BAD[code]
    spec = flow(edges, *members("ABCD"), **{"max_turns": 5, **more})
    ended = await Session(spec).run()
    assert (ended.outcome, ended.sources) == ("failed", [])
    assert ended.error.code == "invalid_spec"


async def test_s52_a_termination_makes_a_cycle_legal() -> None:
    edges, _ = BAD["no_end"]
    spec = flow(
        edges,
        echo("A", "a"),
        echo("B", "done"),
        echo("C", "over STOP"),
        start="A",
        termination_condition=mention("STOP"),
    )
    assert not problems(spec)
    assert (await ran(spec)).sources == ["user", "A", "B", "C"]
