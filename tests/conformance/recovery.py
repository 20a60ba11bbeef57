"""Runs a spec undisturbed, and with its worker dying at any of its appends, over any journal: the
messages, the branches, the keys and the effects must be the same.

What is expected comes from an undisturbed run over the in-memory journal, under the same run id,
so that a database's journal is compared with memory's as well.
"""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, Protocol

from runtime.components.spec import Component
from runtime.engine import RunEngine, RunServices
from runtime.events import Event
from runtime.ports import Journal
from runtime.testing import Crash, InMemoryJournal
from tests.conformance.sessions import text
from tests.runtime import transcripts
from tests.runtime.support import Json, World, agent, calls, mention, model, team
from tests.runtime.test_teams import TEAMS, component, echo, flow, selector

SEARCH = calls(("search_notes", {"query": "bees"}), ("search_notes", {"query": "trees"}))
TASK = "Write about bees"


def _conversation() -> Json:
    return team(
        agent("a", model(SEARCH, "one", "three"), "SampleNotes", model_client_stream=True),
        echo("b", "two", "four STOP"),
        termination_condition=mention("STOP"),
    )


def _summary() -> Json:
    shape = {"reflect_on_tool_use": False, "max_tool_iterations": 1}
    return team(agent("a", model(SEARCH, SEARCH), "SampleNotes", **shape), max_turns=2)


def _structured() -> Json:
    factory = component(
        "messages.StructuredMessageFactory",
        "structured_message",
        content_model_name="Answer",
        json_schema={"type": "object", "properties": {"n": {"type": "integer"}}},
        format_string="It is {n}",
    )
    one = agent("a", model('{"n": 1}', '{"n": 2}'), structured_message_factory=factory)
    return team(one, echo("b"), max_turns=3)


def _remembering() -> Json:
    memory = {
        "provider": "autogen_core.memory.ListMemory",
        "component_type": "memory",
        "config": {"memory_contents": [{"content": "Bees fly.", "mime_type": "text/plain"}]},
    }
    view = {
        "provider": "autogen_core.model_context.BufferedChatCompletionContext",
        "component_type": "chat_completion_context",
        "config": {"buffer_size": 3},
    }
    one = agent(
        "a", model("one", SEARCH, "two"), "SampleNotes", memory=[memory], model_context=view
    )
    return team(one, echo("b", "x", "y"), max_turns=4)


def _nested() -> Json:
    inner = selector(model("y", "x"), echo("x"), echo("y"), max_turns=2)
    inner["config"]["name"] = "cell"
    return team(inner, echo("boss", "b1"), max_turns=2)


def _joins() -> Json:
    """One parent of a join is skipped, another join takes any, and a loop comes back."""

    def edge(target: str, **config: Any) -> Json:
        return {"target": target, **config}

    return flow(
        {
            "A": [edge("B", condition="b"), edge("C", condition="c"), edge("D", condition="d")],
            "B": ["E"],
            "C": ["E"],
            "D": ["E"],
            "E": [edge("A", condition="again", activation_group="loop"), edge("F", condition="f")],
            "F": [],
        },
        echo("A", "b and d", "c"),
        *(echo(name) for name in "BCD"),
        echo("E", "again", "finis f"),
        echo("F"),
        start="A",
        max_turns=12,
    )


def _ends() -> Json:
    """AND and OR of conditions that keep counts."""
    both = [
        component("conditions.MaxMessageTermination", "termination", max_messages=4),
        component("conditions.SourceMatchTermination", "termination", sources=["b"]),
    ]
    either = [
        {
            "provider": "autogen_agentchat.base.AndTerminationCondition",
            "component_type": "termination",
            "config": {"conditions": both},
        },
        component("conditions.TokenUsageTermination", "termination", max_total_token=100_000),
    ]
    condition = {
        "provider": "autogen_agentchat.base.OrTerminationCondition",
        "component_type": "termination",
        "config": {"conditions": either},
    }
    members = [echo("a", *"1234"), echo("b", *"1234")]
    return team(*members, termination_condition=condition)


def _counted() -> Json:
    """Inside, each reply is another: whoever counts the calls wrongly says something else."""
    inner = team(echo("x", *"123456789"), echo("y", *"abcdefghi"), max_turns=3)
    inner["config"]["name"] = "cell"
    society = component(
        "agents.SocietyOfMindAgent",
        "agent",
        name="society",
        team=inner,
        model_client=model(*"ABCDEFG"),
    )
    return team(society, max_turns=1)


def _hidden() -> Json:
    """What a society's team says does not count for the conditions outside, resumed or not."""
    inner = team(echo("x"), echo("y"), max_turns=3)
    society = component(
        "agents.SocietyOfMindAgent",
        "agent",
        name="society",
        team=inner,
        model_client=model("A", "B", "C"),
    )
    cell = team(society, echo("z"), echo("w"), max_turns=3)
    cell["config"]["name"] = "cell"
    limit = component("conditions.MaxMessageTermination", "termination", max_messages=9)
    return team(cell, echo("boss", *"12345"), termination_condition=limit)


SCENARIOS: dict[str, Callable[[], Json]] = {
    "conversation": _conversation,
    "summary": _summary,
    "structured": _structured,
    "memory": _remembering,
    "nested": _nested,
    "joins": _joins,
    "ends": _ends,
    "counted": _counted,
    "hidden": _hidden,
    **{name: make for name, (make, _) in TEAMS.items()},
}


class Cuttable(Journal, Protocol):
    def crash_after(self, appends: int, *, before_next: bool = False) -> None: ...


class Store(Protocol):
    """Where runs are kept."""

    async def begin(self) -> Cuttable:
        """A new run, claimed."""

    async def reopen(self, journal: Journal) -> Journal:
        """What a worker gets that claims the run after this one died."""

    async def events(self, journal: Journal) -> list[Event]: ...


class NotReached(Exception):
    """There were fewer appends than that."""


class MemoryStore:
    def __init__(self) -> None:
        self.world = World()

    async def begin(self) -> InMemoryJournal:
        return self.world.journal()

    async def reopen(self, journal: Any) -> InMemoryJournal:
        again: InMemoryJournal = journal.reopen()
        return again

    async def events(self, journal: Any) -> list[Event]:
        return list(journal.log.events)


def engine(spec: Json, journal: Journal, world: World, *, linger: float = 2.0) -> RunEngine:
    services = RunServices(
        journal=journal,
        gate=world.gate,
        files=world.files,
        deltas=world.deltas,
        clock=world.clock,
        secrets=world.secrets,
        clients=world.clients,
    )
    component = Component.model_validate(spec)
    return RunEngine(component, task=[text(TASK)], services=services, linger=linger)


async def undisturbed(spec: Json, run_id: str) -> InMemoryJournal:
    world = World()
    journal = InMemoryJournal.new(world.clock, run_id)
    assert await engine(spec, journal, world).run() == "completed", journal.log.events[-1]
    return journal


async def cut_and_recovered(
    spec: Json, store: Store, cut: int, *, before_next: bool
) -> tuple[str, list[Event]]:
    """The run's id, and its log after a second worker went on with it. Raises NotReached when the
    run had ended before: parallel branches can share appends, as the database's timing has it."""
    world = World()
    journal = await store.begin()
    journal.crash_after(cut, before_next=before_next)
    try:
        outcome = await engine(spec, journal, world).run()
    except Crash:
        outcome = "crashed"
    if outcome == "completed":
        raise NotReached
    assert outcome == "crashed", f"cut after {cut}"
    later = await store.reopen(journal)
    assert await engine(spec, later, world).run() == "completed", f"cut after {cut}"
    return later.run_id, await store.events(later)


def assert_same(events: list[Event], calm: InMemoryJournal, where: str) -> None:
    later: Any = SimpleNamespace(log=SimpleNamespace(events=_of_the_run(events)))
    assert _sorted(transcripts.messages(later)) == _sorted(transcripts.messages(calm)), where
    assert transcripts.branches(later) == transcripts.branches(calm), where
    assert transcripts.keys(later) == transcripts.keys(calm), where
    assert [event.seq for event in events] == list(range(1, len(events) + 1)), where


def _of_the_run(events: list[Event]) -> list[Event]:
    """Without what the studio writes around it."""
    return [e for e in events if e.kind not in ("run.created", "run.lease_expired")]


def _sorted(messages: list[Any]) -> list[Any]:
    """Threads of parallel branches may stand in another order in the log."""
    return sorted(messages, key=lambda posted: (posted["team_path"], posted["index"]))
