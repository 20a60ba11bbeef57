"""What whoever runs this installation allows. Built by the program that embeds the runtime from
its own settings; nothing of it ever comes from a spec, an import or a request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class McpCommand:
    """A local MCP server that specs may name. They cannot change the command."""

    command: str
    args: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Operator:
    private_hosts: tuple[str, ...] = ()
    """Hosts, addresses or networks (CIDR) in private ranges that tools and agents' HTTP requests
    may reach. Everything private or link-local is refused otherwise."""
    local_executor: bool = False
    """True: code of models may run on this machine, without a sandbox."""
    docker_url: str | None = None
    """None: what the environment says, as the docker command does."""
    sandbox_images: Mapping[str, str] = field(default_factory=dict)
    """Images that code may run in, by the name that specs use. Empty: `sandbox_image` alone."""
    sandbox_image: str = "python:3.12-slim"
    """Used where a spec names none, or one that is not among `sandbox_images`."""
    sandbox_network: bool = False
    """True: a spec may ask for a sandbox with a network."""
    sandbox_owner: str = "troupe"
    """Names this installation on its sandboxes: several can share one Docker, and each removes
    only its own."""
    boot_id: str = ""
    """Names this process on its sandboxes: with it the reaper knows those of a dead one."""
    mcp_commands: Mapping[str, McpCommand] = field(default_factory=dict)
    prices_file: Path | None = None
    """JSON: `{model: {input, cached_input, output}}`, US dollars per million tokens."""
    memory_folder: Path | None = None
    """Where memories that keep files of their own (Chroma) may put them: a folder of the one
    workspace whose runs this is for. None: they may not."""
    searxng_url: str | None = None
    sqlite_folders: tuple[str, ...] = ()
    """Where the SQLite files are that SQL tools may open. Empty: none."""
