"""The executor and its tools as components: AutoGen's JSON, what the operator allows, a team."""

from __future__ import annotations

import json
from dataclasses import replace

import docker
import pytest

from runtime.components.builder import Builder
from runtime.components.spec import Component
from runtime.components.validate import validate
from runtime.durable.tool import ToolOutput
from runtime.engine import RunEngine, RunServices
from runtime.executors.docker import (
    DockerCommandLineCodeExecutor,
    DockerConfig,
)
from runtime.model_clients.pool import ModelClientPool
from runtime.operator import Operator
from runtime.stores import MemoryBlobs
from runtime.testing import StaticGate, StaticSecrets, tool_context
from runtime.tools.python_source import PythonSourceTool
from tests.runtime.support import World, agent, calls, model, of_kind, task, team

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
