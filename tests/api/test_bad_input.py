"""Whatever arrives, the answer says what is wrong and nothing is lost."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from studio.library.models import Definition
from tests.conftest import Person
from tests.support import specs

TEAM = {"name": "T", "component_type": "team"}


def raw(person: Person, path: str, body: bytes, kind: str = "application/json") -> Any:
    return person.client.generic("POST", f"/api/v1{path}", body, content_type=kind)


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[1, 2",
        b'{"name": NaN}',
        b"\xff\xfe",
        b'{"name": "\\ud800"}',
        b'{"name": "a\\u0000b"}',
        b"[" * 5000 + b"]" * 5000,
        b'{"a":' * 200 + b"1" + b"}" * 200,
        b'"text"',
        b"[]",
        b"null",
    ],
)
def test_a_broken_body_gets_a_clear_400(alice: Person, body: bytes) -> None:
    answer = raw(alice, "/definitions", body)
    assert answer.status_code == 400, answer.content
    assert set(answer.json()) == {"code", "detail", "hint", "fields"}
    assert Definition.objects.count() == 0


@pytest.mark.parametrize(
    "kind", ["application/x-yaml", "text/xml", "application/pickle", "text/plain"]
)
def test_a22_only_json_is_read(alice: Person, kind: str) -> None:
    assert raw(alice, "/definitions/import", b"x: 1", kind).status_code == 415


def test_an_enormous_body_is_refused(alice: Person) -> None:
    body = json.dumps({**TEAM, "description": "x" * 5_000_000}).encode()
    assert raw(alice, "/definitions", body).status_code == 413


@pytest.mark.parametrize(
    "provider",
    [
        "os.system",
        "subprocess.Popen",
        "studio.core.errors.NotFound",
        "__import__('os')",
        "",
        "a" * 9999,
    ],
)
def test_a19_an_unknown_provider_is_a_problem_and_imports_nothing(
    alice: Person, provider: str
) -> None:
    component = specs.round_robin(specs.component(provider, "agent", name="x"))
    answer = alice.post("/components/validate", {"component": component}).data
    errors = [p for p in answer["problems"] if p["severity"] == "error"]
    assert any(p["path"].startswith("$.config.participants[0]") for p in errors)
    made = alice.post("/definitions", {**TEAM, "component": component})
    assert made.status_code == 201
    run = alice.post("/runs", {"definition": made.data["id"], "task": "x"})
    assert (run.status_code, run.data["code"]) == (422, "invalid_component")


def test_a_hostile_component_is_judged_quickly(alice: Person) -> None:
    component: dict[str, Any] = specs.round_robin()
    for _ in range(28):
        component = specs.round_robin(component)
    began = time.monotonic()
    answer = alice.post("/components/validate", {"component": component})
    assert time.monotonic() - began < 2
    assert any(p["severity"] == "error" for p in answer.data["problems"])


def test_a_reference_that_leads_nowhere(alice: Person) -> None:
    gone = specs.component(
        "troupe.library.Reference",
        "agent",
        definition="00000000-0000-4000-8000-000000000000",
        revision=None,
    )
    made = alice.post("/definitions", {**TEAM, "component": specs.round_robin(gone)}).data
    assert made["problems"]["errors"] >= 1
    answer = alice.post("/runs", {"definition": made["id"], "task": "x"})
    assert answer.status_code == 422
    assert answer.data["problems"][0]["path"].startswith("$.config.participants[0]")


def test_a_reference_to_anothers_definition_leads_nowhere(alice: Person, charlie: Person) -> None:
    agent = specs.assistant("spy", specs.scripted(specs.says("x")))
    theirs = charlie.post(
        "/definitions", {"name": "A", "component_type": "agent", "component": agent}
    ).data["id"]
    reference = specs.component("troupe.library.Reference", "agent", definition=theirs)
    made = alice.post("/definitions", {**TEAM, "component": specs.round_robin(reference)}).data
    assert alice.post("/runs", {"definition": made["id"], "task": "x"}).status_code == 422


def test_references_in_a_circle(alice: Person) -> None:
    first = alice.post("/definitions", {**TEAM, "name": "First"}).data["id"]
    to_first = specs.component("troupe.library.Reference", "team", definition=first)
    body = {**TEAM, "name": "Second", "component": specs.round_robin(to_first)}
    second = alice.post("/definitions", body).data["id"]
    to_second = specs.component("troupe.library.Reference", "team", definition=second)
    saved = alice.put(
        f"/definitions/{first}/draft", {"component": specs.round_robin(to_second), "version": 1}
    )
    assert saved.status_code == 200
    answer = alice.post("/runs", {"definition": first, "task": "x"})
    assert answer.status_code == 422
    assert "circle" in json.dumps(answer.data["problems"]).lower()


@pytest.mark.parametrize("task", ["", "   ", "\n\t"])
def test_an_empty_task(alice: Person, task: str) -> None:
    made = alice.post("/definitions", {"gallery": "debate"}).data
    answer = alice.post("/runs", {"definition": made["id"], "task": task})
    assert (answer.status_code, answer.data["code"]) == (422, "empty_task")
    assert answer.data["fields"]["task"]


def test_a_task_of_ten_megabytes(alice: Person) -> None:
    made = alice.post("/definitions", {"gallery": "debate"}).data
    answer = alice.post("/runs", {"definition": made["id"], "task": "x" * 10_000_000})
    assert answer.status_code == 413
    answer = alice.post("/runs", {"definition": made["id"], "task": "x" * 300_000})
    assert (answer.status_code, answer.data["code"]) == (422, "task_too_large")
    assert "file" in answer.data["hint"]


def test_a_draft_that_somebody_else_saved_meanwhile(alice: Person, bob: Person) -> None:
    made = alice.post("/definitions", TEAM).data
    mine, theirs = specs.round_robin(), specs.round_robin(specs.user_proxy("bob"))
    path = f"/definitions/{made['id']}/draft"
    assert bob.put(path, {"component": theirs, "version": 1}).status_code == 200
    stale = alice.put(path, {"component": mine, "version": 1})
    assert (stale.status_code, stale.data["code"]) == (409, "stale_draft")
    assert stale.data["current"]["component"] == theirs


def test_a_revision_of_a_broken_draft_is_refused_with_its_problems(alice: Person) -> None:
    made = alice.post("/definitions", TEAM).data
    answer = alice.post(f"/definitions/{made['id']}/revisions")
    assert (answer.status_code, answer.data["code"]) == (422, "invalid_component")
    assert answer.data["problems"]


def test_a56_a_key_inside_a_component_is_never_stored(alice: Person) -> None:
    model = specs.component(
        "autogen_ext.models.openai.OpenAIChatCompletionClient",
        "model",
        model="gpt-5",
        api_key="sk-canary-abcdef123456",
    )
    component = specs.round_robin(specs.assistant("a", model))
    for answer in (
        alice.post("/definitions", {**TEAM, "component": component}),
        alice.post("/definitions/import", {"document": component}),
    ):
        assert (answer.status_code, answer.data["code"]) == (422, "inline_secret")
        assert "Settings" in answer.data["hint"]
        assert "canary" not in json.dumps(answer.data)
    assert Definition.objects.count() == 0


def test_a56_a_key_is_found_in_what_we_do_not_know_and_in_the_layout(alice: Person) -> None:
    model = specs.component("some.other.Client", "model", api_key="canary-abcdef123456")
    unknown = specs.component("some.other.Team", "team", model_client=model, participants=[])
    body = {**TEAM, "component": unknown}
    assert alice.post("/definitions", body).data["code"] == "inline_secret"
    assert alice.post("/definitions/import", {"document": unknown}).data["code"] == "inline_secret"
    loose = {"loose": [{"component": model, "x": 1, "y": 1}]}
    assert alice.post("/definitions", {**TEAM, "layout": loose}).data["code"] == "inline_secret"
    masked = specs.component("some.other.Client", "model", api_key="**********")
    kept = specs.component("some.other.Team", "team", model_client=masked)
    assert alice.post("/definitions", {**TEAM, "component": kept}).status_code == 201


@pytest.mark.parametrize("config", [None, [], "x", 5])
def test_a_draft_of_any_shape_does_not_break_the_list(alice: Person, config: Any) -> None:
    component = {"provider": "x", "component_type": "team", "config": config}
    alice.post("/definitions", {**TEAM, "component": component})
    assert alice.get("/definitions").status_code == 200


@pytest.mark.parametrize(
    "path",
    ["/runs?definition=foo", "/sessions?definition=foo", "/runs?cursor=cD1mb28=", "/runs?state=x"],
)
def test_odd_ids_in_the_query_are_the_callers_fault(alice: Person, path: str) -> None:
    assert alice.get(path).status_code in (200, 400, 404)


def test_a20_an_import_runs_nothing_and_reports_what_it_does_not_know(alice: Person) -> None:
    tool = specs.component(
        "autogen_core.tools.FunctionTool",
        "tool",
        source_code="import os\nos.system('touch /tmp/owned')\ndef f(): pass",
        name="f",
        description="f",
        global_imports=[],
        has_cancellation_support=False,
    )
    agent = specs.assistant("a", specs.WORKSPACE_MODEL, tool)
    answer = alice.post(
        "/definitions/import", {"document": {"component": specs.round_robin(agent)}}
    )
    assert answer.status_code == 201
    assert any("tools[0]" in p["path"] for p in answer.data["problems"])
    stored = alice.get(f"/definitions/{answer.data['definition']['id']}/export").data
    assert stored["config"]["participants"][0]["config"]["tools"][0] == tool


@pytest.mark.parametrize(
    "query", ["after=-1", "after=abc", "limit=999999", "before=x", "after=9e99"]
)
def test_odd_numbers_in_the_query_are_harmless(alice: Person, query: str) -> None:
    made = alice.post("/definitions", {"gallery": "debate"}).data
    run = alice.post("/runs", {"definition": made["id"], "task": "x"}).data
    answer = alice.get(f"/runs/{run['id']}/events?{query}")
    assert answer.status_code == 200
    assert len(answer.data["results"]) <= 500


def test_a_repeated_request_with_its_key_does_its_work_once(alice: Person) -> None:
    made = alice.post("/definitions", {"gallery": "debate"}).data
    body = {"definition": made["id"], "task": "x"}
    first = alice.post("/runs", body, **{"Idempotency-Key": "k1"})
    again = alice.post("/runs", body, **{"Idempotency-Key": "k1"})
    assert first.status_code == again.status_code == 201
    assert first.data["id"] == again.json()["id"]
    assert alice.get("/runs").data["results"][0]["id"] == first.data["id"]
    assert len(alice.get("/runs").data["results"]) == 1
    other = alice.post("/runs", {**body, "task": "y"}, **{"Idempotency-Key": "k1"})
    assert (other.status_code, other.data["code"]) == (409, "idempotency_key_reused")


def test_a_refused_request_does_not_use_its_key_up(alice: Person) -> None:
    made = alice.post("/definitions", {"gallery": "debate"}).data
    key = {"Idempotency-Key": "k2"}
    assert alice.post("/runs", {"definition": made["id"], "task": ""}, **key).status_code == 422
    assert alice.post("/runs", {"definition": made["id"], "task": "x"}, **key).status_code == 201
