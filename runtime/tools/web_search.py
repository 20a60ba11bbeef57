"""Web search through a provider of the workspace's choice."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field

from runtime.components.base import ComponentConfig, Palette, Problem
from runtime.components.builder import Builder
from runtime.durable.tool import ToolOutput
from runtime.errors import ToolError
from runtime.messages import JsonObject
from runtime.operator import Operator
from runtime.ports import Secrets
from runtime.tools.base import GROUP, ConfiguredTool
from runtime.tools.html_text import html_to_text
from runtime.tools.naming import valid_name
from runtime.tools.search_providers import PROVIDERS, Hit, SearchRequest, read_hits
from runtime.tools.secrets import open_secret

SECONDS = 30.0
MAX_QUERY = 400
MAX_HIT = 1_500


class WebSearchConfig(ComponentConfig):
    engine: Literal["brave", "tavily", "searxng"] = Field(
        "brave", title="Service", description="SearXNG: the server that the operator set up."
    )
    credential: str | None = Field(
        None,
        title="Credential",
        description="A key of the chosen service; SearXNG needs none.",
        json_schema_extra={"x-widget": "credential"},
    )
    name: str = Field("web_search", title="Name")
    max_results: int = Field(5, ge=1, le=20, title="Results at most")


class WebSearch(ConfiguredTool[WebSearchConfig]):
    provider = "troupe.tools.WebSearch"
    Config = WebSearchConfig
    palette = Palette("Web search", "Brave, Tavily or SearXNG.", GROUP, "world-search")
    defaults: ClassVar[JsonObject] = {"engine": "searxng", "max_results": 5}

    def __init__(self, config: WebSearchConfig, secrets: Secrets, operator: Operator) -> None:
        self.config = config
        self._secrets = secrets
        self._operator = operator
        self._use(
            self._search,
            name=valid_name(config.name),
            effect="pure",
            side_effects=False,
            timeout=SECONDS + 5,
        )

    @classmethod
    def check(cls, config: WebSearchConfig, path: str) -> Iterable[Problem]:
        if PROVIDERS[config.engine].needs_key and not config.credential:
            yield Problem(
                f"{path}.credential",
                "error",
                "missing",
                f"{config.engine.capitalize()} needs a credential.",
                "Save a key under Settings, Credentials, and choose it here.",
            )

    @classmethod
    def build(cls, config: WebSearchConfig, builder: Builder) -> Self:
        return cls(config, builder.secrets, builder.operator)

    async def _search(
        self, query: Annotated[str, "What to look for, in a few words"]
    ) -> ToolOutput:
        """Searches the web and gives titles, addresses and short texts of what it finds."""
        from runtime.net.egress import EgressGuard
        from runtime.net.fetch import FetchLimits, fetch

        request = await self._request(query.strip()[:MAX_QUERY])
        limits = FetchLimits(read=SECONDS, total=SECONDS, max_redirects=0)
        answer = await fetch(
            EgressGuard(self._hosts()),
            request.method,
            request.url,
            headers=request.headers,
            content=request.content,
            limits=limits,
        )
        if not answer.ok:
            text = f"The search service answered HTTP {answer.status_line}\n{answer.text[:500]}"
            return ToolOutput(text.strip(), is_error=True)
        hits = read_hits(PROVIDERS[self.config.engine], answer.json())[: self.config.max_results]
        found = [{"title": hit.title, "url": hit.url} for hit in hits]
        return ToolOutput(_told(hits), artifacts={"results": found})

    async def _request(self, query: str) -> SearchRequest:
        """Raises ToolError."""
        if not query:
            raise ToolError("There is nothing to search for")
        provider = PROVIDERS[self.config.engine]
        base, key = provider.address or self._operator.searxng_url, ""
        if provider.needs_key:
            if not self.config.credential:
                raise ToolError("No credential was chosen for the web search")
            secret = await open_secret(self._secrets, self.config.credential, {self.config.engine})
            base, key = secret.base_url or base, secret.values.get("api_key") or ""
        if not base:
            raise ToolError(
                "There is no SearXNG server",
                hint="Whoever runs this installation can set its address.",
            )
        return provider.request(base.rstrip("/"), key, query, self.config.max_results)

    def _hosts(self) -> tuple[str, ...]:
        """The operator's own search server may be anywhere."""
        from urllib.parse import urlsplit

        own = urlsplit(self._operator.searxng_url or "").hostname
        is_own = self.config.engine == "searxng" and own is not None
        return (
            (*self._operator.private_hosts, own) if is_own and own else self._operator.private_hosts
        )


def _told(hits: list[Hit]) -> str:
    if not hits:
        return "Nothing was found."
    lines = []
    for number, hit in enumerate(hits, 1):
        text = " ".join(html_to_text(hit.text).split())[:MAX_HIT]
        lines.append(f"{number}. {hit.title or hit.url}\n   {hit.url}\n   {text}".rstrip())
    return "\n".join(lines)
