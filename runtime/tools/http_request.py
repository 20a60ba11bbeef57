"""A request to any public web address, behind the egress guard."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, Self

from pydantic import Field

from runtime.components.base import ComponentConfig, Palette, Problem
from runtime.components.builder import Builder
from runtime.durable.tool import ToolContext, ToolOutput
from runtime.errors import ToolError
from runtime.messages import JsonObject
from runtime.ports import Secrets
from runtime.tools.base import GROUP, ConfiguredTool
from runtime.tools.html_text import html_to_text
from runtime.tools.naming import valid_name
from runtime.tools.secrets import CredentialHeader, origin, plain_headers, secret_headers

if TYPE_CHECKING:
    from runtime.net.egress import EgressGuard
    from runtime.net.fetch import Answer

GRACE = 5.0
MAX_BYTES = 2_000_000
_READING = frozenset({"GET", "HEAD"})
_OURS = frozenset(
    {"host", "content-length", "transfer-encoding", "connection", "accept-encoding", "te"}
    | {"upgrade", "idempotency-key", "proxy-authorization", "expect"}
)
Method = Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]


class HttpRequestConfig(ComponentConfig):
    name: str = Field("http_request", title="Name")
    methods: list[Method] = Field(
        ["GET"],
        min_length=1,
        title="Methods",
        description="With more than GET and HEAD, calls have side effects and may need approval.",
    )
    allowed_hosts: list[str] = Field(
        default_factory=list,
        title="Hosts",
        description="Names, or .example.com for all below it. Empty: every public one.",
    )
    credential_headers: dict[str, CredentialHeader] = Field(
        default_factory=dict,
        title="Headers with a credential",
        description="By header name; sent only to the address that the credential is saved with.",
    )
    pages_as_text: bool = Field(True, title="Pages as text", description="Not as HTML.")
    max_characters: int = Field(50_000, ge=1_000, le=200_000, title="Characters at most")
    timeout: float = Field(30.0, gt=0, le=600, title="Timeout (s)")


class HttpRequest(ConfiguredTool[HttpRequestConfig]):
    provider = "troupe.tools.HttpRequest"
    Config = HttpRequestConfig
    palette = Palette("HTTP request", "Reads public web addresses.", GROUP, "world-www")
    defaults: ClassVar[JsonObject] = {"methods": ["GET"], "pages_as_text": True}

    def __init__(self, config: HttpRequestConfig, secrets: Secrets, guard: EgressGuard) -> None:
        self.config = config
        self._secrets = secrets
        self._guard = guard
        reading = set(config.methods) <= _READING
        self._use(
            self._ask,
            name=valid_name(config.name),
            description=f"Makes an HTTP request ({', '.join(config.methods)}).",
            effect="pure" if reading else "at_most_once",
            side_effects=not reading,
            timeout=config.timeout + GRACE,
        )

    @classmethod
    def check(cls, config: HttpRequestConfig, path: str) -> Iterable[Problem]:
        for index, host in enumerate(config.allowed_hosts):
            if not host.strip(".") or any(character in host for character in "/:@ *"):
                detail = "A host is a name alone, such as example.com or .example.com."
                yield Problem(f"{path}.allowed_hosts[{index}]", "error", "invalid_value", detail)

    @classmethod
    def build(cls, config: HttpRequestConfig, builder: Builder) -> Self:
        from runtime.net.egress import EgressGuard

        return cls(config, builder.secrets, EgressGuard.of(builder.operator))

    async def _ask(
        self,
        url: Annotated[str, "The whole address, with http:// or https://"],
        context: ToolContext,
        method: Annotated[str, "Such as GET"] = "GET",
        headers: Annotated[dict[str, str] | None, "Further headers"] = None,
        body: Annotated[str, "Text to send; JSON where it looks like JSON"] = "",
    ) -> ToolOutput:
        from runtime.net.fetch import FetchLimits, fetch

        verb = method.upper()
        if verb not in self.config.methods:
            raise ToolError(f"This tool only makes {', '.join(self.config.methods)} requests")
        self._check_host(url)
        sent = self._headers(headers or {}, body)
        if verb not in _READING:
            sent["Idempotency-Key"] = context.idempotency_key
        mine = {
            name: header
            for name, header in self.config.credential_headers.items()
            if await self._is_for(header, url)
        }
        sent |= await secret_headers(self._secrets, mine, url)
        seconds = self.config.timeout
        limits = FetchLimits(
            connect=min(10.0, seconds),
            read=seconds,
            total=seconds,
            max_bytes=MAX_BYTES,
            # A redirect could lead out of the hosts that are allowed; the model may follow it.
            max_redirects=0 if self.config.allowed_hosts else 5,
        )
        content = body.encode() if body and verb not in _READING else None
        answer = await fetch(self._guard, verb, url, headers=sent, content=content, limits=limits)
        return self._told(answer)

    def _check_host(self, url: str) -> None:
        from runtime.net.egress import check_url

        host = check_url(url).host.rstrip(".").lower()
        allowed = [name.lower() for name in self.config.allowed_hosts]
        if allowed and not any(
            host == name or (name.startswith(".") and host.endswith(name)) for name in allowed
        ):
            raise ToolError(f"This tool may not ask {host}; only {', '.join(allowed)}")

    def _headers(self, headers: dict[str, str], body: str) -> dict[str, str]:
        sent = {k: v for k, v in plain_headers(headers).items() if k.lower() not in _OURS}
        if body and not any(name.lower() == "content-type" for name in sent):
            is_json = body.lstrip()[:1] in ("{", "[")
            sent["Content-Type"] = "application/json" if is_json else "text/plain; charset=utf-8"
        return sent

    async def _is_for(self, header: CredentialHeader, url: str) -> bool:
        """A key is for one address; requests elsewhere go without it."""
        secret = await self._secrets.get(header.credential)
        return secret is None or origin(secret.base_url or "") == origin(url)

    def _told(self, answer: Answer) -> ToolOutput:
        kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
        text = answer.text
        if b"\0" in answer.body[:1_000]:
            text = f"[{len(answer.body):,} bytes of {kind or 'unknown type'}]"
        elif self.config.pages_as_text and kind in ("text/html", "application/xhtml+xml"):
            text = html_to_text(text)
        if len(text) > self.config.max_characters:
            more = len(text) - self.config.max_characters
            text = f"{text[: self.config.max_characters]}\n[cut: {more:,} more characters]"
        facts = {"status": answer.status, "url": answer.url, "content_type": kind}
        where = answer.headers.get("location")
        if where and 300 <= answer.status < 400:
            text = f"It redirects to {where[:2_000]}\n{text}".strip()
        if not answer.ok:
            return ToolOutput(f"HTTP {answer.status_line}\n{text}".strip(), True, facts)
        return ToolOutput(text, artifacts=facts)
