"""Replay: the recorded run under a playhead, by mouse, keyboard and address; nothing runs again."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser import screens
from tests.browser.conftest import IN_BOTH_MODES
from tests.support import specs
from tests.support.tools import FOLDER
from tests.support.troupe import Troupe

Events = list[dict[str, Any]]

pytestmark = IN_BOTH_MODES


@pytest.fixture
def recorded(server: Troupe) -> tuple[str, Events]:
    """An ended run of two agents; the first one's tool leaves a mark outside."""
    first = specs.scripted(
        specs.calls("count", what="geese"), specs.says("alpha has spoken " * 8), delay_ms=30
    )
    second = specs.scripted(specs.says("beta has answered " * 8), delay_ms=30)
    team = specs.round_robin(
        specs.assistant("alpha", first, specs.tool("tests.tools.Count")),
        specs.assistant("beta", second),
    )
    run = server.run(server.team_of(team))
    server.wait_state(run, "completed")
    return run, server.events(run)


def seq_of(events: Events, kind: str, agent: str) -> int:
    found: int = next(
        e["seq"] for e in events if e["payload"]["kind"] == kind and e["agent_path"].endswith(agent)
    )
    return found


def replay_mark(page: Page) -> Any:
    return page.get_by_text("REPLAY", exact=True)


def at(page: Page, seq: int) -> None:
    expect(screens.playhead(page)).to_have_attribute("aria-valuenow", str(seq))


def test_a_link_to_a_moment_shows_that_moment(
    server: Troupe, page: Page, recorded: tuple[str, Events]
) -> None:
    run, events = recorded
    moment = seq_of(events, "model.started", "beta")
    page.goto(f"/runs/{run}?at={moment}")

    at(page, moment)
    expect(replay_mark(page)).to_be_visible()
    log = screens.transcript(page)
    expect(log).to_contain_text("alpha has spoken")
    expect(log).not_to_contain_text("beta has answered")
    expect(page.get_by_role("group", name=re.compile("^Agent beta.*, acting now$"))).to_be_visible()
    expect(page.get_by_role("group", name=re.compile("^Agent alpha.*, acting now$"))).to_have_count(
        0
    )
    expect(page).to_have_url(re.compile(rf"\?at={moment}$"))

    page.reload()
    at(page, moment)
    expect(screens.transcript(page)).not_to_contain_text("beta has answered")


def test_it_plays_pauses_and_steps(
    server: Troupe, page: Page, recorded: tuple[str, Events]
) -> None:
    run, events = recorded
    last = len(events)
    mark = Path(server.env[FOLDER]) / "count"
    effects = mark.read_text()
    page.goto(f"/runs/{run}")
    at(page, last)
    page.get_by_role("combobox", name="Speed").select_option("0.5")

    screens.transcript(page).press("Space")
    expect(page.get_by_role("button", name="Pause replay")).to_be_visible()
    expect(replay_mark(page)).to_be_visible()
    expect(screens.playhead(page)).not_to_have_attribute("aria-valuenow", str(last))
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Play replay")).to_be_visible()

    paused = int(screens.playhead(page).get_attribute("aria-valuenow") or 0)
    assert 1 <= paused < last
    page.keyboard.press("ArrowRight")
    at(page, paused + 1)
    page.get_by_role("button", name="Previous event").click()
    at(page, paused)
    screens.playhead(page).press("Home")
    at(page, 1)

    page.get_by_role("combobox", name="Speed").select_option("10")
    page.get_by_role("button", name="Play replay").click()
    at(page, last)
    expect(replay_mark(page)).to_have_count(0)
    expect(page.get_by_role("button", name="Play replay")).to_be_visible()

    assert server.events(run) == events, "replaying changed the log"
    assert mark.read_text() == effects, "replaying ran a tool"


def test_the_timeline_is_dragged_with_the_mouse(page: Page, recorded: tuple[str, Events]) -> None:
    run, events = recorded
    page.goto(f"/runs/{run}")
    at(page, len(events))
    box = screens.playhead(page).bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] - 2, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, middle, steps=5)
    expect(replay_mark(page)).to_be_visible()
    page.mouse.move(box["x"] + 1, middle, steps=5)
    at(page, 1)
    page.mouse.up()
    expect(page).to_have_url(re.compile(r"\?at=1$"))
