"""What both vendors' SDKs have in common: their exceptions, and the HTTP library underneath."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Any

from runtime.errors import ModelError
from runtime.messages import JsonObject
from runtime.model_clients.failures import (
    Target,
    from_status,
    stream_cut,
    timed_out,
    took_too_long,
    unreachable,
)

MAX_ERROR_BODY = 100_000
_RAW = {"X-Stainless-Raw-Response": "stream", "Content-Type": "application/json"}
"""The first is how the SDKs' own streaming methods ask for a response that nobody has read."""


def http_client(sdk: Any) -> Any:
    """The SDK's own client with its own defaults, on several pools of connections."""
    from runtime.model_clients.pools import Pools

    return sdk.DefaultAsyncHttpxClient(transport=Pools())


@asynccontextmanager
async def post(client: Any, path: str, body: JsonObject) -> AsyncIterator[Any]:
    """The response to a body that is sent as it is, before it is read. The SDKs' own methods copy
    and check each message of each call, which takes longer than all else in a long conversation."""
    data = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    response = await client.post(path, cast_to=object, content=data, options={"headers": _RAW})
    try:
        yield response
    finally:
        await response.close()


@asynccontextmanager
async def sdk_call(
    sdk: Any,
    call: AbstractAsyncContextManager[Any],
    target: Target,
    *,
    timeout: float,
    deadline: float,
) -> AsyncIterator[AsyncIterator[bytes]]:
    """The body of the response, as it comes. `timeout` is the longest silence, `deadline` the
    longest attempt, in seconds. Whatever goes wrong is a ModelError."""
    import httpx2

    until = asyncio.get_running_loop().time() + deadline
    began = False
    try:
        async with AsyncExitStack() as stack:
            async with asyncio.timeout_at(until):
                response = await stack.enter_async_context(call)
            began = True
            yield _bytes_until(response.iter_bytes(), until)
    except sdk.APIStatusError as error:
        body = await _body_of(error)
        raise from_status(target, error.status_code, body, error.response.headers) from error
    except (sdk.APITimeoutError, httpx2.TimeoutException) as error:
        raise timed_out(target, timeout) from error
    except TimeoutError as error:
        raise took_too_long(target, deadline) from error
    except sdk.APIConnectionError as error:
        raise unreachable(target, str(error.__cause__ or error)) from error
    except sdk.APIError as error:
        raise ModelError(f"The SDK of {target.vendor} failed: {error}") from error
    except (httpx2.HTTPError, httpx2.StreamError) as error:
        raise (stream_cut(target) if began else unreachable(target, str(error))) from error


async def _bytes_until(chunks: AsyncIterator[bytes], until: float) -> AsyncIterator[bytes]:
    """Raises TimeoutError. The clock is set for each chunk alone: one around the whole iteration
    would go off in whatever the reader of the chunks does in between."""
    iterator = aiter(chunks)
    while True:
        try:
            async with asyncio.timeout_at(until):
                chunk = await anext(iterator)
        except StopAsyncIteration:
            return
        yield chunk


async def _body_of(error: Any) -> str:
    """The vendor's answer to a refused call; a streamed response may not have been read yet."""
    import httpx2

    try:
        body: bytes = await error.response.aread()
    except (httpx2.HTTPError, httpx2.StreamError):
        return str(error)
    return body[:MAX_ERROR_BODY].decode("utf-8", "replace")
