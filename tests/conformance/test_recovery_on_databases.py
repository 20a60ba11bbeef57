"""The same over the studio's journal: SQLite here, PostgreSQL by tests/process/test_on_postgres.py.
Cuts are sampled; tests/conformance/test_recovery.py has them all."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from django.utils import timezone

from runtime.events import Draft, Event
from runtime.ports import Checkpoint, Journal, LogRange
from runtime.testing import Crash
from studio.accounts.selectors import access_for
from studio.accounts.services import owner_ensure
from studio.core.dbpool import run_db
from studio.execution.adapters.journal import DbJournal
from studio.execution.claims import claim_next
from studio.execution.services import run_start
from studio.execution.writer import Writer
from studio.library.services import definition_create
from studio.runs.models import Run, RunState
from tests.conformance.recovery import (
    SCENARIOS,
    TASK,
    NotReached,
    assert_same,
    cut_and_recovered,
    undisturbed,
)
from tests.support import specs

EVERY = 4
"""Each scenario is cut at every fourth append, by turns before and after it, and each begins with
another one."""


class CutJournal(DbJournal):
    """Dies as a process does: nothing after that append is written, by whomever."""

    _left: int | None = None
    _before = False
    _dead = False

    def crash_after(self, appends: int, *, before_next: bool = False) -> None:
        self._left, self._before = appends, before_next

    async def append(
        self, drafts: Sequence[Draft], *, checkpoint: Checkpoint | None = None
    ) -> list[Event]:
        is_new = any(self.find(draft.key) is None for draft in drafts)
        self._may_write()
        events = await super().append(drafts, checkpoint=checkpoint)
        if is_new:
            self._wrote()
        return events

    def _may_write(self) -> None:
        if self._dead or (self._before and self._left == 0):
            self._dead = True
            raise Crash

    def _wrote(self) -> None:
        if self._left is None:
            return
        self._left -= 1
        if self._left <= 0 and not self._before:
            self._dead = True
            raise Crash


class DatabaseStore:
    def __init__(self) -> None:
        self.writers: list[Writer] = []

    def close(self) -> None:
        for writer in self.writers:
            writer.close()

    async def begin(self) -> CutJournal:
        await run_db(_new_run)
        return await self._claimed()

    async def reopen(self, journal: Journal) -> CutJournal:
        await run_db(_requeue, journal.run_id)
        return await self._claimed()

    async def events(self, journal: Journal) -> list[Event]:
        whole = LogRange(run_id=journal.run_id, first=1, last=1_000_000)
        return await journal.read(whole)

    async def _claimed(self) -> CutJournal:
        """As in a process of its own, with a writer of its own."""
        self.writers.append(Writer())
        journal = CutJournal(await run_db(_claim), writer=self.writers[-1])
        await journal.open()
        return journal


def _new_run() -> Run:
    access = access_for(owner_ensure())
    assert access is not None
    spec: dict[str, Any] = specs.round_robin(
        specs.assistant("one", specs.scripted(specs.says("x")))
    )
    made = definition_create(access=access, name="T", component_type="team", component=spec)
    return run_start(access=access, definition_id=made.pk, task=TASK)


def _claim() -> Run:
    run = claim_next(queue="default", boot_id=f"worker-{uuid.uuid4().hex[:8]}")
    assert run is not None
    return run


def _requeue(run_id: str) -> None:
    Run.objects.filter(pk=run_id).update(state=RunState.QUEUED, due_at=timezone.now())


@pytest.fixture
def store() -> Iterator[DatabaseStore]:
    found = DatabaseStore()
    yield found
    found.close()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", SCENARIOS)
async def test_a_death_at_an_append_changes_nothing(name: str, store: DatabaseStore) -> None:
    spec = SCENARIOS[name]()
    appends = (await undisturbed(spec, str(uuid.uuid4()))).appends
    first = 1 + list(SCENARIOS).index(name) % EVERY
    cuts = range(min(first, appends - 1), appends, EVERY)
    assert len(cuts) > 0
    for number, cut in enumerate(cuts):
        try:
            run_id, events = await cut_and_recovered(spec, store, cut, before_next=number % 2 == 1)
        except NotReached:
            assert number > 0, "not one cut was reached"
            return
        calm = await undisturbed(spec, run_id)
        assert_same(events, calm, f"{name}, cut after {cut}")
