"""The work directory as an archive and as a manifest. What comes out of a sandbox is hostile: only
plain files with plain names, within caps, ever leave it."""

from __future__ import annotations

import hashlib
import io
import tarfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import IO

from runtime.executors.base import Limits, Manifest, WorkFile
from runtime.executors.blocks import inside
from runtime.ports import Blobs

SHOWN = 5
_PLAIN = (tarfile.REGTYPE, tarfile.AREGTYPE)


@dataclass(frozen=True)
class FileBytes:
    data: bytes
    executable: bool = False


@dataclass
class Contents:
    """A work directory's files by path; an empty directory's path ends in `/`."""

    files: dict[str, FileBytes] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    """Names of entries that were left out."""
    too_much: str | None = None
    """Why nothing of it is kept."""

    def note(self) -> str | None:
        if self.too_much is not None:
            return f"The files were not kept: {self.too_much}."
        if not self.refused:
            return None
        names = ", ".join(f"{name[:80]!r}" for name in self.refused[:SHOWN])
        more = len(self.refused) - SHOWN
        rest = f" and {more} more" if more > 0 else ""
        return f"Not kept, because only plain files with plain names are: {names}{rest}."


def pack(files: Mapping[str, FileBytes]) -> bytes:
    """An archive to be unpacked inside."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for path, file in files.items():
            info = tarfile.TarInfo(path.rstrip("/"))
            if path.endswith("/"):
                info.type, info.mode = tarfile.DIRTYPE, 0o755
            else:
                info.size = len(file.data)
                info.mode = 0o755 if file.executable else 0o644
            archive.addfile(info, io.BytesIO(file.data))
    return out.getvalue()


def unpack(stream: IO[bytes], limits: Limits) -> Contents:
    """Reads an archive that nobody vouches for. Never raises for what is in it."""
    reading = _Reading(limits)
    try:
        with tarfile.open(fileobj=stream, mode="r|", errorlevel=0) as archive:
            for member in archive:
                if not reading.add(archive, member):
                    break
    except (tarfile.TarError, OSError, ValueError, EOFError, OverflowError) as error:
        reading.found.too_much = f"their archive cannot be read ({type(error).__name__})"
    return reading.done()


class _Reading:
    def __init__(self, limits: Limits) -> None:
        self.found = Contents()
        self._limits = limits
        self._entries = 0
        self._room = limits.file_bytes
        self._folders: set[str] = set()

    def add(self, archive: tarfile.TarFile, member: tarfile.TarInfo) -> bool:
        """False: the caps are reached."""
        name = member.name.removeprefix("./")
        if name in ("", ".") and member.isdir():
            return True
        self._entries += 1
        if self._entries > self._limits.files:
            self.found.too_much = f"there are more than {self._limits.files:,}"
            return False
        path = None if member.name.startswith("/") else inside(name.rstrip("/"))
        if path is None or self._clashes(path, member.isdir()):
            self.found.refused.append(name)
        elif member.isdir():
            self._folders.update(_parents(f"{path}/"))
        elif member.type not in _PLAIN or member.issparse():
            self.found.refused.append(name)
        else:
            return self._take(archive, member, path)
        return True

    def _take(self, archive: tarfile.TarFile, member: tarfile.TarInfo, path: str) -> bool:
        if member.size > self._room:
            self.found.too_much = f"they are larger than {self._limits.file_bytes:,} bytes"
            return False
        self._room -= member.size
        source = archive.extractfile(member)
        data = source.read() if source is not None else b""
        self.found.files[path] = FileBytes(data, executable=bool(member.mode & 0o100))
        self._folders.update(_parents(path))
        return True

    def _clashes(self, path: str, is_folder: bool) -> bool:
        """One name cannot be a file and a directory."""
        if any(parent in self.found.files for parent in _parents(path)):
            return True
        return path in self.found.files if is_folder else path in self._folders

    def done(self) -> Contents:
        if self.found.too_much is not None:
            self.found.files = {}
            return self.found
        used = {parent for path in self.found.files for parent in _parents(path)}
        used |= {parent for folder in self._folders for parent in _parents(folder)}
        for folder in sorted(self._folders - used):
            self.found.files[f"{folder}/"] = FileBytes(b"")
        return self.found


def _parents(path: str) -> list[str]:
    """`a/b/c` → `a`, `a/b`; `a/b/` → the same."""
    parts = path.split("/")[:-1]
    return ["/".join(parts[: end + 1]) for end in range(len(parts))]


async def store(contents: Contents, blobs: Blobs, known: Manifest) -> Manifest:
    """The manifest of the files, their bytes in `blobs`; those of `known` files are there."""
    there = {file.digest for file in known}
    kept = []
    for path, file in sorted(contents.files.items()):
        digest = hashlib.sha256(file.data).hexdigest()
        if digest not in there:
            await blobs.put(file.data)
        kept.append(
            WorkFile(path=path, digest=digest, size=len(file.data), executable=file.executable)
        )
    return tuple(kept)


async def fetch(manifest: Iterable[WorkFile], blobs: Blobs) -> dict[str, FileBytes]:
    """Raises ToolError when a blob is gone."""
    return {
        file.path: FileBytes(await blobs.get(file.digest), file.executable) for file in manifest
    }
