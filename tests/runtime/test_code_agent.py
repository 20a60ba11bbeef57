"""CodeExecutorAgent on an executor that executes nothing: gated, recorded, recovered."""

from __future__ import annotations

import json
from typing import Any

import pytest

from runtime.agents.code_executor import NO_CODE, CodeExecutorAgent, CodeExecutorConfig
from runtime.components import Builder
from runtime.testing import Crash, StaticGate
from runtime.testing.executor import ScriptedExecutor
from tests.runtime import transcripts
from tests.runtime.support import (
    Json,
    World,
    agent,
    decide,
    last,
    model,
    of_kind,
    said,
    team,
    until,
)
from tests.runtime.test_teams import replay

PRINT = '```python\nprint "hello"\n```'
FAIL = '```python\nprint "oh"\nexit 3\n```'


@pytest.fixture(autouse=True)
def executor(monkeypatch: pytest.MonkeyPatch) -> ScriptedExecutor:
    double = ScriptedExecutor()

    def build(cls: type[CodeExecutorAgent], config: CodeExecutorConfig, builder: Builder) -> Any:
        if config.model_client is None:
            return cls(config, double)  # type: ignore[arg-type]
        return cls(config, double, _inference(config, builder))  # type: ignore[arg-type]

    monkeypatch.setattr(CodeExecutorAgent, "build", classmethod(build))
    return double


def _inference(config: CodeExecutorConfig, builder: Builder) -> Any:
    from runtime.agents.inference import Inference
    from runtime.model_clients.base import BaseChatCompletionClient
    from runtime.model_contexts.unbounded import UnboundedChatCompletionContext, UnboundedConfig

    assert config.model_client is not None
    client = builder.build(config.model_client, BaseChatCompletionClient, "model_client")
    view = UnboundedChatCompletionContext(UnboundedConfig(initial_messages=None))
    return Inference(client, view, config.system_message, False)


def coder(client: Json | None = None, **config: Any) -> Json:
    executor = {
        "provider": "autogen_ext.code_executors.docker.DockerCommandLineCodeExecutor",
        "component_type": "code_executor",
        "config": {},
    }
    return {
        "provider": "autogen_agentchat.agents.CodeExecutorAgent",
        "component_type": "agent",
        "config": {
            "name": "coder",
            "code_executor": executor,
            **({"model_client": client} if client else {}),
            **config,
        },
    }


async def speech(spec: Json, world: World | None = None) -> list[tuple[str, str]]:
    world = world or World()
    journal = world.journal()
    assert await world.engine(spec, journal).run() == "completed", last(journal, "run.failed")
    return said(journal)[1:]


async def test_a_block_of_somebody_else_is_run() -> None:
    spec = team(agent("writer", model(PRINT)), coder(), max_turns=2)
    assert (await speech(spec))[-1] == ("coder", "hello\n")


async def test_no_block_no_language_or_not_from_whom_it_listens_to() -> None:
    for text in ("no code", "```\nprint 1\n```", "```ruby\nputs 1\n```"):
        spec = team(agent("writer", model(text)), coder(), max_turns=2)
        assert (await speech(spec))[-1] == ("coder", NO_CODE)
    spec = team(agent("writer", model(PRINT)), coder(sources=["boss"]), max_turns=2)
    assert (await speech(spec))[-1] == ("coder", NO_CODE)


async def test_a_failure_says_its_exit_code() -> None:
    spec = team(agent("writer", model(FAIL)), coder(), max_turns=2)
    assert "exit code 3" in (await speech(spec))[-1][1]


async def test_it_writes_tries_again_and_says_what_came_out() -> None:
    client = replay(FAIL, json.dumps({"reason": "typo", "retry": True}), PRINT, "It says hello.")
    assert (await speech(coder(client, max_retries_on_error=2)))[-1] == ("coder", "It says hello.")


async def test_a_person_sees_and_denies_the_code() -> None:
    import asyncio

    world = World(gate=StaticGate(default="allow"))
    journal = world.journal()
    spec = team(agent("writer", model(PRINT)), coder(require_approval=True), max_turns=2)
    run = asyncio.ensure_future(world.engine(spec, journal).run())
    request = await until(journal, "approval.requested")
    assert request.arguments["blocks"] == [{"language": "python", "code": 'print "hello"\n'}]
    decide(journal, request, "deny", reason="Not today")
    assert await run == "completed"
    assert "Not today" in said(journal)[-1][1]
    assert not of_kind(journal, "tool.started")


async def test_it_recovers_after_a_death_at_any_append() -> None:
    client = replay(FAIL, json.dumps({"reason": "typo", "retry": True}), PRINT, "It says hello.")
    spec = team(coder(client, max_retries_on_error=2), agent("b", model("Fine")), max_turns=2)
    calm_world = World()
    calm = calm_world.journal()
    assert await calm_world.engine(spec, calm).run() == "completed"
    for cut in range(1, calm.appends):
        world = World()
        journal = world.journal()
        journal.crash_after(cut)
        with pytest.raises(Crash):
            await world.engine(spec, journal).run()
        later = journal.reopen()
        assert await world.engine(spec, later).run() == "completed", cut
        assert transcripts.messages(later) == transcripts.messages(calm), cut
        assert transcripts.branches(later) == transcripts.branches(calm), cut
        assert transcripts.keys(later) == transcripts.keys(calm), cut
