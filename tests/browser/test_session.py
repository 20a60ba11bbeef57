"""The session screen: words as they are written, tool calls, who acts; nothing lost or repeated by
a closed page or a lost connection."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser import screens
from tests.browser.conftest import IN_BOTH_MODES
from tests.browser.watch import Watch
from tests.support import specs
from tests.support.services import wait_for
from tests.support.tools import FOLDER
from tests.support.troupe import Troupe, check_log

COUNT = 100
WORDS = [f"w{number:03}" for number in range(COUNT)]

pytestmark = IN_BOTH_MODES


def slow_writer(name: str = "talker", delay_ms: int = 60) -> dict[str, object]:
    model = specs.scripted(specs.says(" ".join(WORDS)), delay_ms=delay_ms)
    return specs.assistant(name, model)


def words(page: Page) -> list[str]:
    return re.findall(r"\bw\d{3}\b", screens.transcript(page).inner_text())


def wait_word(page: Page, number: int) -> list[str]:
    expect(screens.transcript(page)).to_contain_text(WORDS[number])
    return words(page)


def shows_all_of(page: Page, troupe: Troupe, run: str) -> None:
    """The screen holds exactly what the API's log holds."""
    troupe.wait_state(run, "completed")
    events = troupe.events(run)
    check_log(events)
    screens.run_state(page, "completed")
    for name in ("aria-valuemax", "aria-valuenow"):
        expect(screens.playhead(page)).to_have_attribute(name, str(len(events)))


def test_text_grows_as_it_is_written(server: Troupe, page: Page) -> None:
    run = server.run(server.team_of(specs.round_robin(slow_writer())))
    page.goto(f"/runs/{run}")

    first = wait_word(page, 3)
    expect(
        page.get_by_role("group", name=re.compile("^Agent talker.*, acting now$"))
    ).to_be_visible()
    expect(page.get_by_text("LIVE", exact=True)).to_be_visible()
    second = wait_word(page, len(first) + 5)
    assert 0 < len(first) < len(second) < COUNT
    assert second == WORDS[: len(second)], "words were lost or repeated"

    screens.run_state(page, "completed")
    assert words(page) == WORDS
    expect(page.get_by_role("group", name=re.compile("acting now"))).to_have_count(0)
    expect(screens.fact(page, "Tokens")).to_have_text(re.compile(r"[1-9]"))
    expect(screens.fact(page, "Turn")).to_have_text("1")


def test_a_tool_call_shows_its_arguments_and_its_result(server: Troupe, page: Page) -> None:
    model = specs.scripted(specs.calls("count", what="sheep"), specs.says("Counted."))
    agent = specs.assistant("shepherd", model, specs.tool("tests.tools.Count"))
    run = server.run(server.team_of(specs.round_robin(agent)))
    page.goto(f"/runs/{run}")

    card = screens.tool_card(page, "count", "ok")
    card.get_by_role("button", name=re.compile("count")).click()
    expect(card.get_by_role("group", name="Arguments that ran")).to_contain_text("sheep")
    expect(card.get_by_role("region", name="Result")).to_contain_text("counted sheep")


def test_a_page_closed_in_the_middle_of_a_message(
    server: Troupe, page: Page, context: BrowserContext
) -> None:
    run = server.run(server.team_of(specs.round_robin(slow_writer(delay_ms=200))))
    page.goto(f"/runs/{run}")
    seen = wait_word(page, 5)
    page.close()

    again = context.new_page()
    again.goto(f"/runs/{run}")
    caught_up = wait_word(again, len(seen))
    assert len(caught_up) < COUNT, "the run had ended before the page was back"
    assert caught_up == WORDS[: len(caught_up)]
    shows_all_of(again, server, run)
    assert words(again) == WORDS


@pytest.fixture
def held(server: Troupe) -> Iterator[Path]:
    """The file that lets a held tool go."""
    release = Path(server.env[FOLDER]) / "release"
    release.unlink(missing_ok=True)
    yield release
    release.touch()


def test_a_lost_connection_loses_nothing(
    server: Troupe, page: Page, context: BrowserContext, watch: Watch, held: Path
) -> None:
    watch.expect(r"ERR_INTERNET_DISCONNECTED")
    model = specs.scripted(specs.calls("hold", what="the line"), specs.says(" ".join(WORDS)))
    agent = specs.assistant("clerk", model, specs.tool("tests.tools.Hold"))
    run = server.run(server.team_of(specs.round_robin(agent)))
    page.goto(f"/runs/{run}")
    expect(screens.tool_card(page, "hold", "running")).to_be_visible()

    context.set_offline(True)
    expect(page.get_by_text("You are offline.")).to_be_visible()
    expect(page.get_by_text("LIVE", exact=True)).to_have_count(0)
    held.touch()
    wait_for(lambda: server.state(run) == "completed", "the end of the run")
    expect(screens.tool_card(page, "hold", "running")).to_be_visible()

    context.set_offline(False)
    expect(page.get_by_text("You are offline.")).to_have_count(0)
    shows_all_of(page, server, run)
    expect(screens.tool_card(page, "hold", "ok")).to_be_visible()
    assert words(page) == WORDS
