"""The builder without a mouse; with one, see test_journey."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from tests.browser import screens
from tests.browser.building import (
    canvas,
    node,
    problems,
    ran_to_its_word,
    saved,
)
from tests.browser.conftest import IN_BOTH_MODES
from tests.support.troupe import Troupe

pytestmark = IN_BOTH_MODES


def test_a_team_is_built_with_the_keyboard_alone(server: Troupe, page: Page) -> None:
    keys = page.keyboard
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    keys.press("ControlOrMeta+k")
    expect(page.get_by_role("textbox", name="Search commands")).to_be_focused()
    keys.type("New team")
    expect(page.get_by_role("button", name="New team")).to_be_visible()
    keys.press("Enter")
    name = page.get_by_role("dialog", name="New team").get_by_role("textbox", name="Name")
    expect(name).to_be_focused()
    keys.type("Keyboard team")
    keys.press("Enter")
    page.wait_for_url(re.compile(r"/teams/[0-9a-f-]{36}$"))
    expect(canvas(page)).to_be_visible()

    add_by_key(page, "Assistant")
    expect(node(page, "Agent", "assistant")).to_be_visible()
    add_by_key(page, "search_notes")
    expect(node(page, "Tool", "search_notes")).to_be_visible()
    problems(page, 0)

    select_by_key(page, node(page, "Agent", "assistant"))
    screens.tab_to(page, "textbox", "Name")
    keys.press("ControlOrMeta+a")
    keys.type("finder")
    expect(node(page, "Agent", "finder")).to_be_visible()
    screens.tab_to(page, "textbox", "System message")
    keys.press("ControlOrMeta+a")
    keys.insert_text("Search the notes for facts, list them, and end with FOUND_IT.")

    add_by_key(page, "Text mention")
    select_by_key(page, canvas(page).get_by_role("group", name=re.compile("^Team ")))
    screens.tab_to(page, "textbox", "Text")
    keys.press("ControlOrMeta+a")
    keys.type("FOUND_IT")
    problems(page, 0)
    saved(page)

    keys.press("ControlOrMeta+Enter")
    expect(page.get_by_role("textbox", name="Task")).to_be_focused()
    keys.type("Facts about trees in cities.")
    keys.press("ControlOrMeta+Enter")
    ran_to_its_word(page, server)


def add_by_key(page: Page, item: str) -> None:
    """Slash, a few letters, Enter, Escape; and out of the field."""
    search = page.get_by_role("textbox", name="Search the palette")
    if not search.evaluate("field => field === document.activeElement"):
        leave_field(page)
        page.keyboard.press("/")
    expect(search).to_be_focused()
    page.keyboard.type(item)
    expect(page.get_by_role("button", name=f"Add {item}")).to_be_visible()
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    expect(search).to_have_value("")


def leave_field(page: Page) -> None:
    """Tab goes on until what has the focus takes no text."""
    typing = "() => document.activeElement.matches('input, textarea, [role=textbox]')"
    for _ in range(10):
        if not page.evaluate(typing):
            return
        page.keyboard.press("Tab")
    raise AssertionError("Tab never leaves the fields")


def select_by_key(page: Page, target: Locator) -> None:
    for _ in range(90):
        if target.evaluate("found => found === document.activeElement"):
            page.keyboard.press("Enter")
            return
        page.keyboard.press("Tab")
    raise AssertionError("Tab did not reach the node")
