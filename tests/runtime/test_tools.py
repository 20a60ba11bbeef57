from __future__ import annotations

import asyncio
import json
from enum import Enum
from typing import Annotated, Any

import pytest
from pydantic import BaseModel

from runtime.durable.tool import ToolContext
from runtime.durable.tool_step import as_text
from runtime.events import sanitise, sanitise_model, sanitise_text
from runtime.events.payloads import StepRecorded
from runtime.events.sanitise import MAX_DEPTH, MAX_TEXT, TOO_DEEP
from runtime.testing import tool_context
from runtime.tools import FunctionTool
from runtime.tools.sample_notes import search_notes
from tests.runtime import sample_tools
from tests.runtime.support import (
    Json,
    World,
    agent,
    calls,
    last,
    model,
    of_kind,
    said,
    team,
    until_true,
)

CONTEXT = tool_context()


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


class Size(BaseModel):
    width: int
    height: int = 1


def paint(
    what: Annotated[str, "The thing"], colour: Colour, size: Size, times: int = 1
) -> dict[str, Any]:
    """Paints a thing."""
    return {"what": what, "colour": colour.value, "area": size.width * size.height * times}


async def test_a_function_becomes_a_tool() -> None:
    tool = FunctionTool(paint)
    assert (tool.name, tool.schema.description) == ("paint", "Paints a thing.")
    assert (tool.effect, tool.side_effects) == ("at_most_once", True)
    parameters = tool.schema.parameters
    assert parameters["required"] == ["what", "colour", "size"]
    assert parameters["properties"]["what"] == {"type": "string", "description": "The thing"}
    assert parameters["properties"]["colour"]["enum"] == ["red", "blue"]
    assert parameters["properties"]["size"]["properties"]["width"] == {"type": "integer"}
    assert parameters["properties"]["times"]["default"] == 1
    assert parameters["additionalProperties"] is False
    assert "$defs" not in parameters

    arguments = {"what": "wall", "colour": "red", "size": {"width": 3}}
    assert await tool.call(arguments, CONTEXT) == {"what": "wall", "colour": "red", "area": 3}


def test_what_cannot_be_a_tool_says_why() -> None:
    def bare(x) -> None: ...  # type: ignore[no-untyped-def]

    def many(*xs: int) -> None: ...

    def optional(x: int = 1) -> None: ...

    with pytest.raises(TypeError, match="no type annotation"):
        FunctionTool(bare)
    with pytest.raises(TypeError, match=r"no \*args"):
        FunctionTool(many)
    with pytest.raises(TypeError, match="must have no default"):
        FunctionTool(optional, strict=True)


async def test_the_context_is_injected_and_not_shown() -> None:
    async def key(context: ToolContext) -> str:
        return context.idempotency_key

    tool = FunctionTool(key)
    assert tool.schema.parameters["properties"] == {}
    assert await tool.call({}, CONTEXT) == "k"


def using(name: str, *arguments: Json) -> Json:
    function = {
        "Wait": "wait",
        "Fail": "fail",
        "Odd": "odd",
        "ThreadName": "thread_name",
        "CurrentTime": "current_time",
        "ListFiles": "list_files",
        "ReadFile": "read_file",
    }[name]
    script = model(calls(*((function, a) for a in arguments or ({},))), "Done.")
    return team(agent("a", script, name), max_turns=1)


async def result_of(spec: Json, world: World | None = None) -> Any:
    world = world or World()
    journal = world.journal()
    assert await world.engine(spec, journal).run() == "completed"
    assert said(journal)[-1] == ("a", "Done.")
    return last(journal, "tool.completed")


@pytest.mark.usefixtures("tools")
async def test_a_failing_tool_is_an_error_result() -> None:
    result = await result_of(using("Fail", {"text": "boom"}))
    assert (result.outcome, result.is_error) == ("error", True)
    assert result.result == "KeyError: 'boom'"


@pytest.mark.usefixtures("tools")
async def test_synchronous_tools_run_in_threads_of_their_own() -> None:
    result = await result_of(using("ThreadName"))
    assert result.result.startswith("troupe-tool")


@pytest.mark.usefixtures("tools")
async def test_a_tool_that_takes_too_long_is_ended() -> None:
    world = World()
    journal = world.journal()
    life = asyncio.ensure_future(world.engine(using("Wait"), journal).run())
    await until_true(lambda: sample_tools.waiting == 1)
    world.clock.advance(60.0)

    assert await life == "completed"
    result = last(journal, "tool.completed")
    assert (result.outcome, result.is_error) == ("timeout", True)
    assert "60 s" in result.result
    assert sample_tools.cancelled == 1


async def test_file_errors_are_plain_words() -> None:
    result = await result_of(using("ReadFile", {"path": "nope"}))
    assert (result.outcome, result.result) == ("error", "There is no file 'nope'")


async def test_time_is_the_runs_time() -> None:
    world = World()
    world.clock.advance(86_400)
    result = await result_of(using("CurrentTime"), world)
    assert result.result == "Friday, 2026-01-02 00:00:00 UTC"


async def test_files_are_listed() -> None:
    world = World()
    world.files.files["a.md"] = "hello"
    assert (await result_of(using("ListFiles"), world)).result == "a.md (5 bytes)"


# Hostile results -------------------------------------------------------------------------------


@pytest.mark.usefixtures("tools")
@pytest.mark.parametrize("kind", ["nul", "surrogate", "nan", "deep"])
async def test_odd_results_are_stored_sanitised_and_the_run_goes_on(kind: str) -> None:
    result = await result_of(using("Odd", {"kind": kind}))
    assert result.outcome == "done"
    text = result.model_dump_json()
    assert "\\u0000" not in text
    expected = {
        "nul": "a\ufffdb",
        "surrogate": "a\ufffdb",
        "nan": '{"x": null}',
        "deep": TOO_DEEP,
    }
    assert expected[kind] in result.result
    text.encode()


async def test_odd_arguments_of_a_model_are_sanitised_before_they_are_hashed() -> None:
    raw = '{"path": "a\\u0000\\ud800.md", "content": "x"}'
    world = World()
    journal = world.journal()
    spec = team(agent("a", model(calls(("write_file", raw)), "Done."), "WriteFile"), max_turns=1)
    assert await world.engine(spec, journal).run() == "completed"
    requested = of_kind(journal, "tool.requested")[0].payload
    assert requested.arguments == {"path": "a\ufffd\ufffd.md", "content": "x"}
    assert list(world.files.files) == ["a\ufffd\ufffd.md"]


@pytest.mark.parametrize("raw", ['{"path": NaN}', '{"path": Infinity}', "[1]", '"x"', "{" * 5000])
async def test_arguments_that_are_no_object(raw: str) -> None:
    world = World()
    journal = world.journal()
    spec = team(agent("a", model(calls(("write_file", raw)), "Done."), "WriteFile"), max_turns=1)
    assert await world.engine(spec, journal).run() == "completed"
    assert last(journal, "tool.completed").outcome == "invalid"


def test_the_sanitiser() -> None:
    clean = {"a": [1, "x", None, 2.5, True], "b": {"c": "ü"}}
    assert sanitise(clean) is clean
    assert sanitise({"n\x00": float("inf"), "m": [float("nan"), 1e308 * 10]}) == {
        "n\ufffd": None,
        "m": [None, None],
    }
    assert sanitise("\ud83d\ude00") == "\ufffd\ufffd"
    assert sanitise("😀") == "😀"
    deep: Any = "x"
    for _ in range(900):
        deep = {"d": deep}
    level, safe = 0, sanitise(deep)
    while isinstance(safe, dict):
        level, safe = level + 1, safe["d"]
    assert (level, safe) == (MAX_DEPTH, TOO_DEEP)


def test_long_text_is_cut_and_says_so() -> None:
    cut = sanitise_text("x" * (MAX_TEXT + 1_234))
    assert cut.startswith("x" * 1_000)
    assert cut.endswith("[cut: 1,234 more characters]")
    total = sanitise(["x" * MAX_TEXT] * 10)
    assert sum(map(len, total)) < 1_001_000


def test_results_as_text() -> None:
    assert as_text("plain") == "plain"
    assert as_text({"a": [1, "ü"]}) == '{"a": [1, "ü"]}'
    assert as_text(Size(width=2)) == '{"width":2,"height":1}'
    assert as_text(None) == "null"
    assert as_text({1, 2}.__class__).startswith("<class")


# The sample notes ------------------------------------------------------------------------------


def test_notes_are_found_by_topic_and_by_word() -> None:
    found = search_notes("urban trees").splitlines()
    assert len(found) == 5
    assert all(line.startswith("- [urban trees]") for line in found)
    assert "waggle dance" in search_notes("how do honey bees dance", limit=3)
    assert search_notes("quantum chromodynamics").startswith("No note matches")
    assert "There are notes on: urban trees, solar power" in search_notes("xyzzy")


@pytest.mark.parametrize(
    "value", [float("nan"), float("inf"), "a\x00b", "\ud800", {"deep": [float("-inf")]}]
)
def test_the_quick_look_misses_nothing(value: Any) -> None:
    """What is small and looks clean is not walked through; these are."""
    recorded = sanitise_model(StepRecorded(name="x", value=value))
    assert recorded.value == sanitise(value)
    json.dumps(recorded.model_dump(), allow_nan=False).encode()
