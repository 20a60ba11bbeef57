"""Component files: the import rules of the reference (autogen-studio.md 3.4)."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from runtime.agents.base import Participant
from runtime.components import SCRIPTED_MODEL, dump, dumps, find_component, load, validate
from runtime.components.builder import Builder
from runtime.errors import SpecError
from runtime.model_clients.pool import ModelClientPool
from runtime.testing import StaticSecrets
from tests.components.samples import FILES, FOLDER, NAMES, read, sample

OPENAI = "autogen_ext.models.openai.OpenAIChatCompletionClient"
REFUSED = {
    # AutoGen's manager raises for it too: "A termination condition is required for cyclic graphs".
    "components-autogen-0.5.7/team-graphflow-conditional-loop": {"no_end"},
}


def model(provider: str = OPENAI, **config: Any) -> dict[str, Any]:
    return {
        "provider": provider,
        "component_type": "model",
        "config": {"model": "gpt-4o", **config},
    }


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_a_sample_dumps_to_what_it_was(path: Path) -> None:
    text = path.read_text()
    assert dump(load(text)) == json.loads(text)
    assert json.loads(dumps(load(text))) == json.loads(text)


@pytest.mark.parametrize("path", FILES, ids=NAMES)
def test_each_component_of_a_sample_dumps_to_what_it_was(path: Path) -> None:
    document = read(path)
    if "provider" in document:
        expected = [document]
    else:
        expected = [entry for section in document["components"].values() for entry in section]
    assert [dump(part.component) for part in load(document).parts] == expected


@pytest.mark.parametrize(("path", "name"), list(zip(FILES, NAMES, strict=True)), ids=NAMES)
def test_a_sample_has_no_error_of_its_own(path: Path, name: str) -> None:
    errors = {p.code for p in load(path.read_bytes()).problems() if p.level == "error"}
    assert errors == REFUSED.get(name, set())


def test_the_same_values_make_the_same_text_whatever_the_order_of_keys() -> None:
    written = read(FOLDER / "components" / "team-selector.json")
    turned = dict(reversed(written.items()))
    turned["config"] = dict(reversed(written["config"].items()))
    assert dumps(load(turned)) == dumps(load(written))


def test_the_order_within_a_schema_is_kept() -> None:
    tool = sample("tool-http")
    tool["config"]["json_schema"]["properties"] = {"z": {"type": "string"}, "a": {}}
    assert list(dump(load(tool))["config"]["json_schema"]["properties"]) == ["z", "a"]


# Shapes of documents ---------------------------------------------------------------------------


def test_a_row_of_autogen_studios_teams() -> None:
    team = sample("team-round-robin")
    loaded = load({"id": 3, "user_id": "me", "component": team})
    assert loaded.shape == "team_row"
    assert dump(loaded.component) == team
    team["config"]["participants"] = []
    broken = load({"component": team}).problems()
    assert [p.path for p in broken] == ["$.component.config.participants"]


def test_a_row_of_autogen_studios_galleries() -> None:
    gallery = read(FOLDER / "gallery" / "default_gallery.ags-0.4.2.2.autogen-0.5.7.json")
    loaded = load({"id": 1, "config": gallery})
    assert loaded.shape == "gallery_row"
    assert {part.expect for part in loaded.parts} == {
        "agent",
        "model",
        "tool",
        "termination",
        "team",
    }
    unsupported = [p for p in loaded.problems() if p.level == "unsupported"]
    assert [p.path for p in unsupported] == [
        "$.config.components.agents[1].provider",
        "$.config.components.teams[2].config.participants[0].provider",
    ]


def test_a_component_in_the_wrong_section_of_a_gallery() -> None:
    gallery = {"name": "g", "components": {"tools": [sample("model-openai-minimal")]}}
    (problem,) = load(gallery).problems()
    assert (problem.level, problem.path) == ("error", "$.components.tools[0]")


def test_a_gallery_is_not_one_component() -> None:
    with pytest.raises(SpecError, match="gallery of 0 components"):
        _ = load({"components": {}}).component


@pytest.mark.parametrize(
    "text",
    ["", "[]", "[1]", "{}", "hello", "null", '{"provider": 3}', '{"components": []}', "{", "\x00"],
)
def test_what_is_no_component_is_refused(text: str) -> None:
    with pytest.raises(SpecError):
        load(text)


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_values_that_json_does_not_have(value: str) -> None:
    with pytest.raises(SpecError, match="not a value of JSON"):
        load(f'{{"provider": "x", "config": {{"a": {value}}}}}')


def test_depth_is_bounded() -> None:
    for depth in (300, 100_000):
        with pytest.raises(SpecError, match="deep"):
            load('{"provider": "x", "config": {"a": ' + "[" * depth + "]" * depth + "}}")


def test_bytes_that_are_no_text() -> None:
    with pytest.raises(SpecError, match="UTF-8"):
        load(b"\xff\xfe{")


def test_an_envelope_of_the_wrong_kind_names_its_place() -> None:
    with pytest.raises(SpecError) as caught:
        load({"component": {"provider": "x", "config": []}})
    assert caught.value.path == "$.component.config"


# YAML ------------------------------------------------------------------------------------------


def test_yaml_says_what_json_says() -> None:
    for path in FILES:
        document = read(path)
        assert dump(load(yaml.safe_dump(document, sort_keys=False, allow_unicode=True))) == document


def test_words_of_yaml_are_texts() -> None:
    loaded = load("provider: x\nconfig: {a: no, b: 2026-01-01, c: true, d: null, e: 1.5, f: 07}\n")
    assert loaded.component.config == {
        "a": "no",
        "b": "2026-01-01",
        "c": True,
        "d": None,
        "e": 1.5,
        "f": "07",
    }


@pytest.mark.parametrize(
    "text",
    [
        "provider: !!python/object/apply:os.system ['touch pwned']",
        "provider: x\nconfig: {a: &a [1], b: *a}",
        "provider: x\nconfig: {a: !!timestamp 2026-01-01}",
        "provider: x\nconfig: {a: !!binary aGk=}",
        "provider: x\nconfig: {a: !!float .inf}",
        "a: [",
    ],
)
def test_yaml_that_says_more_than_json_is_refused(text: str) -> None:
    with pytest.raises(SpecError):
        load(text)


def test_without_pyyaml_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "yaml", None)
    with pytest.raises(SpecError) as caught:
        load("provider: x")
    assert "troupe[yaml]" in str(caught.value.hint)


# Names of providers ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "own"),
    [
        ("OpenAIChatCompletionClient", OPENAI),
        ("openai_chat_completion_client", OPENAI),
        ("azure_openai_chat_completion_client", OPENAI.replace("OpenAIChat", "AzureOpenAIChat")),
        ("AzureOpenAIChatCompletionClient", OPENAI.replace("OpenAIChat", "AzureOpenAIChat")),
        ("OllamaChatCompletionClient", "autogen_ext.models.ollama.OllamaChatCompletionClient"),
        ("autogen_ext.models.openai._openai_client.OpenAIChatCompletionClient", OPENAI),
    ],
)
def test_aliases_get_their_own_names(written: str, own: str) -> None:
    agent = sample("agent-assistant-minimal")
    agent["config"]["model_client"]["provider"] = written
    loaded = load(agent)
    assert loaded.component.config["model_client"]["provider"] == own


# What is unknown -------------------------------------------------------------------------------


def test_unknown_providers_and_fields_stay_and_are_unsupported() -> None:
    team = sample("team-round-robin")
    unknown = {"provider": "acme.agents.Robot", "config": {"name": "r", "arm": [1, {"x": None}]}}
    team["config"]["participants"].append(unknown)
    team["config"]["colour"] = {"of": "money"}
    team["shelf"] = 4
    loaded = load(team)
    assert dump(loaded) == team
    levels = {p.path: p.level for p in loaded.problems()}
    index = len(team["config"]["participants"]) - 1
    assert levels == {
        f"$.config.participants[{index}].provider": "unsupported",
        "$.config.colour": "unsupported",
        "$.shelf": "unsupported",
    }


def test_a_masked_key_is_a_missing_one() -> None:
    loaded = load(model(api_key="**********"))
    (problem,) = loaded.problems()
    assert (problem.level, problem.code) == ("warning", "missing_secret")
    assert problem.path == "$.config.api_key"
    assert load(model(api_key="**********", credential="c1")).problems() == []


# Shapes of the past ----------------------------------------------------------------------------

ADD = sample("tool-function")


def _assistant(**config: Any) -> dict[str, Any]:
    base = {"name": "a", "model_client": SCRIPTED_MODEL}
    return {
        "provider": "autogen_agentchat.agents.AssistantAgent",
        "component_type": "agent",
        "config": {**base, **config},
    }


def _bench(provider: str) -> dict[str, Any]:
    return {
        "provider": f"autogen_core.tools.{provider}",
        "component_type": "workbench",
        "config": {"tools": [CALCULATOR]},
    }


CALCULATOR = {"provider": "troupe.tools.Calculator", "component_type": "tool", "config": {}}


@pytest.mark.parametrize(
    "config",
    [
        {"tools": [CALCULATOR]},
        {"tools": [CALCULATOR], "workbench": []},
        {"workbench": _bench("StaticWorkbench")},
        {"workbench": [_bench("StaticWorkbench")]},
        {"workbench": [_bench("StaticStreamWorkbench")]},
    ],
)
def test_the_three_shapes_of_the_assistant_are_one_agent(config: dict[str, Any]) -> None:
    component = load(_assistant(**config)).component
    assert validate(component) == []
    found = find_component(component.provider)
    assert found is not None
    built: Any = Builder(StaticSecrets(), ModelClientPool()).build(component, found)
    parts = built._parts
    tools = [*parts.tools, *(tool for bench in parts.workbenches for tool in bench.tools)]
    assert [tool.name for tool in tools] == ["calculate"]


def test_string_handoffs_and_missing_defaults() -> None:
    component = load(_assistant(handoffs=["writer"])).component
    assert validate(component) == []
    found = find_component(component.provider)
    assert found is not None
    config: Any = found.Config.model_validate(component.config)
    assert config.handoffs[0].name == "transfer_to_writer"
    assert config.tool_call_summary_format == "{result}"


@pytest.mark.parametrize(
    "component",
    [
        model(model_info={"vision": False, "function_calling": True, "json_output": True}),
        {
            "provider": "autogen_agentchat.conditions.TokenUsageTermination",
            "config": {"max_total_token": 10},
        },
    ],
)
def test_keys_that_older_files_lack_are_no_errors(component: dict[str, Any]) -> None:
    assert load(component).problems() == []


# Nothing is executed ---------------------------------------------------------------------------


def test_neither_loading_nor_validating_executes_anything(tmp_path: Path) -> None:
    pwned = tmp_path / "pwned"
    write = f"open({str(pwned)!r}, 'w').write('x')"
    tool = {
        **ADD,
        "config": {
            **ADD["config"],
            "source_code": f"{write}\ndef add(a: int = {write}) -> int:\n    return 1\n",
            "global_imports": ["antigravity", {"module": "this", "imports": ["s"]}],
        },
    }
    for document in (tool, _assistant(tools=[tool]), {"components": {"tools": [tool]}}):
        loaded = load(json.dumps(document))
        loaded.problems()
        dumps(loaded)
    assert not pwned.exists()
    assert "this" not in sys.modules
    assert "antigravity" not in sys.modules


@pytest.mark.parametrize("provider", ["this.s", "antigravity.geohash", "this._private.Thing"])
def test_a_provider_that_names_a_module_is_not_imported(provider: str) -> None:
    loaded = load({"provider": provider, "component_type": "agent", "config": {}})
    assert [p.code for p in loaded.problems()] == ["unknown_component"]
    builder = Builder(StaticSecrets(), ModelClientPool())
    with pytest.raises(SpecError):
        builder.build(loaded.component, Participant)
    assert provider.partition(".")[0] not in sys.modules
