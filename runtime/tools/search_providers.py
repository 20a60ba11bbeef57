"""Where web searches go. A provider turns a question into a request and an answer into hits."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urlencode

from runtime.errors import ToolError


@dataclass(frozen=True)
class SearchRequest:
    method: str
    url: str
    headers: dict[str, str] = field(default_factory=dict)
    content: bytes | None = None


@dataclass(frozen=True)
class Hit:
    title: str
    url: str
    text: str


class SearchProvider(Protocol):
    """A new one is a class and a line in `PROVIDERS`."""

    needs_key: bool
    address: str | None
    """Where it is unless the credential says otherwise; None: the operator says it."""

    def request(self, base: str, key: str, query: str, count: int) -> SearchRequest: ...

    def hits(self, answer: Any) -> list[Hit]:
        """Of the parsed JSON. Raises KeyError, TypeError for what is not as documented."""


class Brave:
    needs_key = True
    address: str | None = "https://api.search.brave.com"

    def request(self, base: str, key: str, query: str, count: int) -> SearchRequest:
        asked = urlencode({"q": query, "count": min(count, 20), "text_decorations": "false"})
        return SearchRequest(
            "GET",
            f"{base}/res/v1/web/search?{asked}",
            {"X-Subscription-Token": key, "Accept": "application/json"},
        )

    def hits(self, answer: Any) -> list[Hit]:
        found = (answer.get("web") or {}).get("results") or []
        return [_hit(item, "title", "url", "description") for item in found]


class Tavily:
    needs_key = True
    address: str | None = "https://api.tavily.com"

    def request(self, base: str, key: str, query: str, count: int) -> SearchRequest:
        body = {"query": query, "max_results": min(count, 20), "search_depth": "basic"}
        return SearchRequest(
            "POST",
            f"{base}/search",
            {"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
            json.dumps(body).encode(),
        )

    def hits(self, answer: Any) -> list[Hit]:
        return [_hit(item, "title", "url", "content") for item in answer["results"]]


class SearXNG:
    needs_key = False
    address: str | None = None

    def request(self, base: str, key: str, query: str, count: int) -> SearchRequest:
        asked = urlencode({"q": query, "format": "json"})
        return SearchRequest("GET", f"{base}/search?{asked}", {"Accept": "application/json"})

    def hits(self, answer: Any) -> list[Hit]:
        return [_hit(item, "title", "url", "content") for item in answer["results"]]


PROVIDERS: dict[str, SearchProvider] = {"brave": Brave(), "tavily": Tavily(), "searxng": SearXNG()}


def read_hits(provider: SearchProvider, answer: Any) -> list[Hit]:
    """Raises ToolError when the answer is not what the provider documents."""
    try:
        return provider.hits(answer)
    except (KeyError, TypeError, AttributeError) as error:
        raise ToolError("The search service's answer is not as expected") from error


def _hit(item: Any, title: str, url: str, text: str) -> Hit:
    values = (str(item.get(name) or "").strip() for name in (title, url, text))
    return Hit(*values)
