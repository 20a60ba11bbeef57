"""Scenario 58: agents that run code, on an executor that interprets two words. The real ones are
tested in tests/executors."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from runtime.agents.code_executor import NO_CODE
from runtime.components.spec import Component
from tests.conformance.sessions import Asked, Ended, Session, problems, ran
from tests.runtime.support import Json, agent, decide, model, team, until
from tests.runtime.test_code_agent import FAIL, PRINT, coder, executor
from tests.runtime.test_teams import replay

__all__ = ["executor"]


def asked_to_run(text: str, **config: Any) -> Json:
    return team(agent("writer", model(text, text)), coder(**config), max_turns=2)


async def test_s58_a_block_is_executed_and_its_output_said() -> None:
    assert (await ran(asked_to_run(PRINT))).said[-1] == ("coder", "hello\n")


@pytest.mark.parametrize("text", ["nothing to run", "```\nprint 1\n```", "```ruby\nputs 1\n```"])
async def test_s58_without_a_block_it_says_so(text: str) -> None:
    assert (await ran(asked_to_run(text))).said[-1] == ("coder", NO_CODE)


async def test_s58_a_failure_is_said_with_its_exit_code() -> None:
    assert "exit code 3" in (await ran(asked_to_run(FAIL))).said[-1][1]


async def test_s58_denied_code_is_not_executed_and_the_reason_is_said() -> None:
    session = Session(asked_to_run(PRINT, require_approval=True))
    journal = session.open()
    run = asyncio.ensure_future(session.engine(journal, "Go").run())
    request = await until(journal, "approval.requested")
    decide(journal, request, "deny", reason="Not on a Friday")
    ended = Ended(await run, journal)
    assert "Not on a Friday" in ended.said[-1][1]
    assert not ended.payloads("tool.started")


def test_s58_an_agent_that_asks_can_be_stored() -> None:
    """AutoGen's approval function cannot; here it is a setting, and a person decides."""
    spec = coder(require_approval=True)
    assert not problems(spec)
    again = json.loads(Component.model_validate(spec).model_dump_json())
    assert again["config"]["require_approval"] is True


async def test_s58_its_context_is_its_own_state(asked: Asked) -> None:
    """AutoGen's agent has a context but saves and resets none of it, and adds what it heard to it
    again at each retry."""
    retry = json.dumps({"reason": "typo", "retry": True})
    client = replay(FAIL, retry, PRINT, "It says hello.", PRINT, "Again hello.")
    session = Session(team(coder(client, max_retries_on_error=2), max_turns=1))
    first = await session.run("First task")
    assert first.said[-1] == ("coder", "It says hello.")
    heard = [[str(m.content) for m in r.messages] for r in asked.of("coder")]
    assert all(contents.count("First task") == 1 for contents in heard)
    asked.requests.clear()
    await session.run("Second task")
    contents = [str(m.content) for m in asked.of("coder")[0].messages]
    assert "First task" in contents
    assert contents.count("Second task") == 1
