"""Runs through the services, the database and the engine, in one process."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from studio.approvals.models import ApprovalRequest
from studio.runs.log import page_rows, wire_object
from studio.runs.models import Checkpoint, Run
from tests.conftest import Person
from tests.support import specs
from tests.support.troupe import check_log, transcript

Engine = Callable[[], None]
pytestmark = pytest.mark.django_db(transaction=True)


def start(person: Person, component: dict[str, Any], task: str = "Go.", **more: Any) -> Any:
    made = person.post(
        "/definitions", {"name": "T", "component_type": "team", "component": component}
    )
    assert made.status_code == 201, made.data
    answer = person.post("/runs", {"definition": made.data["id"], "task": task, **more})
    assert answer.status_code == 201, answer.data
    return answer.data


def events(run_id: str) -> list[dict[str, Any]]:
    return [wire_object(row) for row in page_rows(run_id)]


def kinds(run_id: str) -> list[str]:
    return [e["payload"]["kind"] for e in events(run_id)]


def writer_team(**config: Any) -> dict[str, Any]:
    model = specs.scripted(
        specs.calls("write_file", path="report.md", content="# Report"), specs.says("Saved.")
    )
    return specs.round_robin(
        specs.assistant("writer", model, specs.tool("troupe.tools.WriteFile")), **config
    )


def ask_and_park(person: Person, engine: Engine) -> tuple[Any, Any]:
    run = start(person, writer_team())
    engine()
    request = person.get("/approvals").data["results"][0]
    assert Run.objects.get(pk=run["id"]).state == "waiting"
    return run, request


def decide(person: Person, request: Any, verb: str, **more: Any) -> Any:
    return person.post(
        f"/approvals/{request['id']}/decide",
        {"verb": verb, "args_hash": request["args_hash"], **more},
    )


def test_a_team_runs_to_its_end(alice: Person, engine: Engine) -> None:
    team = specs.round_robin(
        specs.assistant("one", specs.scripted(specs.says("first"))),
        specs.assistant("two", specs.scripted(specs.says("second END"))),
        until=specs.mention("END"),
    )
    run = start(alice, team)
    engine()
    shown = alice.get(f"/runs/{run['id']}").data
    assert (shown["state"], shown["stop_reason"]) == ("completed", "Text 'END' mentioned")
    log = events(run["id"])
    check_log(log)
    assert transcript(log) == [("user", "Go."), ("one", "first"), ("two", "second END")]


def test_the_rows_say_what_the_log_says(alice: Person, engine: Engine) -> None:
    run, request = ask_and_park(alice, engine)
    decide(alice, request, "approve")
    engine()
    row = Run.objects.get(pk=run["id"])
    payloads = [e["payload"] for e in events(run["id"])]
    models = [p for p in payloads if p["kind"] == "model.completed"]
    assert row.prompt_tokens == sum(p["usage"]["prompt_tokens"] for p in models)
    assert row.completion_tokens == sum(p["usage"]["completion_tokens"] for p in models)
    assert row.cost_usd == sum((Decimal(p["cost_usd"] or 0) for p in models), Decimal(0))
    assert row.turns == max(e["turn"] for e in events(run["id"]))
    assert row.head_seq == len(payloads)
    asked = {p["request_id"] for p in payloads if p["kind"] == "approval.requested"}
    assert asked == {str(r.pk) for r in ApprovalRequest.objects.filter(run=row)}


def test_a_waiting_run_holds_no_worker_and_goes_on_when_approved(
    alice: Person, engine: Engine
) -> None:
    run, request = ask_and_park(alice, engine)
    row = Run.objects.get(pk=run["id"])
    assert (row.lease_owner, row.waits[0]["request_id"]) == ("", request["id"])
    assert decide(alice, request, "approve").data["state"] == "approved"
    engine()
    assert Run.objects.get(pk=run["id"]).state == "completed"
    assert alice.get("/files/text?path=report.md").data["text"] == "# Report"


def test_edited_arguments_are_what_runs_and_both_are_in_the_log(
    alice: Person, engine: Engine
) -> None:
    run, request = ask_and_park(alice, engine)
    edited = {"path": "other.md", "content": "edited"}
    assert decide(alice, request, "edit", arguments=edited).status_code == 200
    engine()
    by_kind = {e["payload"]["kind"]: e["payload"] for e in events(run["id"])}
    assert by_kind["tool.requested"]["arguments"]["path"] == "report.md"
    assert by_kind["tool.started"]["arguments"] == edited
    assert [f["path"] for f in alice.get("/files").data["results"]] == ["other.md"]


@pytest.mark.parametrize(
    "arguments",
    [{"path": 5, "content": "x"}, {"path": "x"}, {}, {"path": "a", "content": "b", "mode": "w"}],
)
def test_edited_arguments_that_break_the_schema_are_refused_and_nothing_is_decided(
    alice: Person, engine: Engine, arguments: dict[str, Any]
) -> None:
    _, request = ask_and_park(alice, engine)
    answer = decide(alice, request, "edit", arguments=arguments)
    assert (answer.status_code, answer.data["code"]) == (422, "invalid_arguments")
    assert answer.data["problems"]
    assert alice.get(f"/approvals/{request['id']}").data["state"] == "pending"


def test_a_denial_reaches_the_model_with_its_reason(alice: Person, engine: Engine) -> None:
    run, request = ask_and_park(alice, engine)
    decide(alice, request, "deny", reason="Not in June.")
    engine()
    done = next(e["payload"] for e in events(run["id"]) if e["payload"]["kind"] == "tool.completed")
    assert (done["outcome"], done["is_error"]) == ("denied", True)
    assert "Not in June." in done["result"]
    assert alice.get("/files").data["results"] == []
    assert Run.objects.get(pk=run["id"]).state == "completed"


def test_an_answer_in_the_tools_place_is_its_result(alice: Person, engine: Engine) -> None:
    run, request = ask_and_park(alice, engine)
    decide(alice, request, "answer", text="I wrote it by hand.")
    engine()
    done = next(e["payload"] for e in events(run["id"]) if e["payload"]["kind"] == "tool.completed")
    assert (done["outcome"], done["result"]) == ("answered", "I wrote it by hand.")
    assert alice.get("/files").data["results"] == []


def test_stop_as_a_decision_ends_the_run(alice: Person, engine: Engine) -> None:
    run, request = ask_and_park(alice, engine)
    decide(alice, request, "stop", reason="Enough.")
    engine()
    assert Run.objects.get(pk=run["id"]).state == "stopped"


def test_exactly_one_decision_wins(alice: Person, bob: Person, engine: Engine) -> None:
    _, request = ask_and_park(alice, engine)
    assert decide(bob, request, "deny", reason="no").status_code == 200
    late = decide(alice, request, "approve")
    assert (late.status_code, late.data["code"]) == (409, "already_decided")
    assert late.data["request"]["decided_by"] == "bob"


def test_a_decision_about_other_arguments_is_refused(alice: Person, engine: Engine) -> None:
    _, request = ask_and_park(alice, engine)
    answer = alice.post(
        f"/approvals/{request['id']}/decide", {"verb": "approve", "args_hash": "0" * 64}
    )
    assert (answer.status_code, answer.data["code"]) == (409, "arguments_changed")


def test_a_policy_rule_lets_a_tool_run_without_asking(alice: Person, engine: Engine) -> None:
    rule = {"tool": "write_*", "verdict": "allow"}
    assert alice.put("/policy", {"version": 1, "rules": [rule]}).status_code == 200
    run = start(alice, writer_team())
    engine()
    assert Run.objects.get(pk=run["id"]).state == "completed"
    gate = next(e["payload"] for e in events(run["id"]) if e["payload"]["kind"] == "tool.gated")
    assert (gate["verdict"], gate["rule"], gate["policy_version"]) == (
        "allow",
        "rule for write_*",
        2,
    )


def test_a_policy_rule_can_deny(alice: Person, engine: Engine) -> None:
    alice.put("/policy", {"version": 1, "rules": [{"tool": "write_file", "verdict": "deny"}]})
    run = start(alice, writer_team())
    engine()
    assert "approval.requested" not in kinds(run["id"])
    assert alice.get("/files").data["results"] == []


def test_a_user_proxy_asks_and_goes_on_with_the_answer(alice: Person, engine: Engine) -> None:
    team = specs.round_robin(
        specs.assistant("helper", specs.scripted(specs.says("Which colour?"), specs.says("Ok."))),
        specs.user_proxy("person"),
        until=specs.max_messages(4),
    )
    run = start(alice, team)
    engine()
    request = alice.get("/approvals").data["results"][0]
    assert (request["kind"], request["agent"]) == ("input", "person")
    empty = alice.post(f"/approvals/{request['id']}/decide", {"verb": "answer", "text": " "})
    assert empty.status_code == 422
    alice.post(f"/approvals/{request['id']}/decide", {"verb": "answer", "text": "Blue."})
    engine()
    assert transcript(events(run["id"]))[2:] == [("person", "Blue."), ("helper", "Ok.")]


def test_stop_in_place_of_an_answer_stops_the_run(alice: Person, engine: Engine) -> None:
    run = start(alice, specs.round_robin(specs.user_proxy("person")))
    engine()
    request = alice.get("/approvals").data["results"][0]
    alice.post(f"/approvals/{request['id']}/decide", {"verb": "stop", "reason": "Enough."})
    engine()
    assert Run.objects.get(pk=run["id"]).state == "stopped"


def test_the_next_run_of_a_session_goes_on_with_its_thread(alice: Person, engine: Engine) -> None:
    team = specs.round_robin(
        specs.assistant("one", specs.scripted(specs.says("first"), specs.says("again")))
    )
    first = start(alice, team)
    engine()
    second = alice.post("/runs", {"session": first["session"], "task": "More."}).data
    engine()
    assert transcript(events(second["id"])) == [("user", "More."), ("one", "again")]
    indices = [
        e["payload"]["index"]
        for e in events(second["id"])
        if e["payload"]["kind"] == "message.posted"
    ]
    assert indices == [2, 3]
    assert (second["number"], second["previous_run"]) == (2, first["id"])


def test_a_session_has_one_run_at_a_time(alice: Person, engine: Engine) -> None:
    run, _ = ask_and_park(alice, engine)
    answer = alice.post("/runs", {"session": run["session"], "task": "Another."})
    assert (answer.status_code, answer.data["code"]) == (409, "session_busy")
    assert answer.data["run"] == run["id"]


@pytest.mark.parametrize("command", ["stop", "pause"])
def test_commands_reach_a_run_that_nobody_holds(
    alice: Person, engine: Engine, command: str
) -> None:
    run, request = ask_and_park(alice, engine)
    assert alice.post(f"/runs/{run['id']}/{command}", {"reason": "lunch"}).status_code == 200
    engine()
    row = Run.objects.get(pk=run["id"])
    assert row.state == {"stop": "stopped", "pause": "paused"}[command]
    if command == "pause":
        alice.post(f"/runs/{run['id']}/resume")
        engine()
        assert Run.objects.get(pk=run["id"]).state == "waiting"
        decide(alice, request, "approve")
        engine()
        assert Run.objects.get(pk=run["id"]).state == "completed"
    else:
        assert alice.get(f"/approvals/{request['id']}").data["state"] == "cancelled"
        assert alice.post(f"/runs/{run['id']}/stop").data["code"] == "run_ended"


def test_a_run_keeps_its_revision_when_the_team_is_edited(alice: Person, engine: Engine) -> None:
    run, request = ask_and_park(alice, engine)
    definition = run["team"]["definition_id"]
    other = specs.round_robin(specs.assistant("other", specs.scripted(specs.says("x"))))
    alice.put(f"/definitions/{definition}/draft", {"component": other, "version": 1})
    assert alice.post(f"/definitions/{definition}/revisions").data["number"] == 2
    alice.delete(f"/definitions/{definition}")
    decide(alice, request, "approve")
    engine()
    assert transcript(events(run["id"]))[-1][0] == "writer"


def test_a_reference_is_inlined_and_frozen(alice: Person, engine: Engine) -> None:
    agent = specs.assistant("shared", specs.scripted(specs.says("from the library")))
    made = alice.post(
        "/definitions", {"name": "Shared", "component_type": "agent", "component": agent}
    ).data
    reference = specs.component(
        "troupe.library.Reference", "agent", definition=made["id"], revision=None
    )
    run = start(alice, specs.round_robin(reference, until=specs.max_messages(2)))
    engine()
    assert transcript(events(run["id"]))[1] == ("shared", "from the library")
    assert run["component"]["config"]["participants"][0]["provider"] == agent["provider"]


def test_checkpoints_do_not_grow_with_the_run(alice: Person, engine: Engine) -> None:
    def size(messages: int) -> int:
        team = specs.round_robin(
            specs.assistant("one", specs.scripted(specs.says("x" * 200))),
            specs.assistant("two", specs.scripted(specs.says("y" * 200))),
            until=specs.max_messages(messages),
        )
        run = start(alice, team)
        engine()
        return len(Checkpoint.objects.get(run_id=run["id"], frame="").state)

    assert size(41) < size(5) + 100


def test_an_end_that_is_asked_for_comes_after_the_turn_under_way(
    alice: Person, engine: Engine
) -> None:
    """Scenario 38, over a parked run."""
    team = specs.round_robin(
        specs.assistant("writer", specs.scripted(*[specs.says("more")] * 5)),
        specs.user_proxy("person"),
        until=specs.max_messages(9),
    )
    run = start(alice, team)
    engine()
    assert alice.post(f"/runs/{run['id']}/end", {"reason": "That will do."}).status_code == 200
    engine()
    assert Run.objects.get(pk=run["id"]).state == "waiting", "the person's turn is under way"
    request = alice.get("/approvals").data["results"][0]
    decided = {"verb": "answer", "text": "Fine."}
    assert alice.post(f"/approvals/{request['id']}/decide", decided).status_code == 200
    engine()
    assert Run.objects.get(pk=run["id"]).state == "completed"
    ended = events(run["id"])[-1]["payload"]
    assert ended["stop_reason"] == "External termination requested"
    assert transcript(events(run["id"]))[-1] == ("person", "Fine.")
