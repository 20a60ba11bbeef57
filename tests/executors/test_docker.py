"""What is around the sandbox: no engine, no image, lost containers, orphans, configs, recovery."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import docker
import pytest

from runtime.components.builder import Builder
from runtime.components.spec import Component
from runtime.components.validate import validate
from runtime.durable.tool import ToolOutput
from runtime.engine import RunEngine, RunServices
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
from runtime.model_clients.pool import ModelClientPool
from runtime.operator import Operator
from runtime.stores import MemoryBlobs
from runtime.testing import StaticGate, StaticSecrets, step_context, tool_context
from runtime.tools.python_source import PythonSourceTool
from tests.runtime.support import World, agent, calls, model, of_kind, task, team
from tests.support.docker import IMAGE

DOCKER_SAMPLE = {
    "provider": "autogen_ext.code_executors.docker.DockerCommandLineCodeExecutor",
    "component_type": "code_executor",
    "version": 1,
    "component_version": 1,
    "label": "DockerCommandLineCodeExecutor",
    "config": {
        "image": "python:3.11-slim",
        "container_name": "exec-1",
        "timeout": 60,
        "work_dir": "coding",
        "bind_dir": "/host/coding",
        "auto_remove": True,
        "stop_container": True,
        "functions_module": "functions",
        "extra_volumes": {"/data": {"bind": "/mnt/data", "mode": "ro"}},
        "extra_hosts": {"host.docker.internal": "host-gateway"},
        "init_command": "export A=1",
        "delete_tmp_files": False,
    },
}
ASYNC_SAMPLE = {
    "provider": "autogen_core.tools.FunctionTool",
    "component_type": "tool",
    "version": 1,
    "component_version": 1,
    "label": "FunctionTool",
    "config": {
        "source_code": (
            "async def fetch_time(tz: str, cancellation_token: CancellationToken) -> str:\n"
            '    """Return the current time in a timezone."""\n'
            "    now = dt.datetime.now(ZoneInfo(tz))\n"
            "    return now.isoformat()\n"
        ),
        "name": "fetch_time",
        "description": "Current time in a timezone",
        "global_imports": [
            {"name": "datetime", "alias": "dt"},
            {"module": "zoneinfo", "imports": ["ZoneInfo"]},
            {"module": "autogen_core", "imports": ["CancellationToken"]},
            "json",
        ],
        "has_cancellation_support": True,
    },
}


@pytest.fixture
def client(docker_engine: str) -> Iterator[docker.DockerClient]:
    client = docker.DockerClient(base_url=docker_engine)
    yield client
    client.close()


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


# Tools in it -----------------------------------------------------------------------------------


def builder(operator: Operator) -> Builder:
    return Builder(secrets=StaticSecrets(), clients=ModelClientPool(), operator=operator)


@pytest.mark.docker
async def test_a_users_function_runs_in_the_container(operator: Operator) -> None:
    """With AutoGen's own JSON: an alias, a package that is not there, a token."""
    spec = Component.model_validate(ASYNC_SAMPLE)
    made = builder(operator).build(spec, PythonSourceTool)
    assert (made.effect, made.side_effects) == ("pure", False)
    context = tool_context()
    found = await made.call({"tz": "UTC"}, context)
    await context.resources.close()
    assert isinstance(found, ToolOutput)
    assert not found.is_error, found.text
    assert found.text.endswith("+00:00")


@pytest.mark.docker
async def test_a_users_function_that_is_not_well_meant(operator: Operator) -> None:
    """A17: its decorators, defaults and top-level code run in the container too."""
    source = (
        "import os\n"
        "here = [os.getuid(), os.path.exists('/work'), dict(os.environ)]\n"
        "def f(x: int = os.getuid()):\n"
        "    return here\n"
    )
    spec = Component(
        provider=PythonSourceTool.provider, config={"source_code": source, "name": "f"}
    )
    context = tool_context()
    found = await builder(operator).build(spec, PythonSourceTool).call({}, context)
    await context.resources.close()
    uid, work, environment = json.loads(found.text)
    assert (uid, work) == (65532, True)
    assert set(environment) <= {
        "HOME", "HOSTNAME", "LANG", "PATH", "PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED", "PWD",
        "LC_CTYPE",
    }  # fmt: skip


# Configs ---------------------------------------------------------------------------------------


def test_what_would_open_the_sandbox_is_kept_ignored_and_said() -> None:
    """AutoGen's own sample of this executor."""
    spec = Component.model_validate(DOCKER_SAMPLE)
    assert {(p.severity, p.code, p.path.rpartition(".")[2]) for p in validate(spec)} == {
        ("warning", "ignored_by_sandbox", name)
        for name in ("container_name", "bind_dir", "extra_volumes", "extra_hosts", "init_command")
    }
    config = DockerConfig.model_validate(spec.config)
    assert DockerCommandLineCodeExecutor.dump(config).config == spec.config
    loose = spec.model_copy(update={"config": {"auto_remove": False, "stop_container": False}})
    assert [p.path for p in validate(loose)] == ["$.config.auto_remove", "$.config.stop_container"]
    built = builder(Operator()).build(spec, DockerCommandLineCodeExecutor)
    options = json.dumps(built._options("run-1", 60), default=str)
    for value in ("/host/coding", "/mnt/data", "host-gateway", "export A", "exec-1"):
        assert value not in options


@pytest.mark.parametrize(
    ("asks", "allows", "network", "effect"),
    [
        (None, True, "none", "pure"),
        (True, False, "none", "pure"),
        (True, True, "bridge", "at_most_once"),
        (False, True, "none", "pure"),
    ],
)
def test_a_network_takes_two(asks: bool | None, allows: bool, network: str, effect: str) -> None:
    executor = DockerCommandLineCodeExecutor(
        DockerConfig(network=asks), Operator(sandbox_network=allows)
    )
    assert executor._host_options()["network_mode"] == network
    assert (executor.effect, executor.side_effects) == (effect, network != "none")


def test_images_come_from_the_operators_list_by_exact_name() -> None:
    operator = Operator(
        sandbox_image="standard:1", sandbox_images={"python:3-slim": "mirror/python@sha256:1"}
    )

    def image(name: str) -> str:
        return DockerCommandLineCodeExecutor(DockerConfig(image=name), operator).image

    assert image("python:3-slim") == "mirror/python@sha256:1"
    assert image("python:3") == "standard:1"
    assert image("evil/image:latest") == "standard:1"
    assert DockerCommandLineCodeExecutor(DockerConfig(image="x"), Operator()).image == (
        "python:3.12-slim"
    )


@pytest.mark.docker
async def test_a_team_whose_agent_writes_code(
    operator: Operator, client: docker.DockerClient
) -> None:
    """Through the whole engine: two calls share files, and the run leaves no container."""
    world, blobs = World(), MemoryBlobs()
    coder = agent(
        "coder",
        model(
            calls(("CodeExecutor", {"code": "open('a.txt', 'w').write('42')"})),
            calls(("CodeExecutor", {"code": "print(open('a.txt').read())"})),
            "It is 42.",
        ),
    )
    tool = {
        "provider": "autogen_ext.tools.code_execution.PythonCodeExecutionTool",
        "component_type": "tool",
        "config": {"executor": DOCKER_SAMPLE},
    }
    coder["config"]["tools"] = [tool]
    journal = world.journal()
    services = RunServices(
        journal=journal,
        gate=StaticGate(),
        files=world.files,
        deltas=world.deltas,
        clock=world.clock,
        secrets=world.secrets,
        clients=world.clients,
        blobs=blobs,
        operator=replace(operator, boot_id="team"),
    )
    spec = Component.model_validate(team(coder, max_turns=1))
    engine = RunEngine(spec, task=task("What is it?"), services=services, linger=0.0, limits=None)
    await engine.run()

    results = [event.payload for event in of_kind(journal, "tool.completed")]
    assert [(r.outcome, r.result) for r in results] == [("done", ""), ("done", "42\n")]
    (file,) = results[1].artifacts["work_dir"]
    assert (file["path"], await blobs.get(file["digest"])) == ("a.txt", b"42")
    assert "approval.requested" not in [event.kind for event in journal.log.events]
    filters = {"label": "troupe.boot=team"}
    assert client.containers.list(all=True, filters=filters) == []
