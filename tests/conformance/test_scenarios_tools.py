"""Scenarios 23 to 28: function tools, workbenches, model contexts. Their details are tested where
they live: test_function.py and test_workbench.py in tests/tools, tests/models/test_contexts.py."""

from __future__ import annotations

import functools
from collections.abc import AsyncIterator
from typing import Annotated, Any

import pytest
from pydantic import BaseModel, model_serializer

from runtime.durable.tool import ToolOutput
from runtime.durable.tool_step import as_text
from runtime.errors import ToolError
from runtime.testing import tool_context
from runtime.tools.function import FunctionTool
from tests.conformance.sessions import Asked, Session, problems, ran
from tests.runtime.support import Json, agent, calls, model, team, tool
from tests.runtime.test_teams import component


def described(arg: str, other: Annotated[int, "int arg"], nonrequired: int = 5) -> str:
    return arg


def test_s23_a_schema_is_made_of_the_signature() -> None:
    schema = FunctionTool(described).schema.parameters
    assert list(schema["properties"]) == ["arg", "other", "nonrequired"]
    assert schema["required"] == ["arg", "other"]
    words = {name: value["description"] for name, value in schema["properties"].items()}
    assert words == {"arg": "arg", "other": "int arg", "nonrequired": "nonrequired"}
    with pytest.raises(ValueError, match="nonrequired"):
        FunctionTool(described, strict=True)


def get_weather(country: str, city: str) -> str:
    return f"{city} in {country} is sunny"


async def test_s24_partial_functions() -> None:
    bound = FunctionTool(functools.partial(get_weather, "Germany"))
    assert list(bound.schema.parameters["properties"]) == ["city"]
    optional = FunctionTool(functools.partial(get_weather, country="Germany"))
    assert optional.schema.parameters["required"] == ["city"]
    assert set(optional.schema.parameters["properties"]) == {"country", "city"}
    for each in (bound, optional):
        said = await each.call({"city": "Ulm"}, tool_context())
        assert said == "Ulm in Germany is sunny"


class Sized(BaseModel):
    size: int = 3


class Worded(BaseModel):
    @model_serializer
    def words(self) -> str:
        return "in words"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Sized(), '{"size": 3}'),
        (Worded(), "in words"),
        (5, "5"),
        ([1, 2], "[1, 2]"),
        (["it's", None, True], '["it\'s", null, true]'),
        ({"a": "b"}, '{"a": "b"}'),
        (None, "None"),
    ],
)
async def test_s25_results_are_json(value: Any, text: str) -> None:
    """AutoGen gives lists and dicts as Python writes them; models read JSON better."""

    async def give() -> Any:
        return value

    assert as_text(await FunctionTool(give).call({}, tool_context())) == text


def bench(*names: str, kind: str = "StaticStreamWorkbench", **overrides: Json) -> Json:
    return {
        "provider": f"autogen_core.tools.{kind}",
        "component_type": "workbench",
        "config": {"tools": [tool(name) for name in names], "tool_overrides": overrides},
    }


@pytest.mark.parametrize("kind", ["StaticWorkbench", "StaticStreamWorkbench"])
async def test_s26_a_renamed_tool_is_called_by_its_new_name(kind: str, asked: Asked) -> None:
    """AutoGen finds no renamed tool when it is called through a streaming workbench."""
    renamed = bench("SampleNotes", kind=kind, search_notes={"name": "look_up", "description": "D"})
    script = model(calls(("look_up", {"query": "bees"}), ("search_notes", {})), "Done")
    ended = await ran(team(agent("a", script, workbench=[renamed]), max_turns=1))
    done = {call.tool: call.is_error for call in ended.payloads("tool.completed")}
    assert done == {"look_up": False, "search_notes": True}
    assert [(t.name, t.description) for t in asked.of("a")[0].tools] == [("look_up", "D")]


async def test_s26_two_tools_of_one_name_are_refused() -> None:
    twice = bench("SampleNotes", "CurrentTime", current_time={"name": "search_notes"})
    spec = team(agent("a", model("x"), workbench=[twice]), max_turns=1)
    assert "duplicate_tool" in problems(spec)
    assert (await Session(spec).run()).outcome == "failed"


async def test_s27_a_stream_ends_with_its_result() -> None:
    async def counting(to: int) -> AsyncIterator[int]:
        for number in range(to):
            yield number
        if to == 2:
            raise RuntimeError("in the middle")

    good = await FunctionTool(counting).call({"to": 3}, tool_context())
    assert isinstance(good, ToolOutput)
    assert (good.text, good.artifacts) == ("2", {"items": [0, 1]})
    bad = await FunctionTool(counting).call({"to": 2}, tool_context())
    assert isinstance(bad, ToolOutput)
    assert bad.is_error
    assert "in the middle" in bad.text
    assert bad.artifacts == {"items": [0, 1]}


async def test_s27_arguments_that_do_not_fit_are_an_error() -> None:
    with pytest.raises(ToolError):
        await FunctionTool(get_weather).call({"city": 5}, tool_context())


VIEWS = {
    "BufferedChatCompletionContext": {"buffer_size": 2},
    "HeadAndTailChatCompletionContext": {"head_size": 1, "tail_size": 1},
}


@pytest.mark.parametrize("name", VIEWS)
async def test_s28_a_context_limits_what_a_model_sees_and_no_result_stands_alone(
    name: str, asked: Asked
) -> None:
    view = {
        "provider": f"autogen_core.model_context.{name}",
        "component_type": "chat_completion_context",
        "config": VIEWS[name],
    }
    script = model(calls(("search_notes", {"query": "bees"})), "one", "two", "three", "four")
    spec = team(
        agent("a", script, "SampleNotes", model_context=view, system_message=None),
        agent("b", model("x", "y", "z")),
        max_turns=5,
    )
    ended = await ran(spec)
    assert ended.sources == ["user", "a", "b", "a", "b", "a"]
    sizes = [len(request.messages) for request in asked.of("a")]
    assert max(sizes) <= 3
    for request in asked.of("a"):
        kinds = [m.type for m in request.messages]
        for index, kind in enumerate(kinds):
            if kind == "FunctionExecutionResultMessage":
                assert kinds[index - 1] == "AssistantMessage"
    assert sizes[-1] < len(ended.sources)


async def test_s28_a_context_is_a_view_and_the_next_run_sees_as_much(asked: Asked) -> None:
    view = component("x", "y")
    view.update(
        provider="autogen_core.model_context.BufferedChatCompletionContext",
        component_type="chat_completion_context",
        config={"buffer_size": 2},
    )
    spec = team(agent("a", model("1", "2", "3"), model_context=view), max_turns=1)
    session = Session(spec)
    for task in ("first", "second", "third"):
        await session.run(task)
    seen = [[str(m.content) for m in r.messages[1:]] for r in asked.of("a")]
    assert seen == [["first"], ["1", "second"], ["2", "third"]]
