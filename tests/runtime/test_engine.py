from __future__ import annotations

from runtime.testing import StaticGate
from tests.runtime.support import (
    World,
    agent,
    calls,
    decide,
    kinds,
    mention,
    model,
    of_kind,
    parked,
    said,
    team,
)


async def test_a_team_on_scripted_models_runs_to_its_end() -> None:
    world = World()
    journal = world.journal()
    researcher = agent("researcher", model(), "SampleNotes")
    writer = agent(
        "writer", model(), "WriteFile", system_message="Write a report. End with TASK_COMPLETE."
    )
    spec = team(researcher, writer, termination_condition=mention("TASK_COMPLETE"), max_turns=6)

    outcome = await world.engine(spec, journal).run()

    assert outcome == "completed"
    assert [source for source, _ in said(journal)] == ["user", "researcher", "writer"]
    assert "- Trees cool streets" in said(journal)[1][1]
    assert world.files.files["report.md"].startswith("# Urban trees")
    assert kinds(journal)[-2:] == ["frame.ended", "run.completed"]
    assert [event.seq for event in journal.log.events] == list(range(1, journal.log.head + 1))


async def test_an_approval_parks_the_run_and_its_answer_brings_it_back() -> None:
    world = World(gate=StaticGate({"write_file": "ask"}, default="allow"))
    journal = world.journal()
    writer = agent(
        "writer",
        model(calls(("write_file", {"path": "a.md", "content": "x"})), "Saved."),
        "WriteFile",
    )
    spec = team(writer, max_turns=1)

    assert await parked(world, spec, journal) == "parked"
    request = of_kind(journal, "approval.requested")[0].payload
    decide(journal, request, "approve")
    later = journal.reopen()

    assert await world.engine(spec, later).run() == "completed"
    assert world.files.writes == [("a.md", "x")]
    assert said(later)[-1] == ("writer", "Saved.")
