"""Prices, capabilities, tokens and schemas: what is known without asking anybody."""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.components import Builder, Component
from runtime.messages import Image, RequestUsage, UserMessage
from runtime.model_clients import tokens
from runtime.model_clients.base import BaseChatCompletionClient
from runtime.model_clients.capabilities import capabilities_of
from runtime.model_clients.pool import ModelClientPool
from runtime.model_clients.prices import price_table
from runtime.model_clients.structured import closed_schema, is_recursive, without_limits
from runtime.model_clients.tables import shipped
from runtime.model_clients.tokens import count_tokens, estimate
from runtime.operator import Operator
from runtime.ports import ModelReply, Secret
from runtime.testing import StaticSecrets
from tests.models.support import (
    ANTHROPIC,
    HELLO,
    KEY,
    OPENAI,
    SEARCH,
    Bench,
    ask,
    call,
    request,
    result,
)

USAGE = RequestUsage(prompt_tokens=1_000_000, completion_tokens=100_000, cached_tokens=400_000)

# Prices ----------------------------------------------------------------------------------------


def cost(
    model: str, *, at_vendor: bool = True, file: Path | None = None, **more: int
) -> str | None:
    return price_table(file).cost_usd(model, USAGE, at_vendor=at_vendor, **more)


def test_cached_tokens_have_their_own_price() -> None:
    assert cost("gpt-4.1") == "2.2"  # 600k · 2 + 400k · 0.5 + 100k · 8
    assert cost("gpt-4.1-2025-04-14") == "2.2"
    assert cost("claude-sonnet-4-5-20250929") == "3.42"
    assert cost("claude-sonnet-4-5", cache_write_tokens=200_000) == "3.57"


def test_what_is_not_known_is_not_free() -> None:
    assert cost("gpt-99") is None
    assert cost("gpt-4.1", at_vendor=False) is None, "another host has other prices"


def test_the_shipped_table_says_when_and_where_from() -> None:
    for name in ("prices.json", "capabilities.json"):
        table = shipped(name)
        assert table["as_of"]
        assert len(table["note"]) > 40


def test_an_operators_prices_come_first_and_count_everywhere(tmp_path: Path) -> None:
    file = tmp_path / "prices.json"
    file.write_text(
        json.dumps({"llama3": {"input": 0.1, "output": "1"}, "gpt-4.1": {"input": 1, "output": 1}})
    )
    assert cost("llama3", at_vendor=False, file=file) == "0.2"
    assert cost("gpt-4.1", file=file) == "1.1"
    assert cost("gpt-4o", file=file) is not None, "the shipped table still counts"


def test_an_operators_file_is_read_again_when_it_changes(tmp_path: Path) -> None:
    import os

    file = tmp_path / "prices.json"
    for second, price in ((1, "1"), (2, "3")):
        file.write_text(json.dumps({"m": {"input": price, "output": 0, "cached_input": 0}}))
        os.utime(file, (second, second))
        assert cost("m", file=file) == ("0.6" if price == "1" else "1.8")


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"m": {}}', '{"m": {"input": -1, "output": 1}}', '{"m": 3}']
)
def test_a_broken_file_is_logged_and_left_out(
    tmp_path: Path, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "prices.json"
    file.write_text(text)
    assert cost("gpt-4.1", file=file) == "2.2"
    assert str(file) in caplog.text


async def test_a_call_is_priced_by_the_operators_file(bench: Bench, tmp_path: Path) -> None:
    file = tmp_path / "prices.json"
    file.write_text(json.dumps({"text": {"input": 10, "cached_input": 5, "output": 100}}))
    bench.operator = Operator(prices_file=file)
    reply = await ask(bench.client(OPENAI, model="text"), request())
    assert reply.cost_usd == "0.0028"  # 60 · 10 + 40 · 5 + 20 · 100, in millionths


@pytest.mark.parametrize(
    ("provider", "model"), [(OPENAI, "gpt-4.1"), (ANTHROPIC, "claude-sonnet-4-5")]
)
async def test_list_prices_are_those_of_the_vendors_own_address(provider: str, model: str) -> None:
    kind = "openai" if provider == OPENAI else "anthropic"
    secrets = StaticSecrets({"c1": Secret(kind=kind, values={"api_key": KEY})})
    pool = ModelClientPool()
    spec = Component(provider=provider, config={"model": model, "credential": "c1"})
    client: Any = Builder(secrets, pool).build(spec, BaseChatCompletionClient)
    await client._connect()
    reply = ModelReply(content="x", finish_reason="stop", usage=USAGE)
    assert client._priced(reply).cost_usd == cost(model) is not None
    await pool.close()


# Capabilities ----------------------------------------------------------------------------------


def test_the_longest_name_that_fits_counts() -> None:
    assert capabilities_of("gpt-4o-mini").vision is True
    assert capabilities_of("gpt-4").vision is False
    assert capabilities_of("gpt-4o-2024-05-13").structured_output is False
    assert capabilities_of("claude-3-5-sonnet-20241022").structured_output is False
    assert capabilities_of("claude-sonnet-5").structured_output is True
    assert capabilities_of("meta-llama/Llama-3.3-70B-Instruct").vision is False
    assert capabilities_of("meta-llama/Llama-3.2-11B-Vision-Instruct").vision is True
    assert capabilities_of("something-else").vision is None


def test_model_info_overrides_what_is_known_where_it_makes_sense() -> None:
    info = {"vision": False, "context_length": 10, "family": "gpt-4o", "json_output": "yes"}
    found = capabilities_of("gpt-4o", info)
    assert (found.vision, found.context_length, found.json_output) == (False, 10, True)


# Tokens ----------------------------------------------------------------------------------------


def test_tokens_are_estimated_without_any_download(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TIKTOKEN_CACHE_DIR", raising=False)
    tokens._encoding.cache_clear()
    assert estimate("x" * 400) == 100
    assert estimate("木" * 4) == 3
    assert estimate("") == 0
    messages = [HELLO, call(), result()]
    each = [count_tokens("m", [message], []) for message in messages]
    assert count_tokens("m", messages, []) == sum(each)
    assert count_tokens("m", [], [SEARCH]) > 10
    picture = UserMessage(content=["a", Image(data="x" * 100_000)], source="user")
    assert count_tokens("m", [picture], []) < 1_000, "not by the size of its bytes"


def test_tiktoken_is_used_where_it_has_its_table(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    url = "https://openaipublic.blob.core.windows.net/encodings/o200k_base.tiktoken"
    (tmp_path / hashlib.sha1(url.encode()).hexdigest()).touch()
    asked: list[str] = []

    def get_encoding(name: str) -> Any:
        asked.append(name)
        return SimpleNamespace(encode=lambda text, disallowed_special: list(text))

    monkeypatch.setitem(sys.modules, "tiktoken", SimpleNamespace(get_encoding=get_encoding))
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))
    tokens._encoding.cache_clear()
    try:
        assert count_tokens("gpt-4o", [HELLO], []) == 5 + tokens.PER_MESSAGE
        assert count_tokens("gpt-4", [HELLO], []) == 2 + tokens.PER_MESSAGE, "that table is missing"
    finally:
        tokens._encoding.cache_clear()
    assert asked == ["o200k_base"]


# Schemas ---------------------------------------------------------------------------------------

plain = st.sampled_from(
    [{"type": "string"}, {"type": "integer", "minimum": 2}, {"enum": ["a", 1]}, {"type": "null"}]
)
schemas = st.recursive(
    plain,
    lambda inner: st.one_of(
        st.fixed_dictionaries({"type": st.just("array"), "items": inner}),
        st.builds(lambda a, b: {"anyOf": [a, b]}, inner, inner),
        st.builds(
            lambda properties: {"type": "object", "properties": properties},
            st.dictionaries(
                st.sampled_from(["a", "type", "properties", "minimum"]), inner, min_size=1
            ),
        ),
    ),
    max_leaves=12,
)


def objects_in(schema: Any) -> list[dict[str, Any]]:
    if isinstance(schema, list):
        return [found for item in schema for found in objects_in(item)]
    if not isinstance(schema, dict):
        return []
    inner = [*schema.get("properties", {}).values(), schema.get("items"), schema.get("anyOf")]
    return [*([schema] if schema.get("type") == "object" else []), *objects_in(inner)]


@given(schemas)
def test_a_closed_schema_is_closed_everywhere_and_still_a_schema(schema: dict[str, Any]) -> None:
    before = json.dumps(schema)
    closed = closed_schema(schema)
    assert closed is not None
    assert json.dumps(schema) == before
    for found in objects_in(closed):
        assert found["additionalProperties"] is False
        assert found["required"] == list(found["properties"])
    jsonschema.Draft202012Validator.check_schema(closed)
    free = without_limits(closed)
    for found, kept in zip(objects_in(free), objects_in(closed), strict=True):
        assert list(found["properties"]) == list(kept["properties"]), "names are no limits"


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "object"},
        {"type": "object", "properties": {"a": {"type": "object"}}},
        {"type": "object", "properties": {}, "additionalProperties": True},
        {"type": "array", "items": {"type": "object", "patternProperties": {".": {}}}},
        {"anyOf": [{"type": "object", "additionalProperties": {"type": "string"}}]},
    ],
)
def test_what_is_open_by_intention_is_not_closed(schema: dict[str, Any]) -> None:
    assert closed_schema(schema) is None


def test_recursion_is_seen() -> None:
    a = {"type": "object", "properties": {"b": {"$ref": "#/$defs/B"}}}
    b = {"type": "object", "properties": {"a": {"$ref": "#/$defs/A"}}}
    assert is_recursive({"$ref": "#/$defs/A", "$defs": {"A": a, "B": b}})
    assert is_recursive({"type": "object", "properties": {"x": {"$ref": "#"}}})
    assert not is_recursive({"$ref": "#/$defs/A", "$defs": {"A": a, "B": {"type": "string"}}})
