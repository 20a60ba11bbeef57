"""Lists: all rows once, page by page, at a cost that does not grow with their number."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from studio.library.models import Definition
from studio.runs.models import Run
from tests.conftest import Person
from tests.support import specs

pytestmark = pytest.mark.django_db


def team() -> dict[str, Any]:
    return specs.round_robin(specs.assistant("one", specs.scripted(specs.says("x"))))


def make(person: Person, count: int, *, runs: bool = False) -> None:
    for number in range(count):
        made = person.post(
            "/definitions",
            {"name": f"T{number}", "component_type": "team", "component": team()},
        ).data
        if runs:
            assert (
                person.post("/runs", {"definition": made["id"], "task": "Go."}).status_code == 201
            )


def walk(person: Person, path: str, limit: int) -> list[list[str]]:
    pages, cursor = [], None
    while True:
        more = f"&cursor={cursor}" if cursor else ""
        answer = person.get(f"{path}?limit={limit}{more}").data
        pages.append([row["id"] for row in answer["results"]])
        cursor = answer["next"]
        if cursor is None:
            return pages


@pytest.mark.parametrize("path", ["/definitions", "/runs", "/sessions"])
def test_pages_have_every_row_once_also_where_times_are_equal(alice: Person, path: str) -> None:
    make(alice, 7, runs=True)
    at = Run.objects.order_by("created_at").values_list("created_at", flat=True)[0]
    Run.objects.update(created_at=at)
    Definition.objects.update(updated_at=at)
    pages = walk(alice, path, 3)
    assert [len(page) for page in pages] == [3, 3, 1]
    assert len({row for page in pages for row in page}) == 7


def test_a_row_that_comes_meanwhile_repeats_none(alice: Person) -> None:
    make(alice, 4, runs=True)
    first = alice.get("/runs?limit=2").data
    make(alice, 1, runs=True)
    second = alice.get(f"/runs?limit=2&cursor={first['next']}").data
    seen = [row["id"] for row in first["results"] + second["results"]]
    assert len(set(seen)) == 4


FORGED = base64.b64encode(b"r=1&p=x").decode()


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "-1",
        "%00",
        FORGED,
    ],
)
def test_a_cursor_that_is_none_is_the_callers_fault(alice: Person, cursor: str) -> None:
    alice.client.raise_request_exception = False
    assert alice.get(f"/runs?cursor={cursor}").status_code < 500


@pytest.mark.parametrize("path", ["/definitions", "/runs", "/sessions"])
def test_a_list_costs_as_many_queries_with_many_rows_as_with_few(
    alice: Person, path: str, django_assert_max_num_queries: Any
) -> None:
    make(alice, 2, runs=True)
    with CaptureQueriesContext(
        connection,
    ) as few:
        assert len(alice.get(path).data["results"]) == 2
    allowed = len(few)  # now: the next request forgets them
    make(alice, 8, runs=True)
    with django_assert_max_num_queries(allowed):
        assert len(alice.get(path).data["results"]) == 10


def test_usage_adds_up_runs_of_ones_own_workspace(alice: Person, charlie: Person) -> None:
    make(alice, 2, runs=True)
    make(charlie, 1, runs=True)
    Run.objects.update(prompt_tokens=10, completion_tokens=3, cost_usd="0.000000001")
    (day,) = alice.get("/usage").data["results"]
    assert (day["runs"], day["prompt_tokens"], day["completion_tokens"]) == (2, 20, 6)
    assert day["cost_usd"] == "0.000000002"
