"""Who may do what, over every route there is. The cases A01 to A24 are those of the reference's
list 6.2."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from rest_framework.test import APIClient

from studio.accounts.services import token_create
from studio.approvals.models import ApprovalRequest
from studio.credentials.services import credential_create
from studio.runs.models import Run
from tests.conftest import Person
from tests.support import specs

METHODS = ("get", "post", "put", "patch", "delete")
PUBLIC = {"enter", "signin", "healthz", "favicon.ico"}


def routes() -> list[tuple[str, Any]]:
    """Every route of the URLconf as (pattern, callback), so that a new one cannot be missed."""
    found: list[tuple[str, Any]] = []

    def walk(patterns: Any, prefix: str) -> None:
        for entry in patterns:
            route = prefix + str(entry.pattern)
            if isinstance(entry, URLResolver):
                walk(entry.url_patterns, route)
            elif isinstance(entry, URLPattern):
                found.append((route, entry.callback))

    walk(get_resolver().url_patterns, "")
    return found


def concrete(route: str, values: dict[str, str] | None = None) -> str:
    text = re.sub(r"<int:\w+>", "1", route)
    values = values or {}
    kind = next((k for k in values if f"v1/{k}" in text), "")
    return "/" + re.sub(r"<\w+:\w+>", values.get(kind, str(uuid.uuid4())), text)


API_ROUTES = sorted(r for r, _ in routes() if r.startswith("api/"))


def allowed(route: str) -> list[str]:
    callback = next(c for r, c in routes() if r == route)
    return [m for m in METHODS if hasattr(callback.cls, m)]


def writes() -> list[tuple[str, str]]:
    return [(r, m) for r in API_ROUTES for m in allowed(r) if m != "get"]


@pytest.mark.parametrize("route", [r for r, _ in routes()])
def test_a01_a_stranger_gets_no_route(route: str, nobody: APIClient) -> None:
    if route in PUBLIC:
        return
    path = "/some/screen" if route.startswith("^") else concrete(route)
    for method in METHODS:
        answer = getattr(nobody, method)(path)
        if path.startswith("/api/"):
            assert answer.status_code == 401, (method, path)
            assert answer.json()["code"] in ("not_authenticated", "authentication_failed")
        else:
            assert answer.status_code in (302, 405), (method, path)


@pytest.fixture
def things(alice: Person, engine: Callable[[], None]) -> dict[str, str]:
    """One of each of Alice's objects, by the name of its resource."""
    model = specs.scripted(specs.calls("write_file", path="a.md", content="x"))
    team = specs.round_robin(specs.assistant("writer", model, specs.tool("troupe.tools.WriteFile")))
    definition = alice.post(
        "/definitions", {"name": "Secret team", "component_type": "team", "component": team}
    ).data["id"]
    run = alice.post("/runs", {"definition": definition, "task": "Go."}).data
    engine()
    credential = credential_create(
        access=alice.access, name="Key", kind="openai", api_key="sk-canary-1234567890"
    )
    token, _ = token_create(access=alice.access, name="mine")
    return {
        "definitions": definition,
        "sessions": run["session"],
        "runs": run["id"],
        "approvals": str(ApprovalRequest.objects.get().pk),
        "credentials": str(credential.pk),
        "tokens": str(token.pk),
    }


def test_a02_what_belongs_to_others_does_not_exist(
    things: dict[str, str], charlie: Person, alice: Person
) -> None:
    checked = 0
    bodies = {
        "decide": {"verb": "approve", "args_hash": ""},
        "draft": {"component": specs.round_robin(), "version": 1},
    }
    for route in API_ROUTES:
        if "<id:" not in route:
            continue
        path = concrete(route, things)
        for method in allowed(route):
            body = bodies.get(route.rsplit("/", 1)[-1], {})
            answer = getattr(charlie.client, method)(path, body, format="json")
            assert answer.status_code == 404, (method, path, answer.content)
            checked += 1
    assert checked > 20
    assert Run.objects.get(pk=things["runs"]).state == "waiting"
    for path in ("/definitions", "/sessions", "/runs", "/approvals?state=all", "/credentials"):
        assert charlie.get(path).data["results"] == [], path
    for body in ({"definition": things["definitions"]}, {"session": things["sessions"]}):
        assert charlie.post("/runs", {**body, "task": "x"}).status_code == 404
    assert alice.get(f"/runs/{things['runs']}").status_code == 200


READS_AS_POST = {
    "api/v1/components/validate",
    "api/v1/definitions/<id:id>/validate",
    "api/v1/auth/password",
    "api/v1/auth/logout",
}


@pytest.mark.parametrize(("route", "method"), writes())
def test_a03_a_viewer_writes_nothing(
    route: str, method: str, vera: Person, request: pytest.FixtureRequest
) -> None:
    if route in READS_AS_POST:
        return
    answer = getattr(vera.client, method)(concrete(route), {}, format="json")
    assert answer.status_code == 403, answer.content
    assert set(answer.json()) >= {"code", "detail", "hint", "fields"}


ADMIN_ONLY = ("credentials", "policy", "workspace")


@pytest.mark.parametrize(
    ("route", "method"), [(r, m) for r, m in writes() if any(f"v1/{a}" in r for a in ADMIN_ONLY)]
)
def test_a_member_does_not_administer(route: str, method: str, bob: Person) -> None:
    answer = getattr(bob.client, method)(concrete(route), {}, format="json")
    assert answer.status_code == 403, answer.content


def test_a04_a_browser_without_the_csrf_token_writes_nothing(alice: Person) -> None:
    client = Client(enforce_csrf_checks=True, HTTP_HOST="127.0.0.1:8000")
    client.force_login(alice.user)
    body = {"name": "x", "component_type": "team"}
    answer = client.post("/api/v1/definitions", body, content_type="application/json")
    assert answer.status_code == 403
    assert client.post("/signin", {"username": "alice", "password": "x"}).status_code == 403
    page = client.get("/healthz")
    assert page.status_code == 200


def test_a05_no_other_origin_is_let_in(alice: Person) -> None:
    answer = alice.get("/me", Origin="https://evil.example")
    assert not [h for h in answer.headers if h.lower().startswith("access-control")]
    answer = alice.client.options("/api/v1/me", headers={"Origin": "https://evil.example"})
    assert not [h for h in answer.headers if h.lower().startswith("access-control")]


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.nip.io", "troupe.localhost.evil"])
def test_a08_a_foreign_host_name_is_refused(alice: Person, host: str) -> None:
    assert alice.client.get("/api/v1/me", headers={"Host": host}).status_code == 400


def test_a16_tokens_count_in_the_header_only_until_they_are_revoked(
    alice: Person, nobody: APIClient
) -> None:
    made = alice.post("/tokens", {"name": "robot"}).data
    token = made["token"]
    with_token = {"Authorization": f"Bearer {token}"}
    assert nobody.get("/api/v1/me", headers=with_token).status_code == 200
    assert nobody.get(f"/api/v1/me?token={token}&access_token={token}").status_code == 401
    assert token not in str(alice.get("/tokens").data)
    assert alice.delete(f"/tokens/{made['id']}").status_code == 204
    refused = nobody.get("/api/v1/me", headers=with_token)
    assert (refused.status_code, refused.json()["code"]) == (401, "authentication_failed")


def test_a16_a_bad_token_is_not_saved_by_a_good_cookie(alice: Person) -> None:
    assert alice.get("/me", Authorization="Bearer trp_wrong").status_code == 401


def test_a16_a_viewers_token_has_a_viewers_rights(vera: Person, nobody: APIClient) -> None:
    _, text = token_create(access=vera.access, name="v")
    answer = nobody.post(
        "/api/v1/runs", {"task": "x"}, format="json", headers={"Authorization": f"Bearer {text}"}
    )
    assert answer.status_code == 403


def test_a24_fields_that_are_not_offered_are_refused(alice: Person, charlie: Person) -> None:
    team = {"name": "x", "component_type": "team"}
    definition = alice.post("/definitions", team).data["id"]
    for smuggled in ({"workspace": str(charlie.workspace)}, {"latest_revision": 9}, {"id": "x"}):
        answer = alice.post("/definitions", {**team, **smuggled})
        assert (answer.status_code, answer.data["code"]) == (400, "invalid")
        answer = alice.patch(f"/definitions/{definition}", smuggled)
        assert answer.status_code == 400
    answer = alice.patch("/workspace", {"name": "x", "owner": str(charlie.user.pk)})
    assert answer.status_code == 400
    assert alice.get(f"/definitions/{definition}").data["latest_revision"] is None


def test_a21_a_run_names_a_definition_and_never_brings_one(alice: Person) -> None:
    for field in ("component", "team", "spec", "team_config"):
        answer = alice.post("/runs", {"task": "x", field: specs.round_robin()})
        assert (answer.status_code, answer.data["code"]) == (400, "invalid")
        assert field in answer.data["fields"]
    assert Run.objects.count() == 0
