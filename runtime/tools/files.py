"""Tools for the files of the workspace, through the FileArea port."""

from __future__ import annotations

from typing import Annotated

from runtime.components.base import Palette
from runtime.durable.tool import ToolContext
from runtime.errors import ToolError
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


async def append_file(
    path: Annotated[str, "Relative path of the file, such as log.md"],
    content: Annotated[str, "The text to add at the end, with its line breaks"],
    context: ToolContext,
) -> str:
    """Adds text at the end of a text file of the workspace's files. A missing file is made."""
    known = {file["path"] for file in await context.files.list(path)}
    before = await context.files.read(path) if path in known else ""
    size = await context.files.write(path, before + content)
    return f"Added to {path} (now {size} bytes)."


async def edit_file(
    path: Annotated[str, "Relative path of the file"],
    search: Annotated[str, "The exact text to replace, with enough around it to be unique"],
    replace: Annotated[str, "The text to put in its place"],
    context: ToolContext,
    everywhere: Annotated[bool, "Replace every occurrence, not exactly one"] = False,
) -> str:
    """Replaces a piece of a text file of the workspace's files."""
    if not search:
        raise ToolError("There is nothing to search for")
    text = await context.files.read(path)
    count = text.count(search)
    if count == 0:
        raise ToolError(f"{path} does not contain that text", hint="Read the file first.")
    if count > 1 and not everywhere:
        raise ToolError(
            f"{path} contains that text {count} times",
            hint="Give more of the text around it, or replace everywhere.",
        )
    await context.files.write(path, text.replace(search, replace))
    return f"Replaced {count} {'place' if count == 1 else 'places'} in {path}."


async def delete_file(
    path: Annotated[str, "Relative path of the file"], context: ToolContext
) -> str:
    """Deletes a file of the workspace's files."""
    await context.files.delete(path)
    return f"Deleted {path}."


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


class AppendFile(RegisteredTool):
    provider = "troupe.tools.AppendFile"
    function = staticmethod(append_file)
    tool_effect = "at_most_once"
    has_side_effects = True
    palette = Palette("Append to file", "Adds to a file of the workspace.", GROUP, "file-plus")


class EditFile(RegisteredTool):
    provider = "troupe.tools.EditFile"
    function = staticmethod(edit_file)
    tool_effect = "at_most_once"
    has_side_effects = True
    palette = Palette("Edit file", "Replaces text in a file of the workspace.", GROUP, "file-diff")


class DeleteFile(RegisteredTool):
    provider = "troupe.tools.DeleteFile"
    function = staticmethod(delete_file)
    tool_effect = "at_most_once"
    has_side_effects = True
    palette = Palette("Delete file", "Deletes a file of the workspace.", GROUP, "file-x")
