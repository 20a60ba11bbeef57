"""From the sign-in link to the replay, as a newcomer goes, in both modes of the server."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser import screens
from tests.browser.conftest import Opener, make_troupe
from tests.support.services import postgres_server, redis_server
from tests.support.troupe import Troupe, check_log

TEAM = "Research & write"


@pytest.fixture(params=["embedded", "production"])
def troupe(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Troupe]:
    """A server that nobody has used yet."""
    env = {}
    if request.param == "production":
        env["DATABASE_URL"] = request.getfixturevalue("postgres_url")
        env["REDIS_URL"] = request.getfixturevalue("redis_url")
    found = make_troupe(tmp_path_factory.mktemp("journey"), **env)
    try:
        found.start()
        yield found
    finally:
        found.stop()


@pytest.fixture
def postgres_url() -> Iterator[str]:
    with postgres_server() as url:
        yield url


@pytest.fixture
def redis_url() -> Iterator[str]:
    with redis_server() as url:
        yield url


def test_from_the_sign_in_link_to_the_replay(troupe: Troupe, open_context: Opener) -> None:
    page = open_context(troupe.base).new_page()
    page.goto(troupe.sign_in_link())
    expect(
        page.get_by_role("heading", level=1, name=re.compile("Welcome to Troupe"))
    ).to_be_visible()
    for step in ("Open a gallery team", "Run it", "Replay it"):
        expect(page.get_by_role("heading", name=step)).to_be_visible()

    page.get_by_role("link", name="Open the gallery").click()
    card = page.get_by_role("article", name=TEAM)
    expect(screens.scripted(card)).to_be_visible()
    card.get_by_role("button", name=f"Run {TEAM}", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Start run").click()
    page.wait_for_url(screens.RUN_ADDRESS)
    run = screens.run_id(page)

    watch_it_ask(page)
    approve_in_the_inbox(page)
    page.goto(f"/runs/{run}")
    screens.run_state(page, "completed")
    expect(screens.transcript(page).get_by_text("TASK_COMPLETE").last).to_be_visible()
    before = troupe.events(run)
    check_log(before)
    assert [f["path"] for f in troupe.call("GET", "/files")["results"]] == ["report.md"]

    look_back(page, len(before))
    assert troupe.events(run) == before, "looking at a run changed its log"


def watch_it_ask(page: Page) -> None:
    expect(screens.scripted(page.get_by_role("main")).first).to_be_visible()
    expect(screens.tool_card(page, "search_notes", "ok")).to_be_visible()
    card = screens.tool_card(page, "write_file", "needs you")
    expect(card).to_be_visible()
    expect(card.get_by_role("group", name="Exact arguments")).to_contain_text("report.md")
    screens.run_state(page, "waiting")


def approve_in_the_inbox(page: Page) -> None:
    screens.go_to(page, "Approvals")
    main = page.get_by_role("main")
    expect(main.get_by_role("group", name="Exact arguments")).to_contain_text("report.md")
    main.get_by_role("button", name="Approve", exact=True).click()
    expect(main.get_by_text("Nothing waits for you")).to_be_visible()


def look_back(page: Page, count: int) -> None:
    playhead = screens.playhead(page)
    expect(playhead).to_have_attribute("aria-valuenow", str(count))
    page.get_by_role("button", name="Previous event").click()
    expect(playhead).to_have_attribute("aria-valuenow", str(count - 1))
    expect(page.get_by_text("REPLAY", exact=True)).to_be_visible()
    expect(page).to_have_url(re.compile(rf"\?at={count - 1}$"))
    page.get_by_role("button", name="Go to the end").click()
    expect(page.get_by_text("REPLAY", exact=True)).to_have_count(0)
