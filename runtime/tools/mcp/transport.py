"""How a server is reached: a registered command's pipes, or HTTP behind the egress guard."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from runtime.errors import ToolError
from runtime.operator import McpCommand
from runtime.ports import Secrets
from runtime.tools.mcp.config import HttpParams, McpWorkbenchConfig, SseServerParams
from runtime.tools.mcp.config import StdioServerParams as StdioParams
from runtime.tools.secrets import plain_headers, secret_headers

MAX_RESPONSE = 5_000_000


@asynccontextmanager
async def stdio(params: StdioParams, command: McpCommand) -> AsyncIterator[Any]:
    """The operator's command with the operator's environment; what it writes to its error output
    is dropped."""
    from mcp.client.stdio import StdioServerParameters, stdio_client

    server = StdioServerParameters(
        command=command.command,
        args=list(command.args),
        env=dict(command.env),
        encoding=params.encoding,
        encoding_error_handler=params.encoding_error_handler,
    )
    with open(os.devnull, "w") as nowhere:  # noqa: ASYNC230 - a device, which never blocks
        try:
            async with stdio_client(server, errlog=nowhere) as streams:
                yield streams
        except OSError as error:
            raise ToolError(f"{command.command} cannot be started: {error.strerror}") from error


@asynccontextmanager
async def http(
    config: McpWorkbenchConfig, params: HttpParams, guard: Any, secrets: Secrets
) -> AsyncIterator[Any]:
    """Each connection is checked and pinned by the guard, and so is each redirect."""
    import httpx2
    from mcp.client.sse import sse_client
    from mcp.client.streamable_http import streamable_http_client

    await guard.check(params.url)  # first, so that it is told in its own words
    headers = plain_headers(params.headers)
    headers |= await secret_headers(secrets, config.credential_headers, params.url)
    timeout = httpx2.Timeout(params.timeout, read=params.sse_read_timeout)
    if isinstance(params, SseServerParams):
        seconds = (params.timeout, params.sse_read_timeout)
        make = partial(guard.client, max_bytes=MAX_RESPONSE)
        async with sse_client(params.url, headers, *seconds, httpx_client_factory=make) as streams:
            yield streams
        return
    async with (
        guard.client(headers=headers, timeout=timeout, max_bytes=MAX_RESPONSE) as client,
        streamable_http_client(
            params.url,
            http_client=client,
            terminate_on_close=params.terminate_on_close,
            max_sse_event_size=MAX_RESPONSE,
        ) as streams,
    ):
        yield streams
