"""The HTTP request tool, pages as text, and web search, against real servers on this machine."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from runtime.components import Component, validate
from runtime.components.builder import Builder
from runtime.durable.tool import ToolOutput
from runtime.errors import ToolError
from runtime.model_clients.pool import ModelClientPool
from runtime.operator import Operator
from runtime.ports import Secret
from runtime.testing import StaticSecrets, tool_context
from runtime.tools.html_text import html_to_text
from runtime.tools.http_request import HttpRequest
from runtime.tools.web_search import WebSearch
from tests.tools.servers import Asked, reply, web_server

LOCAL = Operator(private_hosts=("127.0.0.1",))
PAGE = """<html><head><title>A page</title><style>x{}</style></head><body><h1>Title</h1>
<script>steal()</script><p>First  <b>bold</b> &amp; more</p><ul><li>one</li>
<li><a href="https://a.example/x">two</a></li></ul><a href="javascript:x()">three</a>"""


def build(
    kind: Any, operator: Operator = LOCAL, secret: Secret | None = None, **config: Any
) -> Any:
    secrets = StaticSecrets({"c1": secret} if secret else {})
    component = Component(provider=kind.provider, component_type="tool", config=config)
    return Builder(secrets, ModelClientPool(), operator=operator).build(component, kind)


async def call(tool: Any, **arguments: Any) -> ToolOutput:
    output = await tool.call(arguments, tool_context(key="key-1"))
    assert isinstance(output, ToolOutput)
    return output


async def echo(asked: Asked, writer: asyncio.StreamWriter) -> None:
    said = {"method": asked.method, "headers": asked.headers, "body": asked.body.decode()}
    await reply(writer, json.dumps(said), Content_Type="application/json")


async def page(asked: Asked, writer: asyncio.StreamWriter) -> None:
    if asked.target == "/away":
        await reply(writer, status="302 Found", Location="http://127.0.0.2/")
        return
    missing = asked.target == "/missing"
    status = "404 Not Found" if missing else "200 OK"
    await reply(writer, PAGE, status=status, Content_Type="text/html; charset=utf-8")


def test_a_page_as_text() -> None:
    assert html_to_text(PAGE) == (
        "A page\n\nTitle\n\nFirst bold & more\n\n- one\n\n- two (https://a.example/x)\nthree"
    )
    assert html_to_text("<head><title>T</title><body>no end of head") == "T\n\nno end of head"
    assert html_to_text("no <html") == "no <html"
    assert html_to_text("<div>" * 10_000 + "deep") == "deep"


async def test_reading_a_page() -> None:
    tool = build(HttpRequest)
    assert (tool.name, tool.effect, tool.side_effects) == ("http_request", "pure", False)
    async with web_server(page) as server:
        output = await call(tool, url=server.url)
        assert output.text.startswith("A page\n\nTitle")
        assert output.artifacts == {"status": 200, "url": server.url, "content_type": "text/html"}
        raw = await call(build(HttpRequest, pages_as_text=False), url=server.url)
        assert raw.text == PAGE
        missing = await call(tool, url=f"{server.url}/missing")
        assert missing.is_error
        assert missing.text.startswith("HTTP 404 Not Found\nA page")
        cut = await call(
            build(HttpRequest, pages_as_text=False, max_characters=1_000), url=server.url
        )
        assert cut.text == PAGE


async def test_a37_other_addresses_are_refused() -> None:
    async with web_server(page) as server:
        for operator in (Operator(), Operator(private_hosts=("10.0.0.0/8",))):
            with pytest.raises(ToolError, match="public internet"):
                await call(build(HttpRequest, operator), url=server.url)
        with pytest.raises(ToolError, match="only makes GET"):
            await call(build(HttpRequest), url=server.url, method="POST")
        with pytest.raises(ToolError, match="may not ask"):
            await call(build(HttpRequest, allowed_hosts=[".example.com"]), url=server.url)
        assert server.connections == 0
        only = build(HttpRequest, allowed_hosts=["127.0.0.1"])
        led = await call(only, url=f"{server.url}/away")
        assert led.is_error
        assert "It redirects to http://127.0.0.2/" in led.text


async def test_sending() -> None:
    tool = build(HttpRequest, methods=["GET", "POST"])
    assert (tool.effect, tool.side_effects) == ("at_most_once", True)
    async with web_server(echo) as server:
        odd = {"Host": "evil.example", "X-A": "1", "Content-Length": "9", "idempotency-key": "x"}
        said = await call(tool, url=server.url, method="post", body='{"a": 1}', headers=odd)
        with pytest.raises(ToolError, match="not a header"):
            await call(tool, url=server.url, headers={"X": "a\r\nEvil: b"})
    sent = json.loads(said.text)
    assert (sent["method"], sent["body"]) == ("POST", '{"a": 1}')
    assert sent["headers"]["host"] == f"127.0.0.1:{server.port}"
    assert sent["headers"]["content-type"] == "application/json"
    assert (sent["headers"]["x-a"], sent["headers"]["idempotency-key"]) == ("1", "key-1")


async def test_a_key_goes_to_its_own_address_only() -> None:
    headers = {"Authorization": {"credential": "c1"}}
    async with web_server(echo) as mine, web_server(echo) as other:
        secret = Secret(kind="http", base_url=mine.url, values={"api_key": "s3cret"})
        tool = build(HttpRequest, secret=secret, credential_headers=headers)
        assert "s3cret" in (await call(tool, url=f"{mine.url}/x")).text
        assert "s3cret" not in (await call(tool, url=f"{other.url}/x")).text


async def test_bytes_are_not_shown() -> None:
    async def image(asked: Asked, writer: asyncio.StreamWriter) -> None:
        await reply(writer, b"\x89PNG\0\0\0", Content_Type="image/png")

    async with web_server(image) as server:
        assert (await call(build(HttpRequest), url=server.url)).text == "[7 bytes of image/png]"


@pytest.mark.parametrize("host", ["", "a/b", "http://x", "*.example.com", "a:1"])
def test_hosts_that_are_none(host: str) -> None:
    component = Component(provider=HttpRequest.provider, config={"allowed_hosts": [host]})
    assert [p.path for p in validate(component)] == ["$.config.allowed_hosts[0]"]


# Search ----------------------------------------------------------------------------------------

HITS: list[dict[str, str | None]] = [
    {"title": "One", "url": "https://one.example/", "text": "About <strong>one</strong>."},
    {"title": "", "url": "https://two.example/", "text": None},
    {"title": "Three", "url": "https://three.example/", "text": "3"},
]
TOLD = "1. One\n   https://one.example/\n   About one.\n2. https://two.example/\n   https://two.example/"


def hits(name: str) -> list[dict[str, Any]]:
    return [{"title": hit["title"], "url": hit["url"], name: hit["text"]} for hit in HITS]


async def brave(asked: Asked, writer: asyncio.StreamWriter) -> None:
    assert asked.target == (
        "/res/v1/web/search?q=urban+trees+%26+more&count=2&text_decorations=false"
    )
    assert asked.headers["x-subscription-token"] == "k3y"
    await reply(writer, json.dumps({"web": {"results": hits("description")}}))


async def tavily(asked: Asked, writer: asyncio.StreamWriter) -> None:
    assert (asked.method, asked.target) == ("POST", "/search")
    assert asked.headers["authorization"] == "Bearer k3y"
    body = json.loads(asked.body)
    assert (body["query"], body["max_results"]) == ("urban trees & more", 2)
    await reply(writer, json.dumps({"results": hits("content")}))


async def searxng(asked: Asked, writer: asyncio.StreamWriter) -> None:
    assert asked.target == "/search?q=urban+trees+%26+more&format=json"
    await reply(writer, json.dumps({"results": hits("content")}))


@pytest.mark.parametrize("respond", [brave, tavily, searxng])
async def test_a_search(respond: Any) -> None:
    name = respond.__name__
    async with web_server(respond) as server:
        secret = Secret(kind=name, base_url=server.url, values={"api_key": "k3y"})
        operator = (
            Operator(searxng_url=f"{server.url}/") if name == "searxng" else LOCAL
        )  # the operator's own server may be private without more ado
        config: dict[str, Any] = {"engine": name, "max_results": 2, "credential": "c1"}
        output = await call(
            build(WebSearch, operator, secret, **config), query="urban trees & more "
        )
    assert output.text == TOLD
    assert output.artifacts is not None
    assert len(output.artifacts["results"]) == 2


async def test_searches_that_fail() -> None:
    async def refused(asked: Asked, writer: asyncio.StreamWriter) -> None:
        await reply(writer, '{"error": "bad key"}', status="401 Unauthorized")

    async def odd(asked: Asked, writer: asyncio.StreamWriter) -> None:
        await reply(writer, '{"results": "none"}')

    async with web_server(refused) as server, web_server(odd) as other:
        secret = Secret(kind="brave", base_url=server.url, values={"api_key": "k"})
        output = await call(build(WebSearch, secret=secret, credential="c1"), query="x")
        assert output.is_error
        assert "HTTP 401 Unauthorized" in output.text
        own = Operator(searxng_url=other.url)
        with pytest.raises(ToolError, match="not as expected"):
            await call(build(WebSearch, own, engine="searxng"), query="x")
    with pytest.raises(ToolError, match="no SearXNG server"):
        await call(build(WebSearch, engine="searxng"), query="x")
    wrong = Secret(kind="openai", values={"api_key": "k"})
    with pytest.raises(ToolError, match="for openai, not for brave"):
        await call(build(WebSearch, secret=wrong, credential="c1"), query="x")
    component = Component(provider=WebSearch.provider, config={"engine": "tavily"})
    assert [(p.path, p.code) for p in validate(component)] == [("$.config.credential", "missing")]


async def test_a_search_that_finds_nothing() -> None:
    async def nothing(asked: Asked, writer: asyncio.StreamWriter) -> None:
        await reply(writer, "{}")

    async with web_server(nothing) as server:
        secret = Secret(kind="brave", base_url=server.url, values={"api_key": "k"})
        tool = build(WebSearch, secret=secret, credential="c1")
        assert (await call(tool, query="x")).text == "Nothing was found."
        with pytest.raises(ToolError, match="nothing to search"):
            await call(tool, query=" ")
