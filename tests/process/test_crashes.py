"""Real processes, killed with SIGKILL; after the restart the run goes on and ends."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import specs
from tests.support.services import postgres_server, redis_server, wait_for
from tests.support.tools import FOLDER
from tests.support.troupe import Troupe, check_log, transcript

pytestmark = pytest.mark.process
TOOLS = {"TROUPE_COMPONENTS": "tests.support.tools:CATALOG"}


@pytest.fixture(params=["embedded", "production"])
def troupe(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Troupe]:
    counters = tmp_path / "counters"
    counters.mkdir()
    env = {
        **TOOLS,
        FOLDER: str(counters),
        "PYTHONPATH": str(Path(__file__).parents[2]),
        # A third of the default: the tests need not wait for a lease of 15 seconds.
        "TROUPE_LEASE_SECONDS": "5",
        "TROUPE_RECONCILE_SECONDS": "0.5",
    }
    if request.param == "production":
        marks = [request.getfixturevalue("postgres_url"), request.getfixturevalue("redis_url")]
        env |= {"DATABASE_URL": marks[0], "REDIS_URL": marks[1]}
    found = Troupe(tmp_path, **env)
    try:
        found.start()
        yield found
    finally:
        found.stop()
        shutil.rmtree(tmp_path / "data", ignore_errors=True)


@pytest.fixture(scope="module")
def postgres_url() -> Iterator[str]:
    with postgres_server() as url:
        yield url


@pytest.fixture(scope="module")
def redis_url() -> Iterator[str]:
    with redis_server() as url:
        yield url


def effects(troupe: Troupe, name: str) -> list[str]:
    path = Path(troupe.env[FOLDER]) / name
    return path.read_text().splitlines() if path.exists() else []


def engine_process(troupe: Troupe) -> str:
    return "worker" if troupe.production else "serve"


def test_killed_while_a_run_streams(troupe: Troupe) -> None:
    slow = specs.scripted(specs.says("one two three four five six seven " * 8), delay_ms=40)
    team = troupe.team_of(specs.round_robin(specs.assistant("talker", slow)))
    run = troupe.run(team)
    troupe.wait_kind(run, "model.started")
    assert "model.completed" not in troupe.kinds(run)

    troupe.restart_killed(engine_process(troupe))

    troupe.wait_state(run, "completed")
    events = troupe.events(run)
    check_log(events)
    kinds = [e["payload"]["kind"] for e in events]
    assert kinds.count("model.completed") == 1
    assert kinds.count("run.lease_expired") == 1
    assert transcript(events)[1] == ("talker", ("one two three four five six seven " * 8).strip())


def test_killed_while_a_tool_runs_and_nobody_knows_whether_it_happened(troupe: Troupe) -> None:
    model = specs.scripted(specs.calls("hold", what="a letter"), specs.says("Done."))
    agent = specs.assistant("clerk", model, specs.tool("tests.tools.Hold"))
    run = troupe.run(troupe.team_of(specs.round_robin(agent)))
    wait_for(lambda: effects(troupe, "hold"), "the tool's effect")

    troupe.restart_killed(engine_process(troupe))

    request = troupe.wait_pending(run)
    assert request["kind"] == "in_doubt"
    assert len(effects(troupe, "hold")) == 1
    troupe.decide(request, "answer", text="The letter was posted.")
    troupe.wait_state(run, "completed")
    events = troupe.events(run)
    check_log(events)
    results = [e["payload"] for e in events if e["payload"]["kind"] == "tool.completed"]
    assert [(r["outcome"], r["result"]) for r in results] == [
        ("answered", "The letter was posted.")
    ]
    assert len(effects(troupe, "hold")) == 1


def test_killed_after_a_tool_was_recorded_it_does_not_run_again(troupe: Troupe) -> None:
    long_reply = specs.says("and so on " * 40)
    model = specs.scripted(specs.calls("count", what="sheep"), long_reply, delay_ms=40)
    agent = specs.assistant("shepherd", model, specs.tool("tests.tools.Count"))
    run = troupe.run(troupe.team_of(specs.round_robin(agent)))
    troupe.wait_kind(run, "tool.completed")

    troupe.restart_killed(engine_process(troupe))

    troupe.wait_state(run, "completed")
    check_log(troupe.events(run))
    assert len(effects(troupe, "count")) == 1


def test_killed_while_an_approval_is_pending(troupe: Troupe) -> None:
    run = troupe.run(troupe.team())
    request = troupe.wait_pending(run)

    troupe.restart_killed()

    assert [r["id"] for r in troupe.pending(run)] == [request["id"]]
    troupe.decide(request, "approve")
    troupe.wait_state(run, "completed")
    events = troupe.events(run)
    check_log(events)
    kinds = [e["payload"]["kind"] for e in events]
    assert kinds.count("approval.requested") == kinds.count("approval.decided") == 1
    assert [f["path"] for f in troupe.call("GET", "/files")["results"]] == ["report.md"]


def test_the_web_process_may_die_alone(troupe: Troupe) -> None:
    if not troupe.production:
        return  # embedded, the process is one
    run = troupe.run(troupe.team())
    troupe.restart_killed("web")
    troupe.decide(troupe.wait_pending(run), "approve")
    troupe.wait_state(run, "completed")
    assert "run.lease_expired" not in troupe.kinds(run)


def test_a_clean_stop_lets_the_run_go_on_at_the_next_start(troupe: Troupe) -> None:
    slow = specs.scripted(specs.says("one two three four five " * 10), delay_ms=40)
    run = troupe.run(troupe.team_of(specs.round_robin(specs.assistant("talker", slow))))
    troupe.wait_kind(run, "model.started")

    for process in troupe.processes.values():
        assert process.stop() == 0
    troupe.start()

    troupe.wait_state(run, "completed")
    events = troupe.events(run)
    check_log(events)
    assert len(transcript(events)) == 2
