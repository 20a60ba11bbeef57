"""Function tools: scenarios 23 to 25 and 27 of the reference, docstrings, cancellation."""

from __future__ import annotations

import asyncio
import functools
import threading
from collections.abc import AsyncIterator
from datetime import date
from typing import Annotated, Any

import pytest
from pydantic import BaseModel, Field, model_serializer

from runtime.core.cancellation import CancellationToken
from runtime.durable.tool import ToolOutput
from runtime.durable.tool_step import as_text
from runtime.errors import ToolError
from runtime.testing import tool_context
from runtime.tools import FunctionTool
from runtime.tools.docstrings import parse_docstring

CONTEXT = tool_context()


def three(arg: str, other: Annotated[int, "int arg"], nonrequired: int = 5) -> str:
    """Joins."""
    return f"{arg}{other}{nonrequired}"


def test_scenario_23_the_schema_of_a_signature() -> None:
    parameters = FunctionTool(three).schema.parameters
    assert list(parameters["properties"]) == ["arg", "other", "nonrequired"]
    assert parameters["required"] == ["arg", "other"]
    descriptions = [entry["description"] for entry in parameters["properties"].values()]
    assert descriptions == ["arg", "int arg", "nonrequired"]
    assert parameters["properties"]["nonrequired"]["default"] == 5
    assert parameters["additionalProperties"] is False


class Inner(BaseModel):
    text: str


class Optional(BaseModel):
    text: str = "x"


class Tree(BaseModel):
    children: list[Tree] = Field(default_factory=list)


def test_scenario_23_strict_wants_everything_required_at_every_depth() -> None:
    def whole(a: str, inner: list[Inner]) -> None: ...

    def loose(inner: Optional) -> None: ...

    def open_ended(values: dict[str, int]) -> None: ...

    tool = FunctionTool(whole, strict=True)
    assert tool.schema.strict
    assert tool.schema.parameters["required"] == ["a", "inner"]
    assert tool.schema.parameters["properties"]["inner"]["items"]["additionalProperties"] is False
    for function, words in (
        (three, "no default"),
        (loose, "no default"),
        (open_ended, "must name"),
    ):
        with pytest.raises(ValueError, match=words):
            FunctionTool(function, strict=True)


def test_what_cannot_be_said_in_a_schema() -> None:
    def tree(root: Tree) -> None: ...

    def positional(x: int, /) -> None: ...

    def noted(x: Annotated[int, Field(gt=1)]) -> None: ...

    for function, words in ((tree, "itself"), (positional, "positional"), (noted, "one desc")):
        with pytest.raises(ValueError, match=words):
            FunctionTool(function)


def get_weather(country: str, city: str) -> str:
    """The weather of a city."""
    return f"The weather in {city}, {country}: 23 degrees"


async def test_scenario_24_partial_functions() -> None:
    bound = FunctionTool(functools.partial(get_weather, "Germany"))
    assert bound.name == "get_weather"
    assert bound.schema.description == "The weather of a city."
    assert list(bound.schema.parameters["properties"]) == ["city"]
    assert "Berlin, Germany" in await bound.call({"city": "Berlin"}, CONTEXT)

    named = FunctionTool(functools.partial(get_weather, country="Germany"))
    assert list(named.schema.parameters["properties"]) == ["country", "city"]
    assert named.schema.parameters["required"] == ["city"]
    assert "Berlin, Germany" in await named.call({"city": "Berlin"}, CONTEXT)
    assert "Lyon, France" in await named.call({"country": "France", "city": "Lyon"}, CONTEXT)


class Custom(BaseModel):
    value: int

    @model_serializer
    def as_words(self) -> str:
        return f"the value {self.value}"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Inner(text="ü"), '{"text": "ü"}'),
        (Custom(value=3), "the value 3"),
        (5, "5"),
        ([1, 2], "[1, 2]"),
        (None, "None"),
        ("plain", "plain"),
        ({"when": date(2026, 1, 2)}, '{"when": "2026-01-02"}'),
        ([Inner(text="a")], '[{"text": "a"}]'),
        (b"\xff", "b'\\xff'"),
    ],
)
async def test_scenario_25_results_are_json(value: Any, text: str) -> None:
    """Improve: JSON where AutoGen gives Python's notation; its `None` stays."""

    async def give() -> Any:
        return value

    assert as_text(await FunctionTool(give).call({}, CONTEXT)) == text


async def test_scenario_27_a_stream_ends_with_its_result() -> None:
    async def counting(to: int) -> AsyncIterator[Any]:
        for number in range(to):
            yield {"at": number}
        if to > 2:
            raise KeyError("too far")

    tool = FunctionTool(counting)
    assert await tool.call({"to": 2}, CONTEXT) == ToolOutput(
        '{"at":1}', artifacts={"items": [{"at": 0}]}
    )
    failed = await tool.call({"to": 3}, CONTEXT)
    assert failed.is_error
    assert failed.artifacts == {"items": [{"at": 0}, {"at": 1}, {"at": 2}]}
    assert (await tool.call({"to": 0}, CONTEXT)).text == "None"


def documented(city: str, days: int, units: Annotated[str, "explicit"]) -> None:
    """Says the weather.

    In a few words.

    Args:
        city: Where, in English,
            on more than one line.
        days (int): How far ahead.
        units: Not this one.

    Returns:
        city: nothing of this.
    """


def test_docstrings_describe_parameters_unless_annotations_do() -> None:
    schema = FunctionTool(documented).schema
    assert schema.description == "Says the weather.\n\nIn a few words."
    described = {k: v["description"] for k, v in schema.parameters["properties"].items()}
    assert described == {
        "city": "Where, in English, on more than one line.",
        "days": "How far ahead.",
        "units": "explicit",
    }


@pytest.mark.parametrize(
    "text",
    [
        "Adds.\n\nArgs:\n    a: The first.\n    b (int, optional): The second: with a colon.",
        "Adds.\n\nParameters\n----------\na : int\n    The first.\nb\n    The second:\n    "
        "with a colon.\n\nReturns\n-------\nint\n    The sum.",
        "Adds.\n\n:param a: The first.\n:param int b: The second:\n    with a colon.\n"
        ":returns: the sum\n:rtype: int",
    ],
)
def test_three_styles_of_docstrings(text: str) -> None:
    found = parse_docstring(text)
    assert found.description == "Adds."
    assert found.parameters == {"a": "The first.", "b": "The second: with a colon."}


def test_other_docstrings_are_descriptions() -> None:
    assert parse_docstring(None).description == ""
    text = "Note: this is text.\n\nIt has args: a, b.\nArgs:\nnot indented"
    assert parse_docstring(text).description == text
    assert parse_docstring(text).parameters == {}


async def test_parameters_may_have_any_name() -> None:
    def odd(schema: int, copy: str, _x: int = 1, model_config: int = 2) -> list[Any]:
        return [schema, copy, _x, model_config]

    tool = FunctionTool(odd)
    assert list(tool.schema.parameters["properties"]) == ["schema", "copy", "_x", "model_config"]
    assert await tool.call({"schema": 1, "copy": "c", "_x": 5}, CONTEXT) == [1, "c", 5, 2]
    with pytest.raises(ToolError, match="The arguments do not fit: copy"):
        await tool.call({"schema": 1}, CONTEXT)


async def test_callable_objects() -> None:
    class Adder:
        """Adds to a base."""

        async def __call__(self, a: int) -> int:
            return a + 1

    tool = FunctionTool(Adder(), name="add")
    assert (tool.name, tool.schema.description) == ("add", "Adds to a base.")
    assert await tool.call({"a": 1}, CONTEXT) == 2


async def test_a_plain_function_can_see_that_it_is_not_wanted_any_more() -> None:
    began, ended = threading.Event(), threading.Event()
    loop, running = asyncio.get_running_loop(), asyncio.Event()

    def work(token: CancellationToken) -> None:
        began.set()
        loop.call_soon_threadsafe(running.set)
        while not token.cancelled:
            ended.wait(0.005)
        ended.set()

    tool = FunctionTool(work)
    assert tool.schema.parameters["properties"] == {}
    call = asyncio.ensure_future(tool.call({}, CONTEXT))
    await running.wait()
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert await asyncio.to_thread(ended.wait, 5)


async def test_a_coroutine_is_cancelled() -> None:
    seen = []
    running = asyncio.Event()

    async def work() -> None:
        running.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            seen.append("cancelled")
            raise

    call = asyncio.ensure_future(FunctionTool(work).call({}, CONTEXT))
    await running.wait()
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert seen == ["cancelled"]
