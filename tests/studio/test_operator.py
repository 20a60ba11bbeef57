"""What the environment lets tools and agents do, and the sentence for what it cannot mean."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from studio.settings.operator import read_operator


def test_nothing_is_allowed_unless_it_is_said() -> None:
    operator = read_operator("key", {})
    assert operator.private_hosts == ()
    assert not operator.local_executor
    assert not operator.sandbox_network
    assert operator.mcp_commands == {}
    assert operator.sandbox_owner != read_operator("another", {}).sandbox_owner


def test_everything_can_be_said(tmp_path: Path) -> None:
    commands = tmp_path / "mcp.json"
    commands.write_text(json.dumps({"files": {"command": "mcp-files", "args": ["/srv"]}}))
    prices = tmp_path / "prices.json"
    prices.write_text("{}")
    operator = read_operator(
        "key",
        {
            "TROUPE_PRIVATE_HOSTS": "models.lan, 10.1.0.0/16",
            "TROUPE_LOCAL_EXECUTOR": "1",
            "TROUPE_SANDBOX_IMAGES": "python=python:3.12-slim, data=data:1",
            "TROUPE_MCP_COMMANDS": str(commands),
            "TROUPE_PRICES_FILE": str(prices),
        },
    )
    assert operator.private_hosts == ("models.lan", "10.1.0.0/16")
    assert operator.local_executor
    assert operator.sandbox_images == {"python": "python:3.12-slim", "data": "data:1"}
    assert operator.mcp_commands["files"].args == ("/srv",)
    assert operator.prices_file == prices


@pytest.mark.parametrize(
    ("name", "value", "word"),
    [
        ("TROUPE_PRIVATE_HOSTS", "10.0.0.0/99", "network"),
        ("TROUPE_SANDBOX_IMAGES", "python", "python=python"),
        ("TROUPE_PRICES_FILE", "/nowhere.json", "no such file"),
        ("TROUPE_MCP_COMMANDS", "/nowhere.json", "no such file"),
    ],
)
def test_what_makes_no_sense_ends_with_a_sentence(name: str, value: str, word: str) -> None:
    with pytest.raises(SystemExit, match=word):
        read_operator("key", {name: value})


@pytest.mark.parametrize("text", ["no json", "[]", '{"a": {"args": []}}', '{"a": {"command": 1}}'])
def test_commands_that_are_none(tmp_path: Path, text: str) -> None:
    path = tmp_path / "mcp.json"
    path.write_text(text)
    with pytest.raises(SystemExit, match="TROUPE_MCP_COMMANDS"):
        read_operator("key", {"TROUPE_MCP_COMMANDS": str(path)})
