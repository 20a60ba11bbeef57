"""Every ready team is valid as it ships, and runs without any key."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from studio.library.gallery import FOLDER, gallery_list
from studio.runs.models import Run
from tests.conftest import Person
from tests.execution.test_runs import events
from tests.support.troupe import check_log, transcript

SLUGS = [entry["slug"] for entry in gallery_list()]
pytestmark = pytest.mark.django_db(transaction=True)


def test_every_file_of_the_gallery_is_listed(alice: Person) -> None:
    listed = [row["slug"] for row in alice.get("/gallery").data["results"]]
    assert listed == SLUGS
    assert set(listed) == {path.stem for path in FOLDER.glob("*.json")}


@pytest.mark.parametrize("slug", SLUGS)
def test_a_gallery_team_has_no_problem_of_any_kind(alice: Person, slug: str) -> None:
    made = alice.post("/definitions", {"gallery": slug})
    assert made.status_code == 201, made.data
    assert made.data["draft"]["problems"] == []
    again = {"component": made.data["draft"]["component"], "component_type": "team"}
    assert alice.post("/components/validate", again).data == {"problems": []}


@pytest.mark.parametrize("slug", SLUGS)
def test_a_gallery_team_runs_its_example_to_the_end_or_to_a_question(
    alice: Person, engine: Callable[[], None], slug: str
) -> None:
    made = alice.post("/definitions", {"gallery": slug}).data
    task = next(entry["example_task"] for entry in gallery_list() if entry["slug"] == slug)
    run = alice.post("/runs", {"definition": made["id"], "task": task}).data
    asked = []
    engine()
    while Run.objects.get(pk=run["id"]).state == "waiting":
        request = alice.get("/approvals?state=pending").data["results"][0]
        asked.append(request["kind"])
        if request["kind"] == "input":
            break
        body = {"verb": "approve", "args_hash": request["args_hash"]}
        assert alice.post(f"/approvals/{request['id']}/decide", body).status_code == 200
        engine()
    row = Run.objects.get(pk=run["id"])
    assert row.state == ("waiting" if "input" in asked else "completed"), row.error
    assert row.scripted
    log = events(run["id"])
    check_log(log)
    assert len(transcript(log)) > 1
