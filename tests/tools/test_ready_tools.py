"""The small tools that come with Troupe: calculator, time, files."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from runtime.durable.tool import ToolContext
from runtime.errors import ToolError
from runtime.testing import ManualClock, MemoryFileArea, tool_context
from runtime.tools.calculator import Calculator, calculate
from runtime.tools.current_time import CurrentTime
from runtime.tools.files import AppendFile, DeleteFile, EditFile


@pytest.mark.parametrize(
    ("expression", "result"),
    [
        ("1 + 2 * 3", "7"),
        (" (1 + 2) * -3 ", "-9"),
        ("2^10", "1024"),
        ("7 / 2", "3.5"),
        ("7 // 2 + 7 % 4", "6"),
        ("sqrt(16) + abs(-2) + max(1, 5)", "11"),
        ("round(pi, 4)", "3.1416"),
        ("log(e)", "1"),
        ("0.1 + 0.2", "0.30000000000000004"),
        ("2 ** 200", str(2**200)),
        ("2 ** -1", "0.5"),
        ("1_000 * 2", "2000"),
    ],
)
def test_calculations(expression: str, result: str) -> None:
    assert calculate(expression) == result


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("1 / 0", "zero"),
        ("9 ** 9 ** 9", "too large"),
        ("2 ** 100000", "too large"),
        ("(2 ** 9999) * (2 ** 9999)", "too large"),
        ("1e308 * 10", "too large"),
        ("10.0 ** 400", "too large"),
        ("exp(1000)", "too large"),
        ("(-1) ** 0.5", "not a real number"),
        ("sqrt(-1)", "cannot be calculated"),
        ("1 +", "cannot be calculated"),
        ("", "cannot be calculated"),
        ("1 \x00", "cannot be calculated"),
        ("1 + 'a'", "not arithmetic"),
        ("True + 1", "not arithmetic"),
        ("1j", "not arithmetic"),
        ("x", "not arithmetic"),
        ("__import__('os').system('true')", "not arithmetic"),
        ("().__class__", "not arithmetic"),
        ("[1 for _ in range(10)]", "not arithmetic"),
        ("(lambda: 1)()", "not arithmetic"),
        ("max(*[1, 2])", "not arithmetic"),
        ("round(1.5, ndigits=0)", "not arithmetic"),
        ("1 < 2", "not arithmetic"),
        ("sqrt(1, 2)", "cannot be calculated"),
        ("1+" * 499 + "1", "too many parts"),
        ("-" * 100 + "1", "nested too deep"),
        ("(" * 400 + "1" + ")" * 400, "cannot be calculated"),
        ("9" * 5_000, "longer than"),
    ],
)
def test_what_is_no_calculation_says_so(expression: str, words: str) -> None:
    with pytest.raises(ToolError, match=words):
        calculate(expression)


def test_the_calculator_is_pure() -> None:
    tool = Calculator()
    assert (tool.name, tool.effect, tool.side_effects) == ("calculate", "pure", False)


def at(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> ToolContext:
    return tool_context(clock=ManualClock(datetime(year, month, day, hour, minute, tzinfo=UTC)))


async def test_the_time_in_a_zone() -> None:
    tool = CurrentTime()
    assert await tool.call({}, at(2026, 7, 1, 12)) == "Wednesday, 2026-07-01 12:00:00 UTC"
    summer = await tool.call({"timezone": "Europe/Berlin"}, at(2026, 7, 1, 12))
    assert summer == "Wednesday, 2026-07-01 14:00:00 CEST (UTC+0200)"
    winter = await tool.call({"timezone": "Europe/Berlin"}, at(2026, 12, 31, 23, 30))
    assert winter == "Friday, 2027-01-01 00:30:00 CET (UTC+0100)"


@pytest.mark.parametrize("zone", ["Middle/Earth", "../../etc/passwd", "/etc/passwd", "", "a\0b"])
async def test_a_zone_that_there_is_not(zone: str) -> None:
    with pytest.raises(ToolError, match="no time zone"):
        await CurrentTime().call({"timezone": zone}, at(2026, 1, 1))


@pytest.fixture
def files() -> MemoryFileArea:
    return MemoryFileArea({"a.md": "one two one"})


async def test_appending(files: MemoryFileArea) -> None:
    context = tool_context(files=files)
    await AppendFile().call({"path": "a.md", "content": "\nthree"}, context)
    await AppendFile().call({"path": "new/b.md", "content": "x"}, context)
    assert files.files == {"a.md": "one two one\nthree", "new/b.md": "x"}


async def test_editing(files: MemoryFileArea) -> None:
    context = tool_context(files=files)
    edit = EditFile()
    with pytest.raises(ToolError, match="2 times"):
        await edit.call({"path": "a.md", "search": "one", "replace": "1"}, context)
    with pytest.raises(ToolError, match="does not contain"):
        await edit.call({"path": "a.md", "search": "four", "replace": "4"}, context)
    with pytest.raises(ToolError, match="nothing to search"):
        await edit.call({"path": "a.md", "search": "", "replace": "4"}, context)
    assert files.writes == []
    await edit.call({"path": "a.md", "search": "two", "replace": "2"}, context)
    said = await edit.call(
        {"path": "a.md", "search": "one", "replace": "1", "everywhere": True}, context
    )
    assert (files.files["a.md"], said) == ("1 2 1", "Replaced 2 places in a.md.")


async def test_deleting(files: MemoryFileArea) -> None:
    context = tool_context(files=files)
    assert await DeleteFile().call({"path": "a.md"}, context) == "Deleted a.md."
    assert files.files == {}
    with pytest.raises(ToolError, match="no file"):
        await DeleteFile().call({"path": "a.md"}, context)
