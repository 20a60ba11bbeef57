"""One session with an MCP server, for all calls of a run.

The SDK's sessions live in task groups, which must be left by the task that entered them. So each
has a task of its own; calls come from whoever makes them, and closing works from anywhere.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from runtime.errors import RuntimeFault, ToolError
from runtime.tools.mcp.listing import ListedTool, listed

log = logging.getLogger(__name__)

CONNECT_SECONDS = 60.0
"""A command may have to be downloaded at its first start."""
CLOSE_SECONDS = 10.0
MAX_PAGES = 20
MAX_TOOLS = 200
_CONNECTION_CLOSED = -32000
_SESSION_GONE = "Session terminated"

MakeTransport = Callable[[], AbstractAsyncContextManager[Any]]


class ConnectionLost(ToolError):
    """`sent` says whether the server may have got the call."""

    def __init__(self, detail: str, *, sent: bool) -> None:
        super().__init__(detail)
        self.sent = sent


class McpConnection:
    def __init__(self, label: str, transport: MakeTransport) -> None:
        self.label = label
        self.tools: dict[str, ListedTool] = {}
        """As the server lists them, when this session began."""
        self._transport = transport
        self._client: Any = None
        self._ended = False
        self._stop = asyncio.Event()
        self._ready = asyncio.Event()
        self._owner: asyncio.Task[None] | None = None

    @classmethod
    async def open(cls, label: str, transport: MakeTransport) -> McpConnection:
        """Raises ToolError, in words that name the server."""
        connection = cls(label, transport)
        owner = connection._owner = asyncio.ensure_future(connection._own())
        ready = asyncio.ensure_future(connection._ready.wait())
        try:
            await asyncio.wait(
                (owner, ready), timeout=CONNECT_SECONDS, return_when=asyncio.FIRST_COMPLETED
            )
            if not ready.done():
                raise connection._failure("did not answer when it was connected to")
        except BaseException:
            await connection.close()
            raise
        finally:
            ready.cancel()
        return connection

    @property
    def alive(self) -> bool:
        return not self._ended and self._owner is not None and not self._owner.done()

    async def call(self, name: str, arguments: dict[str, Any]) -> Any:
        """The server's CallToolResult. Cancelling it tells the server. Raises ConnectionLost,
        ToolError."""
        from mcp.shared.exceptions import MCPError
        from pydantic import ValidationError

        if not self.alive or self._owner is None:
            raise ConnectionLost(f"The MCP server {self.label} has ended", sent=False)
        asking = asyncio.ensure_future(self._client.call_tool(name, arguments))
        try:
            await asyncio.wait((asking, self._owner), return_when=asyncio.FIRST_COMPLETED)
        finally:
            if not asking.done():
                asking.cancel()
                await asyncio.wait((asking,), timeout=CLOSE_SECONDS)
        try:
            return asking.result()
        except MCPError as error:
            raise self._told(error) from error
        except ValidationError as error:
            raise ToolError(f"The MCP server {self.label} sent a malformed result") from error
        except asyncio.CancelledError:
            raise self._failure("ended during the call", sent=True) from None
        except RuntimeFault:
            raise
        except Exception as error:
            raise ToolError(f"The MCP server {self.label} failed: {error}") from error

    async def close(self) -> None:
        """Safe to repeat, and from any task."""
        self._stop.set()
        owner = self._owner
        if owner is None:
            return
        if not self._ready.is_set():
            owner.cancel()
        _, late = await asyncio.wait((owner,), timeout=CLOSE_SECONDS)
        if late:
            log.warning("The MCP server %s did not end in time", self.label)
            owner.cancel()
            await asyncio.wait((owner,), timeout=CLOSE_SECONDS)
        if not owner.cancelled() and owner.done():
            owner.exception()  # whoever waited for it was told

    async def _own(self) -> None:
        from mcp import Client

        client = Client(self._watched(), cache=None)
        async with client:
            self.tools = await _list_all(client)
            self._client = client
            self._ready.set()
            await self._stop.wait()

    @asynccontextmanager
    async def _watched(self) -> AsyncIterator[Any]:
        """The transport, with an eye on its end: a server that went away between two calls is
        then known before the next one is sent."""
        async with self._transport() as (read, write):
            yield _Watched(read, self._end), write

    def _end(self) -> None:
        self._ended = True

    def _told(self, error: Any) -> ToolError:
        if error.message == _SESSION_GONE:
            self._ended = True
            return ConnectionLost(f"The MCP server {self.label} has forgotten us", sent=False)
        if error.code == _CONNECTION_CLOSED:
            self._ended = True
            return self._failure(f"ended during the call: {error.message}", sent=True)
        return ToolError(f"The MCP server {self.label} answered with an error: {error.message}")

    def _failure(self, otherwise: str, *, sent: bool = True) -> ToolError:
        """Why the session ended, as far as that is known."""
        owner = self._owner
        error = None
        if owner is not None and owner.done() and not owner.cancelled():
            error = owner.exception()
        cause = _innermost(error) if error is not None else None
        if isinstance(cause, ToolError) and not isinstance(cause, ConnectionLost):
            return cause
        said = _words(cause) if cause is not None else otherwise
        return ConnectionLost(f"The MCP server {self.label} {said}", sent=sent)


class McpSession:
    """The run's way to one server: a connection at a time, and a new one after the last ended."""

    def __init__(self, open_it: Callable[[], Awaitable[McpConnection]]) -> None:
        self._open = open_it
        self._current: McpConnection | None = None
        self._lock = asyncio.Lock()
        self._closed = False

    async def connection(self) -> McpConnection:
        """Raises ToolError."""
        async with self._lock:
            if self._current is not None and not self._current.alive:
                ended, self._current = self._current, None
                await ended.close()
            if self._current is None:
                opened = await self._open()
                if self._closed:
                    await opened.close()
                    raise ToolError("The run has left this worker")
                self._current = opened
            return self._current

    async def close(self) -> None:
        self._closed = True
        if self._current is not None:
            await self._current.close()


class _Watched:
    """A read stream that says when it has ended."""

    def __init__(self, inner: Any, on_end: Callable[[], None]) -> None:
        self._inner = inner
        self._on_end = on_end

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    async def __aenter__(self) -> _Watched:
        await self._inner.__aenter__()
        return self

    async def __aexit__(self, *error: Any) -> Any:
        self._on_end()
        return await self._inner.__aexit__(*error)

    def __aiter__(self) -> _Watched:
        return self

    async def __anext__(self) -> Any:
        try:
            return await self._inner.__anext__()
        except BaseException:
            self._on_end()
            raise


async def _list_all(client: Any) -> dict[str, ListedTool]:
    """The first of each name, up to a limit."""
    tools: dict[str, ListedTool] = {}
    cursor = None
    for _ in range(MAX_PAGES):
        page = await client.list_tools(cursor=cursor)
        for tool in page.tools:
            if len(tools) < MAX_TOOLS:
                tools.setdefault(tool.name, listed(tool))
        cursor = page.next_cursor
        if not cursor:
            break
    return tools


def _words(cause: BaseException) -> str:
    if type(cause).__name__ == "ValidationError":
        return "sent something that is not MCP"
    return f"failed: {str(cause)[:500] or type(cause).__name__}"


def _innermost(error: BaseException) -> BaseException:
    """The first cause inside groups of exceptions; one of ours before others."""
    if not isinstance(error, BaseExceptionGroup):
        return error
    leaves = [_innermost(inner) for inner in error.exceptions]
    return next((leaf for leaf in leaves if isinstance(leaf, RuntimeFault)), leaves[0])
