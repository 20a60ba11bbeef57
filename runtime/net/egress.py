"""The guard that every outgoing HTTP request of a tool goes through.

It resolves names itself, refuses addresses that are not public unless the operator allows them, and
connects to the very address it checked, so that a name which changes between check and connection
(DNS rebinding) gains nothing. TLS still verifies the name. Proxies of the environment are ignored:
behind one, the guard would not see where a request goes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import TYPE_CHECKING, Protocol

from runtime.errors import ToolError
from runtime.net.addresses import PrivateHosts, is_public, parse_address

if TYPE_CHECKING:
    import httpx2

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
        import httpx2

        from runtime.net.transport import GuardedTransport

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
    import httpx2

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
