"""AutoGen's HttpTool: one endpoint of a web service as a tool, behind the egress guard."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self
from urllib.parse import quote, urlencode

from pydantic import Field

from runtime.components.base import ComponentConfig, Palette, Problem
from runtime.components.builder import Builder
from runtime.durable.tool import ToolContext, ToolOutput
from runtime.errors import SpecError, ToolError
from runtime.events.payloads import Effect
from runtime.messages import JsonObject
from runtime.ports import Secrets, ToolSchema
from runtime.tools.base import GROUP, BaseTool, name_in
from runtime.tools.naming import valid_name
from runtime.tools.schemas import BadSchema, tool_parameters
from runtime.tools.secrets import CredentialHeader, inline_secret, plain_headers, secret_headers

if TYPE_CHECKING:
    from runtime.net.egress import EgressGuard

MAX_ERROR_TEXT = 10_000
GRACE = 5.0
"""Seconds beyond the request's own limit, whose words are better, before the call is ended."""
Method = Literal["GET", "POST", "PUT", "DELETE", "PATCH"]
EFFECTS: dict[str, Effect] = {"GET": "pure", "HEAD": "pure", "PUT": "idempotent"}
EFFECTS["DELETE"] = "idempotent"
_HOST = re.compile(r"[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]|[0-9A-Fa-f:]+")
_PLACE = re.compile(r"\{([^{}]+)\}")


class HttpToolConfig(ComponentConfig):
    name: str = Field(title="Name", description="What a model calls it by.")
    description: str | None = Field(
        None, title="Description", description="Tells a model when to call it."
    )
    scheme: Literal["http", "https"] = Field("http", title="Scheme")
    host: str = Field(title="Host")
    port: int = Field(title="Port", ge=1, le=65_535)
    path: str = Field(
        "/", title="Path", description="{name} is replaced by the argument of that name."
    )
    method: Method | None = Field("POST", title="Method")
    headers: JsonObject | None = Field(None, title="Headers")
    credential_headers: dict[str, CredentialHeader] = Field(
        default_factory=dict,
        title="Headers with a credential",
        description="By header name. The credential must be saved with this tool's address.",
    )
    json_schema: JsonObject = Field(
        title="Arguments",
        description="A JSON Schema. What is not in the path goes into the query or the JSON body.",
    )
    return_type: Literal["text", "json"] | None = Field("text", title="Answer")
    timeout: float = Field(5.0, gt=0, le=600, title="Timeout (s)")

    @property
    def verb(self) -> str:
        return self.method or "POST"

    @property
    def base(self) -> str:
        host = f"[{self.host}]" if ":" in self.host and "[" not in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"


class HttpTool(BaseTool[HttpToolConfig]):
    provider = "autogen_ext.tools.http.HttpTool"
    Config = HttpToolConfig
    palette = Palette("HTTP tool", "One endpoint of a web service.", GROUP, "api")
    defaults: ClassVar[JsonObject] = {
        "name": "get_json",
        "description": "Asks a web service.",
        "scheme": "https",
        "host": "example.com",
        "port": 443,
        "path": "/items/{id}",
        "method": "GET",
        "json_schema": {
            "type": "object",
            "properties": {"id": {"type": "string", "description": "The item"}},
            "required": ["id"],
        },
        "return_type": "json",
        "timeout": 10.0,
    }

    def __init__(self, config: HttpToolConfig, secrets: Secrets, guard: EgressGuard) -> None:
        self.config = config
        self._secrets = secrets
        self._guard = guard
        self.name = valid_name(config.name)
        self.effect: Effect = EFFECTS.get(config.verb, "at_most_once")
        self.side_effects = config.verb != "GET"
        self.timeout = config.timeout + GRACE
        self.schema = ToolSchema(
            name=self.name,
            description=config.description or "",
            parameters=tool_parameters(config.json_schema),
        )

    @classmethod
    def tool_name(cls, config: Any) -> str:
        return name_in(cls.Config, config)

    @classmethod
    def check(cls, config: HttpToolConfig, path: str) -> Iterable[Problem]:
        for field, detail, hint in _faults(config):
            code = "inline_secret" if field == "headers" else "invalid_value"
            yield Problem(f"{path}.{field}", "error", code, detail, hint)

    @classmethod
    def build(cls, config: HttpToolConfig, builder: Builder) -> Self:
        from runtime.net.egress import EgressGuard

        try:
            return cls(config, builder.secrets, EgressGuard.of(builder.operator))
        except BadSchema as error:
            raise SpecError(str(error), path=f"{builder.path}.config.json_schema") from error

    async def call(self, arguments: JsonObject, context: ToolContext) -> ToolOutput:
        from runtime.net.fetch import FetchLimits, fetch

        url, content = self._request(arguments)
        headers = plain_headers(self.config.headers)
        if content is not None:
            headers.setdefault("Content-Type", "application/json")
        if self.side_effects:
            headers["Idempotency-Key"] = context.idempotency_key
        headers |= await secret_headers(self._secrets, self.config.credential_headers, url)
        seconds = self.config.timeout
        limits = FetchLimits(connect=seconds, read=seconds, total=seconds)
        answer = await fetch(
            self._guard, self.config.verb, url, headers=headers, content=content, limits=limits
        )
        facts = {"status": answer.status, "url": answer.url}
        if not answer.ok:
            text = f"HTTP {answer.status_line}\n{answer.text[:MAX_ERROR_TEXT]}".strip()
            return ToolOutput(text, is_error=True, artifacts=facts)
        if self.config.return_type == "json" and answer.body:
            return ToolOutput(json.dumps(answer.json(), ensure_ascii=False), artifacts=facts)
        return ToolOutput(answer.text, artifacts=facts)

    def _request(self, arguments: JsonObject) -> tuple[str, bytes | None]:
        """The address and the body."""
        rest = dict(arguments)
        path = _PLACE.sub(lambda match: _segment(match.group(1), arguments), self.config.path)
        for name in _PLACE.findall(self.config.path):
            rest.pop(name, None)
        url = f"{self.config.base}/{path.removeprefix('/')}"
        if self.config.verb not in ("GET", "DELETE"):
            return url, json.dumps(rest, ensure_ascii=False).encode()
        query = urlencode([pair for name, value in rest.items() for pair in _pairs(name, value)])
        return (f"{url}{'&' if '?' in url else '?'}{query}" if query else url), None


def _segment(name: str, arguments: JsonObject) -> str:
    """A value as one segment of a path. It cannot be more than that: no slash gets through, and
    the two segments that mean something else are refused."""
    if name not in arguments:
        raise ToolError(f"The argument {name!r} is needed for the path")
    text = _text(arguments[name])
    if text in ("", ".", ".."):
        raise ToolError(f"The argument {name!r} cannot be {text!r}")
    return quote(text, safe="")


def _pairs(name: str, value: Any) -> list[tuple[str, str]]:
    if value is None:
        return []
    values = value if isinstance(value, list) else [value]
    return [(name, _text(item)) for item in values]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _faults(config: HttpToolConfig) -> Iterable[tuple[str, str, str | None]]:
    if not _HOST.fullmatch(config.host):
        yield "host", "The host must be a name or an address alone.", None
    if any(ord(character) <= 32 for character in config.path):
        yield "path", "The path must not contain spaces.", None
    try:
        properties = tool_parameters(config.json_schema)["properties"]
    except BadSchema as error:
        yield "json_schema", str(error), None
        return
    for name in _PLACE.findall(config.path):
        if name not in properties:
            yield "path", f"The path needs the argument {name!r}, which the schema lacks.", None
    secret = inline_secret(config.headers)
    if secret is not None:
        hint = "Save it under Settings, Credentials, and name it in credential_headers."
        yield "headers", f"The header {secret} carries a secret.", hint
