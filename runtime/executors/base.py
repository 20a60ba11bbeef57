"""What an executor of code promises, and what comes out of an execution."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol, TypeVar

from pydantic import BaseModel

from runtime.components.base import ComponentBase
from runtime.events.payloads import Effect
from runtime.messages import CodeBlock, Frozen, JsonObject
from runtime.ports import Blobs

ConfigT = TypeVar("ConfigT", bound=BaseModel)

EXIT_FAILED = 1
EXIT_TIMEOUT = 124
EXIT_KILLED = 137

CANCELLED_TEXT = "Code execution was cancelled."
OUT_OF_MEMORY_TEXT = "\nOut of memory: the code was stopped."
FILES_AS_BEFORE = "The work directory is as it was before this execution."


@dataclass(frozen=True)
class Limits:
    """What one execution may use; times are the executor's own."""

    output_head: int = 64_000
    output_tail: int = 64_000
    output_total: int = 10_000_000
    """Bytes. Beyond, the code is stopped."""
    files: int = 1_000
    """Entries of the work directory that are kept."""
    file_bytes: int = 50_000_000
    """Bytes of the work directory that are kept, together."""
    memory: int = 512 * 1024 * 1024
    processes: int = 128
    cpus: float = 1.0
    open_files: int = 256
    work_bytes: int = 256 * 1024 * 1024
    work_inodes: int = 16_384
    tmp_bytes: int = 64 * 1024 * 1024
    tmp_inodes: int = 4_096


class WorkFile(Frozen):
    """A file of the work directory; its bytes are a blob. A path that ends in `/` is an empty
    directory."""

    path: str
    digest: str
    size: int
    executable: bool = False


Manifest = tuple[WorkFile, ...]
"""The whole work directory, by path."""


@dataclass(frozen=True)
class CodeOutcome:
    """One execution of some blocks. `exit_code` is that of the last block that ran."""

    exit_code: int
    output: str
    """Standard output and errors as they came; of a long one, the beginning and the end."""
    files: Manifest = ()
    """The work directory afterwards; after a timeout, a cancellation or another stop, as it was
    before."""
    timed_out: bool = False
    cancelled: bool = False
    out_of_memory: bool = False
    too_many_processes: bool = False
    truncated: bool = False
    output_blob: str | None = None
    """The whole output, where it was truncated."""
    notes: tuple[str, ...] = field(default=())
    """What else there is to know, such as files that were not kept."""
    code_file: str | None = None
    """The first block's file."""

    def text(self) -> str:
        """For models: the output, then the notes."""
        return "\n".join([self.output, *self.notes]) if self.notes else self.output

    def artifacts(self, key: str) -> JsonObject:
        """What a step records of it. `key` is the executor's: with it the next session finds the
        work directory again (see `sandbox.recorded_files`)."""
        flags = ("timed_out", "cancelled", "out_of_memory", "too_many_processes", "truncated")
        found: JsonObject = {
            "sandbox": key,
            "exit_code": self.exit_code,
            "work_dir": [file.model_dump(exclude_defaults=True) for file in self.files],
            **{flag: True for flag in flags if getattr(self, flag)},
        }
        if self.output_blob is not None:
            found["output_blob"] = self.output_blob
        return found


class CodeSession(Protocol):
    """A place for executions, one after the other: a container or a directory."""

    @property
    def usable(self) -> bool:
        """False once something had to be killed: close it and open another."""

    async def run(
        self, blocks: Sequence[CodeBlock], *, timeout: float, files: Manifest
    ) -> CodeOutcome:
        """Executes the blocks in order, and stops at the first that fails. The work directory is
        `files` when they begin; no process of theirs is left when this returns. `timeout` is for
        each block, in seconds. A cancelled wait ends everything that was started, at once.

        Raises ToolError when the place itself is gone or cannot be used."""

    async def close(self) -> None:
        """Ends everything in it; a `run` that is under way returns a cancelled outcome."""


class Executor(Protocol):
    """What code-running tools and agents use: a `CodeExecutor`, or a double of one."""

    @property
    def key(self) -> str:
        """Names the sandbox within a run: who has the same key shares container and files."""

    @property
    def languages(self) -> tuple[str, ...]: ...

    @property
    def effect(self) -> Effect: ...

    @property
    def side_effects(self) -> bool: ...

    @property
    def timeout(self) -> float:
        """Seconds for a block."""

    async def open(self, run_id: str, blobs: Blobs) -> CodeSession:
        """Raises ToolError, in one sentence that says what to do."""


class CodeExecutor(ComponentBase[ConfigT]):
    """An `Executor` that is also a component."""

    component_type: ClassVar = "code_executor"
    key: str
    languages: tuple[str, ...]
    effect: Effect
    side_effects: bool
    timeout: float

    @abstractmethod
    async def open(self, run_id: str, blobs: Blobs) -> CodeSession: ...


AnyCodeExecutor = CodeExecutor[Any]
