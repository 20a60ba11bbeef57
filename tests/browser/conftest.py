"""One browser and one embedded server for the folder; a signed-in page and its watch for a test."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Page,
    ViewportSize,
    expect,
    sync_playwright,
)

from tests.browser.watch import Watch
from tests.support.services import postgres_server, redis_server, skip_or_fail
from tests.support.tools import FOLDER
from tests.support.troupe import ROOT, Troupe

ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SIZE: ViewportSize = {"width": 1440, "height": 900}
PATIENCE_MS = 20_000


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


# Not for the whole session: as long as Playwright's loop is there, no other test can have one.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    binary = shutil.which("chromium")
    if binary is None:
        skip_or_fail("chromium")
    if not (ROOT / "static/frontend/manifest.json").exists():
        pytest.fail("the browser app is not built: run make frontend")
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=binary, args=ARGS)
        yield launched
        launched.close()


def make_troupe(folder: Path, **env: str) -> Troupe:
    """A server with the tests' own tools, which goes on soon after it was killed."""
    counters = folder / "counters"
    counters.mkdir()
    return Troupe(
        folder,
        TROUPE_COMPONENTS="tests.support.tools:CATALOG",
        PYTHONPATH=str(ROOT),
        TROUPE_LEASE_SECONDS="5",
        TROUPE_RECONCILE_SECONDS="0.5",
        **{FOLDER: str(counters)},
        **env,
    )


IN_BOTH_MODES = pytest.mark.parametrize(
    "server", ["embedded", "production"], indirect=True, scope="package"
)


def mode_env(request: pytest.FixtureRequest, mode: str) -> dict[str, str]:
    if mode == "embedded":
        return {}
    return {
        "DATABASE_URL": request.getfixturevalue("postgres_url"),
        "REDIS_URL": request.getfixturevalue("redis_url"),
    }


@pytest.fixture(scope="package")
def postgres_url() -> Iterator[str]:
    with postgres_server() as url:
        yield url


@pytest.fixture(scope="package")
def redis_url() -> Iterator[str]:
    with redis_server() as url:
        yield url


@pytest.fixture(scope="package")
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Troupe]:
    """The server that most tests share; each brings teams of its own. Embedded, unless a module
    asks for both modes: `pytestmark = IN_BOTH_MODES`."""
    mode = getattr(request, "param", "embedded")
    found = make_troupe(tmp_path_factory.mktemp(mode), **mode_env(request, mode))
    try:
        found.start()
        yield found
    finally:
        found.stop()


def sign_in(browser: Browser, server: Troupe) -> Path:
    """The cookies of a browser that opened the sign-in link."""
    path = server.folder / "cookies.json"
    context = browser.new_context()
    page = context.new_page()
    page.goto(server.sign_in_link())
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()
    context.storage_state(path=path)
    context.close()
    return path


@pytest.fixture(scope="package")
def signed_in(browser: Browser, server: Troupe) -> Path:
    return sign_in(browser, server)


Opener = Callable[..., BrowserContext]


@pytest.fixture
def open_context(browser: Browser) -> Iterator[Opener]:
    """Makes watched contexts; none of them may have reported anything when the test ends."""
    opened: list[BrowserContext] = []
    watches: list[Watch] = []

    def make(base_url: str, cookies: Path | None = None) -> BrowserContext:
        context = browser.new_context(
            base_url=base_url, viewport=SIZE, storage_state=cookies, reduced_motion="reduce"
        )
        context.set_default_timeout(PATIENCE_MS)
        opened.append(context)
        watches.append(Watch(context))
        context.watch = watches[-1]  # type: ignore[attr-defined]
        return context

    yield make
    for context in opened:
        context.close()
    for watch in watches:
        watch.check()


@pytest.fixture
def context(open_context: Opener, server: Troupe, signed_in: Path) -> BrowserContext:
    return open_context(server.base, signed_in)


@pytest.fixture
def watch(context: BrowserContext) -> Watch:
    found: Watch = context.watch  # type: ignore[attr-defined]
    return found


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()
