"""What both vendors' SDKs have in common: their exceptions, and the HTTP library underneath."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from runtime.errors import ModelError
from runtime.model_clients.failures import Target, from_status, stream_cut, timed_out, unreachable

MAX_ERROR_BODY = 100_000


@asynccontextmanager
async def sdk_call(
    sdk: Any, call: AbstractAsyncContextManager[Any], target: Target, timeout: float
) -> AsyncIterator[Any]:
    """The response of a call, while it can be read. Whatever goes wrong is a ModelError."""
    import httpx2

    began = False
    try:
        async with call as response:
            began = True
            yield response
    except sdk.APIStatusError as error:
        body = await _body_of(error)
        raise from_status(target, error.status_code, body, error.response.headers) from error
    except (sdk.APITimeoutError, httpx2.TimeoutException) as error:
        raise timed_out(target, timeout) from error
    except sdk.APIConnectionError as error:
        raise unreachable(target, str(error.__cause__ or error)) from error
    except sdk.APIError as error:
        raise ModelError(f"The SDK of {target.vendor} failed: {error}") from error
    except (httpx2.HTTPError, httpx2.StreamError) as error:
        raise (stream_cut(target) if began else unreachable(target, str(error))) from error


async def _body_of(error: Any) -> str:
    """The vendor's answer to a refused call; a streamed response may not have been read yet."""
    import httpx2

    try:
        body: bytes = await error.response.aread()
    except (httpx2.HTTPError, httpx2.StreamError):
        return str(error)
    return body[:MAX_ERROR_BODY].decode("utf-8", "replace")
