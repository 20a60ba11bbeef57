"""What tools and agents rely on from an executor, wherever it runs the code.

The methods without `test_` give code for an action; they are Python's, and a double that executes
nothing has its own.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator

import pytest

from runtime.executors.base import CodeOutcome, CodeSession, Executor, Limits, Manifest
from runtime.messages import CodeBlock
from runtime.stores import MemoryBlobs

SMALL = Limits(
    output_head=1_000,
    output_tail=1_000,
    output_total=200_000,
    files=20,
    file_bytes=1_000_000,
)


class ExecutorConformance(ABC):
    @abstractmethod
    def new_executor(self, limits: Limits) -> Executor: ...

    async def until_running(self, session: CodeSession) -> None:
        """Returns when the `endless` code may be running. Real ones do not say; being cancelled a
        moment earlier must be as good."""
        await asyncio.sleep(0)

    def prints(self, text: str) -> str:
        return f"print({text!r})\n"

    def repeats(self, count: int, text: str) -> str:
        return f"import sys; sys.stdout.write({text!r} * {count})\n"

    def writes(self, path: str, text: str) -> str:
        return (
            f"import os; os.makedirs(os.path.dirname({path!r}) or '.', exist_ok=True)\n"
            f"open({path!r}, 'w').write({text!r})\n"
        )

    def shows(self, path: str) -> str:
        return (
            "import os\n"
            f"print(open({path!r}).read() if os.path.exists({path!r}) else 'no file', end='')\n"
        )

    def lists(self) -> str:
        return (
            "import os\n"
            "for root, _, names in sorted(os.walk('.')):\n"
            "    for name in sorted(names):\n"
            "        path = os.path.join(root, name)[2:]\n"
            "        if not path.startswith('tmp_code_'): print(path)\n"
        )

    def fails(self, code: int) -> str:
        return f"import sys; sys.exit({code})\n"

    def endless(self) -> str:
        return "while True: pass\n"

    def too_slow(self) -> str:
        """Runs into the timeout of one second."""
        return "while True: pass\n"

    # What the tests use ------------------------------------------------------------------------

    @pytest.fixture
    def blobs(self) -> MemoryBlobs:
        return MemoryBlobs()

    @pytest.fixture
    def executor(self) -> Executor:
        return self.new_executor(SMALL)

    @pytest.fixture
    async def session(self, executor: Executor, blobs: MemoryBlobs) -> AsyncIterator[CodeSession]:
        session = await executor.open("run-1", blobs)
        yield session
        await session.close()

    async def run(
        self,
        session: CodeSession,
        *code: str,
        files: Manifest = (),
        timeout: float = 30.0,
        language: str = "python",
    ) -> CodeOutcome:
        blocks = [CodeBlock(code=text, language=language) for text in code]
        return await session.run(blocks, timeout=timeout, files=files)

    # Executing ---------------------------------------------------------------------------------

    async def test_output_and_exit_code(self, session: CodeSession) -> None:
        outcome = await self.run(session, self.prints("hello"))
        assert (outcome.exit_code, outcome.output) == (0, "hello\n")
        assert outcome.notes == ()
        assert session.usable

    async def test_output_is_text_in_any_script(self, session: CodeSession) -> None:
        text = "naïve 😀 日本語"
        assert (await self.run(session, self.prints(text))).output == f"{text}\n"

    async def test_blocks_run_in_order(self, session: CodeSession) -> None:
        outcome = await self.run(session, self.prints("one"), self.prints("two"))
        assert outcome.output == "one\ntwo\n"

    async def test_the_first_block_that_fails_is_the_last(self, session: CodeSession) -> None:
        outcome = await self.run(session, self.prints("one"), self.fails(3), self.prints("never"))
        assert (outcome.exit_code, outcome.output) == (3, "one\n")

    async def test_no_block_is_a_failure(self, session: CodeSession) -> None:
        outcome = await self.run(session)
        assert (outcome.exit_code, outcome.output) == (1, "No code blocks to execute.")

    async def test_an_unknown_language_is_a_failure(self, session: CodeSession) -> None:
        outcome = await self.run(session, "x", language="cobol")
        assert (outcome.exit_code, outcome.output) == (1, "unknown language 'cobol'")

    # Files -------------------------------------------------------------------------------------

    async def test_files_come_out(self, session: CodeSession, blobs: MemoryBlobs) -> None:
        outcome = await self.run(session, self.writes("out/report.md", "naïve 😀"))
        (file,) = outcome.files
        assert (file.path, file.size) == ("out/report.md", len("naïve 😀".encode()))
        assert (await blobs.get(file.digest)).decode() == "naïve 😀"

    async def test_files_stay_for_the_next_execution(self, session: CodeSession) -> None:
        first = await self.run(session, self.writes("a.txt", "kept"))
        second = await self.run(session, self.shows("a.txt"), files=first.files)
        assert second.output == "kept"
        assert second.files == first.files

    async def test_a_new_session_starts_from_the_manifest(
        self, session: CodeSession, executor: Executor, blobs: MemoryBlobs
    ) -> None:
        """Recovery: another worker, another container, the same files."""
        code = self.writes("a.txt", "kept") + self.writes("b/c.txt", "too")
        first = await self.run(session, code)
        await session.close()
        again = await executor.open("run-1", blobs)
        try:
            outcome = await self.run(again, self.lists(), files=first.files)
            assert outcome.output == "a.txt\nb/c.txt\n"
            assert outcome.files == first.files
        finally:
            await again.close()

    async def test_the_work_directory_is_what_the_caller_says(self, session: CodeSession) -> None:
        """An execution that is made again does not see what its first try left."""
        before = await self.run(session, self.writes("a.txt", "old"))
        code = self.writes("a.txt", "new") + self.writes("b.txt", "x")
        await self.run(session, code, files=before.files)
        outcome = await self.run(session, self.lists() + self.shows("a.txt"), files=before.files)
        assert outcome.output == "a.txt\nold"

    async def test_an_unnamed_block_leaves_no_file(self, session: CodeSession) -> None:
        assert (await self.run(session, self.prints("x"))).files == ()

    async def test_a_first_line_names_the_file(self, session: CodeSession) -> None:
        code = "# filename: tools/first.py\n" + self.prints("x")
        outcome = await self.run(session, code)
        assert outcome.output == "x\n"
        assert [file.path for file in outcome.files] == ["tools/first.py"]
        assert outcome.code_file == "tools/first.py"

    @pytest.mark.parametrize(
        "name", ["../x.py", "/etc/x.py", "a/../../x.py", "..", ".", "a/", "x\x00y.py", "a" * 300]
    )
    async def test_a_file_name_stays_inside(self, session: CodeSession, name: str) -> None:
        outcome = await self.run(session, f"# filename: {name}\n" + self.prints("x"))
        assert (outcome.exit_code, outcome.output) == (1, "Filename is not in the workspace")
        assert outcome.files == ()

    async def test_too_many_files_are_not_kept(self, session: CodeSession) -> None:
        before = await self.run(session, self.writes("a.txt", "kept"))
        code = "".join(self.writes(f"{n}.txt", "x") for n in range(30))
        outcome = await self.run(session, code, files=before.files)
        assert outcome.exit_code == 1
        assert "The files were not kept: there are more than 20." in outcome.text()
        assert outcome.files == before.files
        assert not session.usable

    # Ends --------------------------------------------------------------------------------------

    async def test_a_timeout_ends_it(self, session: CodeSession) -> None:
        before = await self.run(session, self.writes("a.txt", "kept"))
        code = self.prints("before") + self.writes("b.txt", "lost") + self.too_slow()
        outcome = await self.run(session, code, files=before.files, timeout=1.0)
        assert outcome.exit_code == 124
        assert outcome.timed_out
        assert outcome.output.startswith("before\n")
        assert outcome.output.rstrip().endswith("Timeout")
        assert outcome.files == before.files
        assert not session.usable

    async def test_a_cancelled_wait_ends_it(self, session: CodeSession) -> None:
        running = asyncio.ensure_future(self.run(session, self.endless()))
        await self.until_running(session)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert not session.usable

    async def test_closing_ends_what_is_under_way(self, session: CodeSession) -> None:
        running = asyncio.ensure_future(self.run(session, self.endless()))
        await self.until_running(session)
        await session.close()
        outcome = await running
        assert (outcome.exit_code, outcome.output) == (1, "Code execution was cancelled.")
        assert outcome.cancelled

    # Output ------------------------------------------------------------------------------------

    async def test_a_long_output_is_cut_and_kept(
        self, session: CodeSession, blobs: MemoryBlobs
    ) -> None:
        outcome = await self.run(session, self.repeats(20_000, "é") + self.prints("the end"))
        assert outcome.truncated
        assert outcome.output.startswith("ééé")
        assert outcome.output.endswith("éthe end\n")
        assert "bytes left out" in outcome.output
        assert "\ufffd" not in outcome.output
        assert len(outcome.output.encode()) < 2_100
        assert outcome.output_blob is not None
        whole = (await blobs.get(outcome.output_blob)).decode()
        assert whole == "é" * 20_000 + "the end\n"
        assert outcome.exit_code == 0

    async def test_too_long_an_output_stops_it(self, session: CodeSession) -> None:
        outcome = await self.run(session, self.repeats(300_000, "x"))
        assert outcome.exit_code == 1
        assert outcome.truncated
        assert not session.usable
