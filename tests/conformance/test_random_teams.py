"""Random teams of random nesting end; and cut anywhere, recovered, and gone on with in the next run
of the session, they say the same. Derandomised by tests/conftest.py."""

from __future__ import annotations

import asyncio
from typing import Any

from hypothesis import HealthCheck, event, example, given, settings
from hypothesis import strategies as st

from runtime.testing import Crash, InMemoryJournal
from tests.conformance.random_teams import teams
from tests.conformance.recovery import assert_same
from tests.conformance.sessions import Session, problems
from tests.runtime.support import Json, model, team
from tests.runtime.test_teams import component, echo, handing, swarm

TASKS = ("First task", "Second task")
RUNS = len(TASKS)


async def calm(spec: Json) -> list[InMemoryJournal]:
    session = Session(spec)
    journals = []
    for task in TASKS:
        ended = await session.run(task)
        assert ended.outcome == "completed", ended.payloads("run.failed") or ended.events[-1]
        journals.append(ended.journal)
    return journals


async def cut(spec: Json, expected: list[InMemoryJournal], cuts: list[tuple[float, bool]]) -> None:
    """Each run of the session dies once, at that part of its appends."""
    session = Session(spec)
    for task, whole, (part, before_next) in zip(TASKS, expected, cuts, strict=True):
        journal = session.open()
        at = 1 + int(part * (whole.appends - 1))
        journal.crash_after(at, before_next=before_next)
        try:
            outcome = await session.engine(journal, task).run()
        except Crash:
            later = journal.reopen()
            outcome = await session.engine(later, task).run() if _goes_on(later) else "completed"
        assert outcome == "completed"
        assert_same(journal.log.events, whole, f"cut after {at} of {whole.appends}")


def _goes_on(journal: InMemoryJournal) -> bool:
    """A run whose worker died of its last append has ended: nobody goes on with it."""
    return all(event.kind != "run.completed" for event in journal.log.events)


SWARM_IN_SOCIETY = team(
    component(
        "agents.SocietyOfMindAgent",
        "agent",
        name="society",
        team=swarm(echo("x"), echo("y"), max_turns=1),
        model_client=model("one", "two", "three", "four"),
    ),
    max_turns=2,
)
"""Found by chance: at its second turn a society hands its team what was said before, as a handoff
to nobody, and a swarm took it for one."""

SWARMS_IN_A_TEAM = team(
    *(
        {**made, "config": {**made["config"], "name": f"swarm{number}"}}
        for number, made in enumerate(
            (
                swarm(handing("a", "b", "x"), handing("b", "a", "y"), max_turns=1),
                swarm(handing("c", "d", "x"), handing("d", "user", "y"), max_turns=2),
            )
        )
    ),
    max_turns=2,
)
"""Found by chance: a swarm inside a team heard the handoffs of another one, and failed."""

CUT = st.tuples(st.floats(0, 1, exclude_max=True), st.booleans())


@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(spec=teams(), cuts=st.lists(CUT, min_size=RUNS, max_size=RUNS))
@example(spec=SWARM_IN_SOCIETY, cuts=[(0.3, False), (0.6, True)])
@example(spec=SWARMS_IN_A_TEAM, cuts=[(0.3, False), (0.6, True)])
def test_random_teams_end_and_recover(spec: Json, cuts: Any) -> None:
    assert not problems(spec)

    async def work() -> None:
        expected = await calm(spec)
        event(f"{expected[0].appends // 10 * 10} appends or more")
        await cut(spec, expected, cuts)

    asyncio.run(work())
