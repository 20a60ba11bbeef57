from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from runtime.errors import ToolError
from studio.runs.files import FileProblem, file_delete, file_read, file_write, files_list

T = TypeVar("T")
_pool = ThreadPoolExecutor(max_workers=4, thread_name_prefix="troupe-files")


class WorkspaceFiles:
    """The runtime's FileArea over the workspace's folder."""

    def __init__(self, workspace_id: Any) -> None:
        self._workspace_id = workspace_id

    async def _call(self, call: Callable[..., T], *args: Any) -> T:
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(_pool, call, self._workspace_id, *args)
        except FileProblem as problem:
            raise ToolError(str(problem)) from problem

    async def read(self, path: str) -> str:
        data = await self._call(file_read, path)
        try:
            return data.decode()
        except UnicodeDecodeError as error:
            raise ToolError(f"{path} is not a text file.") from error

    async def write(self, path: str, text: str) -> int:
        return await self._call(file_write, path, text.encode(errors="replace"))

    async def delete(self, path: str) -> None:
        await self._call(file_delete, path)

    async def list(self, prefix: str = "") -> list[dict[str, Any]]:
        return [
            {
                "path": file.path,
                "size": file.size,
                "modified_at": file.modified_at.isoformat(timespec="seconds"),
            }
            for file in await self._call(files_list, prefix)
        ]
