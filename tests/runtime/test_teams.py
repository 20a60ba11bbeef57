"""Every kind of team, undisturbed and with its worker dying after every append."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from runtime.testing import Crash
from tests.runtime import transcripts
from tests.runtime.support import (
    Json,
    World,
    agent,
    calls,
    mention,
    model,
    of_kind,
    team,
)

AGENTCHAT = "autogen_agentchat"


def component(provider: str, kind: str, **config: Any) -> Json:
    return {"provider": f"{AGENTCHAT}.{provider}", "component_type": kind, "config": config}


def selector(client: Json, *members: Json, **config: Any) -> Json:
    return component(
        "teams.SelectorGroupChat",
        "team",
        participants=list(members),
        model_client=client,
        **config,
    )


def swarm(*members: Json, **config: Any) -> Json:
    return component("teams.Swarm", "team", participants=list(members), **config)


def flow(edges: dict[str, list[Any]], *members: Json, **config: Any) -> Json:
    nodes = {
        name: {"name": name, "edges": [e if isinstance(e, dict) else {"target": e} for e in out]}
        for name, out in edges.items()
    }
    graph = {"nodes": nodes, "default_start_node": config.pop("start", None)}
    return component("teams.GraphFlow", "team", participants=list(members), graph=graph, **config)


def magentic(client: Json, *members: Json, **config: Any) -> Json:
    return component(
        "teams.MagenticOneGroupChat",
        "team",
        participants=list(members),
        model_client=client,
        **config,
    )


def ledger(speaker: str, *, done: bool = False, progress: bool = True, loop: bool = False) -> str:
    answers = {
        "is_request_satisfied": done,
        "is_in_loop": loop,
        "is_progress_being_made": progress,
        "next_speaker": speaker,
        "instruction_or_question": f"Go on, {speaker}",
    }
    return json.dumps({k: {"reason": "because", "answer": v} for k, v in answers.items()})


def replay(*texts: str) -> Json:
    """Says exactly this, a schema or not."""
    return {
        "provider": "autogen_ext.models.replay.ReplayChatCompletionClient",
        "component_type": "model",
        "config": {"chat_completions": list(texts)},
    }


def echo(name: str, *texts: str) -> Json:
    return agent(name, model(*(texts or (f"{name} speaks",))))


def handing(name: str, target: str, *texts: str) -> Json:
    call = calls((f"transfer_to_{target}", {}))
    return agent(name, model(call, *texts), handoffs=[target])


def the_selector() -> Json:
    return selector(
        model("b", "nobody", "c and a", "c", "a"),
        echo("a"),
        echo("b"),
        echo("c"),
        max_turns=3,
    )


def the_swarm() -> Json:
    return swarm(
        handing("first", "second"),
        agent(
            "second",
            model(calls(("search_notes", {"query": "bees"}), ("transfer_to_third", {}))),
            "SampleNotes",
            handoffs=[{"target": "third"}],
        ),
        echo("third", "Bye TERMINATE"),
        termination_condition=mention("TERMINATE"),
    )


def the_diamond() -> Json:
    return flow(
        {"a": ["b", "c"], "b": ["d"], "c": ["d"], "d": []},
        echo("a"),
        agent("b", model(calls(("search_notes", {"query": "bees"})), "b is done"), "SampleNotes"),
        echo("c"),
        echo("d"),
    )


def the_loop() -> Json:
    return flow(
        {
            "writer": ["reviewer"],
            "reviewer": [
                {"target": "writer", "condition": "AGAIN"},
                {"target": "end", "expression": "'GOOD' in text and length < 50"},
            ],
            "end": [],
        },
        echo("writer", "draft one", "draft two"),
        echo("reviewer", "AGAIN please", "GOOD"),
        echo("end", "published"),
        start="writer",
        max_turns=10,
    )


def the_orchestra() -> Json:
    client = replay(
        "the facts",
        "the plan",
        ledger("worker"),
        "no ledger at all",
        ledger("stranger"),
        ledger("worker", progress=False),
        "new facts",
        "new plan",
        ledger("worker"),
        ledger("worker", done=True),
        "The final answer",
    )
    return magentic(client, echo("worker", "one", "two"), echo("idle"), max_stalls=1)


def the_society() -> Json:
    inner = team(echo("x", "draft", "second draft"), echo("y", "fine", "fine too"), max_turns=2)
    society = component(
        "agents.SocietyOfMindAgent",
        "agent",
        name="society",
        team=inner,
        model_client=model("In short: fine", "Still fine"),
    )
    return team(society, echo("boss", "Again?", "Thanks"), max_turns=4)


def the_toolbox() -> Json:
    """Both calls of one reply go to the same agent, which remembers the first."""
    expert = component(
        "tools.AgentTool",
        "tool",
        agent=agent(
            "expert",
            model(calls(("search_notes", {"query": "bees"})), "buzz", "more"),
            "SampleNotes",
        ),
    )
    crew = component(
        "tools.TeamTool",
        "tool",
        name="crew",
        description="Asks the crew.",
        team=team(echo("p"), echo("q"), max_turns=2),
    )
    ask = calls(("expert", {"task": "one"}), ("crew", {"task": "x"}), ("expert", {"task": "two"}))
    return team(agent("lead", model(ask, "Done"), tools=[expert, crew]), max_turns=1)


def the_filter() -> Json:
    filtered = component(
        "agents.MessageFilterAgent",
        "agent",
        name="deaf",
        wrapped_agent=echo("deaf", "hm", "hm hm"),
        filter={"per_source": [{"source": "user", "position": "first", "count": 1}]},
    )
    return team(echo("loud", "LOUD", "LOUDER"), filtered, max_turns=4)


def in_parallel_teams() -> Json:
    """Teams inside a team that speak at the same time, each with frames of its own."""
    left = team(echo("l1"), echo("l2"), max_turns=2)
    right = team(echo("r1"), echo("r2"), max_turns=2)
    left["config"]["name"], right["config"]["name"] = "left", "right"
    return flow(
        {"start": ["left", "right"], "left": ["end"], "right": ["end"], "end": []},
        echo("start"),
        left,
        right,
        echo("end"),
    )


TEAMS: dict[str, tuple[Callable[[], Json], list[str]]] = {
    "selector": (the_selector, ["user", "b", "c", "a"]),
    "swarm": (the_swarm, ["user", "first", "second", "third"]),
    "diamond": (the_diamond, ["user", "a", "b", "c", "d"]),
    "loop": (the_loop, ["user", "writer", "reviewer", "writer", "reviewer", "end"]),
    "magentic": (
        the_orchestra,
        [
            "user",
            "MagenticOneOrchestrator",
            "MagenticOneOrchestrator",
            "worker",
            "MagenticOneOrchestrator",
            "MagenticOneOrchestrator",
            "worker",
            "MagenticOneOrchestrator",
        ],
    ),
    "society": (the_society, ["user", "society", "boss", "society", "boss"]),
    "tools": (the_toolbox, ["user", "lead"]),
    "filter": (the_filter, ["user", "loud", "deaf", "loud", "deaf"]),
    "parallel": (in_parallel_teams, ["user", "start", "l1", "l2", "r1", "r2", "end"]),
}


@pytest.mark.parametrize("name", TEAMS)
async def test_a_team_speaks_in_its_order(name: str) -> None:
    make, order = TEAMS[name]
    world = World()
    journal = world.journal()
    assert await world.engine(make(), journal).run() == "completed", of_kind(journal, "run.failed")
    outer = [e.payload for e in of_kind(journal, "message.posted") if e.payload.team_path == ""]
    assert [posted.message.source for posted in outer] == order
    assert [posted.index for posted in outer] == list(range(len(order)))


@pytest.mark.parametrize("name", TEAMS)
async def test_a_team_survives_a_death_after_every_append(name: str) -> None:
    spec = TEAMS[name][0]()
    calm_world = World()
    calm = calm_world.journal()
    assert await calm_world.engine(spec, calm).run() == "completed"
    for cut in range(1, calm.appends):
        world = World()
        journal = world.journal()
        journal.crash_after(cut)
        with pytest.raises(Crash):
            await world.engine(spec, journal).run()
        later = journal.reopen()
        assert await world.engine(spec, later).run() == "completed", f"cut after {cut}"
        assert _sorted(transcripts.messages(later)) == _sorted(transcripts.messages(calm)), cut
        assert transcripts.branches(later) == transcripts.branches(calm), f"cut after {cut}"
        assert transcripts.keys(later) == transcripts.keys(calm), f"cut after {cut}"


def _sorted(messages: list[Any]) -> list[Any]:
    """Threads of parallel branches may stand in another order in the log."""
    return sorted(messages, key=lambda posted: (posted["team_path"], posted["index"]))
