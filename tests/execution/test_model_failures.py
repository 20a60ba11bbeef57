"""A model's server that fails: what the person sees, and that nothing is lost by it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from runtime.testing import model_replies
from runtime.testing.model_server import ModelServer
from studio.core.redaction import redact
from studio.execution.reconciler import reconcile
from studio.runs.models import Run
from tests.conftest import Person
from tests.execution.conftest import Time
from tests.execution.test_runs import events, start
from tests.support import specs
from tests.support.services import free_port
from tests.support.troupe import check_log, transcript

Engine = Callable[[], None]
Through = Callable[[str], Run]
pytestmark = pytest.mark.django_db(transaction=True)

ATTEMPTS = 5
# What a server does to the second turn until somebody sees to it, and how the run says so.
LASTING = {
    "a wrong key": (["fail-401"], "model_auth"),
    "a forbidden model": (["fail-403"], "model_permission"),
    "an unknown model": (["fail-404"], "model_unknown"),
    "no credit": (["fail-402"], "model_quota"),
    "a lasting server error": (["fail-500"] * ATTEMPTS, "model_server"),
    "a lasting rate limit": (["fail-429"] * ATTEMPTS, "model_rate_limited"),
    "streams that break off": (["cut"] * ATTEMPTS, "model_stream_cut"),
}
PASSING = {
    "a server error": (["fail-500"] * 3, "model_server"),
    "a rate limit": (["fail-429"], "model_rate_limited"),
    "a stream that breaks off": (["cut"], "model_stream_cut"),
}


class Vendor:
    def __init__(self, kind: str, server: ModelServer, person: Person) -> None:
        self.kind = kind
        self.person = person
        self.server = server
        made = person.post(
            "/credentials",
            {
                "name": "stub",
                "kind": kind,
                "base_url": self.url(server.port),
                "api_key": "sk-first-key-1234",
            },
        )
        assert made.status_code == 201, made.data
        self.credential = made.data["id"]

    def url(self, port: int) -> str:
        return f"http://127.0.0.1:{port}{'' if self.kind == 'anthropic' else '/v1'}"

    def model(self, **config: Any) -> dict[str, Any]:
        provider = {
            "anthropic": "autogen_ext.models.anthropic.AnthropicChatCompletionClient",
            "openai_compatible": "autogen_ext.models.openai.OpenAIChatCompletionClient",
        }[self.kind]
        given = {"model": "text", "credential": self.credential, **config}
        return specs.component(provider, "model", **given)

    def team(self, **config: Any) -> dict[str, Any]:
        agents = [specs.assistant(name, self.model(**config)) for name in ("one", "two")]
        return specs.round_robin(*agents)

    def change(self, **fields: str) -> None:
        assert self.person.patch(f"/credentials/{self.credential}", fields).status_code == 200

    def key_of_last_request(self) -> str:
        headers = self.server.requests[-1].headers
        return headers.get("x-api-key") or headers["authorization"].removeprefix("Bearer ")


@pytest.fixture(params=["openai_compatible", "anthropic"])
def vendor(request: pytest.FixtureRequest, alice: Person, model_server: ModelServer) -> Vendor:
    return Vendor(request.param, model_server, alice)


def resume(person: Person, run_id: str) -> None:
    assert person.post(f"/runs/{run_id}/resume").status_code == 200


def failures(run_id: str) -> list[dict[str, Any]]:
    return [e["payload"] for e in events(run_id) if e["payload"]["kind"] == "model.failed"]


def check_whole(vendor: Vendor, run_id: str, *, requests: int) -> None:
    """Both turns are there, once; and nobody was asked more often than it failed."""
    log = events(run_id)
    check_log(log)
    said = [("user", "Go."), ("one", vendor.server.text), ("two", vendor.server.text)]
    assert transcript(log) == said
    assert [e["payload"]["kind"] for e in log].count("model.completed") == 2
    assert len(vendor.server.requests) == requests


@pytest.mark.parametrize("case", LASTING)
def test_a_lasting_failure_pauses_the_run_says_why_and_resumes_where_it_stood(
    vendor: Vendor, through_timers: Through, case: str
) -> None:
    behaviours, code = LASTING[case]
    vendor.server.script = ["text", *behaviours]
    run_id = start(vendor.person, vendor.team())["id"]
    assert through_timers(run_id).state == "paused"

    shown = vendor.person.get(f"/runs/{run_id}").data
    assert (shown["state"], shown["pause"]["code"]) == ("paused", code)
    whose = ("127.0.0.1", "OpenAI", "Anthropic", "text")
    assert any(name in shown["pause"]["detail"] for name in whose)
    assert "stub-secret" not in shown["pause"]["detail"]
    assert len(failures(run_id)) == len(behaviours)

    resume(vendor.person, run_id)
    assert through_timers(run_id).state == "completed"
    check_whole(vendor, run_id, requests=2 + len(behaviours))


@pytest.mark.parametrize("case", PASSING)
def test_a_passing_failure_needs_nobody(vendor: Vendor, through_timers: Through, case: str) -> None:
    behaviours, code = PASSING[case]
    vendor.server.script = ["text", *behaviours]
    run_id = start(vendor.person, vendor.team())["id"]
    assert through_timers(run_id).state == "completed"
    assert [(f["error"]["code"], f["will_retry"]) for f in failures(run_id)] == [
        (code, True) for _ in behaviours
    ]
    check_whole(vendor, run_id, requests=2 + len(behaviours))


def test_the_new_key_is_used_after_the_old_one_was_refused(
    vendor: Vendor, through_timers: Through
) -> None:
    vendor.server.script = ["fail-401"]
    run_id = start(vendor.person, vendor.team())["id"]
    pause = through_timers(run_id).pause
    assert "Credentials" in pause["hint"]
    assert vendor.key_of_last_request() == "sk-first-key-1234"
    vendor.change(api_key="sk-second-key-5678")
    resume(vendor.person, run_id)
    assert through_timers(run_id).state == "completed"
    assert vendor.key_of_last_request() == "sk-second-key-5678"
    assert redact("sk-second-key-5678") == "[redacted]"


def test_a_server_that_is_down_pauses_the_run_until_its_address_is_right(
    vendor: Vendor, through_timers: Through
) -> None:
    port = free_port()
    vendor.change(base_url=vendor.url(port))
    run_id = start(vendor.person, vendor.team())["id"]
    run = through_timers(run_id)
    assert (run.state, run.pause["code"]) == ("paused", "model_unreachable")
    assert f"127.0.0.1:{port}" in run.pause["detail"]
    assert "model server runs" in run.pause["hint"]
    vendor.change(base_url=vendor.url(vendor.server.port))
    resume(vendor.person, run_id)
    assert through_timers(run_id).state == "completed"
    check_whole(vendor, run_id, requests=2)


def test_a_server_that_is_too_slow_is_not_waited_for(
    vendor: Vendor, through_timers: Through
) -> None:
    vendor.server.script = ["text", *["slow"] * ATTEMPTS]
    run_id = start(vendor.person, vendor.team(timeout=0.5))["id"]
    run = through_timers(run_id)
    assert (run.state, run.pause["code"]) == ("paused", "model_timeout")
    assert "0.5 s" in run.pause["detail"]
    assert "timeout" in run.pause["hint"]
    resume(vendor.person, run_id)
    assert through_timers(run_id).state == "completed"
    check_whole(vendor, run_id, requests=2 + ATTEMPTS)


def test_a_reply_without_any_choice_is_named_and_asked_for_again(
    vendor: Vendor, through_timers: Through
) -> None:
    vendor.server.script = ["text", "empty"]
    run_id = start(vendor.person, vendor.team())["id"]
    assert through_timers(run_id).state == "completed"
    (failed,) = failures(run_id)
    assert failed["error"]["code"] in ("model_bad_reply", "model_stream_cut")
    check_whole(vendor, run_id, requests=3)


def test_a_reply_that_is_no_json_is_named_and_asked_for_again(
    vendor: Vendor, through_timers: Through
) -> None:
    vendor.server.script = ["text", *["invalid"] * ATTEMPTS]
    team = vendor.team()
    for agent in team["config"]["participants"]:
        agent["config"]["model_client_stream"] = False
    run_id = start(vendor.person, team)["id"]
    run = through_timers(run_id)
    assert (run.state, run.pause["code"]) == ("paused", "model_bad_reply")
    assert "protocol" in run.pause["hint"]
    resume(vendor.person, run_id)
    assert through_timers(run_id).state == "completed"
    check_whole(vendor, run_id, requests=2 + ATTEMPTS)


def test_a_page_in_place_of_a_stream_is_named(vendor: Vendor, through_timers: Through) -> None:
    vendor.server.script = ["text", "invalid"]
    run_id = start(vendor.person, vendor.team())["id"]
    assert through_timers(run_id).state == "completed"
    check_whole(vendor, run_id, requests=3)
    assert [f["error"]["code"] for f in failures(run_id)] == ["model_bad_reply"]


def test_a_reply_that_is_too_large_fails_the_run_and_the_session_goes_on(
    vendor: Vendor, through_timers: Through
) -> None:
    vendor.server.script = ["text", "huge"]
    first = start(vendor.person, vendor.team())
    assert through_timers(first["id"]).state == "failed"
    error = vendor.person.get(f"/runs/{first['id']}").data["error"]
    assert (error["code"], "MB" in error["detail"]) == ("model_reply_too_large", True)
    assert "max_tokens" in error["hint"]
    check_log(events(first["id"]))

    second = vendor.person.post("/runs", {"session": first["session"], "task": "Again."}).data
    assert through_timers(second["id"]).state == "completed"
    asked = str(vendor.server.requests[-1].body["messages"])
    assert vendor.server.text in asked


def test_a_deleted_credential_pauses_the_run(vendor: Vendor, through_timers: Through) -> None:
    team = vendor.team()
    vendor.person.delete(f"/credentials/{vendor.credential}")
    run = through_timers(start(vendor.person, team)["id"])
    assert (run.state, run.pause["code"]) == ("paused", "credential_missing")
    assert "Settings" in run.pause["hint"]


def test_a55_a_key_that_the_vendor_repeats_in_its_error_is_not_recorded(
    vendor: Vendor, through_timers: Through, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = "canary7f3a0c55d1e8"
    vendor.change(api_key=key)
    monkeypatch.setattr(model_replies, "message_of", lambda status: f"{key} is no key of ours")
    vendor.server.script = ["fail-401"]
    run_id = start(vendor.person, vendor.team())["id"]
    pause = through_timers(run_id).pause
    assert "is no key of ours" in pause["detail"]
    assert key not in str(pause)
    assert key not in str(events(run_id))


def test_a_long_wait_parks_with_its_moment_and_only_then_is_woken(
    vendor: Vendor, engine: Engine, time: Time
) -> None:
    vendor.server.script = ["fail-429"]
    run_id = start(vendor.person, vendor.team())["id"]
    engine()
    run = Run.objects.get(pk=run_id)
    assert (run.state, run.lease_owner) == ("waiting", "")
    (wait,) = vendor.person.get(f"/runs/{run_id}").data["waits"]
    assert (wait["kind"], "fewer calls" in wait["detail"]) == ("timer", True)
    assert run.due_at is not None
    assert reconcile()["timers"] == 0

    time.pass_until(run.due_at)
    assert reconcile()["timers"] == 1
    engine()
    assert Run.objects.get(pk=run_id).state == "completed"
    kinds = [e["payload"]["kind"] for e in events(run_id)]
    assert kinds.index("run.parked") < kinds.index("run.requeued")
    check_whole(vendor, run_id, requests=3)
