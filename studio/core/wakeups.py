"""Tells the workers that a run is due.

The database is the queue: a wake-up may be lost, and the reconciler sends it again. How one is sent
is the business of `execution`, which registers itself here when Django starts.
"""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction

Waker = Callable[[str, str], None]
_wakers: list[Waker] = []


def register_waker(waker: Waker) -> None:
    """`waker(run_id, queue)` is called after commits, in any thread; it must not raise."""
    if waker not in _wakers:
        _wakers.append(waker)


def wake(run_id: object, queue: str) -> None:
    for waker in _wakers:
        waker(str(run_id), queue)


def wake_on_commit(run_id: object, queue: str) -> None:
    transaction.on_commit(lambda: wake(run_id, queue))
