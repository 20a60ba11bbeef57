"""The guard inside the HTTP library: connections go to addresses that were just checked."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterable
from functools import cache
from typing import Any

import httpcore2
import httpx2

from runtime.net.egress import EgressGuard, EgressRefused, check_url


class _GuardedBackend(httpcore2.AsyncNetworkBackend):
    """Opens connections only to addresses that were checked a moment before."""

    def __init__(self, guard: EgressGuard) -> None:
        self._guard = guard
        self._inner = httpcore2.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        """One time limit for the name and for all of its addresses."""
        last: Exception | None = None
        try:
            async with asyncio.timeout(timeout):
                for address in await self._guard.addresses(host, port):
                    try:
                        return await self._inner.connect_tcp(
                            address, port, None, local_address, socket_options
                        )
                    except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                        last = error
        except TimeoutError as error:
            raise httpcore2.ConnectTimeout(f"{host} did not answer") from error
        raise last or httpcore2.ConnectError(f"{host} has no address")

    async def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore2.AsyncNetworkStream:
        raise EgressRefused("Only addresses on a network may be asked")

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


@cache
def _tls() -> ssl.SSLContext:
    """Reading the certificates takes 20 ms."""
    return httpx2.create_ssl_context()


class GuardedTransport(httpx2.AsyncBaseTransport):
    """Made of httpcore's public parts alone: a change inside the HTTP library can break it, but
    cannot take it out of the way. `max_bytes` limits each response that is not an event stream."""

    def __init__(self, guard: EgressGuard, *, max_bytes: int | None = None) -> None:
        self._max_bytes = max_bytes
        self._pool = httpcore2.AsyncConnectionPool(
            ssl_context=_tls(),
            network_backend=_GuardedBackend(guard),
            max_connections=20,
            keepalive_expiry=5.0,
            retries=0,
        )

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        check_url(str(request.url))
        url = httpcore2.URL(
            scheme=request.url.raw_scheme,
            host=request.url.raw_host,
            port=request.url.port,
            target=request.url.raw_path,
        )
        extensions = {
            key: value for key, value in request.extensions.items() if key != "sni_hostname"
        }
        try:
            answer = await self._pool.handle_async_request(
                httpcore2.Request(
                    request.method,
                    url,
                    headers=request.headers.raw,
                    content=request.stream,
                    extensions=extensions,
                )
            )
        except Exception as error:
            raise _translated(error) from error
        return httpx2.Response(
            answer.status,
            headers=answer.headers,
            stream=_Stream(answer.stream, self._limit(answer.headers)),
            extensions=answer.extensions,
        )

    def _limit(self, headers: Iterable[tuple[bytes, bytes]]) -> int | None:
        for name, value in headers:
            if name.lower() == b"content-type" and value.lower().startswith(b"text/event-stream"):
                return None
        return self._max_bytes

    async def aclose(self) -> None:
        await self._pool.aclose()


class _Stream(httpx2.AsyncByteStream):
    def __init__(self, inner: Any, limit: int | None) -> None:
        self._inner = inner
        self._limit = limit

    async def __aiter__(self) -> AsyncIterator[bytes]:
        seen = 0
        try:
            async for part in self._inner:
                seen += len(part)
                if self._limit is not None and seen > self._limit:
                    raise httpx2.ReadError(f"The answer is larger than {self._limit:,} bytes")
                yield part
        except httpx2.HTTPError:
            raise
        except Exception as error:
            raise _translated(error) from error

    async def aclose(self) -> None:
        await self._inner.aclose()


def _translated(error: Exception) -> Exception:
    """The HTTP library's own error for one of the layer below; others as they are."""
    if type(error).__module__.partition(".")[0] != "httpcore2":
        return error
    own = getattr(httpx2, type(error).__name__, httpx2.TransportError)
    return own(str(error)) if issubclass(own, httpx2.HTTPError) else error
