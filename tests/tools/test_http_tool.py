"""AutoGen's HttpTool against real servers: requests, statuses, credentials, limits (A37 to A39)."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from runtime.components import Component, validate
from runtime.components.builder import Builder
from runtime.durable.tool import ToolOutput
from runtime.errors import SpecError, ToolError
from runtime.model_clients.pool import ModelClientPool
from runtime.operator import Operator
from runtime.ports import Secret
from runtime.testing import StaticSecrets, tool_context
from runtime.tools.http import HttpTool
from tests.tools.servers import Asked, WebServer, reply, web_server

SCHEMA = {
    "type": "object",
    "properties": {"id": {"type": "string"}, "tags": {"type": "array"}, "size": {"type": "number"}},
    "required": ["id"],
}


async def echo(asked: Asked, writer: asyncio.StreamWriter) -> None:
    said = {"method": asked.method, "target": asked.target, "body": asked.body.decode()}
    await reply(writer, json.dumps(said), Content_Type="application/json")


def spec(port: int = 443, **config: Any) -> Component:
    base = {
        "name": "ask",
        "description": "Asks.",
        "host": "127.0.0.1",
        "port": port,
        "json_schema": SCHEMA,
        "headers": None,
    }
    return Component(provider=HttpTool.provider, component_type="tool", config=base | config)


def build(
    component: Component, *, allow: tuple[str, ...] = ("127.0.0.1",), **secrets: Secret
) -> Any:
    builder = Builder(
        StaticSecrets(secrets), ModelClientPool(), operator=Operator(private_hosts=allow)
    )
    return builder.build(component, HttpTool)


async def ask(server: WebServer, arguments: dict[str, Any], **config: Any) -> ToolOutput:
    output = await build(spec(server.port, **config)).call(arguments, tool_context(key="key-1"))
    assert isinstance(output, ToolOutput)
    return output


async def test_get_puts_arguments_into_path_and_query() -> None:
    async with web_server(echo) as server:
        output = await ask(
            server,
            {"id": "a/../b ?#ü", "tags": ["x y", "z&"], "size": 1.5},
            method="GET",
            path="/items/{id}/all",
            return_type="json",
        )
    said = json.loads(output.text)
    assert said["target"] == "/items/a%2F..%2Fb%20%3F%23%C3%BC/all?tags=x+y&tags=z%26&size=1.5"
    assert (said["method"], said["body"]) == ("GET", "")
    assert "idempotency-key" not in server.asked[0].headers
    assert output.artifacts == {"status": 200, "url": f"{server.url}{said['target']}"}


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", None])
async def test_others_send_json_and_a_key_against_repetition(method: str | None) -> None:
    async with web_server(echo) as server:
        output = await ask(server, {"id": "1", "size": 2}, method=method, path="/items/{id}")
    said = json.loads(output.text)
    assert (said["method"], said["target"]) == (method or "POST", "/items/1")
    assert json.loads(said["body"]) == {"size": 2}
    assert server.asked[0].headers["content-type"] == "application/json"
    assert server.asked[0].headers["idempotency-key"] == "key-1"


@pytest.mark.parametrize("value", ["..", ".", ""])
async def test_a_path_cannot_be_climbed(value: str) -> None:
    tool = build(spec(method="GET", path="/public/{id}/x"))
    with pytest.raises(ToolError, match="cannot be"):
        await tool.call({"id": value}, tool_context())


async def test_an_error_status_is_an_error_result_with_its_body() -> None:
    """Improve: AutoGen gives the model the body alone."""

    async def missing(asked: Asked, writer: asyncio.StreamWriter) -> None:
        await reply(writer, '{"error": "no such item"}', status="404 Not Found")

    async with web_server(missing) as server:
        output = await ask(server, {"id": "1"}, method="GET", return_type="json")
    assert output.is_error
    assert output.text == 'HTTP 404 Not Found\n{"error": "no such item"}'
    assert output.artifacts is not None
    assert output.artifacts["status"] == 404


async def test_no_json_where_json_was_promised() -> None:
    async def html(asked: Asked, writer: asyncio.StreamWriter) -> None:
        await reply(writer, "<html>")

    async with web_server(html) as server:
        with pytest.raises(ToolError, match="not JSON"):
            await ask(server, {"id": "1"}, return_type="json")
        assert (await ask(server, {"id": "1"})).text == "<html>"


@pytest.mark.parametrize(
    ("method", "effect", "side_effects"),
    [
        ("GET", "pure", False),
        ("PUT", "idempotent", True),
        ("DELETE", "idempotent", True),
        ("POST", "at_most_once", True),
        ("PATCH", "at_most_once", True),
        (None, "at_most_once", True),
    ],
)
def test_effects(method: str | None, effect: str, side_effects: bool) -> None:
    tool = build(spec(method=method))
    assert (tool.effect, tool.side_effects) == (effect, side_effects)


async def test_a37_private_addresses_are_refused_unless_allowed() -> None:
    async with web_server(echo) as server:
        tool = build(spec(server.port, method="GET"), allow=())
        with pytest.raises(ToolError, match="not on the public internet"):
            await tool.call({"id": "1"}, tool_context())
        assert server.connections == 0


async def test_a_server_that_does_not_answer() -> None:
    async def silent(asked: Asked, writer: asyncio.StreamWriter) -> None:
        await asyncio.Event().wait()

    async with web_server(silent) as server:
        with pytest.raises(ToolError, match="time limit"):
            await ask(server, {"id": "1"}, timeout=0.2)


async def test_a_cancelled_call_ends_the_request() -> None:
    came, gone = asyncio.Event(), asyncio.Event()

    async def silent(asked: Asked, writer: asyncio.StreamWriter) -> None:
        came.set()
        await asked.reader.read()
        gone.set()

    async with web_server(silent) as server:
        call = asyncio.ensure_future(ask(server, {"id": "1"}, timeout=60.0))
        await came.wait()
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        await gone.wait()


def with_key(**more: str) -> dict[str, Any]:
    return {"credential_headers": {"Authorization": {"credential": "c1", **more}}, "method": "GET"}


async def test_a_header_can_carry_a_credential() -> None:
    async with web_server(echo) as server:
        secret = Secret(kind="http", base_url=f"{server.url}/v1", values={"api_key": "s3cret"})
        tool = build(spec(server.port, **with_key()), c1=secret)
        await tool.call({"id": "1"}, tool_context())
        odd = build(spec(server.port, **with_key(format="Token {api_key}/{api_key}")), c1=secret)
        await odd.call({"id": "1"}, tool_context())
    sent = [asked.headers["authorization"] for asked in server.asked]
    assert sent == ["Bearer s3cret", "Token s3cret/s3cret"]


async def test_a_credential_goes_only_to_its_own_address() -> None:
    """Whoever edits the tool cannot send the key to a server of their own."""
    async with web_server(echo) as server:
        for secret, words in (
            (Secret(kind="openai", values={"api_key": "k"}), "not for 127"),
            (Secret(kind="http", base_url="https://a.example", values={"api_key": "k"}), "not for"),
            (Secret(kind="http", base_url=server.url, values={}), "has no 'api_key'"),
            (Secret(kind="http", base_url=server.url, values={"api_key": "a\nb"}), "characters"),
        ):
            tool = build(spec(server.port, **with_key()), c1=secret)
            with pytest.raises(ToolError, match=words):
                await tool.call({"id": "1"}, tool_context())
        with pytest.raises(ToolError, match="has gone"):
            await build(spec(server.port, **with_key())).call({"id": "1"}, tool_context())
        assert server.asked == []


@pytest.mark.parametrize(
    ("config", "place"),
    [
        ({"headers": {"Authorization": "Bearer real"}}, "headers"),
        ({"headers": {"X-API-Key": "real"}}, "headers"),
        ({"host": "a.example/path"}, "host"),
        ({"host": "user@a.example"}, "host"),
        ({"path": "/{nothing}"}, "path"),
        ({"path": "/a b"}, "path"),
        ({"json_schema": {"type": "array"}}, "json_schema"),
        ({"json_schema": {"type": "object", "properties": 5}}, "json_schema"),
        ({"json_schema": {"$ref": "http://169.254.169.254/schema"}}, "json_schema"),
    ],
)
def test_what_cannot_be_is_said_before_anything_runs(config: dict[str, Any], place: str) -> None:
    (problem,) = validate(spec(**config))
    assert (problem.path, problem.severity) == (f"$.config.{place}", "error")
    with pytest.raises(SpecError):
        build(spec(**config))


def test_masked_headers_are_no_secrets() -> None:
    assert validate(spec(headers={"Authorization": "**********", "X-Trace": "1"})) == []


def test_autogens_sample() -> None:
    component = Component.model_validate_json(SAMPLE)
    assert validate(component) == []
    tool = build(component)
    assert tool.name == "base64_decode"
    assert tool._request({"value": "YQ=="})[0] == "https://httpbin.org:443/base64/YQ%3D%3D"
    parameters = tool.schema.parameters
    assert parameters["required"] == ["value"]
    assert parameters["additionalProperties"] is False


SAMPLE = """
{
  "provider": "autogen_ext.tools.http.HttpTool",
  "component_type": "tool",
  "version": 1,
  "component_version": 1,
  "description": "A wrapper for using an HTTP server as a tool.",
  "label": "HttpTool",
  "config": {
    "name": "base64_decode",
    "description": "base64 decode a value",
    "scheme": "https",
    "host": "httpbin.org",
    "port": 443,
    "path": "/base64/{value}",
    "method": "GET",
    "headers": {"X-A": "b"},
    "json_schema": {
      "type": "object",
      "properties": {"value": {"type": "string", "description": "The base64 value"}},
      "required": ["value"]
    },
    "return_type": "json",
    "timeout": 5.0
  }
}
"""
