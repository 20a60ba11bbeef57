"""A folder as the files of agents: the suite of every file area, and its walls."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from runtime.errors import ToolError
from runtime.files import MAX_BYTES, FolderFiles
from runtime.ports import FileArea
from runtime.stores import MemoryFiles
from runtime.testing.conformance import FileAreaConformance


class TestMemoryFiles(FileAreaConformance):
    async def new_area(self) -> FileArea:
        return MemoryFiles()


class TestFolderFiles(FileAreaConformance):
    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path: Path) -> None:
        self.folder = tmp_path

    async def new_area(self) -> FileArea:
        return FolderFiles(self.folder)


@pytest.fixture
def area(tmp_path: Path) -> FolderFiles:
    return FolderFiles(tmp_path / "area")


HOSTILE = ["", "/etc/passwd", "../x", "a/../../x", "a//b", ".", "..", "~/.x", ".hidden", "a/.b/c"]
HOSTILE += ["a\\b", "a\x00b", "x" * 300, "link", "link/x", "door/x", "pipe", "a\nb"]


@pytest.mark.parametrize("path", HOSTILE)
async def test_no_path_leads_out(path: str, area: FolderFiles, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "x").write_text("secret")
    root = tmp_path / "area"
    (root / "link").symlink_to(outside / "x")
    (root / "door").symlink_to(outside, target_is_directory=True)
    os.mkfifo(root / "pipe")
    for call in (area.read(path), area.write(path, "mine"), area.delete(path)):
        with pytest.raises(ToolError):
            await call
    assert (outside / "x").read_text() == "secret"
    assert await area.list() == []


async def test_large_files_and_bytes_are_refused(area: FolderFiles, tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="2 MB"):
        await area.write("a", "x" * (MAX_BYTES + 1))
    (tmp_path / "area" / "b").write_bytes(b"\xff")
    with pytest.raises(ToolError, match="text"):
        await area.read("b")
    (tmp_path / "area" / "c").write_bytes(b"x" * (MAX_BYTES + 1))
    with pytest.raises(ToolError, match="2 MB"):
        await area.read("c")
