"""AutoGen's McpWorkbench: the tools of an MCP server, none of whose words is trusted."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from contextlib import AbstractAsyncContextManager
from functools import partial
from typing import Any, ClassVar, Self
from urllib.parse import urlsplit

from runtime.components.base import Palette, Problem
from runtime.components.builder import Builder
from runtime.durable.scope import ROOT
from runtime.durable.step import StepContext
from runtime.durable.tool import Tool, ToolContext, ToolOutput
from runtime.errors import SpecError, ToolError
from runtime.events import content_hash
from runtime.events.payloads import Effect
from runtime.messages import JsonObject
from runtime.tools.mcp import transport
from runtime.tools.mcp.config import McpWorkbenchConfig, StdioServerParams, registered_command
from runtime.tools.mcp.connection import ConnectionLost, McpConnection, McpSession
from runtime.tools.mcp.listing import (
    BadSchema,
    ListedTool,
    McpToolFingerprint,
    model_names,
    schema_of,
)
from runtime.tools.mcp.results import as_output
from runtime.tools.naming import valid_name
from runtime.tools.override import apply_overrides, override_conflict
from runtime.tools.secrets import inline_secret
from runtime.tools.workbench import Workbench

MISSING = "MCP servers need the package `mcp`, which is not installed"


class _Listing:
    """What the run has recorded; kept for this life of it."""

    def __init__(self, tools: list[ListedTool]) -> None:
        self.tools = tools

    async def close(self) -> None:
        """Holds nothing."""


class McpWorkbench(Workbench[McpWorkbenchConfig]):
    provider = "autogen_ext.tools.mcp.McpWorkbench"
    Config = McpWorkbenchConfig
    namespaced = True
    palette = Palette("MCP server", "The tools of an MCP server.", "Tools", "plug-connected")
    defaults: ClassVar[JsonObject] = {
        "server_params": {
            "type": "StreamableHttpServerParams",
            "url": "https://example.com/mcp",
            "timeout": 30.0,
            "sse_read_timeout": 300.0,
            "terminate_on_close": True,
        },
        "tool_overrides": {},
    }

    def __init__(
        self,
        config: McpWorkbenchConfig,
        make_transport: Callable[[], AbstractAsyncContextManager[Any]],
    ) -> None:
        self.config = config
        self._transport = make_transport
        own = config.model_dump(mode="json", include={"server_params", "credential_headers"})
        self._digest = content_hash(own)[:16]
        """The same server for everybody in the run who names it the same way."""

    @property
    def label(self) -> str:
        params = self.config.server_params
        if isinstance(params, StdioServerParams):
            return valid_name(params.command.rpartition("/")[2])
        return valid_name(urlsplit(params.url).hostname or "server")

    @classmethod
    def check(cls, config: McpWorkbenchConfig, path: str) -> Iterable[Problem]:
        conflict = override_conflict(config.tool_overrides, ())
        if conflict is not None:
            place = f"{path}.tool_overrides.{conflict[0]}"
            yield Problem(place, "error", "name_taken", conflict[1], "Choose another name.")
        if config.host is not None:
            detail = "Servers get no access to models, files or people here; the host is not used."
            yield Problem(f"{path}.host", "warning", "not_used", detail)
        params = config.server_params
        if not isinstance(params, StdioServerParams):
            secret = inline_secret(params.headers)
            if secret is not None:
                yield Problem(
                    f"{path}.server_params.headers",
                    "error",
                    "inline_secret",
                    f"The header {secret} carries a secret.",
                    "Save it under Settings, Credentials, and name it in credential_headers.",
                )

    @classmethod
    def build(cls, config: McpWorkbenchConfig, builder: Builder) -> Self:
        from runtime.net.egress import EgressGuard, check_url

        params = config.server_params
        place = f"{builder.path}.config.server_params"
        if isinstance(params, StdioServerParams):
            command = registered_command(params, builder.operator, place)
            return cls(config, partial(transport.stdio, params, command))
        try:
            check_url(params.url)
        except ToolError as error:
            raise SpecError(error.detail, path=f"{place}.url") from error
        guard = EgressGuard.of(builder.operator)
        return cls(config, partial(transport.http, config, params, guard, builder.secrets))

    async def list_tools(self, step: StepContext) -> list[Tool]:
        kept = await step.run.resources.get(
            f"mcp-tools:{self._digest}", lambda: self._recorded(step)
        )
        renamed = {override.name for override in self.config.tool_overrides.values()}
        names = model_names(kept.tools, {name for name in renamed if name})
        tools: list[Tool] = []
        for tool in kept.tools:
            off = self._why_off(tool)
            try:
                schema = schema_of(tool, names[tool.name])
            except BadSchema as error:
                off = f"its schema cannot be used: {error}"
            if off is None:
                tools.append(McpTool(self, tool, schema))
            else:
                detail = f"The tool {tool.name!r} of the MCP server {self.label} is off: {off}"
                key = f"mcp/{self._digest}/off/{content_hash(tool.name)[:16]}"
                await step.run.warn(key, "mcp_tool_off", detail)
        by_own_name = {tool.name: self.config.tool_overrides.get(tool.name) for tool in kept.tools}
        overrides = {names[own]: override for own, override in by_own_name.items() if override}
        return apply_overrides(tools, overrides)

    def _why_off(self, tool: ListedTool) -> str | None:
        approved = self.config.approved_tools
        if approved is None or approved.get(tool.name) == tool.hash:
            return None
        if tool.name in approved:
            return "it was changed since it was approved. Look at it and approve it again."
        return "it was not approved yet."

    async def _recorded(self, step: StepContext) -> _Listing:
        """Listed once in a run, whoever asks first, in a place of the run's own."""
        place = dataclasses.replace(
            step, scope=ROOT.child(f"mcp-{self._digest}", 0), agent_path="", turn=0
        )

        async def make() -> list[JsonObject]:
            connection = await self.connect(step)
            return [tool.model_dump() for tool in connection.tools.values()]

        value = await place.record("tools", make)
        return _Listing([ListedTool.model_validate(item) for item in value])

    async def connect(self, step: StepContext) -> McpConnection:
        """The run's session with the server; a new one if the last has ended. Raises ToolError."""
        session = await step.run.resources.get(f"mcp:{self._digest}", self._session)
        return await session.connection()

    async def _session(self) -> McpSession:
        return McpSession(self.open)

    async def open(self) -> McpConnection:
        _require_sdk()
        return await McpConnection.open(self.label, self._transport)


class McpTool:
    """Made at most once and with side effects, whatever the server says of it."""

    effect: Effect = "at_most_once"
    side_effects = True

    def __init__(self, bench: McpWorkbench, tool: ListedTool, schema: Any) -> None:
        self._bench = bench
        self._tool = tool
        self.name: str = schema.name
        self.schema = schema
        self.timeout: float | None = bench.config.server_params.call_timeout

    async def call(self, arguments: JsonObject, context: ToolContext) -> ToolOutput:
        for attempt in (1, 2):
            connection = await self._bench.connect(context.step)
            self._check_unchanged(connection)
            try:
                result = await connection.call(self._tool.name, arguments)
            except ConnectionLost as error:
                if error.sent or attempt == 2:
                    raise
                continue  # the server never got the call, so a new session may make it
            return await as_output(result, context.blobs)
        raise AssertionError("unreachable")

    def _check_unchanged(self, connection: McpConnection) -> None:
        now = connection.tools.get(self._tool.name)
        if now is None or now.hash != self._tool.hash:
            what = "no longer has this tool" if now is None else "changed this tool"
            raise ToolError(
                f"The MCP server {connection.label} {what} since the run began, so it is off",
                hint="It can be approved again in the team's settings.",
            )


async def mcp_tool_hashes(
    config: McpWorkbenchConfig | JsonObject, builder: Builder
) -> list[McpToolFingerprint]:
    """What the server lists now, for a person to compare with what they approved and to write
    into `approved_tools`. Connects and closes again. Raises SpecError, ToolError."""
    parsed = McpWorkbenchConfig.model_validate(config)
    bench = McpWorkbench.build(parsed, builder)
    connection = await bench.open()
    try:
        tools = connection.tools.values()
        return [McpToolFingerprint.model_validate(tool.model_dump()) for tool in tools]
    finally:
        await connection.close()


def _require_sdk() -> None:
    from importlib.util import find_spec

    if find_spec("mcp") is None:
        raise ToolError(MISSING, hint="Install it with: pip install 'troupe[mcp]'")
