"""Files for AutoGen's own loader. Every sample, written for 0.6 to 0.7 and for 0.5, was loaded
once by autogen-core 0.7.5 and 0.5.7; here their published schemas stand in for them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from runtime.components import Problem, export, find_component, load
from tests.components.samples import FILES, FOLDER, NAMES, sample

SCHEMAS = {
    entry["provider"]: entry["schema"]
    for entry in json.loads((FOLDER / "schemas" / "_index.json").read_text())["providers"]
    if entry["schema"]
}
ASSISTANT = "autogen_agentchat.agents.AssistantAgent"
NULLABLE = ("max_total_token", "max_prompt_token", "max_completion_token")


def components(value: Any) -> Iterator[dict[str, Any]]:
    """Those that we know: what is unknown stays as it is, and all that is in it."""
    if isinstance(value, dict):
        provider = value.get("provider")
        if isinstance(provider, str) and find_component(provider) is None:
            return
        if isinstance(provider, str):
            yield value
        for item in value.values():
            yield from components(item)
    elif isinstance(value, list):
        for item in value:
            yield from components(item)


def agent(**config: Any) -> dict[str, Any]:
    client = sample("model-openai-minimal")
    return {"provider": ASSISTANT, "config": {"name": "a", "model_client": client, **config}}


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_autogens_schemas_take_every_sample(path: Path) -> None:
    for part in load(path.read_text()).parts:
        exported = export(part.component)
        assert exported.problems == []
        for component in components(exported.document):
            if name := SCHEMAS.get(component["provider"]):  # AutoGen has none for GraphFlow
                schema = json.loads((FOLDER / "schemas" / name).read_text())
                jsonschema.Draft202012Validator(schema).validate(component["config"])
            assert component["component_type"]
            if component["provider"] == ASSISTANT:
                assert component["component_version"] == 2
                assert isinstance(component["config"].get("workbench", []), list)
                assert "tools" not in component["config"]


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_for_autogen_0_5_an_assistant_has_one_workbench(path: Path) -> None:
    for part in load(path.read_text()).parts:
        exported = export(part.component, "0.5")
        for component in components(exported.document):
            if component["provider"] == ASSISTANT:
                assert component["component_version"] == 1
                assert isinstance(component["config"]["workbench"], dict)
            assert component["provider"] != "autogen_core.tools.StaticStreamWorkbench"


def test_exporting_changes_nothing_of_what_is_given() -> None:
    written = sample("agent-assistant-v1-tools")
    export(written)
    export(written, "0.5")
    assert written == sample("agent-assistant-v1-tools")


def test_tools_go_into_a_workbench() -> None:
    config = export(sample("agent-assistant-v1-tools")).document["config"]
    (bench,) = config["workbench"]
    assert bench["provider"] == "autogen_core.tools.StaticStreamWorkbench"
    assert [tool["config"]["name"] for tool in bench["config"]["tools"]] == ["add"]
    old = export(sample("agent-assistant-v1-tools"), "0.5").document["config"]["workbench"]
    assert [tool["config"]["name"] for tool in old["config"]["tools"]] == ["add"]


def test_required_keys_are_filled() -> None:
    config = export(agent(handoffs=["writer"])).document["config"]
    assert config["reflect_on_tool_use"] is False
    assert config["tool_call_summary_format"] == "{result}"
    assert config["description"]
    assert config["handoffs"][0]["name"] == "transfer_to_writer"


def test_the_nullable_limits_of_token_usage_are_written() -> None:
    """AutoGen's own dump drops them, and then does not load (reference 3.3)."""
    limits = {"max_total_token": 10}
    spec = {"provider": "autogen_agentchat.conditions.TokenUsageTermination", "config": limits}
    config = export(spec).document["config"]
    assert {key: config[key] for key in NULLABLE} == dict.fromkeys(NULLABLE) | limits


def test_participants_of_a_selector_say_what_they_are() -> None:
    team = sample("team-selector")
    for member in team["config"]["participants"]:
        del member["component_type"]
    exported = export(team).document
    assert {member["component_type"] for member in exported["config"]["participants"]} == {"agent"}


def test_older_model_info_is_completed_and_credentials_become_masks() -> None:
    client = sample("model-openai-minimal")
    client["config"] |= {"credential": "c-1", "model_info": {"vision": True}}
    config = export(client).document["config"]
    assert config["model_info"]["vision"] is True
    assert config["model_info"]["structured_output"] is False
    assert (config.get("credential"), config["api_key"]) == (None, "**********")


def test_what_autogen_does_not_have_is_said() -> None:
    spec = agent(tools=[{"provider": "troupe.tools.Calculator", "config": {}}])
    (problem,) = export(spec).problems
    assert (problem.severity, problem.code) == ("error", "not_in_autogen")
    assert problem.path == "$.config.tools[0]"


def codes(problems: list[Problem]) -> list[tuple[str, str]]:
    return [(problem.code, problem.path) for problem in problems]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("agent-assistant-multi-workbench", [("too_many_workbenches", "$.config.workbench")]),
        ("workbench-mcp-streamable-http", [("not_in_autogen", "$.config.server_params")]),
        ("team-nested-team-participant", [("not_in_autogen", "$.config.participants[0]")]),
    ],
)
def test_what_autogen_0_5_cannot_take_is_said(name: str, expected: list[tuple[str, str]]) -> None:
    assert codes(export(sample(name), "0.5").problems) == expected


def test_unknown_components_are_written_verbatim() -> None:
    robot = {"provider": "acme.Robot", "version": 9, "config": {"a": None, "b": [1]}}
    assert export(robot).document == robot
    team = sample("team-round-robin")
    team["config"]["participants"].append(robot)
    assert export(team).document["config"]["participants"][-1] == robot
