"""Tools in whole runs: what is offered, recorded and asked."""

from __future__ import annotations

import asyncio
import sys
from typing import Any

from runtime.components.spec import Component
from runtime.engine import RunEngine, RunServices
from runtime.operator import McpCommand, Operator
from runtime.testing import InMemoryJournal
from tests.runtime.support import (
    Json,
    World,
    agent,
    calls,
    last,
    model,
    of_kind,
    said,
    task,
    team,
    until,
)
from tests.support.services import free_port
from tests.tools.servers import Asked, reply, web_server

OPERATOR = Operator(
    private_hosts=("127.0.0.1",),
    mcp_commands={"notes": McpCommand(sys.executable, ("-m", "tests.tools.mcp_server"))},
)
STDIO = {"type": "StdioServerParams", "command": "notes", "read_timeout_seconds": 30}


def mcp(**config: Any) -> Json:
    return {
        "provider": "autogen_ext.tools.mcp.McpWorkbench",
        "component_type": "workbench",
        "config": {"server_params": STDIO, **config},
    }


def engine(world: World, spec: Json, journal: InMemoryJournal) -> RunEngine:
    services = RunServices(
        journal=journal,
        gate=world.gate,
        files=world.files,
        deltas=world.deltas,
        clock=world.clock,
        secrets=world.secrets,
        clients=world.clients,
        operator=OPERATOR,
    )
    return RunEngine(Component.model_validate(spec), task=task(), services=services)


async def test_an_agent_uses_an_mcp_server() -> None:
    world = World()
    journal = world.journal()
    script = model(calls(("echo", {"text": "hello"})), calls(("look", {})), "Done.")
    spec = team(agent("a", script, workbench=[mcp()]), max_turns=1)
    assert await engine(world, spec, journal).run() == "completed"
    assert said(journal)[-1] == ("a", "Done.")
    results = [event.payload.result for event in of_kind(journal, "tool.completed")]
    assert results == ["hello", "seen"]
    asked = [event.payload for event in of_kind(journal, "tool.requested")]
    assert {(a.effect, a.side_effects) for a in asked} == {("at_most_once", True)}
    listed = [e for e in of_kind(journal, "step.recorded") if e.payload.name == "tools"]
    assert len(listed) == 1, "two turns of two agents would not list it again either"


async def test_a_hanging_mcp_tool_ends_at_its_deadline() -> None:
    """By the run's clock."""
    world = World()
    journal = world.journal()
    spec = team(agent("a", model(calls(("hang", {})), "Done."), workbench=[mcp()]), max_turns=1)
    life = asyncio.ensure_future(engine(world, spec, journal).run())
    await until(journal, "tool.started")
    await world.clock.until_sleeping(30.0)
    world.clock.advance(30.0)
    assert await life == "completed"
    result = last(journal, "tool.completed")
    assert (result.outcome, result.result) == ("timeout", "hang did not finish within 30 s")


async def test_an_http_tool_reports_a_status() -> None:
    async def broken(asked: Asked, writer: asyncio.StreamWriter) -> None:
        await reply(writer, "out of order", status="503 Service Unavailable")

    async with web_server(broken) as server:
        tool = {
            "provider": "autogen_ext.tools.http.HttpTool",
            "component_type": "tool",
            "config": {
                "name": "ask",
                "description": "Asks.",
                "host": "127.0.0.1",
                "port": server.port,
                "method": "GET",
                "json_schema": {"type": "object", "properties": {}},
            },
        }
        world = World()
        journal = world.journal()
        spec = team(agent("a", model(calls(("ask", {})), "Done."), tools=[tool]), max_turns=1)
        assert await engine(world, spec, journal).run() == "completed"
    result = last(journal, "tool.completed")
    assert (result.outcome, result.is_error) == ("error", True)
    assert result.result == "HTTP 503 Service Unavailable\nout of order"


async def test_a_server_that_cannot_be_reached_fails_the_run_in_plain_words() -> None:
    world = World()
    journal = world.journal()
    gone = mcp()
    gone["config"] = {
        "server_params": {"type": "SseServerParams", "url": f"http://127.0.0.1:{free_port()}/sse"}
    }
    spec = team(agent("a", model("Done."), workbench=[gone]), max_turns=1)
    assert await engine(world, spec, journal).run() == "failed"
    assert "The MCP server 127_0_0_1 failed" in last(journal, "run.failed").model_dump_json()
