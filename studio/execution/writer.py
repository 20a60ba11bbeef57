"""The engine's appends: one writer thread per process that commits them in groups.

An append is one conditional update of the run's row (epoch and state), which gives out `seq`, and
the rows that belong to it, all in plain SQL. Everything that waits is committed in one transaction;
who waits goes on after the commit. A group that fails as a whole is repeated one by one, so one
bad append harms no other.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

from django.db import (
    DatabaseError,
    IntegrityError,
    InterfaceError,
    OperationalError,
    close_old_connections,
    connection,
    transaction,
)

from runtime.errors import LeaseLost

logger = logging.getLogger(__name__)
T = TypeVar("T")
GROUP = 200
RETRY_SECONDS = 0.25


class Operation(Generic[T]):
    """`work` runs inside a transaction, possibly more than once, and must only touch the
    database. What it returns is the result; an exception *returned* is raised to the caller after
    the commit of the others. `after` runs once, after the commit."""

    def __init__(
        self,
        work: Callable[[], T | Exception],
        *,
        recover: Callable[[], T | Exception] | None = None,
        after: Callable[[T], None] | None = None,
        give_up: Callable[[], bool] = lambda: False,
    ) -> None:
        self.work = work
        self.recover = recover
        self.after = after
        self.give_up = give_up
        self.future: Future[T] = Future()


class Writer:
    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[Operation[object] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._loop, name="troupe-writer", daemon=True)
        self._started = False
        self._guard = threading.Lock()

    def submit(self, operation: Operation[T]) -> Future[T]:
        """Raises nothing; the future fails with LeaseLost when `give_up` says so while the
        database cannot be reached."""
        with self._guard:
            if not self._started:
                self._thread.start()
                self._started = True
        self._queue.put(operation)  # type: ignore[arg-type]
        return operation.future

    def close(self) -> None:
        """Commits what was submitted, then ends the thread."""
        if self._started:
            self._queue.put(None)
            self._thread.join(timeout=10)

    def _loop(self) -> None:
        closing = False
        while not closing:
            group = [self._queue.get()]
            while len(group) < GROUP:
                try:
                    group.append(self._queue.get_nowait())
                except queue.Empty:
                    break
            closing = None in group
            # From here on nobody can cancel them: what is taken up is settled.
            operations = [
                op for op in group if op is not None and op.future.set_running_or_notify_cancel()
            ]
            if operations:
                self._commit(operations)
        connection.close()

    def _commit(self, operations: list[Operation[object]]) -> None:
        close_old_connections()
        try:
            with transaction.atomic():
                results = [operation.work() for operation in operations]
        except Exception as error:  # noqa: BLE001 - one bad append must not end this thread
            logger.info("a group of %d appends is repeated singly: %s", len(operations), error)
            for operation in operations:
                self._commit_alone(operation)
            return
        for operation, result in zip(operations, results, strict=True):
            _settle(operation, result)

    def _commit_alone(self, operation: Operation[object]) -> None:
        while True:
            try:
                with transaction.atomic():
                    result = operation.work()
                break
            except IntegrityError as error:
                result = _recovered(operation, error)
                break
            except (OperationalError, InterfaceError) as error:
                if operation.give_up():
                    result = LeaseLost(f"The database cannot be reached: {error}")
                    break
                logger.warning("append waits for the database: %s", error)
                # Not an effect of a test's clock: the database is a real outside.
                time.sleep(RETRY_SECONDS)
                connection.close()
            except Exception as error:  # noqa: BLE001 - it is its caller's
                result = error
                break
        _settle(operation, result)


def _recovered(operation: Operation[object], error: IntegrityError) -> object:
    """The commit of an earlier try may have been acknowledged to nobody: then the rows are
    there already."""
    if operation.recover is None:
        return error
    try:
        with transaction.atomic():
            return operation.recover()
    except DatabaseError as second:
        return second


def _settle(operation: Operation[object], result: object) -> None:
    if isinstance(result, Exception):
        operation.future.set_exception(result)
        return
    try:
        if operation.after is not None:
            operation.after(result)
    except Exception:
        # It is committed; a hint that fails costs its watchers some latency.
        logger.exception("what follows a commit failed")
    operation.future.set_result(result)
