"""Tools for the files of the workspace, through the FileArea port."""

from __future__ import annotations

from typing import Annotated

from runtime.components.base import Palette
from runtime.durable.tool import ToolContext
from runtime.tools.base import GROUP, RegisteredTool


async def write_file(
    path: Annotated[str, "Relative path of the file, such as report.md"],
    content: Annotated[str, "The whole text of the file"],
    context: ToolContext,
) -> str:
    """Writes a text file into the workspace's files. An existing file is replaced."""
    size = await context.files.write(path, content)
    return f"Wrote {path} ({size} bytes)."


async def read_file(path: Annotated[str, "Relative path of the file"], context: ToolContext) -> str:
    """Reads a text file of the workspace's files."""
    return await context.files.read(path)


async def list_files(
    context: ToolContext,
    prefix: Annotated[str, "Only files whose path begins with this; empty for all"] = "",
) -> str:
    """Lists the workspace's files with their sizes."""
    files = await context.files.list(prefix)
    lines = [f"{file['path']} ({file['size']} bytes)" for file in files]
    return "\n".join(lines) or "There are no files."


class WriteFile(RegisteredTool):
    provider = "troupe.tools.WriteFile"
    function = staticmethod(write_file)
    tool_effect = "idempotent"
    has_side_effects = True
    palette = Palette("Write file", "Writes a file of the workspace.", GROUP, "file-pencil")


class ReadFile(RegisteredTool):
    provider = "troupe.tools.ReadFile"
    function = staticmethod(read_file)
    tool_effect = "pure"
    has_side_effects = False
    palette = Palette("Read file", "Reads a file of the workspace.", GROUP, "file-text")


class ListFiles(RegisteredTool):
    provider = "troupe.tools.ListFiles"
    function = staticmethod(list_files)
    tool_effect = "pure"
    has_side_effects = False
    palette = Palette("List files", "Lists the files of the workspace.", GROUP, "files")
