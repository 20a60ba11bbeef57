"""A workspace's file area: a folder that agents read and write through tools.

Paths come from models and are hostile. Each is walked part by part with descriptors that follow no
symbolic link, so nothing outside the folder can be reached, whatever is in it.
"""

from __future__ import annotations

import os
import stat
import unicodedata
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings

MAX_FILE_BYTES = 2 * 1024 * 1024
MAX_FILES_LISTED = 1000
MAX_PART = 200
_FOLDER_FLAGS = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW


class FileProblem(Exception):
    """What is wrong with a path or a file, in a sentence for the model and the person."""


@dataclass(frozen=True)
class FileInfo:
    path: str
    size: int
    modified_at: datetime


def area_root(workspace_id: Any) -> Path:
    root = Path(settings.DATA_DIR) / "files" / str(workspace_id)
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    return root


def parts_of(path: str) -> list[str]:
    """Raises FileProblem for anything but a plain relative path."""
    text = unicodedata.normalize("NFC", path.strip())
    if not text or len(text) > 1000:
        raise FileProblem("A path has 1 to 1,000 characters.")
    if text.startswith(("/", "~")) or "\\" in text or (len(text) > 1 and text[1] == ":"):
        raise FileProblem("A path is relative to the workspace's files, such as reports/june.md.")
    parts = text.split("/")
    for part in parts:
        if part in ("", ".", ".."):
            raise FileProblem("A path has no empty part, no `.` and no `..`.")
        if len(part.encode()) > MAX_PART or any(unicodedata.category(c)[0] == "C" for c in part):
            raise FileProblem(
                f"Each part of a path has at most {MAX_PART} bytes and no control characters."
            )
    return parts


@contextmanager
def _folder(root: Path, parts: list[str], *, make: bool) -> Iterator[int]:
    fd = os.open(root, _FOLDER_FLAGS)
    try:
        for part in parts:
            if make:
                # If it exists, the next line says whether it is a folder.
                with suppress(FileExistsError):
                    os.mkdir(part, 0o700, dir_fd=fd)
            child = os.open(part, _FOLDER_FLAGS, dir_fd=fd)
            os.close(fd)
            fd = child
        yield fd
    finally:
        os.close(fd)


def file_write(workspace_id: Any, path: str, data: bytes) -> int:
    """Replaces the file atomically; returns its size. Raises FileProblem."""
    parts = parts_of(path)
    if len(data) > MAX_FILE_BYTES:
        raise FileProblem(f"A file may have at most {MAX_FILE_BYTES // 1024 // 1024} MB.")
    temporary = f".tmp-{uuid.uuid4().hex}"
    try:
        with _folder(area_root(workspace_id), parts[:-1], make=True) as folder:
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
            try:
                with os.fdopen(os.open(temporary, flags, 0o600, dir_fd=folder), "wb") as file:
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
                os.replace(temporary, parts[-1], src_dir_fd=folder, dst_dir_fd=folder)
            except OSError:
                _discard(temporary, folder)
                raise
    except OSError as error:
        raise FileProblem(f"{path} cannot be written: {error.strerror}.") from error
    return len(data)


def _discard(name: str, folder: int) -> None:
    try:
        os.unlink(name, dir_fd=folder)
    except FileNotFoundError:
        return


def file_read(workspace_id: Any, path: str) -> bytes:
    """Raises FileProblem: missing, not a plain file, too large."""
    parts = parts_of(path)
    try:
        with _folder(area_root(workspace_id), parts[:-1], make=False) as folder:
            flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
            with os.fdopen(os.open(parts[-1], flags, dir_fd=folder), "rb") as file:
                info = os.fstat(file.fileno())
                if not stat.S_ISREG(info.st_mode):
                    raise FileProblem(f"{path} is not a file.")
                if info.st_size > MAX_FILE_BYTES:
                    raise FileProblem(f"{path} is too large to read ({info.st_size:,} bytes).")
                return file.read(MAX_FILE_BYTES + 1)
    except FileNotFoundError as error:
        raise FileProblem(f"There is no file {path}.") from error
    except OSError as error:
        raise FileProblem(f"{path} cannot be read: {error.strerror}.") from error


def file_delete(workspace_id: Any, path: str) -> None:
    """Deletes a plain file; folders stay. Raises FileProblem."""
    parts = parts_of(path)
    try:
        with _folder(area_root(workspace_id), parts[:-1], make=False) as folder:
            info = os.stat(parts[-1], dir_fd=folder, follow_symlinks=False)
            if not stat.S_ISREG(info.st_mode):
                raise FileProblem(f"{path} is not a file.")
            os.unlink(parts[-1], dir_fd=folder)
    except FileNotFoundError as error:
        raise FileProblem(f"There is no file {path}.") from error
    except OSError as error:
        raise FileProblem(f"{path} cannot be deleted: {error.strerror}.") from error


def files_list(workspace_id: Any, prefix: str = "") -> list[FileInfo]:
    """Plain files by path, at most 1,000; links are not followed and not shown."""
    root = area_root(workspace_id)
    found: list[FileInfo] = []
    for folder, _, names in os.walk(root, followlinks=False):
        for name in names:
            full = Path(folder) / name
            path = full.relative_to(root).as_posix()
            if name.startswith(".tmp-") or not path.startswith(prefix):
                continue
            try:
                info = full.lstat()
            except FileNotFoundError:
                continue  # removed since the folder was read
            if stat.S_ISREG(info.st_mode):
                at = datetime.fromtimestamp(info.st_mtime, UTC)
                found.append(FileInfo(path, info.st_size, at))
    return sorted(found, key=lambda file: file.path)[:MAX_FILES_LISTED]
