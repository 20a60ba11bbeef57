"""Validation, references, the palette, and building."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from typing import Any

import pytest

from runtime.agents.base import Participant
from runtime.components import (
    Builder,
    Component,
    canonical_provider,
    describe,
    find_component,
    validate,
)
from runtime.components.catalog import ALIASES, CATALOG, UNSUPPORTED
from runtime.errors import SpecError
from runtime.model_clients.pool import ModelClientPool
from runtime.testing import StaticSecrets
from tests.runtime.support import agent, mention, model, person, team, tool


def problems(spec: Any, **options: Any) -> list[tuple[str, str, str]]:
    return [(p.severity, p.code, p.path) for p in validate(spec, **options)]


def openai(**config: Any) -> dict[str, Any]:
    return {
        "provider": "autogen_ext.models.openai.OpenAIChatCompletionClient",
        "component_type": "model",
        "config": {"model": "gpt-4o-mini", **config},
    }


# Validation ------------------------------------------------------------------------------------


def test_a_good_team_has_no_problems() -> None:
    spec = team(agent("a", openai(), "SampleNotes"), person(), max_turns=3)
    assert validate(spec) == []


@pytest.mark.parametrize(
    "provider", ["os.system", "runtime.engine.engine.RunEngine", "subprocess.Popen", "", "../x"]
)
def test_an_unknown_provider_is_just_unknown(provider: str) -> None:
    before = set(sys.modules)
    assert problems({"provider": provider, "config": {}}) == [
        ("error", "unknown_component", "$.provider")
    ]
    assert set(sys.modules) == before, "nothing was imported"


def test_source_code_is_never_run_by_validating_or_building(tmp_path: Any) -> None:
    """A17: decorators, defaults and top-level code included."""
    trap = tmp_path / "trap"
    spring = f"open({str(trap)!r}, 'w')"
    source = f"{spring}\n@({spring})\ndef f(x: int = {spring}) -> int:\n    return x"
    function = {
        "provider": "autogen_core.tools.FunctionTool",
        "component_type": "tool",
        "config": {"source_code": source, "name": "f", "description": "", "global_imports": []},
    }
    spec = agent("a", model("x"))
    spec["config"]["tools"] = [function]

    problems = validate(spec)

    assert {(problem.severity, problem.code) for problem in problems} == {
        ("warning", "top_level_code"),
        ("warning", "unreadable_default"),
    }
    assert {problem.path for problem in problems} == {"$.config.tools[0].config.source_code"}
    build(spec)
    assert not trap.exists()


def test_faults_have_the_path_of_what_is_wrong() -> None:
    bad_tool = {"provider": "troupe.tools.Nope"}
    broken = agent("a", openai(temperature="hot"))
    broken["config"]["max_tool_iterations"] = 0
    broken["config"]["tools"] = [bad_tool, 5]
    spec = team(broken, termination_condition=mention(""), max_turns=0)
    assert sorted(problems(spec)) == [
        ("error", "invalid_value", "$.config.max_turns"),
        ("error", "invalid_value", "$.config.participants[0].config.max_tool_iterations"),
        (
            "error",
            "invalid_value",
            "$.config.participants[0].config.model_client.config.temperature",
        ),
        ("error", "invalid_value", "$.config.termination_condition.config.text"),
        ("error", "not_a_component", "$.config.participants[0].config.tools[1]"),
        ("error", "unknown_component", "$.config.participants[0].config.tools[0].provider"),
    ]


def test_a_component_in_the_wrong_place() -> None:
    spec = team(openai(), max_turns=1)
    assert ("error", "wrong_type", "$.config.participants[0]") in problems(spec)
    assert problems(openai(), expect="agent") == [("error", "wrong_type", "$")]
    assert problems({**openai(), "component_type": "tool"}) == [
        ("error", "wrong_type", "$.component_type")
    ]


def test_names() -> None:
    assert problems(agent("two words", model("x"))) == [("error", "invalid_name", "$.config.name")]
    assert problems(agent("größe_2", model("x"))) == []
    twice = team(agent("a", model("x")), agent("a", model("x")), max_turns=1)
    assert problems(twice) == [
        ("error", "duplicate_name", "$.config.participants[0].config.name"),
        ("error", "duplicate_name", "$.config.participants[1].config.name"),
    ]
    assert ("error", "invalid_value", "$.config.participants") in problems(team())


def test_two_tools_of_one_name_and_an_override_that_parts_them() -> None:
    spec = agent("a", model("x"), "SampleNotes", "SampleNotes")
    assert problems(spec) == [("error", "duplicate_tool", "$.config")]

    bench = {
        "provider": "autogen_core.tools.StaticWorkbench",
        "config": {
            "tools": [tool("SampleNotes")],
            "tool_overrides": {"search_notes": {"name": "look_up"}},
        },
    }
    spec = agent("a", model("x"), "SampleNotes", workbench=bench)
    assert [p.severity for p in validate(spec)] == ["warning"]
    parts = build(spec)._parts  # type: ignore[attr-defined]
    named = [*parts.tools, *(tool for found in parts.workbenches for tool in found.tools)]
    assert sorted(tool.name for tool in named) == ["look_up", "search_notes"]


def test_a_team_without_an_end_is_warned_of() -> None:
    assert problems(team(agent("a", model("x")))) == [("warning", "no_end", "$.config")]


def test_secrets_do_not_belong_into_components() -> None:
    assert problems(openai(api_key="sk-real")) == [("error", "inline_secret", "$.config.api_key")]
    for harmless in (None, "", "**********"):
        assert problems(openai(api_key=harmless)) == []
    header = openai(default_headers={"Authorization": "Bearer x"})
    assert problems(header) == [("error", "inline_secret", "$.config.default_headers")]


def test_what_is_not_known_is_reported_and_kept() -> None:
    spec = {**openai(future=1), "extra": True}
    assert sorted(problems(spec)) == [
        ("warning", "unknown_field", "$.config.future"),
        ("warning", "unknown_field", "$.extra"),
    ]
    assert Component.model_validate(spec).model_dump()["config"]["future"] == 1


def test_what_is_kept_and_cannot_run_is_said() -> None:
    memory = {"provider": "autogen_ext.memory.mem0.Mem0Memory", "config": {}}
    spec = agent("a", model("x"), handoffs=["b"], memory=[memory])
    assert [(severity, code) for severity, code, _ in problems(spec)] == [
        ("error", "unsupported_component")
    ]
    surfer = {"provider": "autogen_ext.agents.file_surfer.FileSurfer", "config": {"name": "f"}}
    assert ("error", "unsupported_component") in [p[:2] for p in problems(team(surfer))]


def nested_teams(depth: int) -> Any:
    spec = agent("a", model("x"))
    for _ in range(depth):
        spec = {"provider": "autogen_agentchat.teams.RoundRobinGroupChat",
                "config": {"participants": [spec], "max_turns": 1}}  # fmt: skip
    return spec


def deep_list(depth: int) -> Any:
    value: Any = []
    for _ in range(depth):
        value = [value]
    return value


HOSTILE = {
    "deep teams": nested_teams(5_000),
    "deep json": {"provider": "troupe.tools.WriteFile", "config": {"a": deep_list(100_000)}},
    "long text": openai(base_url="x" * 5_000_000),
    "wide": team(*[agent(f"a{i}", model("x")) for i in range(400)], max_turns=1),
    "many fields": {"provider": "troupe.tools.WriteFile",
                    "config": dict.fromkeys(map(str, range(90_000)), 1)},
    "many faults": {"provider": "autogen_agentchat.teams.RoundRobinGroupChat",
                    "config": {"participants": [1] * 150_000}},
    "not an object": [1, 2, 3],
    "config is a list": {"provider": "troupe.tools.WriteFile", "config": []},
    "provider is a number": {"provider": 5},
    "null": None,
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_input_gets_problems_within_seconds(name: str) -> None:
    """Of processor time: what else the machine does is not ours."""
    began = time.process_time()
    found = validate(HOSTILE[name])
    assert time.process_time() - began < 3.0
    assert 1 <= len(found) <= 200


def test_twenty_deep_is_still_fine() -> None:
    assert problems(nested_teams(18)) == []
    assert [code for _, code, _ in problems(nested_teams(20))] == ["too_deep"]


# The registry ----------------------------------------------------------------------------------


def test_aliases_and_private_modules() -> None:
    client = "autogen_ext.models.openai.OpenAIChatCompletionClient"
    for name in (
        "openai_chat_completion_client",
        "OpenAIChatCompletionClient",
        "autogen_ext.models.openai._openai_client.OpenAIChatCompletionClient",
    ):
        assert canonical_provider(name) == client
    private = "autogen_agentchat.agents._assistant_agent.AssistantAgent"
    assert canonical_provider(private) == "autogen_agentchat.agents.AssistantAgent"
    assert canonical_provider("os._x.system") == "os._x.system"
    assert set(ALIASES.values()) <= set(CATALOG) | set(UNSUPPORTED)


def test_every_entry_of_the_catalog_loads_and_describes_itself() -> None:
    entries = describe()
    assert [entry["provider"] for entry in entries] == list(CATALOG)
    for entry in entries:
        assert entry["label"]
        assert entry["summary"]
        assert entry["icon"]
        assert json.dumps(entry)


def test_a_palette_entry_is_ready_to_drop() -> None:
    needs_members = {entry["provider"] for entry in describe() if entry["component_type"] == "team"}
    for entry in describe():
        spec = {"provider": entry["provider"], "config": entry["defaults"]}
        errors = [p for p in validate(spec) if p.severity == "error"]
        assert bool(errors) == (entry["provider"] in needs_members), (entry["provider"], errors)


def test_the_schema_names_what_belongs_where() -> None:
    entry = next(e for e in describe() if e["provider"].endswith("AssistantAgent"))
    properties = entry["config_schema"]["properties"]
    assert properties["model_client"]["x-component-types"] == ["model"]
    assert properties["system_message"]["x-widget"] == "textarea"
    write = next(e for e in describe() if e["provider"].endswith("WriteFile"))
    assert (write["effect"], write["side_effects"], write["tool_name"]) == (
        "idempotent",
        True,
        "write_file",
    )


def test_dumping_gives_autogens_envelope() -> None:
    found = find_component("autogen_agentchat.conditions.MaxMessageTermination")
    assert found is not None
    dumped = found.dump(found.Config.model_validate({"max_messages": 3}))
    assert dumped.config == {"max_messages": 3, "include_agent_event": False}
    assert (dumped.component_type, dumped.component_version) == ("termination", 1)
    assert validate(dumped) == []


def build(spec: Any) -> Participant[Any]:
    builder = Builder(StaticSecrets(), ModelClientPool())
    return builder.build(Component.model_validate(spec), Participant)


@pytest.mark.parametrize(
    ("spec", "path"),
    [
        (team(agent("a", {"provider": "os.system"}), max_turns=1),
         "$.config.participants[0].config.model_client"),
        (team(agent("a b", model("x")), max_turns=1), "$.config.participants[0].config.name"),
        (openai(), "$"),
        (team(agent("a", model("x")), agent("a", model("x"))),
         "$.config.participants[0].config.name"),
    ],
)  # fmt: skip
def test_building_fails_with_the_path(spec: Any, path: str) -> None:
    with pytest.raises(SpecError) as caught:
        build(spec)
    assert caught.value.path == path


def test_describing_imports_no_vendors_sdk() -> None:
    code = (
        "import sys; from runtime.components import describe; describe();"
        "sys.exit(any(name in sys.modules for name in ('openai', 'anthropic', 'httpx2')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


async def test_the_pool_shares_and_forgets_the_longest_unused() -> None:
    pool = ModelClientPool(capacity=2)
    first = await pool.get("a", object)
    assert await pool.get("a", object) is first
    await pool.get("b", object)
    await pool.get("a", object)
    await pool.get("c", object)
    assert await pool.get("a", object) is first
    assert sorted(pool._clients) == ["a", "c"]
