"""Leases, fencing and the reconciler: who may go on with a run, and that none is forgotten."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from runtime.errors import LeaseLost
from runtime.events import Draft
from runtime.events.payloads import RunPaused, RunWarned
from runtime.ports import Checkpoint, LogRange
from studio.core import wakeups
from studio.execution.adapters.journal import DbJournal
from studio.execution.claims import claim_next
from studio.execution.reconciler import reconcile
from studio.execution.writer import Writer
from studio.runs.models import Checkpoint as CheckpointRow
from studio.runs.models import Event, Run, Worker
from tests.conftest import Person
from tests.execution.test_runs import ask_and_park, decide, events, kinds, start
from tests.support import specs
from tests.support.troupe import check_log

Engine = Callable[[], None]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def writer() -> Iterator[Writer]:
    found = Writer()
    yield found
    found.close()


def simple_team() -> dict[str, Any]:
    return specs.round_robin(specs.assistant("one", specs.scripted(specs.says("first"))))


def claim(boot_id: str = "w1") -> Run:
    run = claim_next(queue="default", boot_id=boot_id)
    assert run is not None
    return run


def live(boot_id: str, seconds: float = 60) -> None:
    expires = timezone.now() + timedelta(seconds=seconds)
    Worker.objects.update_or_create(boot_id=boot_id, defaults={"expires_at": expires})


def journal_of(run: Run, writer: Writer) -> DbJournal:
    journal = DbJournal(run, writer=writer)
    asyncio.run(journal.open())
    return journal


def warn(journal: DbJournal, key: str, **more: Any) -> Any:
    draft = Draft(key=key, payload=RunWarned(code="test", detail="x"))
    return asyncio.run(journal.append([draft], **more))


def log_of(run_id: Any) -> list[tuple[int, str]]:
    return list(Event.objects.filter(run_id=run_id).order_by("seq").values_list("seq", "key"))


# Fencing ---------------------------------------------------------------------------------------


def test_a_stale_epoch_writes_neither_event_nor_checkpoint_nor_state(
    alice: Person, writer: Writer
) -> None:
    start(alice, simple_team())
    stale = journal_of(claim("w1"), writer)
    reconcile()
    fresh = journal_of(claim("w2"), writer)
    before = log_of(fresh.run_id)

    with pytest.raises(LeaseLost):
        warn(stale, "stale", checkpoint=Checkpoint(frame="", turn=1, state={}))
    with pytest.raises(LeaseLost):
        asyncio.run(stale.append([Draft(key="p", payload=RunPaused(code="c", detail="d"))]))
    assert log_of(fresh.run_id) == before
    assert not CheckpointRow.objects.filter(run_id=fresh.run_id).exists()
    row = Run.objects.get(pk=fresh.run_id)
    assert (row.state, row.lease_owner, row.head_seq) == ("running", "w2", before[-1][0])
    warn(fresh, "mine")


def test_a_worker_that_could_not_renew_its_lease_writes_nothing(
    alice: Person, writer: Writer
) -> None:
    start(alice, simple_team())
    fenced = threading.Event()
    journal = DbJournal(claim(), writer=writer, fenced=fenced.is_set)
    warn(journal, "before")
    fenced.set()
    with pytest.raises(LeaseLost):
        warn(journal, "after")
    assert [key for _, key in log_of(journal.run_id)][-1] == "before"


def test_a_lease_that_holds_is_left_alone_and_an_expired_one_is_taken_over(alice: Person) -> None:
    run_id = start(alice, simple_team())["id"]
    live("w1")
    claim("w1")
    assert reconcile()["taken_over"] == 0
    live("w1", seconds=-1)
    assert reconcile()["taken_over"] == 1
    row = Run.objects.get(pk=run_id)
    assert (row.state, row.crashes, row.lease_owner) == ("queued", 1, "")
    assert kinds(run_id)[-1] == "run.lease_expired"
    assert reconcile()["taken_over"] == 0


def test_a_run_whose_worker_was_lost_goes_on_and_its_crash_is_forgotten(
    alice: Person, engine: Engine
) -> None:
    run_id = start(alice, simple_team())["id"]
    claim("dead")
    assert reconcile()["taken_over"] == 1
    engine()
    row = Run.objects.get(pk=run_id)
    assert (row.state, row.crashes) == ("completed", 0)
    check_log(events(run_id))


def test_three_crashes_quarantine_a_run_and_resuming_lets_it_go_on(
    alice: Person, engine: Engine
) -> None:
    run_id = start(alice, simple_team())["id"]
    for number in (1, 2, 3):
        claim(f"dead-{number}")
        assert reconcile()["taken_over"] == 1
    row = Run.objects.get(pk=run_id)
    assert (row.state, row.crashes) == ("quarantined", 3)
    last = events(run_id)[-1]["payload"]
    assert (last["kind"], "3 times" in last["detail"]) == ("run.quarantined", True)
    engine()
    assert Run.objects.get(pk=run_id).state == "quarantined"

    assert alice.post(f"/runs/{run_id}/resume").status_code == 200
    engine()
    row = Run.objects.get(pk=run_id)
    assert (row.state, row.crashes) == ("completed", 0)
    check_log(events(run_id))


# Wake-ups --------------------------------------------------------------------------------------


def test_a_wake_up_too_many_does_nothing(alice: Person, engine: Engine) -> None:
    run_id = start(alice, simple_team())["id"]
    engine()
    before = log_of(run_id)
    engine()
    engine()
    assert log_of(run_id) == before


def test_a_lost_wake_up_is_made_up_for_by_the_reconciler(
    alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    woken: list[str] = []
    monkeypatch.setattr(wakeups, "_wakers", [])  # the message at the start gets lost
    run_id = start(alice, simple_team())["id"]
    monkeypatch.setattr(wakeups, "_wakers", [lambda run, queue: woken.append(run)])
    Run.objects.filter(pk=run_id).update(due_at=timezone.now() - timedelta(seconds=2))
    assert reconcile()["hinted"] == 1
    assert woken == [run_id]


def test_a_decision_that_crosses_parking_is_not_lost(
    alice: Person, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It comes when the engine has decided to park, and before the journal has."""
    park = DbJournal.park
    pool = ThreadPoolExecutor(max_workers=1)
    crossed: list[bool] = []

    def decide_now() -> int:
        try:
            request = alice.get("/approvals").data["results"][0]
            return int(decide(alice, request, "approve").status_code)
        finally:
            connection.close()

    async def crossing(self: DbJournal, draft: Draft, *, seen: int) -> bool:
        if not crossed:
            loop = asyncio.get_running_loop()
            assert await loop.run_in_executor(pool, decide_now) == 200
        crossed.append(await park(self, draft, seen=seen))
        return crossed[-1]

    monkeypatch.setattr(DbJournal, "park", crossing)
    model = specs.scripted(
        specs.calls("write_file", path="report.md", content="# Report"), specs.says("Saved.")
    )
    agent = specs.assistant("writer", model, specs.tool("troupe.tools.WriteFile"))
    run_id = start(alice, specs.round_robin(agent))["id"]
    engine()
    pool.shutdown()
    assert crossed == [False]
    assert Run.objects.get(pk=run_id).state == "completed"
    assert "run.parked" not in kinds(run_id)
    check_log(events(run_id))


def test_a_resume_that_crosses_a_pause_is_not_lost(
    alice: Person, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The resume comes after the engine has seen the pause and before it has recorded it."""
    run, request = ask_and_park(alice, engine)
    append = DbJournal.append
    pool = ThreadPoolExecutor(max_workers=1)
    crossed: list[int] = []

    def resume_now() -> None:
        try:
            crossed.append(alice.post(f"/runs/{run['id']}/resume").status_code)
        finally:
            connection.close()

    async def crossing(self: DbJournal, drafts: Any, **more: Any) -> Any:
        if any(isinstance(draft.payload, RunPaused) for draft in drafts) and not crossed:
            await asyncio.get_running_loop().run_in_executor(pool, resume_now)
        return await append(self, drafts, **more)

    monkeypatch.setattr(DbJournal, "append", crossing)
    alice.post(f"/runs/{run['id']}/pause")
    engine()
    pool.shutdown()
    assert crossed == [200]
    assert Run.objects.get(pk=run["id"]).state == "waiting"
    decide(alice, request, "approve")
    engine()
    assert Run.objects.get(pk=run["id"]).state == "completed"
    check_log(events(run["id"]))


# Claims ----------------------------------------------------------------------------------------


def test_the_workspace_with_the_fewest_runs_in_progress_comes_first(
    alice: Person, charlie: Person
) -> None:
    mine = [start(alice, simple_team())["id"] for _ in range(3)]
    theirs = [start(charlie, simple_team())["id"] for _ in range(2)]
    order = [str(claim().pk) for _ in range(5)]
    assert order == [mine[0], theirs[0], mine[1], theirs[1], mine[2]]


def test_a_workspace_has_a_largest_number_of_runs_in_progress(
    alice: Person, charlie: Person, settings: Any
) -> None:
    settings.WORKSPACE_ACTIVE_RUNS = 1
    for _ in range(2):
        start(alice, simple_team())
    theirs = start(charlie, simple_team())["id"]
    claim()
    assert str(claim().pk) == theirs
    assert claim_next(queue="default", boot_id="w1") is None


def test_of_many_who_claim_one_run_exactly_one_gets_it(alice: Person) -> None:
    run_id = start(alice, simple_team())["id"]
    together = threading.Barrier(6)

    def try_it(number: int) -> bool:
        try:
            together.wait(timeout=30)
            return claim_next(queue="default", boot_id=f"w{number}") is not None
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=6) as pool:
        won = list(pool.map(try_it, range(6)))
    assert won.count(True) == 1
    assert Run.objects.get(pk=run_id).epoch == 1
    assert kinds(run_id).count("run.claimed") == 1


def test_suspects_are_claimed_one_at_a_time_and_others_beside_them(alice: Person) -> None:
    suspects = [start(alice, simple_team())["id"] for _ in range(2)]
    Run.objects.filter(pk__in=suspects).update(crashes=1)
    healthy = start(alice, simple_team())["id"]
    assert [str(claim().pk), str(claim().pk)] == [suspects[0], healthy]
    assert claim_next(queue="default", boot_id="w1") is None
    Run.objects.filter(pk=suspects[0]).update(crashes=0)  # it made progress
    assert str(claim().pk) == suspects[1]


def test_a_run_reads_its_own_sessions_logs_and_no_other(
    alice: Person, charlie: Person, engine: Engine, writer: Writer
) -> None:
    first = start(alice, simple_team())
    elsewhere = [start(alice, simple_team())["id"], start(charlie, simple_team())["id"]]
    engine()
    alice.post("/runs", {"session": first["session"], "task": "More."})
    journal = journal_of(claim(), writer)

    def read(run_id: str) -> list[Any]:
        return asyncio.run(journal.read(LogRange(run_id=run_id, first=1, last=1000)))

    assert len(read(first["id"])) == Run.objects.get(pk=first["id"]).head_seq
    assert [read(run_id) for run_id in elsewhere] == [[], []]


# The row is a fold of the log ------------------------------------------------------------------

STATE_AFTER = {
    "run.created": "queued",
    "run.claimed": "running",
    "run.parked": "waiting",
    "run.paused": "paused",
    "run.released": "queued",
    "run.requeued": "queued",
    "run.lease_expired": "queued",
    "run.quarantined": "quarantined",
    "run.completed": "completed",
    "run.failed": "failed",
    "run.stopped": "stopped",
}


def fold(log: list[dict[str, Any]]) -> dict[str, Any]:
    seen = {"state": "", "turns": 0, "prompt_tokens": 0, "completion_tokens": 0}
    for event in log:
        payload = event["payload"]
        kind = payload["kind"]
        held = seen["state"] in ("running", "queued")
        if kind in ("approval.decided", "input.answered"):
            seen["state"] = seen["state"] if held or seen["state"] == "paused" else "queued"
        elif kind == "command.received":
            seen["state"] = seen["state"] if held else "queued"
        seen["state"] = STATE_AFTER.get(kind, seen["state"])
        if kind == "turn.started":
            seen["turns"] = event["turn"]
        if kind == "model.completed":
            seen["prompt_tokens"] += payload["usage"]["prompt_tokens"]
            seen["completion_tokens"] += payload["usage"]["completion_tokens"]
    return seen


def test_at_every_commit_the_row_is_what_its_log_folds_to(
    alice: Person, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows: dict[int, dict[str, Any]] = {}
    columns = ("state", "turns", "prompt_tokens", "completion_tokens")

    def look() -> None:
        row = Run.objects.values("head_seq", *columns).get()
        rows[row["head_seq"]] = {name: row[name] for name in columns}

    publish = DbJournal._publish

    def looking(self: DbJournal, appended: list[dict[str, Any]]) -> None:
        look()  # in the writer's thread: nothing of the engine is appended meanwhile
        publish(self, appended)

    monkeypatch.setattr(DbJournal, "_publish", looking)
    run, request = ask_and_park(alice, engine)
    look()
    alice.post(f"/runs/{run['id']}/pause")
    look()
    engine()
    alice.post(f"/runs/{run['id']}/resume")
    look()
    decide(alice, request, "approve")
    look()
    engine()
    look()
    log = events(run["id"])
    assert len(rows) > len(log) / 3
    assert {seq: fold(log[:seq]) for seq in rows} == rows
    assert rows[len(log)]["state"] == "completed"
