"""The runtime's Journal over the database."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Callable, Sequence
from typing import Any

from django.db import connection
from django.db.models import Q
from django.utils import timezone

from runtime.errors import LeaseLost, NonDeterministic
from runtime.events import OUTSIDE_KINDS, Draft, Event
from runtime.ports import Checkpoint, LogRange
from studio.core.broadcast import run_changed
from studio.core.dbpool import run_db
from studio.core.wakeups import wake_on_commit
from studio.execution.adapters.projection import Changes, as_time, run_changes, write_requests
from studio.execution.writer import Operation, Writer
from studio.runs.log import COLUMNS, event_of, rows_of
from studio.runs.models import Checkpoint as CheckpointRow
from studio.runs.models import Event as EventRow
from studio.runs.models import Run, RunState

_INSERT_EVENT = (
    "INSERT INTO runs_event (run_id, seq, key, kind, schema_version, occurred_at, agent_path, turn,"
    " correlation_id, fingerprint, body) VALUES (%s,%s,%s,%s,%s,%s,%s,%s,%s,%s,%s)"
)
_UPSERT_CHECKPOINT = (
    "INSERT INTO runs_checkpoint (run_id, frame, turn, seq, format, state) "
    "VALUES (%s,%s,%s,%s,%s,%s) ON CONFLICT (run_id, frame) DO UPDATE SET turn = excluded.turn, "
    "seq = excluded.seq, format = excluded.format, state = excluded.state"
)
_COMMANDS = ("command.received", "command.applied")


class DbJournal:
    """One claim of one run. `fenced()` says that this process may no longer trust its lease."""

    def __init__(
        self, run: Run, *, writer: Writer, fenced: Callable[[], bool] = lambda: False
    ) -> None:
        self._run_id = run.pk
        self._workspace_id = run.workspace_id
        self._queue = run.queue
        self._epoch = run.epoch
        self._writer = writer
        self._fenced = fenced
        self._head = run.head_seq
        self._returned = 0
        self._recorded: dict[str, tuple[Event, str]] = {}
        self._pending_outside: list[Event] = []
        self._checkpoints: dict[str, Checkpoint] = {}
        self._changed = asyncio.Event()
        self._inflight: set[asyncio.Future[list[dict[str, Any]]]] = set()

    # Opening -------------------------------------------------------------------------------

    async def open(self) -> None:
        await run_db(self._load)

    def _load(self) -> None:
        for row in CheckpointRow.objects.filter(run_id=self._run_id):
            self._checkpoints[row.frame] = Checkpoint(
                frame=row.frame,
                turn=row.turn,
                seq=row.seq,
                format=row.format,
                state=json.loads(row.state),
            )
        root = self._checkpoints.get("")
        since = root.seq if root else 0
        rows = (
            EventRow.objects.filter(run_id=self._run_id, seq__lte=self._head)
            .filter(Q(seq__gt=since) | Q(kind__in=_COMMANDS))
            .order_by("seq")
            .values(*COLUMNS, "fingerprint")
        )
        for row in rows:
            self._remember(event_of(row), row["fingerprint"])

    def _remember(self, event: Event, fingerprint: str) -> None:
        self._recorded[event.key] = (event, fingerprint)
        self._head = max(self._head, event.seq)
        if event.kind in OUTSIDE_KINDS:
            self._pending_outside.append(event)

    # Journal -------------------------------------------------------------------------------

    @property
    def run_id(self) -> str:
        return str(self._run_id)

    @property
    def head(self) -> int:
        return self._head

    def find(self, key: str) -> Event | None:
        found = self._recorded.get(key)
        return found[0] if found else None

    def has_begun(self, scope: str) -> bool:
        root = self._checkpoints.get("")
        since = root.seq if root else 0
        inside = f"{scope}/"
        return any(
            key.startswith(inside) and event.seq > since
            for key, (event, _) in self._recorded.items()
        )

    def checkpoint(self, frame: str) -> Checkpoint | None:
        return self._checkpoints.get(frame)

    async def append(
        self, drafts: Sequence[Draft], *, checkpoint: Checkpoint | None = None
    ) -> list[Event]:
        fresh = [draft for draft in drafts if not self._is_recorded(draft)]
        if fresh or checkpoint is not None:
            await self._write(fresh, checkpoint)
        events = [self._recorded[draft.key][0] for draft in drafts]
        if checkpoint is not None and checkpoint.frame == "":
            self._forget_before(self._checkpoints[""].seq)
        return events

    def _forget_before(self, seq: int) -> None:
        """What a checkpoint stands for is asked for no more: a long run's log need not stay in
        memory. Commands may be asked for again."""
        self._recorded = {
            key: (event, fingerprint)
            for key, (event, fingerprint) in self._recorded.items()
            if event.seq > seq or event.kind in _COMMANDS
        }

    async def settled(self) -> None:
        if self._inflight:
            await asyncio.wait(self._inflight)

    async def park(self, draft: Draft, *, seen: int) -> bool:
        seen = max(seen, self._returned)
        work = self._work([draft], None, condition=" AND wake_seq <= %s", values=[seen])
        rows = await self._submit(work, [draft])
        if not rows:
            await self._catch_up()
            return False
        self._take(rows)
        return True

    async def outside(self) -> list[Event]:
        await self.settled()
        await self._catch_up()
        events, self._pending_outside = self._pending_outside, []
        self._returned = self._head
        return sorted(events, key=lambda event: event.seq)

    async def changed(self) -> None:
        await self._changed.wait()
        self._changed.clear()

    def notify(self) -> None:
        """On the engine's loop: outside events may have arrived."""
        self._changed.set()

    async def read(self, span: LogRange) -> list[Event]:
        return await run_db(self._read, span)

    # Inside --------------------------------------------------------------------------------

    def _read(self, span: LogRange) -> list[Event]:
        """Of this run or an earlier one of its session, nothing else."""
        query = EventRow.objects.filter(run_id=span.run_id, seq__range=(span.first, span.last))
        if span.run_id != self.run_id:
            query = query.filter(
                run__session__in=Run.objects.filter(pk=self._run_id).values("session")
            )
        return [event_of(row) for row in query.order_by("seq").values(*COLUMNS)]

    def _is_recorded(self, draft: Draft) -> bool:
        found = self._recorded.get(draft.key)
        if found is None:
            return False
        if found[1] != draft.fingerprint():
            raise NonDeterministic(
                f"{draft.key!r} is recorded as {found[0].kind} of {found[0].agent_path!r}, "
                f"and now asked for as {draft.payload.kind} of {draft.agent_path!r}."
            )
        return True

    async def _write(self, drafts: Sequence[Draft], checkpoint: Checkpoint | None) -> None:
        before = self._head
        rows = await self._submit(self._work(drafts, checkpoint), drafts)
        self._take(rows)
        if checkpoint is not None:
            seq = rows[-1]["seq"] if rows else self._head
            if checkpoint.frame == "":
                self._checkpoints.clear()
            self._checkpoints[checkpoint.frame] = checkpoint.at(seq)
        if rows and rows[0]["seq"] > before + 1:
            self._changed.set()

    def _take(self, rows: list[dict[str, Any]]) -> None:
        """`_head` moves only over events that we have read: a gap is what others appended."""
        for row in rows:
            event = event_of(row)
            self._recorded[event.key] = (event, row["fingerprint"])
            if event.seq == self._head + 1:
                self._head = event.seq

    async def _submit(
        self,
        work: Callable[[], list[dict[str, Any]] | Exception],
        drafts: Sequence[Draft],
    ) -> list[dict[str, Any]]:
        if self._fenced():
            raise LeaseLost("This worker could not renew its lease in time.")
        operation = Operation(
            work,
            recover=lambda: self._recover(drafts),
            after=self._publish,
            give_up=self._fenced,
        )
        future = asyncio.wrap_future(self._writer.submit(operation))
        self._inflight.add(future)
        future.add_done_callback(self._landed)
        # Who waits may be cancelled; the append is not, and `outside` waits until it has landed.
        return await asyncio.shield(future)

    def _landed(self, future: asyncio.Future[list[dict[str, Any]]]) -> None:
        self._inflight.discard(future)
        if not future.cancelled():
            future.exception()  # seen, also when its caller is gone

    def _publish(self, rows: list[dict[str, Any]]) -> None:
        if rows:
            run_changed(self._run_id, rows[-1]["seq"], self._workspace_id, ours=True)

    def _work(
        self,
        drafts: Sequence[Draft],
        checkpoint: Checkpoint | None,
        *,
        condition: str = "",
        values: Sequence[Any] = (),
    ) -> Callable[[], list[dict[str, Any]] | Exception]:
        inner_frames = any(self._checkpoints)

        def work() -> list[dict[str, Any]] | Exception:
            now = timezone.now()
            head = self._advance(run_changes(drafts, now=now), len(drafts), condition, values)
            if head is None:
                return [] if condition and self._owned() else LeaseLost("Another worker owns it.")
            rows = rows_of(self._run_id, drafts, first_seq=head - len(drafts) + 1, at=now)
            _insert_events(rows)
            write_requests(self._run_id, self._workspace_id, rows)
            self._requeue_if_commanded(rows)
            if checkpoint is not None:
                _save_checkpoint(self._run_id, checkpoint.at(head))
                if checkpoint.frame == "" and inner_frames:
                    CheckpointRow.objects.filter(run_id=self._run_id).exclude(frame="").delete()
            return rows

        return work

    def _advance(
        self, changes: Changes, count: int, condition: str, values: Sequence[Any]
    ) -> int | None:
        """The run's new head, or None when the row is not ours (or the condition fails)."""
        assignments, params = changes.sql()
        with connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE runs_run SET head_seq = head_seq + %s{assignments} "  # noqa: S608
                f"WHERE id = %s AND epoch = %s AND state = 'running'{condition} RETURNING head_seq",
                [count, *params, _uuid(self._run_id), self._epoch, *values],
            )
            row = cursor.fetchone()
        return row[0] if row else None

    def _owned(self) -> bool:
        return Run.objects.filter(
            pk=self._run_id, epoch=self._epoch, state=RunState.RUNNING
        ).exists()

    def _requeue_if_commanded(self, rows: list[dict[str, Any]]) -> None:
        """A pause that crosses a command on its way must not swallow it: not one that came after
        the pause's own command either, read already while the engine was leaving."""
        if not any(row["kind"] == "run.paused" for row in rows):
            return
        applied = [
            json.loads(row["body"])["command_seq"]
            for row in rows
            if row["kind"] == "command.applied"
        ]
        unread = EventRow.objects.filter(
            run_id=self._run_id, seq__gt=max(applied, default=self._head), kind="command.received"
        )
        if unread.exists():
            Run.objects.filter(pk=self._run_id).update(
                state=RunState.QUEUED, due_at=timezone.now(), pause=None
            )
            wake_on_commit(self._run_id, self._queue)

    def _recover(self, drafts: Sequence[Draft]) -> list[dict[str, Any]] | Exception:
        if not self._owned() and not any(_ends_claim(draft) for draft in drafts):
            return LeaseLost("Another worker owns it.")
        keys = [draft.key for draft in drafts]
        rows = list(
            EventRow.objects.filter(run_id=self._run_id, key__in=keys)
            .order_by("seq")
            .values(*COLUMNS, "fingerprint", "kind")
        )
        if len(rows) != len(keys):
            return NonDeterministic("Some of these keys are recorded and others are not.")
        return rows

    async def _catch_up(self) -> None:
        rows = await run_db(self._rows_after, self._head)
        for row in rows:
            if row["key"] not in self._recorded:
                self._remember(event_of(row), row["fingerprint"])
            self._head = max(self._head, row["seq"])

    def _rows_after(self, seq: int) -> list[dict[str, Any]]:
        return list(
            EventRow.objects.filter(run_id=self._run_id, seq__gt=seq)
            .order_by("seq")
            .values(*COLUMNS, "fingerprint")
        )


def _uuid(value: Any) -> Any:
    return Run._meta.pk.get_db_prep_value(uuid.UUID(str(value)), connection)


def _ends_claim(draft: Draft) -> bool:
    return draft.payload.kind.startswith("run.")


def _insert_events(rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.executemany(
            _INSERT_EVENT,
            [
                (
                    _uuid(row["run_id"]),
                    row["seq"],
                    row["key"],
                    row["kind"],
                    row["schema_version"],
                    as_time(row["occurred_at"]),
                    row["agent_path"],
                    row["turn"],
                    row["correlation_id"],
                    row["fingerprint"],
                    row["body"],
                )
                for row in rows
            ],
        )


def _save_checkpoint(run_id: Any, checkpoint: Checkpoint) -> None:
    """One statement: through the ORM it took half of the whole append."""
    with connection.cursor() as cursor:
        cursor.execute(
            _UPSERT_CHECKPOINT,
            [
                _uuid(run_id),
                checkpoint.frame,
                checkpoint.turn,
                checkpoint.seq,
                checkpoint.format,
                json.dumps(checkpoint.state),
            ],
        )
