"""The guard of outgoing requests against A37 (private addresses in every form), A38 (redirects,
DNS rebinding) and A39 (schemes, sizes, slow servers)."""

from __future__ import annotations

import asyncio
import gzip
import ipaddress
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpcore2
import httpx2
import pytest

from runtime.errors import ToolError
from runtime.net import transport
from runtime.net.addresses import PrivateHosts, is_public, parse_address
from runtime.net.egress import EgressGuard, EgressRefused, check_url
from runtime.net.fetch import FetchLimits, fetch
from tests.tools.servers import Asked, FakeResolver, reply, web_server

LOCAL = ("127.0.0.1",)


async def hello(asked: Asked, writer: asyncio.StreamWriter) -> None:
    await reply(writer, f"hello {asked.method} {asked.target}")


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.8.8.8",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "[2001:0:4136:e378:8000:63bf:80ff:fffe]",
        "[fe80::1]",
        "[fc00::1]",
        "[fd00:ec2::254]",
        "[fec0::1]",
        "[ff02::1]",
        "0.0.0.0",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "017700000001",
        "127.1",
        "localhost",
        "LOCALHOST.",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "198.18.0.1",
        "192.0.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
    ],
)
async def test_a37_no_form_of_a_private_address_is_asked(host: str) -> None:
    """With the machine's own resolver, which knows the odd forms."""
    guard = EgressGuard()
    with pytest.raises(ToolError) as caught:
        await fetch(guard, "GET", f"http://{host}:9/")
    assert isinstance(caught.value, EgressRefused) or "was not found" in caught.value.detail


@pytest.mark.parametrize(
    "url",
    [
        "http://①②⑦.⓪.⓪.①:{port}/",
        "http://127.0.0.1:{port}/",
        "http://2130706433:{port}/",
        "http://0.0.0.0:{port}/",
        "http://localhost:{port}/",
    ],
)
async def test_a37_a_listening_server_is_never_connected_to(url: str) -> None:
    async with web_server(hello) as server:
        with pytest.raises(ToolError):
            await fetch(EgressGuard(), "GET", url.format(port=server.port))
        assert server.connections == 0


async def test_a37_a_public_name_with_a_private_address() -> None:
    """As *.nip.io has."""
    resolver = FakeResolver(**{"10_0_0_1_nip_io": [["10.0.0.1"]]})
    with pytest.raises(EgressRefused, match="not on the public internet"):
        await fetch(EgressGuard(resolver=resolver), "GET", "http://10.0.0.1.nip.io/")


@pytest.mark.parametrize("text", ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "::ffff:8.8.8.8"])
def test_public_addresses_are_public(text: str) -> None:
    address = parse_address(text)
    assert address is not None
    assert is_public(address)


def test_private_hosts_are_names_addresses_and_networks() -> None:
    hosts = PrivateHosts.parse(["Intranet.Example.", "10.1.0.0/16", "::1", " ", "192.168.0.7"])
    ip = ipaddress.ip_address
    assert hosts.allow("intranet.example", ip("192.168.9.9"))
    assert hosts.allow("x", ip("10.1.2.3"))
    assert hosts.allow("x", ip("::ffff:10.1.2.3"))
    assert hosts.allow("x", ip("::1"))
    assert hosts.allow("x", ip("192.168.0.7"))
    assert not hosts.allow("x", ip("10.2.0.1"))
    assert not hosts.allow("evil-intranet.example", ip("10.2.0.1"))


async def test_what_the_operator_allows_is_reached() -> None:
    async with web_server(hello) as server:
        answer = await fetch(EgressGuard(LOCAL), "GET", f"{server.url}/x?y=1")
        assert (answer.status, answer.text) == (200, "hello GET /x?y=1")
        resolver = FakeResolver(intern_example=[["127.0.0.1"]])
        guard = EgressGuard(["intern.example"], resolver=resolver)
        answer = await fetch(guard, "GET", f"http://intern.example:{server.port}/")
        assert answer.ok
        assert server.asked[-1].headers["host"] == f"intern.example:{server.port}"


async def test_a38_a_name_that_changes_after_the_check_gains_nothing() -> None:
    """It is resolved once for each connection, and what was checked is what is connected to."""
    resolver = FakeResolver(rebind_example=[["8.8.8.8"], ["127.0.0.1"]])
    guard = EgressGuard(resolver=resolver)
    async with web_server(hello) as server:
        url = f"http://rebind.example:{server.port}/"
        await guard.check(url)
        with pytest.raises(EgressRefused):
            await fetch(guard, "GET", url)
        assert server.connections == 0
    assert resolver.asked == ["rebind.example", "rebind.example"]


async def test_a38_the_checked_address_is_the_one_connected_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nothing below the guard resolves the name a second time."""
    connected = []

    async def connect(self: object, host: str, port: int, *rest: object) -> None:
        connected.append(host)
        raise httpcore2.ConnectError("as far as this test goes")

    monkeypatch.setattr(httpcore2.AnyIOBackend, "connect_tcp", connect)
    resolver = FakeResolver(public_example=[["8.8.8.8", "127.0.0.1", "8.8.4.4"], ["127.0.0.1"]])
    with pytest.raises(ToolError, match="as far as"):
        await fetch(EgressGuard(resolver=resolver), "GET", "https://public.example/")
    assert connected == ["8.8.8.8", "8.8.4.4"]
    assert resolver.asked == ["public.example"]


async def test_a38_a_redirect_into_the_private_network_is_refused() -> None:
    resolver = FakeResolver(good_example=[["127.0.0.1"]], bad_example=[["127.0.0.1"]])
    guard = EgressGuard(["good.example"], resolver=resolver)

    async def redirect(asked: Asked, writer: asyncio.StreamWriter) -> None:
        await reply(writer, status="302 Found", Location=f"http://bad.example:{inner.port}/secret")

    async with web_server(hello) as inner, web_server(redirect) as outer:
        with pytest.raises(EgressRefused):
            await fetch(guard, "GET", f"http://good.example:{outer.port}/")
        assert (inner.connections, len(outer.asked)) == (0, 1)


@pytest.mark.parametrize("target", ["file:///etc/passwd", "gopher://x/", "http://u:p@127.0.0.1/"])
async def test_a38_a39_a_redirect_to_another_scheme_is_refused(target: str) -> None:
    async def redirect(asked: Asked, writer: asyncio.StreamWriter) -> None:
        await reply(writer, status="302 Found", Location=target)

    async with web_server(redirect) as server:
        with pytest.raises(EgressRefused):
            await fetch(EgressGuard(LOCAL), "GET", server.url)


async def test_redirects_end() -> None:
    async def around(asked: Asked, writer: asyncio.StreamWriter) -> None:
        await reply(writer, status="302 Found", Location="/again")

    async with web_server(around) as server:
        with pytest.raises(ToolError, match="More than 5 redirects"):
            await fetch(EgressGuard(LOCAL), "GET", server.url)
        assert len(server.asked) == 6


async def test_another_origin_gets_no_secret_headers_and_no_body() -> None:
    async def redirect(asked: Asked, writer: asyncio.StreamWriter) -> None:
        status = "307 Temporary Redirect" if asked.target == "/keep" else "302 Found"
        await reply(writer, status=status, Location=f"{other.url}/there")

    guard, secret = EgressGuard(LOCAL), {"Authorization": "s3cret", "X-Key": "s3cret"}
    async with web_server(hello) as other, web_server(redirect) as server:
        answer = await fetch(guard, "POST", server.url, headers=secret, content=b"body")
        assert answer.text == "hello GET /there"
        assert "s3cret" not in str(other.asked[0].headers)
        assert other.asked[0].body == b""
        assert server.asked[0].headers["x-key"] == "s3cret"
        with pytest.raises(ToolError, match="another host"):
            await fetch(guard, "POST", f"{server.url}/keep", headers=secret, content=b"body")
        assert len(other.asked) == 1


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "gopher://example.com/",
        "ftp://example.com/",
        "http://user:pw@example.com/",
        "http://user@example.com/",
        "http:///path",
        "http://example.com:0/",
        "http://example.com:99999/",
        "http://exa mple.com/",
        "http://example.com/\r\nX: y",
        "//example.com/",
        "example.com",
        "http://" + "a" * 9_000,
    ],
)
def test_a39_only_plain_web_addresses(url: str) -> None:
    with pytest.raises(EgressRefused):
        check_url(url)


async def test_a39_a_body_without_end_is_cut() -> None:
    async def endless(asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\n")
        while True:
            writer.write(b"x" * 65_536)
            await writer.drain()

    async with web_server(endless) as server:
        limits = FetchLimits(max_bytes=100_000)
        answer = await fetch(EgressGuard(LOCAL), "GET", server.url, limits=limits)
        assert (len(answer.body), answer.cut) == (100_000, True)
        assert answer.text.endswith("[cut: the answer is longer]")
        with pytest.raises(ToolError, match="larger"):
            answer.json()


async def test_a39_a_packed_bomb_is_not_unpacked() -> None:
    bomb = gzip.compress(b"\0" * 50_000_000)

    async def send(asked: Asked, writer: asyncio.StreamWriter) -> None:
        await reply(writer, bomb, Content_Encoding="gzip")

    async with web_server(send) as server:
        limits = FetchLimits(max_bytes=10_000)
        answer = await fetch(EgressGuard(LOCAL), "GET", server.url, limits=limits)
        assert (len(answer.body), answer.cut) == (10_000, True)


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "broken"])
async def test_packed_answers(encoding: str) -> None:
    import zlib

    data = {"gzip": gzip.compress(b"text"), "deflate": zlib.compress(b"text")}.get(
        encoding, b"not packed"
    )

    async def send(asked: Asked, writer: asyncio.StreamWriter) -> None:
        await reply(writer, data, Content_Encoding="gzip" if encoding == "broken" else encoding)

    async with web_server(send) as server:
        if encoding in ("br", "broken"):
            with pytest.raises(ToolError, match=r"packed|unpacked"):
                await fetch(EgressGuard(LOCAL), "GET", server.url)
        else:
            assert (await fetch(EgressGuard(LOCAL), "GET", server.url)).text == "text"


async def test_a39_a_server_that_sends_a_byte_at_a_time_is_left() -> None:
    """Slowloris: each byte comes in time, the whole never does."""
    sent = asyncio.Event()

    async def drip(asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
        while True:
            writer.write(b"x")
            await writer.drain()
            sent.set()
            await asyncio.sleep(0.02)

    async with web_server(drip) as server:
        with pytest.raises(ToolError, match="time limit"):
            await fetch(EgressGuard(LOCAL), "GET", server.url, limits=FetchLimits(total=0.3))
    assert sent.is_set()


async def test_a39_a_server_that_never_answers_is_left() -> None:
    async def silent(asked: Asked, writer: asyncio.StreamWriter) -> None:
        await asyncio.Event().wait()

    async with web_server(silent) as server:
        with pytest.raises(ToolError, match="time limit"):
            await fetch(EgressGuard(LOCAL), "GET", server.url, limits=FetchLimits(read=0.1))


async def test_a_resolver_that_hangs_is_left() -> None:
    class Hanging:
        async def resolve(self, host: str, port: int) -> list[str]:
            await asyncio.Event().wait()
            return []

    guard = EgressGuard(resolver=Hanging())
    with pytest.raises(ToolError, match="time limit"):
        await fetch(guard, "GET", "http://x.example/", limits=FetchLimits(connect=0.1))


async def test_proxies_of_the_environment_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    async with web_server(hello) as proxy, web_server(hello) as server:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY", "https_proxy"):
            monkeypatch.setenv(name, proxy.url)
        monkeypatch.delenv("no_proxy", raising=False)
        assert (await fetch(EgressGuard(LOCAL), "GET", server.url)).ok
        assert (proxy.connections, server.connections) == (0, 1)


async def test_broken_answers_are_tool_errors() -> None:
    async def broken(asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(b"no HTTP at all\r\n\r\n")

    async with web_server(broken) as server:
        with pytest.raises(ToolError, match="request to 127"):
            await fetch(EgressGuard(LOCAL), "GET", server.url)
        port = server.port
    with pytest.raises(ToolError, match="request to 127"):
        await fetch(EgressGuard(LOCAL), "GET", f"http://127.0.0.1:{port}/")
    with pytest.raises(ToolError, match="was not found"):
        await fetch(EgressGuard(resolver=FakeResolver()), "GET", "http://nowhere.example/")


async def test_tls_verifies_the_name_and_not_the_address(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    certificate, key = self_signed(tmp_path, "right.example")
    serving = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    serving.load_cert_chain(certificate, key)
    trusting = ssl.create_default_context(cafile=str(certificate))
    monkeypatch.setattr(transport, "_tls", lambda: trusting)
    resolver = FakeResolver(right_example=[["127.0.0.1"]], wrong_example=[["127.0.0.1"]])
    guard = EgressGuard(LOCAL, resolver=resolver)
    async with web_server(hello, serving) as server:
        assert (await fetch(guard, "GET", f"https://right.example:{server.port}/")).ok
        with pytest.raises(ToolError, match="certificate"):
            await fetch(guard, "GET", f"https://wrong.example:{server.port}/")


async def test_a_client_of_the_guard_is_guarded_too() -> None:
    async with web_server(hello) as server:
        async with EgressGuard().client() as client:
            with pytest.raises(EgressRefused):
                await client.get(server.url)
        async with EgressGuard(LOCAL).client(max_bytes=5) as client:
            with pytest.raises(httpx2.ReadError, match="larger"):
                await client.get(server.url)


def self_signed(folder: Path, name: str) -> tuple[Path, Path]:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "certificate.pem", folder / "key.pem"
    paths[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return paths
