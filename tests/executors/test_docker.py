"""What is around the sandbox: no engine, no image, lost containers, orphans, configs, recovery."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from pathlib import Path

import docker
import pytest

from runtime.errors import ToolError
from runtime.executors import sandbox
from runtime.executors.base import CodeOutcome
from runtime.executors.docker import (
    DockerCommandLineCodeExecutor,
    DockerConfig,
    sandbox_status,
)
from runtime.executors.docker_session import DockerSession
from runtime.executors.reaper import reap
from runtime.executors.sandbox import RunSandbox, run_code
from runtime.messages import CodeBlock
from runtime.operator import Operator
from runtime.stores import MemoryBlobs
from runtime.testing import step_context
from tests.support.docker import IMAGE


def block(code: str, language: str = "sh") -> CodeBlock:
    return CodeBlock(code=code, language=language)


# Nothing to run in -----------------------------------------------------------------------------


async def test_a54_no_docker_is_one_clear_sentence_and_no_fallback(tmp_path: Path) -> None:
    """Even where the operator allows the local executor."""
    socket = f"unix://{tmp_path}/none.sock"
    trap = tmp_path / "trap"
    operator = Operator(docker_url=socket, local_executor=True)
    executor = DockerCommandLineCodeExecutor(DockerConfig(), operator)
    step = step_context()
    with pytest.raises(ToolError) as raised:
        await run_code(executor, step.run, [block(f"touch {trap}")])
    assert raised.value.detail.startswith(f"Code cannot run: Docker is not reachable at {socket} (")
    assert "No such file" in raised.value.detail
    assert "Start Docker" in str(raised.value.hint)
    assert not trap.exists()

    status = await sandbox_status(operator)
    assert not status.available
    assert status.detail.startswith("Code cannot run: Docker is not reachable")


@pytest.mark.docker
async def test_a_missing_image_is_named_and_not_pulled(
    operator: Operator, client: docker.DockerClient
) -> None:
    other = replace(operator, sandbox_image="troupe-none:1")
    executor = DockerCommandLineCodeExecutor(DockerConfig(), other)
    with pytest.raises(ToolError, match="the image troupe-none:1 is not on this machine") as raised:
        await executor.open("run-1", MemoryBlobs())
    assert "docker pull troupe-none:1" in str(raised.value.hint)
    status = await sandbox_status(other)
    assert (status.available, "troupe-none:1" in status.detail) == (False, True)


@pytest.mark.docker
async def test_the_status_names_engine_and_isolation(operator: Operator) -> None:
    status = await sandbox_status(operator)
    assert status.available
    assert status.detail.startswith("Docker ")
    assert status.runtime == "runc"


@pytest.mark.docker
async def test_a_container_that_vanishes_is_an_error_and_replaced(
    operator: Operator, client: docker.DockerClient
) -> None:
    """F41: the engine or somebody removed it; the run goes on."""
    executor = DockerCommandLineCodeExecutor(DockerConfig(), operator)
    step = step_context()
    kept = await run_code(executor, step.run, [block("echo x > a.txt")])
    mine = await _sandbox(step.run.resources, executor)
    running = asyncio.ensure_future(mine.run([block("sleep 100")], 60))
    session = mine._session
    assert isinstance(session, DockerSession)
    container = client.containers.get(session.container)
    while "sleep 100" not in str((await asyncio.to_thread(container.top))["Processes"]):
        assert not running.done()
    await asyncio.to_thread(lambda: container.remove(force=True))
    with pytest.raises(ToolError, match="ended while the code was running"):
        await running
    again = await run_code(executor, step.run, [block("cat a.txt")])
    assert (again.output, again.files) == ("x\n", kept.files)
    await step.run.resources.close()


async def _sandbox(resources: object, executor: DockerCommandLineCodeExecutor) -> RunSandbox:
    async def never() -> RunSandbox:
        raise AssertionError("it is open")

    found = await resources.get(f"sandbox/{executor.key}", never)  # type: ignore[attr-defined]
    assert isinstance(found, RunSandbox)
    return found


# Runs ------------------------------------------------------------------------------------------


@pytest.mark.docker
async def test_a_run_has_one_container_and_none_afterwards(
    operator: Operator, client: docker.DockerClient
) -> None:
    executor = DockerCommandLineCodeExecutor(DockerConfig(), replace(operator, boot_id="one"))
    step = step_context()
    mine = {"label": "troupe.boot=one"}
    calls = [run_code(executor, step.run, [block("hostname; echo $$")]) for _ in range(4)]
    outcomes = await asyncio.gather(*calls)
    assert {outcome.exit_code for outcome in outcomes} == {0}
    assert len(client.containers.list(all=True, filters=mine)) == 1
    await step.run.resources.close()
    assert client.containers.list(all=True, filters=mine) == []
    with pytest.raises(RuntimeError, match="has left this worker"):
        await run_code(executor, step.run, [block("true")])


@pytest.mark.docker
async def test_after_a_timeout_the_next_call_has_a_new_container_and_the_files(
    operator: Operator,
) -> None:
    executor = DockerCommandLineCodeExecutor(DockerConfig(), operator)
    step = step_context()

    async def run(code: str, timeout: float = 30) -> CodeOutcome:
        return await run_code(executor, step.run, [block(code)], timeout=timeout)

    await run("echo one > a.txt; mkdir -p d/e; echo '#!/bin/sh' > s; chmod +x s")
    first = (await _sandbox(step.run.resources, executor))._session
    assert (await run("echo lost > a.txt; sleep 100", timeout=1)).timed_out
    outcome = await run("cat a.txt; ls -d d/e; test -x s && echo executable")
    assert outcome.output == "one\nd/e\nexecutable\n"
    assert (await _sandbox(step.run.resources, executor))._session is not first
    await step.run.resources.close()


@pytest.mark.docker
async def test_a_cancelled_opening_leaves_no_container(
    operator: Operator, client: docker.DockerClient
) -> None:
    executor = DockerCommandLineCodeExecutor(DockerConfig(), replace(operator, boot_id="late"))
    begun = asyncio.Event()
    sessions: list[asyncio.Future[DockerSession]] = []
    opening = executor.open

    async def noted(run_id: str, blobs: MemoryBlobs) -> DockerSession:
        task = asyncio.current_task()
        assert task is not None
        sessions.append(task)
        begun.set()
        return await opening(run_id, blobs)

    executor.open = noted  # type: ignore[method-assign, assignment]
    step = step_context()
    running = asyncio.ensure_future(run_code(executor, step.run, [block("true")]))
    await begun.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    session = await sessions[0]
    await asyncio.gather(*sandbox._CLOSING)
    assert client.containers.list(all=True, filters={"id": session.container}) == []
    await step.run.resources.close()


# Orphans ---------------------------------------------------------------------------------------


@pytest.mark.docker
async def test_f42_orphans_are_removed_and_others_left_alone(
    operator: Operator, client: docker.DockerClient
) -> None:
    async def open_as(run: str, boot: str, owner: str = "reaped") -> DockerSession:
        settings = replace(operator, boot_id=boot, sandbox_owner=owner)
        executor = DockerCommandLineCodeExecutor(DockerConfig(), settings)
        return await executor.open(run, MemoryBlobs())

    alive, dead_run, dead_boot = await asyncio.gather(
        open_as("r1", "b2"), open_as("r2", "b2"), open_as("r1", "b1")
    )
    foreign = await open_as("r9", "b9", "another installation")
    stranger = client.containers.run(
        IMAGE, ["sleep", "60"], detach=True, network_mode="none", labels={"troupe": "no"}
    )
    mine = replace(operator, sandbox_owner="reaped")

    async def live() -> set[tuple[str, str]]:
        return {("r1", "b2"), ("r3", "b2")}

    try:
        removed = await reap(mine, live)
        assert set(removed) == {dead_run.container, dead_boot.container}
        assert await reap(mine, live) == []
        left = {container.id for container in client.containers.list(all=True)}
        assert {alive.container, foreign.container, stranger.id} <= left

        # Whatever is live, nothing outlives its deadline.
        assert await reap(mine, live, now=lambda: time.time() + 7_200) == [alive.container]
    finally:
        stranger.remove(force=True)
        for session in (alive, dead_run, dead_boot, foreign):
            await session.close()


@pytest.mark.docker
async def test_a_forgotten_container_ends_by_itself(
    operator: Operator, client: docker.DockerClient
) -> None:
    executor = DockerCommandLineCodeExecutor(DockerConfig(timeout=60), operator)
    session = await executor.open("run-1", MemoryBlobs())
    try:
        config = client.api.inspect_container(session.container)["Config"]
        assert [*config["Entrypoint"], *config["Cmd"]] == ["sleep", "3600"]
    finally:
        await session.close()
