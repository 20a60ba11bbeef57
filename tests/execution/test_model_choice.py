"""Which model an agent uses that names none: the team's, else the workspace's, else the
environment's, else the scripted one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from studio.credentials.services import credentials_from_environment
from tests.conftest import Person
from tests.execution.test_runs import events
from tests.support import specs
from tests.support.troupe import transcript

pytestmark = pytest.mark.django_db(transaction=True)


def said(person: Person, engine: Callable[[], None], settings: dict[str, Any]) -> str:
    """What the one agent of a team with these settings says, on the workspace's model."""
    team = specs.round_robin(specs.assistant("one", specs.WORKSPACE_MODEL))
    body = {"name": "T", "component_type": "team", "component": team, "settings": settings}
    definition = person.post("/definitions", body).data["id"]
    run = person.post("/runs", {"definition": definition, "task": "Go."}).data
    engine()
    return transcript(events(run["id"]))[1][1]


def test_the_workspaces_model_counts_where_the_team_names_none(
    alice: Person, engine: Callable[[], None]
) -> None:
    model = specs.scripted(specs.says("from the workspace"))
    assert alice.patch("/workspace", {"default_model": model}).status_code == 200
    assert said(alice, engine, {}) == "from the workspace"
    assert alice.get("/workspace").data["default_model_source"] == "workspace"


def test_the_teams_model_comes_before_the_workspaces(
    alice: Person, engine: Callable[[], None]
) -> None:
    alice.patch("/workspace", {"default_model": specs.scripted(specs.says("workspace"))})
    own = {"model": specs.scripted(specs.says("from the team"))}
    assert said(alice, engine, own) == "from the team"


def test_a_key_of_the_environment_is_taken_without_a_choice(
    alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert alice.get("/workspace").data["default_model_source"] == "scripted"
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:1/v1")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-from-the-environment")
    credentials_from_environment(access=alice.access)
    shown = alice.get("/workspace").data
    assert shown["default_model_source"] == "environment"
    assert shown["effective_model"]["provider"].endswith("OpenAIChatCompletionClient")
    assert not alice.get("/me").data["scripted_default"]


def test_a_teams_settings_hold_a_model_and_nothing_else(alice: Person) -> None:
    body = {"name": "T", "component_type": "team", "settings": {"model": None, "run": "x"}}
    assert alice.post("/definitions", body).data["code"] == "invalid_settings"


def test_a_replay_of_given_replies_is_scripted_too(
    alice: Person, engine: Callable[[], None]
) -> None:
    replay = {
        "provider": "autogen_ext.models.replay.ReplayChatCompletionClient",
        "component_type": "replay_chat_completion_client",
        "config": {"chat_completions": ["as given"]},
    }
    team = specs.round_robin(specs.assistant("one", replay))
    body = {"name": "T", "component_type": "team", "component": team}
    definition = alice.post("/definitions", body).data
    assert definition["scripted"]
    run = alice.post("/runs", {"definition": definition["id"], "task": "Go."}).data
    assert run["scripted"]
    engine()
    assert transcript(events(run["id"]))[1][1] == "as given"
