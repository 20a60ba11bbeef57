"""Every screen has one main heading, and no control without a name, in the accessibility tree."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser import screens
from tests.support import specs
from tests.support.troupe import Troupe

CONTROLS = (
    "button|link|textbox|searchbox|combobox|checkbox|switch|radio|slider|tab|menuitem|option"
    "|spinbutton|separator"
)
NAMELESS = re.compile(rf"^\s*- (?:'|\")?({CONTROLS})(?! \")(?=[\s:\[]|$).*$", re.MULTILINE)
SCREENS = [
    "/",
    "/teams",
    "/teams?new=1",
    "/teams/{team}",
    "/library",
    "/gallery",
    "/sessions",
    "/runs/{run}",
    "/runs/{run}?at=3",
    "/approvals",
    "/approvals/{request}",
    "/settings/models",
    "/settings/policy",
    "/settings/tokens",
    "/settings/account",
    "/settings/appearance",
    "/no/such/page",
]


@pytest.fixture(scope="module")
def names(server: Troupe) -> dict[str, str]:
    """A team, and a run of it that asks."""
    model = specs.scripted(specs.calls("write_file", path="a.md", content="a"), specs.says("Done."))
    agent = specs.assistant("clerk", model, specs.tool("troupe.tools.WriteFile"))
    team = server.team_of(specs.round_robin(agent))
    run = server.run(team)
    return {"team": team, "run": run, "request": server.wait_pending(run)["id"]}


def nameless(page: Page) -> list[str]:
    tree = page.locator("body").aria_snapshot()
    return [match[0].strip() for match in NAMELESS.finditer(tree)]


def test_the_check_itself_finds_what_has_no_name(page: Page) -> None:
    page.set_content("<button></button><input><a href='/'></a><button>Good</button>")
    assert len(nameless(page)) == 3


def test_every_screen_has_a_heading_and_names(page: Page, names: dict[str, str]) -> None:
    troubles = []
    for screen in SCREENS:
        path = screen.format(**names)
        page.goto(path)
        expect(page.get_by_role("heading").first).to_be_visible()
        expect(page.get_by_role("status", name="Loading")).to_have_count(0)
        count = page.get_by_role("heading", level=1).count()
        if count != 1:
            troubles.append(f"{screen}: {count} main headings")
        troubles += [f"{screen}: {line}" for line in nameless(page)]
    assert troubles == []


def test_menus_and_panels_have_names_too(page: Page, names: dict[str, str]) -> None:
    page.goto(f"/teams/{names['team']}")
    for panel in ("JSON", "History", "Run"):
        page.get_by_role("banner").or_(page.get_by_role("main")).get_by_role(
            "button", name=panel, exact=True
        ).first.click()
        expect(page.get_by_role("region", name=panel)).to_be_visible()
        assert nameless(page) == [], panel
    page.goto(f"/runs/{names['run']}")
    card = screens.tool_card(page, "write_file", "needs you")
    card.get_by_role("button", name="Edit and approve").click()
    expect(card.get_by_role("textbox", name="Arguments as JSON")).to_be_visible()
    assert nameless(page) == []
