"""Nothing outlives its execution (A50), whatever ends it; and executions side by side."""

from __future__ import annotations

import asyncio
import time

import docker
import pytest

from runtime.executors.docker import DockerCommandLineCodeExecutor
from runtime.executors.docker_session import DockerSession
from runtime.messages import CodeBlock
from runtime.stores import MemoryBlobs
from tests.executors.support import SURVIVORS, exists, processes, python, shell

pytestmark = pytest.mark.docker


@pytest.mark.parametrize("name", SURVIVORS)
async def test_a50_nothing_outlives_its_execution(
    session: DockerSession, client: docker.DockerClient, name: str
) -> None:
    before = processes(client, session)
    outcome = await python(session, SURVIVORS[name] + "\nprint('done')")
    assert (outcome.exit_code, outcome.output) == (0, "done\n")
    assert session.usable
    assert processes(client, session) == before


@pytest.mark.parametrize("name", SURVIVORS)
async def test_a50_nothing_outlives_a_timeout(
    session: DockerSession, client: docker.DockerClient, name: str
) -> None:
    outcome = await python(session, SURVIVORS[name] + "\nwhile True: pass", timeout=1)
    assert outcome.timed_out
    assert not exists(client, session)


async def test_the_code_cannot_end_the_sandbox_of_others(
    session: DockerSession, client: docker.DockerClient
) -> None:
    """Nor stop its keeper: that is somebody else's process."""
    outcome = await shell(session, "kill -9 1; kill -9 -1; echo alive")
    assert exists(client, session)
    assert (await shell(session, "echo again")).output == "again\n"
    assert outcome.output.endswith("alive\n")


async def test_streams_that_are_closed_early_do_not_end_the_wait(session: DockerSession) -> None:
    outcome = await python(
        session,
        "import os, time\n"
        "os.close(1); os.close(2); time.sleep(0.5); open('late.txt', 'w').write('x')\n",
    )
    assert [file.path for file in outcome.files] == ["late.txt"]


async def test_the_state_of_an_execution_is_its_files_alone(session: DockerSession) -> None:
    """What another container could not restore does not stay in this one either."""
    await shell(session, "echo x > /tmp/hidden; ln -s /etc/passwd link; mkfifo pipe")
    outcome = await shell(session, "ls -A /tmp; ls | grep -v tmp_code; echo end")
    assert outcome.output == "end\n"


async def test_output_and_errors_come_in_order(session: DockerSession) -> None:
    outcome = await shell(session, "for n in 1 2 3; do echo out$n; echo err$n >&2; done")
    assert outcome.output.split() == ["out1", "err1", "out2", "err2", "out3", "err3"]


# Cancelling, in parallel -----------------------------------------------------------------------


async def test_cancelling_while_it_runs(
    session: DockerSession, client: docker.DockerClient
) -> None:
    running = asyncio.ensure_future(python(session, SURVIVORS["setsid"] + "\nwhile True: pass"))
    while not any(
        "sleep 1000" in line for line in await asyncio.to_thread(processes, client, session)
    ):
        assert not running.done()
    begun = time.monotonic()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert time.monotonic() - begun < 5
    assert not exists(client, session)


async def test_runs_in_parallel_do_not_see_each_other(
    executor: DockerCommandLineCodeExecutor,
) -> None:
    blobs = MemoryBlobs()

    async def one(number: int) -> str:
        session = await executor.open(f"run-{number}", blobs)
        try:
            await shell(session, f"echo {number} > mine.txt")
            block = CodeBlock(code="cat *.txt; ls /proc | grep -c '^[0-9]'", language="sh")
            first = await shell(session, f"echo {number} > mine.txt")
            return (await session.run([block], timeout=30, files=first.files)).output
        finally:
            await session.close()

    found = await asyncio.gather(*[one(number) for number in range(4)])
    assert [output.split()[0] for output in found] == ["0", "1", "2", "3"]
    assert {int(output.split()[1]) for output in found} <= {5, 6}


async def test_the_loop_goes_on_while_code_runs(session: DockerSession) -> None:
    """Docker's SDK blocks; it must not block us."""
    running = asyncio.ensure_future(shell(session, "sleep 1"))
    longest, last = 0.0, time.monotonic()
    while not running.done():
        await asyncio.sleep(0.01)
        now = time.monotonic()
        longest, last = max(longest, now - last), now
    assert longest < 0.5


async def test_short_output_is_never_lost(session: DockerSession) -> None:
    """It can arrive together with the head of Docker's answer."""
    blocks = [CodeBlock(code=f"echo {number}", language="sh") for number in range(60)]
    outcome = await session.run(blocks, timeout=30, files=())
    assert outcome.output.split() == [str(number) for number in range(60)]
