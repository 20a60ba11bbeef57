"""One HTTP request with every limit: time, size, redirects, and the guard before each hop."""

from __future__ import annotations

import asyncio
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import httpx2

from runtime.errors import ToolError
from runtime.net.egress import EgressGuard, check_url

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_KEPT_HEADERS = frozenset({"accept", "accept-language", "user-agent"})
"""What another origin gets to see of a redirected request's headers."""
USER_AGENT = "Troupe"


@dataclass(frozen=True)
class FetchLimits:
    connect: float = 10.0
    read: float = 30.0
    """Seconds between two pieces of the answer."""
    total: float = 60.0
    """Seconds for everything, so that a server which sends a byte at a time gains nothing."""
    max_bytes: int = 2_000_000
    """Of the unpacked body; what is beyond it is not read."""
    max_redirects: int = 5
    """0: a redirect is the answer."""


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes
    cut: bool
    """The body was longer."""
    url: str
    """After redirects."""

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    @property
    def status_line(self) -> str:
        try:
            return f"{self.status} {HTTPStatus(self.status).phrase}"
        except ValueError:
            return str(self.status)

    @property
    def text(self) -> str:
        kind = self.headers.get("content-type", "")
        _, found, charset = kind.lower().partition("charset=")
        try:
            name = charset.split(";")[0].strip(" \"'") if found else "utf-8"
            text = self.body.decode(name, "replace")
        except (LookupError, ValueError):
            text = self.body.decode("utf-8", "replace")
        return f"{text}\n[cut: the answer is longer]" if self.cut else text

    def json(self) -> Any:
        """Raises ToolError when the body is not JSON or was cut."""
        if self.cut:
            raise ToolError(f"The answer is larger than {len(self.body):,} bytes")
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError) as error:
            raise ToolError(f"The server's answer is not JSON: {error}") from error


async def fetch(
    guard: EgressGuard,
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    content: bytes | None = None,
    limits: FetchLimits | None = None,
) -> Answer:
    """The server's last answer, whatever its status. Raises EgressRefused and ToolError, in words
    that name the host."""
    limits = limits or FetchLimits()
    host = check_url(url).host
    try:
        async with asyncio.timeout(limits.total):
            return await _hops(guard, method, url, dict(headers or {}), content, limits)
    except (TimeoutError, httpx2.TimeoutException) as error:
        raise ToolError(f"{host} did not answer within the time limit") from error
    except (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError) as error:
        said = str(error) or type(error).__name__
        raise ToolError(f"The request to {host} failed: {said}") from error


async def _hops(
    guard: EgressGuard,
    method: str,
    url: str,
    headers: dict[str, str],
    content: bytes | None,
    limits: FetchLimits,
) -> Answer:
    sent = httpx2.Headers({"User-Agent": USER_AGENT, "Accept": "*/*", **headers})
    sent["Accept-Encoding"] = "gzip"
    timeout = httpx2.Timeout(limits.read, connect=limits.connect)
    async with guard.client(timeout=timeout) as client:
        for _ in range(limits.max_redirects + 1):
            request = client.build_request(method, url, headers=sent, content=content)
            response = await client.send(request, stream=True)
            try:
                target = _target(response, method) if limits.max_redirects else None
                if target is None:
                    body, cut = await _read(response, limits.max_bytes)
                    return Answer(response.status_code, response.headers, body, cut, url)
            finally:
                await response.aclose()
            if response.status_code == 303 or (
                method == "POST" and response.status_code in (301, 302)
            ):
                method, content = "GET", None
                sent = httpx2.Headers(
                    [(k, v) for k, v in sent.items() if not k.lower().startswith("content-")]
                )
            if not _same_origin(url, target):
                sent = _for_strangers(sent)
            url = target
    raise ToolError(f"More than {limits.max_redirects} redirects")


def _target(response: httpx2.Response, method: str) -> str | None:
    """Where to go on; None: this is the answer. A request that is repeated with its body is
    only repeated to the origin that got it first: nobody else was meant to read it."""
    location = response.headers.get("location")
    if response.status_code not in _REDIRECTS or not location:
        return None
    url = str(response.request.url)
    target = str(check_url(str(response.request.url.join(location))).copy_with(fragment=None))
    changes_to_get = response.status_code == 303 or method == "POST"
    keeps_body = method not in ("GET", "HEAD") and not (
        changes_to_get and response.status_code not in (307, 308)
    )
    if keeps_body and not _same_origin(url, target):
        raise ToolError(f"The server wants this {method} request to go to another host instead")
    return target


def _same_origin(left: str, right: str) -> bool:
    a, b = httpx2.URL(left), httpx2.URL(right)
    return (a.scheme, a.host, a.port) == (b.scheme, b.host, b.port)


def _for_strangers(headers: httpx2.Headers) -> httpx2.Headers:
    kept = httpx2.Headers({k: v for k, v in headers.items() if k.lower() in _KEPT_HEADERS})
    kept["Accept-Encoding"] = "gzip"
    return kept


async def _read(response: httpx2.Response, limit: int) -> tuple[bytes, bool]:
    """Unpacks as it reads, and never more than the limit: a small packed body can be a huge one."""
    unpack = _unpacker(response.headers.get("content-encoding", ""))
    body = bytearray()
    async for part in response.aiter_raw():
        if unpack is None:
            body += part
        else:
            body += _unpacked(unpack, part, limit + 1 - len(body))
        if len(body) > limit:
            return bytes(body[:limit]), True
    if unpack is not None and not unpack.eof:
        raise ToolError("The answer cannot be unpacked: it ends too early")
    return bytes(body), False


def _unpacker(encoding: str) -> Any:
    names = {"gzip": 47, "x-gzip": 47, "deflate": 47}
    plain = encoding.strip().lower()
    if plain in ("", "identity"):
        return None
    if plain not in names:
        raise ToolError(f"The answer is packed as {plain[:40]!r}, which was not asked for")
    return zlib.decompressobj(names[plain])


def _unpacked(unpack: Any, part: bytes, room: int) -> bytes:
    try:
        data: bytes = unpack.decompress(part, max(room, 1))
    except zlib.error as error:
        raise ToolError(f"The answer cannot be unpacked: {error}") from error
    return data
