"""AutoGen's local executor. Not a sandbox; off unless the operator turned it on."""

from __future__ import annotations

import asyncio
import io
import logging
import os
import shutil
import sys
import tarfile
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from threading import Event
from typing import ClassVar, Final, Self, TypeVar

from pydantic import Field

from runtime.components.base import ComponentConfig, Palette
from runtime.components.builder import Builder
from runtime.errors import SpecError, ToolError
from runtime.events import content_hash
from runtime.events.payloads import Effect
from runtime.executors.base import (
    CANCELLED_TEXT,
    EXIT_FAILED,
    EXIT_TIMEOUT,
    FILES_AS_BEFORE,
    CodeExecutor,
    CodeOutcome,
    Limits,
    Manifest,
)
from runtime.executors.blocks import LANGUAGES, NO_BLOCKS, OUTSIDE, ReadyBlock, ready, temporary
from runtime.executors.files import Contents, FileBytes, fetch, store, unpack
from runtime.executors.local_process import Ended, run_process
from runtime.executors.output import Capture
from runtime.messages import CodeBlock, JsonObject
from runtime.ports import Blobs

T = TypeVar("T")
Notes = tuple[str, ...]
log = logging.getLogger(__name__)
MAX_AT_ONCE: Final = 16
TIMEOUT_TEXT: Final = "\nTimeout"


class LocalConfig(ComponentConfig):
    timeout: int = Field(60, ge=1, le=3_000, title="Timeout (s)", description="For each block.")
    work_dir: str | None = Field(
        None,
        title="Work directory",
        description="Executors of a run that name the same one share their files. The folder "
        "itself is a temporary one.",
    )
    functions_module: str = Field(
        "functions", title="Functions module", description="AutoGen's; kept."
    )
    cleanup_temp_files: bool = Field(
        True,
        title="Clean up",
        description="AutoGen's; here a block without a file name never leaves a file.",
    )


class LocalCommandLineCodeExecutor(CodeExecutor[LocalConfig]):
    provider = "autogen_ext.code_executors.local.LocalCommandLineCodeExecutor"
    Config = LocalConfig
    defaults: ClassVar[JsonObject] = {"timeout": 60}
    palette = Palette(
        "Local executor",
        "Not a sandbox: runs code on the server itself, with the server's rights. Only where the "
        "operator turned it on.",
        "Tools",
        "alert-triangle",
    )
    languages = LANGUAGES
    effect: Effect = "at_most_once"
    side_effects = True

    def __init__(self, config: LocalConfig, limits: Limits | None = None) -> None:
        self.config = config
        self.timeout = float(config.timeout)
        self.limits = limits or Limits()
        self.key = f"local/{content_hash([config.work_dir])[:16]}"

    @classmethod
    def build(cls, config: LocalConfig, builder: Builder) -> Self:
        if not builder.operator.local_executor:
            raise SpecError(
                "The local executor is off: code would run on this machine without a sandbox",
                path=builder.path,
                hint="Use the Docker executor, or ask the operator to allow local execution.",
            )
        return cls(config)

    async def open(self, run_id: str, blobs: Blobs) -> LocalSession:
        folder = await _in_thread(lambda: Path(tempfile.mkdtemp(prefix="troupe-code-")))
        return LocalSession(folder, blobs, self.limits)


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(MAX_AT_ONCE, thread_name_prefix="troupe-local-code")


async def _in_thread(work: Callable[[], T]) -> T:
    return await asyncio.get_running_loop().run_in_executor(_pool(), work)


class LocalSession:
    """A `CodeSession` in a temporary folder."""

    def __init__(self, folder: Path, blobs: Blobs, limits: Limits) -> None:
        self.folder = folder
        self.usable = True
        self._blobs = blobs
        self._limits = limits
        self._inside: Manifest | None = ()
        self._stop = Event()

    async def run(
        self, blocks: Sequence[CodeBlock], *, timeout: float, files: Manifest
    ) -> CodeOutcome:
        if not self.usable:
            raise ToolError("This session was closed.")
        if not blocks:
            return CodeOutcome(EXIT_FAILED, NO_BLOCKS, files)
        await self._restore(files)
        all_ready = [ready(block) for block in blocks]
        capture = Capture(self._limits)
        work = asyncio.ensure_future(_in_thread(lambda: self._blocks(all_ready, capture, timeout)))
        try:
            ended = await asyncio.shield(work)
        except asyncio.CancelledError:
            self.usable = False
            self._stop.set()
            await asyncio.wait({work})  # a moment: until everything is killed
            raise
        named = [block.path for block in all_ready if block.problem is None]
        return await self._outcome(ended, capture, files, named, temporary(all_ready))

    async def close(self) -> None:
        self.usable = False
        self._stop.set()
        await _in_thread(lambda: shutil.rmtree(self.folder, ignore_errors=True))

    def _blocks(self, blocks: list[ReadyBlock], capture: Capture, timeout: float) -> Ended:
        ended = Ended("exited", 0)
        for block in blocks:
            problem = block.problem or self._write(block)
            if problem is not None:
                capture.feed(problem.encode())
                return Ended("exited", EXIT_FAILED)
            command = sys.executable if block.command == "python3" else block.command
            path = f"./{block.path}" if block.path.startswith("-") else block.path
            ended = run_process(
                [command, path], self.folder, self._limits, capture.feed, timeout, self._stop
            )
            if ended != Ended("exited", 0):
                break
        return ended

    def _write(self, block: ReadyBlock) -> str | None:
        """A link that earlier code made must not lead us outside."""
        path = self.folder / block.path
        if not path.resolve().is_relative_to(self.folder.resolve()):
            return OUTSIDE
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(block.code)
        except OSError as error:
            return f"{block.path} cannot be written: {error.strerror}"
        return None

    async def _outcome(
        self,
        ended: Ended,
        capture: Capture,
        before: Manifest,
        named: list[str],
        unwanted: list[str],
    ) -> CodeOutcome:
        text, code = capture.text(), ended.exit_code
        cancelled = self._stop.is_set()
        kept = before
        notes: Notes = (FILES_AS_BEFORE,)
        if cancelled:
            text, code = CANCELLED_TEXT, EXIT_FAILED
        elif ended.how == "timeout":
            text, code = text + TIMEOUT_TEXT, EXIT_TIMEOUT
        elif ended.how == "enough":
            limit = f"{self._limits.output_total:,}"
            notes = (f"The output was larger than {limit} bytes: the code was stopped.", *notes)
            code = EXIT_FAILED
        else:
            kept, notes = await self._kept(before, unwanted)
            code = code or (EXIT_FAILED if FILES_AS_BEFORE in notes else 0)
        if FILES_AS_BEFORE in notes:
            self.usable = False
        return CodeOutcome(
            exit_code=code,
            output=text,
            files=kept,
            timed_out=ended.how == "timeout" and not cancelled,
            cancelled=cancelled,
            truncated=capture.truncated,
            output_blob=await self._blobs.put(capture.whole()) if capture.truncated else None,
            notes=notes,
            code_file=named[0] if named else None,
        )

    async def _kept(self, before: Manifest, unwanted: list[str]) -> tuple[Manifest, Notes]:
        contents = await _in_thread(lambda: _read(self.folder, unwanted, self._limits))
        note = contents.note()
        if contents.too_much is not None:
            return before, (str(note), FILES_AS_BEFORE)
        kept = await store(contents, self._blobs, before)
        self._inside = None if contents.refused else kept
        return kept, (note,) if note else ()

    async def _restore(self, files: Manifest) -> None:
        if self._inside != files:
            found = await fetch(files, self._blobs)
            await _in_thread(lambda: _fill(self.folder, found))
            self._inside = files


def _fill(folder: Path, files: dict[str, FileBytes]) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)
    for name, file in files.items():
        path = folder / name
        if name.endswith("/"):
            path.mkdir(parents=True, exist_ok=True)
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.data)
        path.chmod(0o755 if file.executable else 0o644)


def _read(folder: Path, unwanted: list[str], limits: Limits) -> Contents:
    """By the same rules as what comes out of a container."""
    for name in unwanted:
        (folder / name).unlink(missing_ok=True)
    room = limits.file_bytes
    for parent, _, names in os.walk(folder):
        room -= sum(os.lstat(os.path.join(parent, name)).st_size for name in names)
        if room < 0:
            return Contents(too_much=f"they are larger than {limits.file_bytes:,} bytes")
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w", format=tarfile.PAX_FORMAT) as out:
        out.add(folder, arcname=".")
    archive.seek(0)
    return unpack(archive, limits)
