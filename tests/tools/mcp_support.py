"""Building MCP workbenches and running servers for them."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from typing import Any

import pytest
import uvicorn

from runtime.components import Component
from runtime.components.builder import Builder
from runtime.durable.step import StepContext
from runtime.durable.tool import Tool, ToolContext, ToolOutput
from runtime.model_clients.pool import ModelClientPool
from runtime.operator import McpCommand, Operator
from runtime.ports import Secret
from runtime.testing import StaticSecrets, step_context
from runtime.tools.mcp.workbench import McpWorkbench
from tests.support.services import accepts, wait_for
from tests.tools.mcp_server import Record, make_server

LOCAL = ("127.0.0.1",)
NAMES = ["echo", "look", "hang", "large", "picture", "fail", "inject", "die"]
ODD = "odd_name_with_signs"


def spec(params: dict[str, Any], **config: Any) -> Component:
    return Component(
        provider=McpWorkbench.provider,
        component_type="workbench",
        config={"server_params": params, **config},
    )


def stdio(command: str = "test-server", **more: Any) -> dict[str, Any]:
    return {"type": "StdioServerParams", "command": command, "read_timeout_seconds": 30, **more}


def streamable(url: str, **more: Any) -> dict[str, Any]:
    return {"type": "StreamableHttpServerParams", "url": f"{url}/mcp", **more}


def sse(url: str, **more: Any) -> dict[str, Any]:
    return {"type": "SseServerParams", "url": f"{url}/sse", **more}


def builder(operator: Operator, **secrets: Secret) -> Builder:
    return Builder(StaticSecrets(secrets), ModelClientPool(), operator=operator)


def build(component: Component, operator: Operator, **secrets: Secret) -> McpWorkbench:
    return builder(operator, **secrets).build(component, McpWorkbench)


def command(**env: str) -> Operator:
    server = McpCommand(sys.executable, ("-m", "tests.tools.mcp_server"), env)
    return Operator(mcp_commands={"test-server": server})


def inside(step: StepContext) -> ToolContext:
    run = step.run
    return ToolContext("k", run.files, run.clock, run.blobs, run.resources, step)


async def tools_of(bench: McpWorkbench, step: StepContext) -> dict[str, Tool]:
    return {tool.name: tool for tool in await bench.list_tools(step)}


async def said(tool: Tool, step: StepContext, **arguments: Any) -> ToolOutput:
    output = await tool.call(arguments, inside(step))
    assert isinstance(output, ToolOutput)
    return output


@asynccontextmanager
async def http_server(kind: str = "streamable", record: Record | None = None) -> AsyncIterator[str]:
    """In this process: quick, and `record` can be waited for. It must outlive its clients."""
    made = make_server(record=record)
    app = made.sse_app() if kind == "sse" else made.streamable_http_app()
    config = uvicorn.Config(app, port=0, log_level="error", ws="none")
    server = uvicorn.Server(config)
    server.capture_signals = nullcontext  # type: ignore[method-assign,assignment]
    serving = asyncio.ensure_future(server.serve())
    while not server.started:
        assert not serving.done(), "the server did not start"
        await asyncio.sleep(0)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        await serving


@asynccontextmanager
async def http_process(kind: str, port: int, **env: str) -> AsyncIterator[str]:
    """A process of its own, ended by SIGKILL."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.tools.mcp_server",
        kind,
        str(port),
        env={**os.environ, **env},
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        await asyncio.to_thread(wait_for, lambda: accepts(port), "the MCP server")
        yield f"http://127.0.0.1:{port}"
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


@pytest.fixture
async def step() -> AsyncIterator[StepContext]:
    made = step_context()
    yield made
    await made.run.resources.close()
