"""What a newcomer does, from the sign-in link on, by mouse and keyboard, in both modes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import screens
from tests.browser.building import build_with_the_mouse
from tests.browser.conftest import Opener, make_troupe, mode_env, sign_in
from tests.browser.keys import add_key, model_server, run_on_a_real_model
from tests.support.services import postgres_server
from tests.support.troupe import Troupe, check_log

TEAM = "Research & write"


@pytest.fixture(scope="module")
def postgres_url() -> Iterator[str]:
    """Its own: in the folder's, another file's tests may have left teams and runs."""
    with postgres_server() as url:
        yield url


@pytest.fixture(scope="module", params=["embedded", "production"])
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Troupe]:
    """A server that nobody has used yet."""
    env = mode_env(request, request.param)
    found = make_troupe(tmp_path_factory.mktemp("journey"), **env)
    try:
        found.start()
        yield found
    finally:
        found.stop()


@pytest.fixture(scope="module")
def signed_in(browser: Browser, server: Troupe) -> Path:
    return sign_in(browser, server)


def test_from_the_sign_in_link_to_the_replay(server: Troupe, open_context: Opener) -> None:
    page = open_context(server.base).new_page()
    page.goto(server.sign_in_link())
    welcome = page.get_by_role("heading", level=1, name=re.compile("Welcome to Troupe"))
    expect(welcome).to_be_visible()
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
    before = server.events(run)
    check_log(before)
    assert [f["path"] for f in server.call("GET", "/files")["results"]] == ["report.md"]

    look_back(page, len(before))
    assert server.events(run) == before, "looking at a run changed its log"
    scripted_everywhere(page)


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
    expect(screens.scripted(main)).to_be_visible()
    main.get_by_role("button", name="Approve", exact=True).click()
    expect(main.get_by_text("Nothing waits for you")).to_be_visible()


def look_back(page: Page, count: int) -> None:
    playhead = screens.playhead(page)
    expect(playhead).to_have_attribute("aria-valuenow", str(count))
    page.get_by_role("button", name="Previous event").click()
    expect(playhead).to_have_attribute("aria-valuenow", str(count - 1))
    expect(page.get_by_text("REPLAY", exact=True)).to_be_visible()
    expect(page).to_have_url(re.compile(rf"\?at={count - 1}$"))
    screens.transcript(page).press("Shift+ArrowLeft")
    screens.transcript(page).press("Space")
    expect(playhead).to_have_attribute("aria-valuenow", str(count))
    expect(page.get_by_text("REPLAY", exact=True)).to_have_count(0)


def scripted_everywhere(page: Page) -> None:
    """Wherever its words or its team stand, the stand-in is named as one."""
    main = page.get_by_role("main")
    for screen in ("Sessions", "Teams", "Home"):
        screens.go_to(page, screen)
        expect(page.get_by_role("heading", level=1, name=screen)).to_be_visible()
        expect(screens.scripted(main).first).to_be_visible()
    main.get_by_role("link", name=re.compile(f"^{TEAM}")).first.click()
    expect(page.get_by_role("region", name="Canvas").or_(screens.transcript(page))).to_be_visible()
    expect(screens.scripted(main).first).to_be_visible()


def test_a_team_is_built_with_the_mouse_and_run(server: Troupe, page: Page) -> None:
    build_with_the_mouse(page, server)


def test_a_question_is_answered_in_the_browser(server: Troupe, page: Page) -> None:
    run = screens.run_from_gallery(page, "Draft & review with you")
    question = page.get_by_role("article", name=re.compile("^Question of editor"))
    expect(question).to_be_visible()
    lit = page.get_by_role("group", name=re.compile("^Agent editor.*, acting now$"))
    expect(lit).to_be_visible()

    answer = question.get_by_role("textbox", name="Your answer")
    answer.fill("Please mention the weather.")
    question.get_by_role("button", name="Send answer").click()
    log = screens.transcript(page)
    expect(log.get_by_text("answered by")).to_be_visible()
    expect(log.get_by_text("Please mention the weather.", exact=True)).to_be_visible()

    # The drafter had another turn, and asks again; this time the keyboard answers.
    expect(question).to_be_visible()
    answer.press_sequentially("Good. APPROVED")
    answer.press("Control+Enter")
    screens.run_state(page, "completed")

    events = server.events(run)
    check_log(events)
    answers = [e["payload"]["text"] for e in events if e["payload"]["kind"] == "input.answered"]
    assert answers == ["Please mention the weather.", "Good. APPROVED"]


def test_the_gallery_team_runs_on_the_model_of_a_key(
    server: Troupe, page: Page, tmp_path: Path
) -> None:
    vendor = "OpenAI-compatible server"
    with model_server(tmp_path) as models:
        add_key(page, vendor, "My server", f"{models.url}/v1")
        run_on_a_real_model(server, page, models, vendor, "My server", "/v1/chat/completions")
