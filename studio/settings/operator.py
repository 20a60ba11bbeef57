"""What the operator allows tools and agents, from the environment. No Django here."""

from __future__ import annotations

import hashlib
import ipaddress
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from runtime.operator import McpCommand, Operator


def read_operator(secret_key: str, environ: Mapping[str, str] = os.environ) -> Operator:
    """Exits with a sentence for a value that cannot be used."""
    get = environ.get
    private = _listed(get("TROUPE_PRIVATE_HOSTS", ""))
    for host in private:
        if "/" in host:
            _network(host)
    prices = get("TROUPE_PRICES_FILE")
    defaults = Operator()
    return Operator(
        private_hosts=private,
        local_executor=get("TROUPE_LOCAL_EXECUTOR") == "1",
        docker_url=get("TROUPE_DOCKER_URL") or None,
        sandbox_images=_pairs("TROUPE_SANDBOX_IMAGES", get("TROUPE_SANDBOX_IMAGES", "")),
        sandbox_image=get("TROUPE_SANDBOX_IMAGE") or defaults.sandbox_image,
        sandbox_network=get("TROUPE_SANDBOX_NETWORK") == "1",
        sandbox_owner=hashlib.sha256(f"sandboxes of {secret_key}".encode()).hexdigest()[:12],
        mcp_commands=_commands(get("TROUPE_MCP_COMMANDS")),
        prices_file=_file("TROUPE_PRICES_FILE", prices) if prices else None,
        searxng_url=get("TROUPE_SEARXNG_URL") or None,
        sqlite_folders=_listed(get("TROUPE_SQLITE_FOLDERS", "")),
    )


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _network(text: str) -> None:
    try:
        ipaddress.ip_network(text)
    except ValueError as error:
        raise SystemExit(
            f"TROUPE_PRIVATE_HOSTS has {text!r}, which is no network such as 10.0.0.0/8: {error}."
        ) from error


def _pairs(name: str, text: str) -> dict[str, str]:
    pairs = {}
    for part in _listed(text):
        key, equals, value = part.partition("=")
        if not equals or not key.strip() or not value.strip():
            raise SystemExit(f"{name} is a list such as python=python:3.12-slim, not {part!r}.")
        pairs[key.strip()] = value.strip()
    return pairs


def _file(name: str, text: str) -> Path:
    path = Path(text).expanduser()
    if not path.is_file():
        raise SystemExit(f"{name} names {path}, and there is no such file.")
    return path


def _commands(text: str | None) -> dict[str, McpCommand]:
    """A JSON file: `{name: {command, args, env}}`."""
    if not text:
        return {}
    path = _file("TROUPE_MCP_COMMANDS", text)
    try:
        found = json.loads(path.read_text())
        return {name: _command(value) for name, value in found.items()}
    except (ValueError, AttributeError, KeyError, TypeError) as error:
        raise SystemExit(
            f"TROUPE_MCP_COMMANDS: {path} is not JSON such as "
            f'{{"files": {{"command": "mcp-files", "args": ["/srv/files"]}}}} ({error}).'
        ) from error


def _command(value: Any) -> McpCommand:
    args, env = value.get("args", []), value.get("env", {})
    if not isinstance(value["command"], str) or not all(isinstance(arg, str) for arg in args):
        raise TypeError("command and args are texts")
    return McpCommand(value["command"], tuple(args), {str(k): str(v) for k, v in env.items()})
