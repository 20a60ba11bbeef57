"""AutoGen's parameters of MCP servers, and what an operator makes of them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from runtime.components.base import ComponentConfig
from runtime.errors import SpecError
from runtime.messages import JsonObject
from runtime.operator import McpCommand, Operator
from runtime.tools.override import ToolOverride
from runtime.tools.secrets import CredentialHeader


class StdioServerParams(ComponentConfig):
    """A program on this machine; only what the operator registered is ever started."""

    type: Literal["StdioServerParams"] = "StdioServerParams"
    command: str = Field(
        title="Command", description="The name of a command that the operator registered."
    )
    args: list[str] = Field(default_factory=list, title="Arguments")
    env: dict[str, str] | None = Field(None, title="Environment")
    cwd: str | None = Field(None, title="Folder")
    encoding: str = "utf-8"
    encoding_error_handler: Literal["strict", "ignore", "replace"] = "strict"
    read_timeout_seconds: float = Field(5, gt=0, le=3_600, title="Timeout of a call (s)")

    @property
    def call_timeout(self) -> float:
        return self.read_timeout_seconds


class SseServerParams(ComponentConfig):
    type: Literal["SseServerParams"] = "SseServerParams"
    url: str = Field(title="Address")
    headers: JsonObject | None = Field(None, title="Headers")
    timeout: float = Field(5, gt=0, le=600, title="Timeout of a request (s)")
    sse_read_timeout: float = Field(300, gt=0, le=3_600, title="Timeout of a call (s)")

    @property
    def call_timeout(self) -> float:
        return self.sse_read_timeout


class StreamableHttpServerParams(ComponentConfig):
    type: Literal["StreamableHttpServerParams"] = "StreamableHttpServerParams"
    url: str = Field(title="Address")
    headers: JsonObject | None = Field(None, title="Headers")
    timeout: float = Field(30.0, gt=0, le=600, title="Timeout of a request (s)")
    sse_read_timeout: float = Field(300.0, gt=0, le=3_600, title="Timeout of a call (s)")
    terminate_on_close: bool = Field(True, title="End the session at the end")

    @property
    def call_timeout(self) -> float:
        return self.sse_read_timeout


HttpParams = SseServerParams | StreamableHttpServerParams
ServerParams = Annotated[StdioServerParams | HttpParams, Field(discriminator="type")]


class McpWorkbenchConfig(ComponentConfig):
    server_params: ServerParams = Field(title="Server")
    tool_overrides: dict[str, ToolOverride] = Field(
        default_factory=dict,
        title="Overrides",
        description="New names and descriptions, by the server's own names.",
    )
    host: Any = Field(
        None,
        title="Host",
        description="AutoGen's; kept as it is. Servers get no access to models, files or people.",
        json_schema_extra={"x-widget": "hidden"},
    )
    credential_headers: dict[str, CredentialHeader] = Field(
        default_factory=dict,
        title="Headers with a credential",
        description="By header name. The credential must be saved with the server's address.",
    )
    approved_tools: dict[str, str] | None = Field(
        None,
        title="Approved tools",
        description="Hashes by name. A tool that is not among them, or was changed since, is off. "
        "Empty: every tool is on.",
    )


def registered_command(params: StdioServerParams, operator: Operator, path: str) -> McpCommand:
    """The operator's command that a spec names, by its name or by writing exactly the same.
    Environment and folder are the operator's too: both can change what a command does. Raises
    SpecError."""
    found = operator.mcp_commands.get(params.command)
    if found is None or (params.args and tuple(params.args) != found.args):
        wanted = (params.command, tuple(params.args))
        same = (c for c in operator.mcp_commands.values() if (c.command, c.args) == wanted)
        found = next(same, None)
    if found is None:
        names = ", ".join(sorted(operator.mcp_commands)) or "none so far"
        raise SpecError(
            f"{params.command!r} is not an MCP command that may be started here",
            path=f"{path}.command",
            hint=f"Whoever runs this installation registers such commands. There are: {names}.",
        )
    if not (params.env or {}).items() <= found.env.items():
        raise SpecError(
            "The environment of an MCP command is its operator's, and cannot be set here",
            path=f"{path}.env",
        )
    if params.cwd:
        raise SpecError(
            "The folder of an MCP command is its operator's, and cannot be set here",
            path=f"{path}.cwd",
        )
    return found
