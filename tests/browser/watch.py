"""Everything that a page says is wrong, kept, and held against the test at its end."""

from __future__ import annotations

import re

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, Response

LOUD = ("error", "warning", "assert")


class Watch:
    """Console errors and warnings, uncaught errors and failed requests of a context's pages."""

    def __init__(self, context: BrowserContext) -> None:
        self.troubles: list[str] = []
        self.requests: list[str] = []
        self._expected: list[re.Pattern[str]] = []
        context.on("page", self._attach)
        context.on("console", self._console)
        context.on("weberror", lambda error: self._note(f"uncaught: {error.error}"))
        context.on("request", lambda request: self.requests.append(request.url))
        context.on("requestfailed", self._failed)
        context.on("response", self._answered)

    def expect(self, pattern: str) -> None:
        """Troubles that match are what the test is about."""
        self._expected.append(re.compile(pattern))

    def check(self) -> None:
        left = [t for t in self.troubles if not any(p.search(t) for p in self._expected)]
        assert left == [], "the browser reported:\n" + "\n".join(left)

    def _note(self, text: str) -> None:
        self.troubles.append(text)

    def _attach(self, page: Page) -> None:
        page.on("crash", lambda _: self._note("the page crashed"))

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in LOUD:
            place = message.location
            self._note(f"console {message.type}: {message.text} ({place.get('url', '')})")

    def _failed(self, request: Request) -> None:
        # A page that is left, and a query that is no longer wanted, abort what is under way.
        if request.failure != "net::ERR_ABORTED":
            self._note(f"request failed: {request.method} {request.url}: {request.failure}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400:
            self._note(f"answer {response.status}: {response.request.method} {response.url}")
