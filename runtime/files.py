"""A folder as the files of agents. Paths come from models and are hostile: each is walked part by
part with descriptors that follow no symbolic link, so nothing outside the folder is reached."""

from __future__ import annotations

import asyncio
import os
import stat
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from runtime.errors import ToolError

MAX_BYTES = 2 * 1024 * 1024
MAX_LISTED = 1_000
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


class FolderFiles:
    """Implements `ports.FileArea`. Hidden files are left alone: they are not the agents'."""

    def __init__(self, root: Path) -> None:
        """The folder is made if it is missing. Raises ToolError when that fails."""
        try:
            root.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ToolError(f"The folder {root} cannot be used: {error.strerror}") from error
        self._root = root.resolve()

    async def read(self, path: str) -> str:
        return await asyncio.to_thread(self._read, path)

    async def write(self, path: str, text: str) -> int:
        return await asyncio.to_thread(self._write, path, text.encode(errors="replace"))

    async def delete(self, path: str) -> None:
        await asyncio.to_thread(self._delete, path)

    def _read(self, path: str) -> str:
        parts = _parts(path)
        with self._inside(parts) as folder:
            flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
            with os.fdopen(os.open(parts[-1], flags, dir_fd=folder), "rb") as file:
                info = os.fstat(file.fileno())
                if not stat.S_ISREG(info.st_mode):
                    raise ToolError(f"{path} is not a file")
                if info.st_size > MAX_BYTES:
                    raise ToolError(f"{path} is larger than {MAX_BYTES // 1024 // 1024} MB")
                data = file.read(MAX_BYTES + 1)
        try:
            return data.decode()
        except UnicodeDecodeError as error:
            raise ToolError(f"{path} is not a text file") from error

    def _write(self, path: str, data: bytes) -> int:
        parts = _parts(path)
        if len(data) > MAX_BYTES:
            raise ToolError(f"A file has at most {MAX_BYTES // 1024 // 1024} MB")
        with self._inside(parts, make=True) as folder:
            with suppress(FileNotFoundError):
                if not stat.S_ISREG(os.lstat(parts[-1], dir_fd=folder).st_mode):
                    raise ToolError(f"{path} is not a file")
            hidden = f".{uuid.uuid4().hex}.tmp"
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
            try:
                with os.fdopen(os.open(hidden, flags, 0o644, dir_fd=folder), "wb") as file:
                    file.write(data)
                os.replace(hidden, parts[-1], src_dir_fd=folder, dst_dir_fd=folder)
            except BaseException:
                with suppress(FileNotFoundError):
                    os.unlink(hidden, dir_fd=folder)
                raise
        return len(data)

    def _delete(self, path: str) -> None:
        parts = _parts(path)
        with self._inside(parts) as folder:
            if not stat.S_ISREG(os.lstat(parts[-1], dir_fd=folder).st_mode):
                raise ToolError(f"{path} is not a file")
            os.unlink(parts[-1], dir_fd=folder)

    @contextmanager
    def _inside(self, parts: Sequence[str], *, make: bool = False) -> Iterator[int]:
        path = "/".join(parts)
        try:
            folder = os.open(self._root, _FOLDER)
            try:
                for part in parts[:-1]:
                    if make:
                        with suppress(FileExistsError):
                            os.mkdir(part, dir_fd=folder)
                    inner = os.open(part, _FOLDER, dir_fd=folder)
                    os.close(folder)
                    folder = inner
                yield folder
            finally:
                os.close(folder)
        except FileNotFoundError as error:
            raise ToolError(f"There is no file {path!r}") from error
        except OSError as error:
            raise ToolError(f"{path!r} cannot be used: {error.strerror}") from error

    async def list(self, prefix: str = "") -> list[dict[str, Any]]:
        return await asyncio.to_thread(_listed, self._root, prefix)


def _listed(root: Path, prefix: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for top, folders, names, fd in os.fwalk(root, follow_symlinks=False):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        place = Path(top).relative_to(root).as_posix()
        for name in sorted(names):
            path = name if place == "." else f"{place}/{name}"
            info = os.lstat(name, dir_fd=fd)
            if name.startswith(".") or not stat.S_ISREG(info.st_mode):
                continue
            if path.startswith(prefix) and len(found) < MAX_LISTED:
                at = datetime.fromtimestamp(info.st_mtime, UTC).isoformat(timespec="seconds")
                found.append({"path": path, "size": info.st_size, "modified_at": at})
    return sorted(found, key=lambda entry: entry["path"])


def _parts(path: str) -> list[str]:
    parts = path.strip().split("/")
    for part in parts:
        hidden = part.startswith(".")
        if not part or hidden or "\\" in part or len(part.encode()) > 200 or not part.isprintable():
            raise ToolError(
                f"{path[:200]!r} is no path here",
                hint="A path is relative, such as reports/june.md, and names no hidden files.",
            )
    return parts
