"""MCP servers, written with the official SDK, over pipes, streamable HTTP and SSE."""

from __future__ import annotations

import asyncio
import hashlib
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from runtime.components import validate
from runtime.durable.step import StepContext
from runtime.durable.tool import ToolOutput
from runtime.errors import SpecError, ToolError
from runtime.operator import McpCommand, Operator
from runtime.ports import Secret
from runtime.testing import InMemoryJournal, ManualClock, step_context
from runtime.tools.mcp.workbench import McpWorkbench
from tests.support.services import free_port
from tests.tools.mcp_server import PIXEL, Record
from tests.tools.mcp_support import (
    LOCAL,
    NAMES,
    ODD,
    build,
    command,
    http_process,
    http_server,
    inside,
    said,
    spec,
    sse,
    stdio,
    step,
    streamable,
    tools_of,
)
from tests.tools.servers import Asked, reply, web_server

__all__ = ["step"]  # pytest finds it here


async def check_everything(bench: McpWorkbench, step: StepContext) -> None:
    tools = await tools_of(bench, step)
    assert list(tools) == [*NAMES, ODD]
    assert tools["echo"].schema.parameters["required"] == ["text"]
    assert {(tool.effect, tool.side_effects) for tool in tools.values()} == {
        ("at_most_once", True)
    }, "what a server says of its tools makes none of them less suspect"
    assert await said(tools["echo"], step, text="ü") == ToolOutput("ü")
    assert (await said(tools[ODD], step)).text == "odd"
    failed = await said(tools["fail"], step)
    assert failed.is_error
    assert "the server's own words" in failed.text
    drawn = await said(tools["picture"], step)
    digest = hashlib.sha256(PIXEL).hexdigest()
    assert drawn.text == "[image: image/png, 8 bytes]"
    assert drawn.artifacts is not None
    assert drawn.artifacts["blobs"][0]["digest"] == digest
    assert await step.run.blobs.get(digest) == PIXEL


async def test_a_registered_command(step: StepContext) -> None:
    await check_everything(build(spec(stdio()), command()), step)


@pytest.mark.parametrize("kind", ["streamable", "sse"])
async def test_a_server_behind_http(kind: str, step: StepContext) -> None:
    async with http_server(kind) as url:
        params = sse(url) if kind == "sse" else streamable(url)
        await check_everything(build(spec(params), Operator(private_hosts=LOCAL)), step)
        await step.run.resources.close()


@pytest.mark.parametrize("params", [streamable, sse])
async def test_a37_private_servers_are_refused(params: Any, step: StepContext) -> None:
    async with http_server() as url:
        with pytest.raises(ToolError, match="not on the public internet"):
            await build(spec(params(url)), Operator()).list_tools(step)


async def test_a_server_that_is_not_there(step: StepContext) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    for params in (streamable(url), sse(url)):
        with pytest.raises(ToolError, match="The MCP server 127_0_0_1 failed"):
            await build(spec(params), Operator(private_hosts=LOCAL)).list_tools(step)


@pytest.mark.parametrize(
    ("started", "words"),
    [
        (McpCommand("/nowhere/at-all"), "cannot be started"),
        (McpCommand(sys.executable, ("-c", "pass")), "The MCP server x failed: Connection closed"),
        (
            McpCommand(sys.executable, ("-c", "print('no JSON'); input()")),
            "The MCP server x failed: Connection closed",
        ),
    ],
)
async def test_a_command_that_is_no_mcp_server(
    started: McpCommand, words: str, step: StepContext
) -> None:
    with pytest.raises(ToolError, match=words):
        await build(spec(stdio("x")), Operator(mcp_commands={"x": started})).list_tools(step)


async def test_a_server_that_is_no_mcp_server(step: StepContext) -> None:
    async def html(asked: Asked, writer: asyncio.StreamWriter) -> None:
        await reply(writer, "<html>hello</html>", Content_Type="text/html")

    async with web_server(html) as server:
        with pytest.raises(ToolError):
            await build(spec(streamable(server.url)), Operator(private_hosts=LOCAL)).list_tools(
                step
            )


# One session, one listing ----------------------------------------------------------------------


async def test_the_listing_is_recorded_once_in_a_run(step: StepContext, tmp_path: Path) -> None:
    operator = command(MCP_LOG=str(tmp_path / "log"))
    first, second = build(spec(stdio()), operator), build(spec(stdio()), operator)
    later = step.child("turn", 7)
    for bench, place in ((first, step), (second, later), (first, later)):
        assert list(await tools_of(bench, place)) == [*NAMES, ODD]
    journal = step.run.journal
    assert isinstance(journal, InMemoryJournal)
    kinds = [event.kind for event in journal.log.events]
    assert kinds.count("step.recorded") == 1


async def test_another_life_of_the_run_has_the_same_tools_without_the_server() -> None:
    journal = InMemoryJournal.new(ManualClock())
    first = step_context(journal=journal)
    operator = Operator(private_hosts=LOCAL)
    async with http_server() as url:
        before = await tools_of(build(spec(streamable(url)), operator), first)
        await first.run.resources.close()
    second = step_context(journal=journal)
    after = await tools_of(build(spec(streamable(url)), operator), second)
    assert [tool.schema for tool in after.values()] == [tool.schema for tool in before.values()]
    with pytest.raises(ToolError, match="failed"):
        await after["echo"].call({"text": "x"}, inside(second))
    await second.run.resources.close()


async def test_closing_from_another_task_ends_the_server(tmp_path: Path) -> None:
    step = step_context()
    script = tmp_path / "server.py"
    script.write_text(
        "import os, pathlib, sys\n"
        "from tests.tools.mcp_server import make_server\n"
        "pathlib.Path(sys.argv[1]).write_text(str(os.getpid()))\n"
        "make_server().run()\n"
    )
    server = McpCommand(
        sys.executable, (str(script), str(tmp_path / "pid")), {"PYTHONPATH": str(Path.cwd())}
    )
    bench = build(spec(stdio()), Operator(mcp_commands={"test-server": server}))
    await asyncio.create_task(bench.list_tools(step))
    pid = int((tmp_path / "pid").read_text())
    os.kill(pid, 0)  # it is there
    await asyncio.create_task(step.run.resources.close())
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    with pytest.raises(RuntimeError, match="left"):
        await bench.list_tools(step.child("x", 1))


async def test_two_calls_at_once_share_a_session(step: StepContext) -> None:
    record = Record()
    async with http_server(record=record) as url:
        bench = build(spec(streamable(url)), Operator(private_hosts=LOCAL))
        tools = await tools_of(bench, step)
        outputs = await asyncio.gather(
            *(said(tools["echo"], step, text=str(number)) for number in range(5))
        )
        assert [output.text for output in outputs] == ["0", "1", "2", "3", "4"]
        await step.run.resources.close()


# Servers that end ------------------------------------------------------------------------------


async def test_a_command_that_dies_in_a_call_is_told_and_started_again(
    step: StepContext, tmp_path: Path
) -> None:
    """Improve: AutoGen says "not running" ever after. The call is not made a second time."""
    log = tmp_path / "log"
    tools = await tools_of(build(spec(stdio()), command(MCP_LOG=str(log))), step)
    with pytest.raises(ToolError, match="ended during the call"):
        await tools["die"].call({}, inside(step))
    assert (await said(tools["echo"], step, text="again")).text == "again"
    assert log.read_text().splitlines() == ["die", "echo again"]


@pytest.mark.parametrize("kind", ["streamable", "sse"])
async def test_a_server_that_was_killed_and_started_again(
    kind: str, step: StepContext, tmp_path: Path
) -> None:
    port, log = free_port(), tmp_path / "log"
    async with http_process(kind, port, MCP_LOG=str(log)) as url:
        params = sse(url) if kind == "sse" else streamable(url)
        tools = await tools_of(build(spec(params), Operator(private_hosts=LOCAL)), step)
        await said(tools["echo"], step, text="one")
        with pytest.raises(ToolError, match="The MCP server"):
            await tools["die"].call({}, inside(step))
    with pytest.raises(ToolError, match="The MCP server"):
        await tools["echo"].call({"text": "nobody is there"}, inside(step))
    async with http_process(kind, port, MCP_LOG=str(log)):
        assert (await said(tools["echo"], step, text="two")).text == "two"
        await step.run.resources.close()
    assert log.read_text().splitlines() == ["echo one", "die", "echo two"]


async def test_a_hanging_tool_is_cancelled_at_the_server_too(step: StepContext) -> None:
    """Improve: cancelling raises AttributeError in AutoGen."""
    record = Record()
    async with http_server(record=record) as url:
        bench = build(spec(streamable(url)), Operator(private_hosts=LOCAL))
        tools = await tools_of(bench, step)
        call = asyncio.ensure_future(tools["hang"].call({}, inside(step)))
        await record.until("hang")
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        await record.until("hang ended")
        assert (await said(tools["echo"], step, text="goes on")).text == "goes on"
        await step.run.resources.close()


def test_a_call_has_the_servers_deadline() -> None:
    bench = build(spec(stdio(read_timeout_seconds=7)), command())
    assert bench.config.server_params.call_timeout == 7
    url = streamable("http://a.example", sse_read_timeout=9)
    assert build(spec(url), Operator()).config.server_params.call_timeout == 9


# What may be started and reached ---------------------------------------------------------------


REGISTERED = Operator(
    mcp_commands={"files": McpCommand("mcp-files", ("--root", "/srv"), {"A": "b"})}
)


@pytest.mark.parametrize(
    "params",
    [
        stdio("files"),
        stdio("files", args=["--root", "/srv"]),
        stdio("mcp-files", args=["--root", "/srv"]),
        stdio("files", env={"A": "b"}),
    ],
)
def test_a_registered_command_is_named_or_written_exactly(params: dict[str, Any]) -> None:
    assert validate(spec(params)) == []
    build(spec(params), REGISTERED)


@pytest.mark.parametrize(
    ("params", "words", "place"),
    [
        (stdio("mcp-files"), "not an MCP command", "command"),
        (stdio("mcp-files", args=["--root", "/"]), "not an MCP command", "command"),
        (stdio("files", args=["--root", "/"]), "not an MCP command", "command"),
        (stdio("sh", args=["-c", "true"]), "not an MCP command", "command"),
        (stdio("/bin/mcp-files", args=["--root", "/srv"]), "not an MCP command", "command"),
        (stdio("files", env={"LD_PRELOAD": "/x.so"}), "environment", "env"),
        (stdio("files", env={"A": "c"}), "environment", "env"),
        (stdio("files", cwd="/"), "folder", "cwd"),
    ],
)
def test_nothing_else_is_ever_started(params: dict[str, Any], words: str, place: str) -> None:
    with pytest.raises(SpecError, match=words) as caught:
        build(spec(params), REGISTERED)
    assert caught.value.path == f"$.config.server_params.{place}"


def test_other_schemes_and_secrets_are_refused() -> None:
    with pytest.raises(SpecError, match="http"):
        build(spec({"type": "SseServerParams", "url": "file:///etc/passwd"}), Operator())
    carrying = spec(streamable("https://a.example", headers={"Authorization": "Bearer x"}))
    (problem,) = validate(carrying)
    assert (problem.code, problem.path) == ("inline_secret", "$.config.server_params.headers")
    twice = {"a": {"name": "x"}, "b": {"name": "x"}}
    (problem,) = validate(spec(stdio(), tool_overrides=twice))
    assert problem.code == "name_taken"


async def test_a_credential_in_a_header(step: StepContext) -> None:
    seen: list[str | None] = []

    async def answer(asked: Asked, writer: asyncio.StreamWriter) -> None:
        seen.append(asked.headers.get("authorization"))
        await reply(writer, status="401 Unauthorized")

    async with web_server(answer) as server:
        headers = {"Authorization": {"credential": "c1"}}
        component = spec(streamable(server.url), credential_headers=headers)
        operator = Operator(private_hosts=LOCAL)
        mine = Secret(kind="http", base_url=server.url, values={"api_key": "s3cret"})
        with pytest.raises(ToolError):
            await build(component, operator, c1=mine).list_tools(step)
        assert set(seen) == {"Bearer s3cret"}
        other = Secret(kind="http", base_url="https://b.example", values={"api_key": "s3cret"})
        count = len(seen)
        with pytest.raises(ToolError, match="credential is not for"):
            await build(component, operator, c1=other).list_tools(step_context())
        assert len(seen) == count
