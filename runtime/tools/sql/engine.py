"""Runs one statement with limits that the database itself enforces."""

from __future__ import annotations

import asyncio
import re
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import pydantic_core

from runtime.errors import ToolError
from runtime.messages import JsonObject
from runtime.tools.sql.target import Target
from runtime.tools.threads import in_tool_thread

CONNECT_SECONDS = 10
MAX_CELL = 10_000
SQLITE_STEPS = 5_000
"""Of its virtual machine, between two looks at the clock."""
SQLITE_MAX_VALUE = 5_000_000


_ROWS = re.compile(r"[\s(]*(select|with|values|table|show|explain)\b", re.IGNORECASE)


@dataclass(frozen=True)
class QueryLimits:
    read_only: bool
    rows: int
    characters: int
    seconds: float


@dataclass
class Rows:
    columns: list[str]
    rows: list[list[Any]] = field(default_factory=list)
    more: bool = False
    changed: int | None = None
    empty: bool = False
    """No rows, and no word of their columns."""

    def as_json(self) -> JsonObject:
        if self.empty:
            return {"rows": []}
        if not self.columns:
            return {"rows_changed": self.changed}
        result: JsonObject = {"columns": self.columns, "rows": self.rows}
        return {**result, "more": "There are more rows; ask for less."} if self.more else result


class Running:
    """A query in a thread, and how to end it from outside."""

    def __init__(self, seconds: float) -> None:
        self.deadline = time.monotonic() + seconds
        self._lock = threading.Lock()
        self._cancel: Callable[[], object] | None = None
        self.cancelled = False

    @contextmanager
    def cancellable(self, cancel: Callable[[], object]) -> Iterator[None]:
        with self._lock:
            self._cancel = cancel
            if self.cancelled:
                raise ToolError("The query was cancelled")
        try:
            yield
        finally:
            with self._lock:
                self._cancel = None

    def cancel(self) -> None:
        """The lock keeps the connection open meanwhile."""
        with self._lock:
            self.cancelled = True
            if self._cancel is not None:
                self._cancel()

    @property
    def late(self) -> bool:
        return time.monotonic() > self.deadline


async def run_in_thread(seconds: float, work: Callable[[Running], Any]) -> Any:
    """What `work` returns. When it takes too long, or the caller is cancelled, the database is
    told to stop."""
    running = Running(seconds)
    task = asyncio.ensure_future(in_tool_thread(lambda: work(running)))
    try:
        done, _ = await asyncio.wait((task,), timeout=seconds)
    except asyncio.CancelledError:
        await asyncio.shield(asyncio.to_thread(running.cancel))
        raise
    finally:
        task.add_done_callback(_seen)
    if not done:
        await asyncio.to_thread(running.cancel)
        raise ToolError(f"The query took longer than {seconds:g} s and was stopped")
    return task.result()


def query(target: Target, statement: str, limits: QueryLimits, running: Running) -> Rows:
    """Raises ToolError, with the database's own words."""
    import sqlalchemy.exc

    from runtime.tools.sql.mysql import run_mysql

    runs = {"sqlite+pysqlite": _sqlite, "postgresql+psycopg": _postgresql}
    run = runs.get(target.driver, run_mysql)
    try:
        return run(target, statement, limits, running)
    except ToolError:
        raise
    except sqlalchemy.exc.DBAPIError as error:
        raise _failed(error.orig or error, limits, running) from error
    except ImportError as error:
        raise ToolError(
            f"The driver of this database is missing: {error.name}",
            hint=f"Install it with: pip install {error.name}",
        ) from error
    except Exception as error:
        raise _failed(error, limits, running) from error


def _failed(error: BaseException, limits: QueryLimits, running: Running) -> ToolError:
    if running.late or _was_ended(error):
        return ToolError(f"The query took longer than {limits.seconds:g} s and was stopped")
    return ToolError(f"The database said: {str(error).strip()[:2_000]}")


def _was_ended(error: BaseException) -> bool:
    """PostgreSQL's word for it, MySQL's and MariaDB's numbers."""
    code = error.args[0] if error.args else None
    return type(error).__name__ == "QueryCanceled" or code in (1317, 1969, 3024)


# SQLite --------------------------------------------------------------------------------------


def sqlite_connection(target: Target, read_only: bool) -> sqlite3.Connection:
    """It cannot reach another file: neither ATTACH nor VACUUM INTO finds a free place."""
    uri = f"file:{quote(str(target.path))}?mode={'ro' if read_only else 'rw'}"
    connection = sqlite3.connect(
        uri, uri=True, timeout=5.0, isolation_level=None, check_same_thread=False
    )
    connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, SQLITE_MAX_VALUE)
    connection.execute(f"PRAGMA query_only = {'ON' if read_only else 'OFF'}")
    return connection


def _sqlite(target: Target, statement: str, limits: QueryLimits, running: Running) -> Rows:
    with closing(sqlite_connection(target, limits.read_only)) as connection:
        connection.set_progress_handler(lambda: running.late or running.cancelled, SQLITE_STEPS)
        with running.cancellable(connection.interrupt), closing(connection.cursor()) as cursor:
            cursor.execute(statement)
            return taken(cursor.description, cursor, limits, cursor.rowcount)


# PostgreSQL ----------------------------------------------------------------------------------


def postgresql_connection(target: Target, limits: QueryLimits) -> Any:
    import psycopg

    url = target.url
    milliseconds = max(1, int(limits.seconds * 1_000))
    reading = "on" if limits.read_only else "off"
    connection = psycopg.connect(
        host=url.host,
        hostaddr=target.address,
        port=url.port or 5432,
        user=url.username,
        password=url.password,
        dbname=url.database,
        sslmode=url.query.get("sslmode", "prefer"),
        connect_timeout=CONNECT_SECONDS,
        options=f"-c statement_timeout={milliseconds} -c lock_timeout={milliseconds} "
        f"-c default_transaction_read_only={reading}",
    )
    connection.read_only = limits.read_only
    return connection


def _postgresql(target: Target, statement: str, limits: QueryLimits, running: Running) -> Rows:
    """By the protocol that takes a single statement only, whatever the text looks like."""
    connection = postgresql_connection(target, limits)
    try:
        with running.cancellable(connection.cancel_safe):
            result = _streamed(connection, statement, limits) if _gives_rows(statement) else None
            if result is None:
                cursor = connection.cursor()
                cursor.execute(statement, prepare=True)
                rows = cursor if cursor.description else ()
                result = taken(cursor.description, rows, limits, cursor.rowcount)
        if not limits.read_only:
            connection.commit()
        return result
    finally:
        connection.close()


def _streamed(connection: Any, statement: str, limits: QueryLimits) -> Rows | None:
    """Row by row, so that a large result is never held. None, and nothing done, when there is no
    result after all."""
    from psycopg import ProgrammingError

    cursor = connection.cursor()
    stream = cursor.stream(statement)
    try:
        first = next(stream, None)
    except ProgrammingError as error:
        if error.sqlstate is not None:
            raise
        connection.rollback()
        return None
    if first is None:
        return Rows([], empty=True)
    result = taken(cursor.description, _chained(first, stream), limits, 0)
    stream.close()  # what is left is not wanted: the driver cancels it
    return result


def _gives_rows(statement: str) -> bool:
    return bool(_ROWS.match(statement) or "returning" in statement.lower())


def _chained(first: Any, rest: Iterable[Any]) -> Iterator[Any]:
    yield first
    yield from rest


# Results -------------------------------------------------------------------------------------


def taken(described: Any, rows: Iterable[Any], limits: QueryLimits, changed: int) -> Rows:
    """As many rows as the limits take."""
    if not described:
        return Rows([], changed=max(changed, 0))
    result = Rows([str(column[0]) for column in described])
    room = limits.characters
    for row in rows:
        cells = [_plain(value) for value in row]
        room -= sum(len(str(cell)) + 2 for cell in cells)
        if len(result.rows) >= limits.rows or room < 0:
            result.more = True
            break
        result.rows.append(cells)
    return result


def _plain(value: Any) -> Any:
    if isinstance(value, bytes | bytearray | memoryview):
        data = bytes(value)
        return f"[{len(data):,} bytes] {data[:32].hex()}"
    plain = pydantic_core.to_jsonable_python(value, fallback=str)
    if isinstance(plain, str) and len(plain) > MAX_CELL:
        return f"{plain[:MAX_CELL]}[cut: {len(plain) - MAX_CELL:,} more characters]"
    return plain


def _seen(task: asyncio.Future[Any]) -> None:
    if not task.cancelled():
        task.exception()
