"""Executions in one hardened container."""

from __future__ import annotations

import asyncio
import logging
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Event
from typing import IO, Final

from runtime.errors import RuntimeFault, ToolError
from runtime.executors.base import (
    CANCELLED_TEXT,
    EXIT_FAILED,
    EXIT_TIMEOUT,
    FILES_AS_BEFORE,
    OUT_OF_MEMORY_TEXT,
    CodeOutcome,
    Limits,
    Manifest,
)
from runtime.executors.blocks import NO_BLOCKS, ReadyBlock, ready, temporary
from runtime.executors.docker_engine import DockerEngine, Exec
from runtime.executors.files import Contents, fetch, pack, store, unpack
from runtime.executors.output import Capture
from runtime.messages import CodeBlock
from runtime.ports import Blobs

log = logging.getLogger(__name__)
Take = Callable[[int, bytes], bool]

WORK: Final = "/work"
GUEST: Final = "65532:65532"
"""Who the code runs as. The container's own process is somebody else, so that a signal to all of
the guest's processes ends every one of them and nothing else."""
ENV: Final = {
    "HOME": WORK,
    "LANG": "C.UTF-8",
    "PYTHONUNBUFFERED": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
}
CHORES: Final = 30.0
"""Seconds for what is not the guest's code."""
TIMEOUT_TEXT: Final = "\n Timeout"
_TAR_OVERHEAD: Final = 4_096

_BLOCK = """\
size=$1 path=$2; shift 2
mkdir -p -- "$(dirname -- "$path")" && head -c "$size" > "$path" || exit 1
exec "$@" "$path" < /dev/null 2>&1
"""
_RESTORE = """\
chmod -R u+rwX . 2> /dev/null; find . -mindepth 1 -delete || exit 1
head -c "$1" | tar -xf -
"""
_COLLECT = """\
kill -s KILL -- -1 2> /dev/null
echo collected 1 >&2
rm -f -- "$@"
events() {
  [ -r "/sys/fs/cgroup/$1" ] || return 0
  while read -r name count; do
    if [ "$name" = "$2" ]; then echo "$3 $count" >&2; fi
  done < "/sys/fs/cgroup/$1"
}
events memory/memory.oom_control oom_kill memory
events memory.events oom_kill memory
events pids/pids.events max processes
events pids.events max processes
find /tmp -mindepth 1 -delete 2> /dev/null
chmod -R u+rwX . 2> /dev/null
exec tar -cf - . 2> /dev/null
"""


@dataclass
class _Execution:
    """What is known of the execution under way."""

    capture: Capture
    before: Manifest
    exit_code: int = 0
    ended: Exec | None = None
    code_file: str | None = None
    notes: tuple[str, ...] = ()


class DockerSession:
    """A `CodeSession`."""

    def __init__(
        self,
        engine: DockerEngine,
        container: str,
        blobs: Blobs,
        limits: Limits,
        *,
        lifetime: float,
    ) -> None:
        self.container = container
        self._engine = engine
        self._blobs = blobs
        self._limits = limits
        self._closed = False
        self._late = time.monotonic() + lifetime / 2
        self._inside: Manifest | None = ()
        """What the work directory is known to hold; None: it has to be restored."""
        self._counts = {"memory": 0, "processes": 0}
        self._stop = Event()

    @property
    def usable(self) -> bool:
        """False also when the container, which ends by itself, has not long to go."""
        return not self._closed and time.monotonic() < self._late

    async def run(
        self, blocks: Sequence[CodeBlock], *, timeout: float, files: Manifest
    ) -> CodeOutcome:
        if self._closed:
            raise ToolError("This sandbox was closed.")
        try:
            return await self._run(blocks, timeout, files)
        except BaseException:
            await self._give_up()
            raise

    async def close(self) -> None:
        self._closed = True
        self._stop.set()
        await self._engine.remove(self.container)

    async def _give_up(self) -> None:
        """Ends everything inside. Why it comes to that matters more than a failure here."""
        closing = asyncio.ensure_future(self.close())
        try:
            await asyncio.shield(closing)
        except RuntimeFault:
            log.warning("A sandbox could not be removed", exc_info=True)

    # One execution -----------------------------------------------------------------------------

    async def _run(
        self, blocks: Sequence[CodeBlock], timeout: float, files: Manifest
    ) -> CodeOutcome:
        if not blocks:
            return CodeOutcome(EXIT_FAILED, NO_BLOCKS, files)
        await self._restore(files)
        doing = _Execution(Capture(self._limits), files)
        all_ready = [ready(block) for block in blocks]
        for block in all_ready:
            await self._block(block, timeout, doing)
            if doing.exit_code != 0 or doing.ended is None or doing.ended.how != "exited":
                break
        if self._stop.is_set():
            return await self._outcome(doing, cancelled=True)
        if doing.ended is not None and doing.ended.how != "exited":
            return await self._stopped(doing, doing.ended)
        return await self._collected(doing, temporary(all_ready))

    async def _block(self, block: ReadyBlock, timeout: float, doing: _Execution) -> None:
        if block.problem is not None:
            doing.capture.feed(block.problem.encode())
            doing.exit_code = EXIT_FAILED
            doing.ended = Exec("exited", EXIT_FAILED)
            return
        doing.code_file = doing.code_file or block.path
        path = f"./{block.path}" if block.path.startswith("-") else block.path
        ended = await self._script(
            _BLOCK,
            [str(len(block.code)), path, block.command],
            block.code,
            lambda stream, data: doing.capture.feed(data),
            timeout,
        )
        doing.ended, doing.exit_code = ended, ended.exit_code or 0

    async def _stopped(self, doing: _Execution, ended: Exec) -> CodeOutcome:
        """The code did not end by itself: the container goes, and with it all that it started."""
        await self._give_up()
        if ended.how == "gone":
            raise _vanished()
        doing.notes = (FILES_AS_BEFORE,)
        if ended.how == "timeout":
            doing.exit_code = EXIT_TIMEOUT
            return await self._outcome(doing, timed_out=True)
        doing.exit_code = EXIT_FAILED
        limit = f"{self._limits.output_total:,}"
        doing.notes = (f"The output was larger than {limit} bytes: the code was stopped.",)
        doing.notes += (FILES_AS_BEFORE,)
        return await self._outcome(doing)

    async def _collected(self, doing: _Execution, unwanted: list[str]) -> CodeOutcome:
        contents, counts = await self._collect(unwanted)
        if contents is None:
            if not await self._engine.lives(self.container):
                raise _vanished()
            # Mostly: what the code left behind leaves no room for another process.
            await self._give_up()
            doing.notes = ("The sandbox no longer answered and was replaced.", FILES_AS_BEFORE)
            doing.exit_code = doing.exit_code or EXIT_FAILED
            return await self._outcome(doing, processes=True)
        memory = counts.get("memory", 0) > self._counts["memory"]
        if "memory" not in counts:  # an engine that hides it: the only other sign
            memory = doing.exit_code == 137
        processes = counts.get("processes", 0) > self._counts["processes"]
        if memory or processes:
            await self._give_up()
        note = contents.note()
        if contents.too_much is not None:
            await self._give_up()
            doing.exit_code = doing.exit_code or EXIT_FAILED
            doing.notes = (str(note), FILES_AS_BEFORE)
            return await self._outcome(doing, memory=memory, processes=processes)
        kept = await store(contents, self._blobs, doing.before)
        self._inside = None if contents.refused else kept
        doing.notes = (note,) if note else ()
        return await self._outcome(doing, kept=kept, memory=memory, processes=processes)

    async def _outcome(
        self,
        doing: _Execution,
        *,
        kept: Manifest | None = None,
        timed_out: bool = False,
        cancelled: bool = False,
        memory: bool = False,
        processes: bool = False,
    ) -> CodeOutcome:
        capture = doing.capture
        text = capture.text()
        if cancelled:
            text, doing.exit_code, doing.notes = CANCELLED_TEXT, EXIT_FAILED, (FILES_AS_BEFORE,)
        if timed_out:
            text += TIMEOUT_TEXT
        if memory and doing.exit_code != 0:
            text += OUT_OF_MEMORY_TEXT
        return CodeOutcome(
            exit_code=doing.exit_code,
            output=text,
            files=doing.before if kept is None else kept,
            timed_out=timed_out,
            cancelled=cancelled,
            out_of_memory=memory,
            too_many_processes=processes,
            truncated=capture.truncated,
            output_blob=await self._blobs.put(capture.whole()) if capture.truncated else None,
            notes=doing.notes,
            code_file=doing.code_file,
        )

    # Chores in the container -------------------------------------------------------------------

    async def _restore(self, files: Manifest) -> None:
        if self._inside == files:
            return
        archive = pack(await fetch(files, self._blobs))
        errors = Capture(self._limits)
        ended = await self._script(
            _RESTORE,
            [str(len(archive))],
            archive,
            lambda stream, data: errors.feed(data),
            CHORES,
        )
        if ended.exit_code != 0:
            cause = errors.text().strip()[:200] or ended.how
            raise ToolError(f"The work directory could not be restored ({cause}).")
        self._inside = files

    async def _collect(self, unwanted: list[str]) -> tuple[Contents | None, dict[str, int]]:
        """Ends all that the code left running, and brings out its files; None: there is no answer.
        The counts are of processes killed for memory and of processes refused."""
        room = self._limits.file_bytes + (self._limits.files + 8) * _TAR_OVERHEAD
        told = bytearray()
        with tempfile.SpooledTemporaryFile(max_size=4_000_000) as archive:

            def take(stream: int, data: bytes) -> bool:
                if stream == 1:
                    archive.write(data)
                else:
                    told.extend(data)
                return archive.tell() <= room and len(told) <= _TAR_OVERHEAD

            ended = await self._script(_COLLECT, unwanted, b"", take, CHORES)
            if ended.how == "enough":
                limit = f"{self._limits.file_bytes:,}"
                return Contents(too_much=f"they are larger than {limit} bytes"), {}
            counts = _counts(told.decode(errors="replace"))
            if ended.how != "exited" or "collected" not in counts:
                # It did not even start; then the output is the engine's, not an archive.
                return None, {}
            archive.seek(0)
            contents = await self._engine.in_thread(lambda: self._unpack(archive))
        return contents, counts

    def _unpack(self, archive: IO[bytes]) -> Contents:
        return unpack(archive, self._limits)

    async def _script(
        self, script: str, args: list[str], feed: bytes, take: Take, timeout: float
    ) -> Exec:
        return await self._engine.execute(
            self.container,
            ["/bin/sh", "-c", script, "sandbox", *args],
            user=GUEST,
            env=ENV,
            feed=feed,
            take=take,
            timeout=timeout,
            stop=self._stop,
        )


def _vanished() -> ToolError:
    return ToolError(
        "The sandbox ended while the code was running.",
        hint="Docker was restarted, or somebody removed the container.",
    )


def _counts(told: str) -> dict[str, int]:
    pairs = (line.split() for line in told.splitlines())
    return {pair[0]: int(pair[1]) for pair in pairs if len(pair) == 2 and pair[1].isdigit()}
