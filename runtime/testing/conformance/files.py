"""What file tools rely on from a file area."""

from __future__ import annotations

from abc import ABC, abstractmethod

import pytest

from runtime.errors import ToolError
from runtime.ports import FileArea

OUTSIDE = ["../x", "/etc/passwd", "a/../../x", "a/../../../etc/passwd", "..", ""]


class FileAreaConformance(ABC):
    @abstractmethod
    async def new_area(self) -> FileArea:
        """An empty one."""

    async def test_what_was_written_is_read(self) -> None:
        area = await self.new_area()
        text = "naïve 😀\nsecond line\r\n"
        assert await area.write("notes/a.md", text) == len(text.encode())
        assert await area.read("notes/a.md") == text

    async def test_writing_replaces(self) -> None:
        area = await self.new_area()
        await area.write("a.md", "a long text")
        await area.write("a.md", "short")
        assert await area.read("a.md") == "short"
        assert [file["path"] for file in await area.list()] == ["a.md"]

    async def test_listing_is_by_path_and_prefix(self) -> None:
        area = await self.new_area()
        for path in ("b.md", "a/2.md", "a/1.md"):
            await area.write(path, "xyz")
        listed = await area.list()
        assert [file["path"] for file in listed] == ["a/1.md", "a/2.md", "b.md"]
        assert {file["size"] for file in listed} == {3}
        assert [file["path"] for file in await area.list("a/")] == ["a/1.md", "a/2.md"]

    async def test_a_missing_file_is_a_tool_error(self) -> None:
        with pytest.raises(ToolError):
            await (await self.new_area()).read("nope.md")

    async def test_a_deleted_file_is_gone(self) -> None:
        area = await self.new_area()
        await area.write("a/b.md", "x")
        await area.write("a/c.md", "x")
        await area.delete("a/b.md")
        assert [file["path"] for file in await area.list()] == ["a/c.md"]
        for missing in ("a/b.md", "a"):
            with pytest.raises(ToolError):
                await area.delete(missing)

    @pytest.mark.parametrize("path", OUTSIDE)
    async def test_nothing_leaves_the_area(self, path: str) -> None:
        area = await self.new_area()
        with pytest.raises(ToolError):
            await area.write(path, "x")
        with pytest.raises(ToolError):
            await area.read(path)
        with pytest.raises(ToolError):
            await area.delete(path)
        assert await area.list() == []
