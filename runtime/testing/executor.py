"""An executor that executes nothing: what comes out of a block is a function of the block and the
files."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from runtime.errors import ToolError
from runtime.events.payloads import Effect
from runtime.executors.base import (
    CANCELLED_TEXT,
    EXIT_FAILED,
    EXIT_TIMEOUT,
    FILES_AS_BEFORE,
    CodeOutcome,
    Limits,
    Manifest,
)
from runtime.executors.blocks import LANGUAGES, NO_BLOCKS, ReadyBlock, ready
from runtime.executors.files import Contents, FileBytes, fetch, pack, store, unpack
from runtime.executors.output import Capture
from runtime.messages import CodeBlock
from runtime.ports import Blobs


@dataclass(frozen=True)
class CodeReply:
    """What a block did."""

    output: str = ""
    exit_code: int = 0
    files: Mapping[str, str] = field(default_factory=dict)
    """Written ones."""
    times_out: bool = False
    hangs: bool = False
    """Until it is cancelled or closed."""


Respond = Callable[[str, Mapping[str, str]], CodeReply]
"""From a block's code and the files by path to a reply."""


def obey(code: str, files: Mapping[str, str]) -> CodeReply:
    """A small language for tests, a command a line: `print TEXT`, `repeat COUNT TEXT`, `show PATH`,
    `list`, `write PATH TEXT`, `exit CODE`, `time-out`, `hang`. TEXT and PATH are JSON strings."""
    output, written = "", dict[str, str]()
    for line in code.splitlines():
        name, _, rest = line.partition(" ")
        if not name or name.startswith("#"):
            continue
        if name in ("time-out", "hang"):
            return CodeReply(output, times_out=name == "time-out", hangs=name == "hang")
        args = _arguments(rest)
        if name == "exit":
            return CodeReply(output, int(str(args[0])), written)
        if name == "write":
            written[str(args[0])] = str(args[1])
        else:
            output += _shown(name, args, {**files, **written})
    return CodeReply(output, 0, written)


def _arguments(text: str) -> list[object]:
    decoder, found, text = json.JSONDecoder(), [], text.strip()
    while text:
        value, end = decoder.raw_decode(text)
        found.append(value)
        text = text[end:].strip()
    return found


def _shown(name: str, args: list[object], files: Mapping[str, str]) -> str:
    if name == "print":
        return f"{args[0]}\n"
    if name == "repeat":
        return str(args[1]) * int(str(args[0]))
    if name == "show":
        return files.get(str(args[0]), f"no file {args[0]}\n")
    if name == "list":
        return "".join(f"{path}\n" for path in sorted(files))
    raise ValueError(f"no such command: {name}")


class ScriptedExecutor:
    """An `Executor`. `opened` has every session; `missing` is raised in place of opening one."""

    def __init__(
        self,
        respond: Respond = obey,
        *,
        effect: Effect = "pure",
        side_effects: bool = False,
        limits: Limits | None = None,
        missing: ToolError | None = None,
    ) -> None:
        self.key = "scripted"
        self.languages = LANGUAGES
        self.timeout = 60.0
        self.effect: Effect = effect
        self.side_effects = side_effects
        self.missing = missing
        self.opened: list[ScriptedSession] = []
        self._respond = respond
        self._limits = limits or Limits()

    async def open(self, run_id: str, blobs: Blobs) -> ScriptedSession:
        if self.missing is not None:
            raise self.missing
        session = ScriptedSession(self._respond, blobs, self._limits)
        self.opened.append(session)
        return session


class ScriptedSession:
    """A `CodeSession`; `ran` has the blocks that were executed."""

    def __init__(self, respond: Respond, blobs: Blobs, limits: Limits) -> None:
        self.usable = True
        self.closed = False
        self.ran: list[CodeBlock] = []
        self.running = asyncio.Event()
        self._respond = respond
        self._blobs = blobs
        self._limits = limits
        self._stop = asyncio.Event()

    async def run(
        self, blocks: Sequence[CodeBlock], *, timeout: float, files: Manifest
    ) -> CodeOutcome:
        if not self.usable:
            raise ToolError("This session was closed.")
        if not blocks:
            return CodeOutcome(EXIT_FAILED, NO_BLOCKS, files)
        capture = Capture(self._limits)
        inside = await fetch(files, self._blobs)
        all_ready = [ready(block) for block in blocks]
        reply = CodeReply()
        for block, prepared in zip(blocks, all_ready, strict=True):
            reply = await self._block(block, prepared, inside)
            capture.feed(reply.output.encode())
            if reply != CodeReply(reply.output, files=reply.files):
                break
        first = next((block.path for block in all_ready if block.problem is None), None)
        return await self._outcome(reply, capture, inside, files, first)

    async def close(self) -> None:
        self.usable, self.closed = False, True
        self._stop.set()

    async def _block(
        self, block: CodeBlock, prepared: ReadyBlock, inside: dict[str, FileBytes]
    ) -> CodeReply:
        if prepared.problem is not None:
            return CodeReply(prepared.problem, EXIT_FAILED)
        if prepared.named:
            inside[prepared.path] = FileBytes(prepared.code)
        self.ran.append(block)
        texts = {path: file.data.decode(errors="replace") for path, file in inside.items()}
        reply = self._respond(block.code, texts)
        for path, text in reply.files.items():
            inside[path] = FileBytes(text.encode())
        if reply.hangs:
            await self._hang()
        return reply

    async def _hang(self) -> None:
        self.running.set()
        try:
            await self._stop.wait()
        except asyncio.CancelledError:
            await self.close()
            raise

    async def _outcome(
        self,
        reply: CodeReply,
        capture: Capture,
        inside: dict[str, FileBytes],
        before: Manifest,
        first: str | None,
    ) -> CodeOutcome:
        if self.closed:
            notes = (FILES_AS_BEFORE,)
            return CodeOutcome(EXIT_FAILED, CANCELLED_TEXT, before, cancelled=True, notes=notes)
        if reply.times_out:
            self.usable = False
            text = capture.text() + "\n Timeout"
            notes = (FILES_AS_BEFORE,)
            return CodeOutcome(EXIT_TIMEOUT, text, before, timed_out=True, notes=notes)
        if capture.overflow:
            self.usable = False
        contents = await self._kept(inside)
        note = contents.note()
        lost = contents.too_much is not None or capture.overflow
        if lost:
            self.usable = False
        failed = reply.exit_code or (EXIT_FAILED if lost else 0)
        return CodeOutcome(
            failed,
            capture.text(),
            before if lost else await store(contents, self._blobs, before),
            truncated=capture.truncated,
            output_blob=await self._blobs.put(capture.whole()) if capture.truncated else None,
            notes=(note,) if note else (),
            code_file=first,
        )

    async def _kept(self, inside: dict[str, FileBytes]) -> Contents:
        """By the same rules as what comes out of a container."""
        import io

        return unpack(io.BytesIO(pack(inside)), self._limits)
