"""The guard that every outgoing HTTP request of a tool goes through.

It resolves names itself, refuses addresses that are not public unless the operator allows them, and
connects to the very address it checked, so that a name which changes between check and connection
(DNS rebinding) gains nothing. TLS still verifies the name. Proxies of the environment are ignored:
behind one, the guard would not see where a request goes.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterable
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol

import httpcore2
import httpx2

from runtime.errors import ToolError
from runtime.net.addresses import PrivateHosts, is_public, parse_address

if TYPE_CHECKING:
    from runtime.operator import Operator

MAX_URL = 8_192
MAX_ADDRESSES = 4
"""Of one name that are tried."""


class EgressRefused(ToolError):
    code = "egress_refused"


class Resolver(Protocol):
    async def resolve(self, host: str, port: int) -> list[str]:
        """The addresses of a name, as text. Raises OSError."""


class SystemResolver:
    async def resolve(self, host: str, port: int) -> list[str]:
        import socket

        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class EgressGuard:
    """One for all tools of an operator. Holds no connections."""

    def __init__(
        self, private_hosts: Iterable[str] = (), *, resolver: Resolver | None = None
    ) -> None:
        self._private = PrivateHosts.parse(private_hosts)
        self._resolver = resolver or SystemResolver()

    @classmethod
    def of(cls, operator: Operator) -> EgressGuard:
        return cls(operator.private_hosts)

    async def check(self, url: str) -> None:
        """Raises EgressRefused for an address that may not be asked."""
        parsed = check_url(url)
        await self.addresses(parsed.host, parsed.port or default_port(parsed.scheme))

    async def addresses(self, host: str, port: int) -> list[str]:
        """The addresses of a host that may be connected to; never empty. Raises EgressRefused
        when there is none, ToolError when the name does not resolve."""
        literal = parse_address(host)
        if literal is not None:
            found = [str(literal)]
        else:
            try:
                found = await self._resolver.resolve(host, port)
            except OSError as error:
                raise ToolError(f"The host {host!r} was not found") from error
            except UnicodeError as error:
                raise EgressRefused(f"{host!r} is not a host name") from error
        allowed = [text for text in found if self._may(host, text)]
        if not allowed:
            raise EgressRefused(
                f"{host} is not on the public internet, so this request was not made",
                hint="Whoever runs this installation can allow it among the private hosts.",
            )
        return allowed[:MAX_ADDRESSES]

    def _may(self, host: str, text: str) -> bool:
        address = parse_address(text)
        if address is None:
            return False
        return is_public(address) or self._private.allow(host, address)

    def client(
        self,
        *,
        headers: dict[str, str] | None = None,
        timeout: httpx2.Timeout | None = None,
        auth: httpx2.Auth | None = None,
        max_bytes: int | None = None,
    ) -> httpx2.AsyncClient:
        """A client that can only reach what the guard lets through. It follows no redirects
        unless asked to; those go through the guard as well."""
        return httpx2.AsyncClient(
            transport=GuardedTransport(self, max_bytes=max_bytes),
            headers=headers,
            timeout=timeout or httpx2.Timeout(30.0),
            auth=auth,
            trust_env=False,
            follow_redirects=False,
        )


def check_url(url: str) -> httpx2.URL:
    """Raises EgressRefused for anything but a plain http or https address."""
    if len(url) > MAX_URL:
        raise EgressRefused(f"The address is longer than {MAX_URL:,} characters")
    if any(ord(character) <= 32 or ord(character) == 127 for character in url):
        raise EgressRefused("The address contains a space or a control character")
    try:
        parsed = httpx2.URL(url)
        port = parsed.port
    except (httpx2.InvalidURL, ValueError, UnicodeError) as error:
        raise EgressRefused(f"This is not an address: {error}") from error
    if parsed.scheme not in ("http", "https"):
        raise EgressRefused("Only addresses that start with http:// or https:// may be asked")
    if not parsed.host:
        raise EgressRefused("The address names no host")
    if parsed.userinfo:
        raise EgressRefused("The address must not contain a user or a password")
    if port is not None and not 0 < port < 65_536:
        raise EgressRefused("The address has no valid port")
    return parsed


def default_port(scheme: str) -> int:
    return 443 if scheme == "https" else 80


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
