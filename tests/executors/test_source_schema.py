"""The schema of a user's function is read off its text."""

from __future__ import annotations

import time
from typing import Any

import jsonschema
import pytest

from runtime.tools.source_schema import MAX_SOURCE, Source, read_source


def parameter(annotation: str) -> dict[str, Any]:
    found = read_source(f"def f(x: {annotation}): pass", "f")
    assert found.error is None
    schema: dict[str, Any] = dict(found.parameters["properties"]["x"])
    schema.pop("description")
    jsonschema.Draft202012Validator.check_schema(schema)
    return schema


def codes(found: Source) -> list[tuple[str, str]]:
    return [(fault.severity, fault.code) for fault in found.faults]


@pytest.mark.parametrize(
    ("annotation", "schema"),
    [
        ("str", {"type": "string"}),
        ("int", {"type": "integer"}),
        ("float", {"type": "number"}),
        ("bool", {"type": "boolean"}),
        ("None", {"type": "null"}),
        ("Any", {}),
        ("pathlib.Path", {"type": "string", "format": "path"}),
        ("datetime.date", {"type": "string", "format": "date"}),
        ("typing.Any", {}),
        ("list", {"type": "array", "items": {}}),
        ("list[int]", {"type": "array", "items": {"type": "integer"}}),
        ("typing.List[str]", {"type": "array", "items": {"type": "string"}}),
        ("dict", {"type": "object"}),
        ("dict[str, int]", {"type": "object", "additionalProperties": {"type": "integer"}}),
        ("Optional[int]", {"anyOf": [{"type": "integer"}, {"type": "null"}]}),
        ("int | None", {"anyOf": [{"type": "integer"}, {"type": "null"}]}),
        (
            "Union[int, str, None]",
            {"anyOf": [{"type": "integer"}, {"type": "string"}, {"type": "null"}]},
        ),
        ("'int | str'", {"anyOf": [{"type": "integer"}, {"type": "string"}]}),
        ("Literal['a', 1, None]", {"enum": ["a", 1, None]}),
        ("Optional[Any]", {}),
        (
            "tuple[int, str]",
            {
                "type": "array",
                "prefixItems": [{"type": "integer"}, {"type": "string"}],
                "minItems": 2,
                "maxItems": 2,
            },
        ),
        ("tuple[int, ...]", {"type": "array", "items": {"type": "integer"}}),
        (
            "list[dict[str, list[int]]]",
            {
                "type": "array",
                "items": {
                    "type": "object",
                    "additionalProperties": {"type": "array", "items": {"type": "integer"}},
                },
            },
        ),
    ],
)
def test_annotations(annotation: str, schema: dict[str, Any]) -> None:
    assert parameter(annotation) == schema


def test_a_whole_function() -> None:
    source = '''
from typing import Annotated

async def find(
    query: Annotated[str, "What to look for"],
    /,
    limit: int = 10,
    *,
    tags: list[str] | None = None,
    exact: bool,
    cancellation_token: CancellationToken,
) -> list[str]:
    """Finds things.

    Args:
        limit: How many.
    """
    return []
'''
    found = read_source(source, "find")
    assert (found.function, found.docstring, found.takes_token) == ("find", "Finds things.", True)
    assert found.faults == []
    assert found.parameters == {
        "type": "object",
        "properties": {
            "query": {"type": "string", "description": "What to look for"},
            "limit": {"type": "integer", "description": "How many.", "default": 10},
            "tags": {
                "anyOf": [{"type": "array", "items": {"type": "string"}}, {"type": "null"}],
                "description": "tags",
                "default": None,
            },
            "exact": {"type": "boolean", "description": "exact"},
        },
        "required": ["query", "exact"],
        "additionalProperties": False,
    }


def test_the_tools_name_chooses_among_functions() -> None:
    source = "def first(): pass\ndef second(x: int): pass"
    assert read_source(source, "second").function == "second"
    assert read_source(source, "other").function == "first"


@pytest.mark.parametrize("annotation", ["Foo", "Foo[int]", "f(1)", "Literal[x]", "bytes"])
def test_what_cannot_be_read_is_open_and_said(annotation: str) -> None:
    found = read_source(f"def f(x: {annotation}): pass", "f")
    assert found.parameters["properties"]["x"] == {"description": "x"}
    assert codes(found) == [("warning", "unreadable_type")]
    assert annotation in found.faults[0].detail


def test_a_missing_type_and_a_computed_default_are_said() -> None:
    found = read_source("def f(x, y: int = len('a')): pass", "f")
    assert codes(found) == [("warning", "unreadable_type"), ("warning", "unreadable_default")]
    assert found.parameters["required"] == ["x"]
    assert "default" not in found.parameters["properties"]["y"]


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("x = 1", "no_function"),
        ("", "no_function"),
        ("def f(:", "syntax_error"),
        ("def f(): pass\x00", "syntax_error"),
        ("def f(*args: int): pass", "variable_arguments"),
        ("def f(**more: int): pass", "variable_arguments"),
        ("#" * (MAX_SOURCE + 1), "source_too_long"),
    ],
)
def test_what_no_tool_can_be_made_of(source: str, code: str) -> None:
    assert codes(read_source(source, "f")) == [("error", code)]


@pytest.mark.parametrize(
    "source",
    [
        "(" * 90_000,
        "-" * 90_000 + "1",
        "x" + ".a" * 45_000,
        "def f(x: " + "list[" * 15_000 + "int" + "]" * 15_000 + "): pass",
        "def f(x: " + "int | " * 15_000 + "int): pass",
        "def f(x=" + "[" * 150 + "]" * 150 + "): pass",
        "def f(x: '" + "\\'" * 20_000 + "'): pass",
        "f(" * 30_000,
        "def f(): pass\n" * 7_000,
        "lambda: " * 10_000,
    ],
    ids=lambda source: source[:20],
)
def test_a18_hostile_source_is_answered_in_bounded_time(source: str) -> None:
    begun = time.monotonic()
    found = read_source(source, "f")
    assert time.monotonic() - begun < 5
    assert found.faults or found.function == "f"
