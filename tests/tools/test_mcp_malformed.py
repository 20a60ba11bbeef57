"""A47: an MCP server that breaks its own protocol; no SDK on its side."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from runtime.durable.step import StepContext
from runtime.durable.tool import ToolOutput
from runtime.errors import ToolError
from runtime.events.payloads import RunWarned
from runtime.operator import Operator
from runtime.testing import InMemoryJournal
from runtime.tools.mcp.connection import MAX_PAGES, MAX_TOOLS
from tests.tools.mcp_support import LOCAL, build, inside, said, spec, step, streamable, tools_of
from tests.tools.servers import Asked, WebServer, reply, web_server

__all__ = ["step"]  # pytest finds it here

PLAIN = {"type": "object", "properties": {"x": {"type": "string", "pattern": "(a+)+$"}}}
BAD_SCHEMAS: dict[str, Any] = {
    "remote": {"type": "object", "properties": {"x": {"$ref": "http://169.254.169.254/x"}}},
    "broken": {"type": "object", "properties": {"x": {"type": "nothing"}}},
    "huge": {"type": "object", "properties": {f"p{n}": {} for n in range(6_000)}},
}
RESULTS: dict[str, Any] = {
    "no_list": {"content": "text"},
    "no_content": {"something": 1},
    "no_object": "text",
    "odd_block": {"content": [{"type": "hologram", "data": "x"}]},
    "bad_picture": {"content": [{"type": "image", "mimeType": "image/png", "data": "%%%"}]},
    "many": {"content": [{"type": "text", "text": "x"}] * 2_000},
    "long": {"content": [{"type": "text", "text": "x" * 300_000}]},
    "structured": {"content": [], "structuredContent": {"a": ["ü"]}},
}


class Malformed:
    """Knows just enough of the protocol to be listed."""

    def __init__(self, tools: list[Any], *, endless: bool = False) -> None:
        self.tools = tools
        self.endless = endless
        self.pages = 0

    async def respond(self, asked: Asked, writer: asyncio.StreamWriter) -> None:
        if asked.method != "POST":
            await reply(writer, status="405 Method Not Allowed")
            return
        message = json.loads(asked.body)
        if "id" not in message:
            await reply(writer, status="202 Accepted")
            return
        body = {"jsonrpc": "2.0", "id": message["id"], **self.answer(message)}
        await reply(writer, json.dumps(body), Content_Type="application/json")

    def answer(self, message: dict[str, Any]) -> dict[str, Any]:
        if message["method"] == "initialize":
            who = {"name": "malformed", "version": "1"}
            capabilities: dict[str, Any] = {"tools": {}}
            version = "2025-06-18"
            return {
                "result": {
                    "protocolVersion": version,
                    "capabilities": capabilities,
                    "serverInfo": who,
                }
            }
        if message["method"] == "tools/list":
            self.pages += 1
            more = {"nextCursor": f"page {self.pages}"} if self.endless else {}
            tools = self.tools
            if self.endless:
                tools = [{**tool, "name": f"{tool['name']}{self.pages}"} for tool in tools]
            return {"result": {"tools": tools, **more}}
        if message["method"] == "tools/call":
            return {"result": RESULTS[message["params"]["name"]]}
        return {"error": {"code": -32601, "message": "no such method"}}


def bench_for(server: WebServer) -> Any:
    return build(spec(streamable(server.url)), Operator(private_hosts=LOCAL))


def tool(name: str, schema: Any = None) -> dict[str, Any]:
    return {"name": name, "inputSchema": PLAIN if schema is None else schema}


async def test_a47_malformed_results_are_errors_or_said_in_words(step: StepContext) -> None:
    async with web_server(Malformed([tool(name) for name in RESULTS]).respond) as server:
        tools = await tools_of(bench_for(server), step)
        for name in ("no_list", "no_content", "no_object", "odd_block"):
            with pytest.raises(ToolError, match="The MCP server"):
                await tools[name].call({}, inside(step))
        assert (await said(tools["bad_picture"], step)).text == "[image: image/png, malformed]"
        assert (await said(tools["many"], step)).text.endswith("[cut: 1,500 more parts]")
        assert (await said(tools["long"], step)).text.endswith("[cut: 200,000 more characters]")
        assert await said(tools["structured"], step) == ToolOutput('{"a": ["ü"]}')
        await step.run.resources.close()


async def test_a47_schemas_that_cannot_be_used_turn_their_tools_off(step: StepContext) -> None:
    listed = [tool(name, schema) for name, schema in BAD_SCHEMAS.items()]
    async with web_server(Malformed([*listed, tool("fine"), tool("fine")]).respond) as server:
        tools = await tools_of(bench_for(server), step)
        await step.run.resources.close()
    assert list(tools) == ["fine"]
    assert tools["fine"].schema.parameters["properties"] == {"x": {"type": "string"}}, (
        "a stranger's regular expression could keep us busy for ever"
    )
    journal = step.run.journal
    assert isinstance(journal, InMemoryJournal)
    warned = [e.payload for e in journal.log.events if isinstance(e.payload, RunWarned)]
    assert [w.code for w in warned] == ["mcp_tool_off"] * len(BAD_SCHEMAS)
    assert "refers to another document" in warned[0].detail


async def test_a47_a_list_without_end(step: StepContext) -> None:
    malformed = Malformed([tool(f"t{number}-") for number in range(50)], endless=True)
    async with web_server(malformed.respond) as server:
        tools = await tools_of(bench_for(server), step)
        await step.run.resources.close()
    assert (len(tools), malformed.pages) == (MAX_TOOLS, MAX_PAGES)


async def test_a47_a_list_that_is_none(step: StepContext) -> None:
    for listed in ({"nameless": 1}, tool("array", {"type": "array"})):
        async with web_server(Malformed([listed]).respond) as server:
            with pytest.raises(ToolError, match="sent something that is not MCP"):
                await bench_for(server).list_tools(step)
