"""The static workbench: scenarios 26 and 27; the names of tools of several workbenches (A48)."""

from __future__ import annotations

from typing import Any

import pytest

from runtime.components import Component, validate
from runtime.components.base import Palette
from runtime.components.builder import Builder
from runtime.durable.step import StepContext
from runtime.durable.tool import Tool
from runtime.errors import SpecError
from runtime.model_clients.pool import ModelClientPool
from runtime.testing import MemoryFileArea, StaticSecrets, step_context, tool_context
from runtime.tools import FunctionTool
from runtime.tools.base import NoConfig
from runtime.tools.naming import MAX_NAME, told_apart, valid_name
from runtime.tools.workbench import StaticStreamWorkbench, StaticWorkbench, Workbench

BOTH = pytest.mark.parametrize("kind", [StaticWorkbench, StaticStreamWorkbench])


def bench(kind: type[StaticWorkbench], *tools: str, **overrides: dict[str, str]) -> Component:
    return Component(
        provider=kind.provider,
        component_type="workbench",
        config={
            "tools": [
                {"provider": f"troupe.tools.{tool}", "component_type": "tool", "config": {}}
                for tool in tools
            ],
            "tool_overrides": overrides,
        },
    )


def build(component: Component) -> StaticWorkbench:
    return Builder(StaticSecrets(), ModelClientPool()).build(component, StaticWorkbench)


@BOTH
async def test_scenario_26_and_27_a_renamed_tool_is_called_by_its_new_name(
    kind: type[StaticWorkbench],
) -> None:
    """The streaming workbench too, where AutoGen finds no tool of that name."""
    spec = bench(kind, "ReadFile", "ListFiles", read_file={"name": "look", "description": "Looks."})
    assert validate(spec) == []
    tools = {tool.name: tool for tool in await build(spec).list_tools(step_context())}
    assert list(tools) == ["look", "list_files"]
    look = tools["look"]
    assert (look.schema.name, look.schema.description) == ("look", "Looks.")
    assert (look.effect, look.side_effects, look.timeout) == ("pure", False, 60.0)
    context = tool_context(files=MemoryFileArea({"a": "text"}))
    assert await look.call({"path": "a"}, context) == "text"


@BOTH
@pytest.mark.parametrize(
    ("overrides", "words"),
    [
        ({"read_file": {"name": "list_files"}}, "there already"),
        ({"read_file": {"name": "x"}, "list_files": {"name": "x"}}, "given twice"),
        ({"read_file": {"name": "list_files"}, "list_files": {"name": "y"}}, "there already"),
    ],
)
def test_scenario_26_conflicting_names_are_an_error(
    kind: type[StaticWorkbench], overrides: dict[str, dict[str, str]], words: str
) -> None:
    spec = bench(kind, "ReadFile", "ListFiles", **overrides)
    (problem,) = validate(spec)
    assert (problem.code, problem.severity) == ("name_taken", "error")
    assert problem.path.startswith("$.config.tool_overrides.")
    with pytest.raises(SpecError, match=words):
        build(spec)


def test_scenario_26_overrides_without_a_tool_do_nothing() -> None:
    spec = bench(StaticWorkbench, "ReadFile", nothing={"name": "n"}, read_file={"description": "D"})
    assert [(t.name, t.schema.description) for t in build(spec).tools] == [("read_file", "D")]


class Server(Workbench[NoConfig]):
    provider = "test.Server"
    Config = NoConfig
    namespaced = True
    palette = Palette("Server", "For tests.", "Tools", "flask")

    def __init__(self, label: str) -> None:
        self._label = label

    @property
    def label(self) -> str:
        return self._label

    @classmethod
    def build(cls, config: NoConfig, builder: Builder) -> Server:
        raise NotImplementedError

    async def list_tools(self, step: StepContext) -> list[Tool]:
        return []


def tool(name: str, says: str) -> FunctionTool:
    def say() -> str:
        return says

    return FunctionTool(say, name=name)


async def test_a48_two_servers_with_the_same_tool_do_not_shadow_each_other() -> None:
    one, two = [tool("search", "one"), tool("only", "one")], [tool("search", "two")]
    tools = told_apart([], [(Server("alpha"), one), (Server("beta"), two)])
    assert [t.name for t in tools] == ["alpha_search", "only", "beta_search"]
    said: list[Any] = [await t.call({}, tool_context()) for t in tools]
    assert said == ["one", "one", "two"]
    assert [t.schema.name for t in tools] == [t.name for t in tools]


def test_a48_a_server_never_takes_the_name_of_an_agents_own_tool() -> None:
    own = [tool("pay", "own"), tool("evil_pay", "own")]
    benches = [(Server("evil"), [tool("pay", "x")]), (Server("evil"), [tool("pay", "y")])]
    assert [t.name for t in told_apart(own, benches)] == [
        "pay",
        "evil_pay",
        "evil_pay_2",
        "evil_pay_3",
    ]
    static = build(bench(StaticWorkbench, "ReadFile"))
    mixed = told_apart([], [(Server("s"), [tool("read_file", "x")]), (static, static.tools)])
    assert [t.name for t in mixed] == ["s_read_file", "read_file"]


@pytest.mark.parametrize(
    ("name", "valid"),
    [("search", "search"), ("a-b_C9", "a-b_C9"), ("a.b c", "a_b_c"), ("naïve", "na_ve")],
)
def test_names_are_made_valid(name: str, valid: str) -> None:
    assert valid_name(name) == valid


@pytest.mark.parametrize("name", ["", "…", "x" * 200, "日本語", "a" * 64 + "\n<system>"])
def test_names_that_cannot_be_kept_get_a_mark(name: str) -> None:
    made = valid_name(name)
    assert 0 < len(made) <= MAX_NAME
    assert made.replace("_", "").isalnum()
    assert made == valid_name(name) != valid_name(name + "x")
