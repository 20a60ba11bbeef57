"""The thread that commits the engine's appends outlives whatever is asked of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import DatabaseError

from runtime.errors import LeaseLost
from studio.accounts.models import Workspace
from studio.execution.writer import Operation, Writer

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def writer() -> Iterator[Writer]:
    found = Writer()
    yield found
    found.close()


def add(name: str) -> Operation[str]:
    def work() -> str:
        Workspace.objects.create(name=name)
        return name

    return Operation(work)


def works(writer: Writer) -> bool:
    return writer.submit(add("after")).result(timeout=10) == "after"


@pytest.mark.parametrize("error", [ValueError("odd"), OverflowError("big"), DatabaseError("no")])
def test_a_failing_append_is_its_callers_and_harms_no_other(
    writer: Writer, error: Exception
) -> None:
    def fail() -> str:
        raise error

    good = [writer.submit(add(f"good {n}")) for n in range(3)]
    bad = writer.submit(Operation(fail))
    with pytest.raises(type(error)):
        bad.result(timeout=10)
    assert [f.result(timeout=10) for f in good] == ["good 0", "good 1", "good 2"]
    assert works(writer)
    assert Workspace.objects.filter(name__startswith="good").count() == 3


def test_a_refusal_is_raised_and_the_others_are_committed(writer: Writer) -> None:
    refused = writer.submit(Operation(lambda: LeaseLost("not yours")))
    with pytest.raises(LeaseLost):
        refused.result(timeout=10)
    assert works(writer)


def test_an_append_that_nobody_waits_for_any_more_ends_nothing(writer: Writer) -> None:
    operations = [add(f"n{n}") for n in range(50)]
    futures = [writer.submit(operation) for operation in operations]
    cancelled = [future.cancel() for future in futures]
    assert works(writer)
    done = [f.result(timeout=10) for f, gone in zip(futures, cancelled, strict=True) if not gone]
    assert Workspace.objects.filter(name__startswith="n").count() == len(done)


def test_what_follows_a_commit_may_fail(writer: Writer) -> None:
    def after(_: str) -> None:
        raise OSError("the broker is away")

    operation = Operation(lambda: "done", after=after)
    assert writer.submit(operation).result(timeout=10) == "done"
    assert works(writer)
