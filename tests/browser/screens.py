"""What a person does on the screens, by role and accessible name."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

SCRIPTED = re.compile(r"^Scripted\. ")
RUN_ADDRESS = re.compile(r"/runs/([0-9a-f-]{36})")


def go_to(page: Page, name: str) -> None:
    page.get_by_role("navigation", name="Main").get_by_role("link", name=name).click()


def run_id(page: Page) -> str:
    found = RUN_ADDRESS.search(page.url)
    assert found, f"{page.url} is no run's address"
    return found[1]


def scripted(page: Page | Locator) -> Locator:
    return page.get_by_label(SCRIPTED)


def transcript(page: Page) -> Locator:
    return page.get_by_role("log", name="Transcript")


def tool_card(page: Page, tool: str, status: str = "") -> Locator:
    return page.get_by_role("article", name=f"Tool call {tool}: {status}")


def decision(page: Page) -> Locator:
    return page.get_by_role("group", name="Decision")


def playhead(page: Page) -> Locator:
    return page.get_by_role("slider", name="Playhead")


def run_state(page: Page, state: str) -> None:
    """Waits until the session's header says so."""
    expect(page.get_by_role("main").get_by_text(state, exact=True).first).to_be_visible()


def run_from_gallery(page: Page, team: str) -> str:
    """Runs a gallery team on its example task; gives the run's id."""
    page.goto("/gallery")
    page.get_by_role("button", name=f"Run {team}", exact=True).click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("textbox", name="Task")).not_to_be_empty()
    dialog.get_by_role("button", name="Start run").click()
    page.wait_for_url(RUN_ADDRESS)
    return run_id(page)


def replace_code(editor: Locator, text: str) -> None:
    """Types over all that stands in a code editor. Its own closing of brackets stays out of it."""
    editor.press("ControlOrMeta+a")
    editor.page.keyboard.insert_text(text)


def fact(page: Page, name: str) -> Locator:
    """A number of the session's header."""
    term = page.get_by_role("main").locator("header dt", has_text=name)
    return term.locator("xpath=following-sibling::dd")


def tab_to(page: Page, role: str, name: str, steps: int = 90) -> None:
    """Presses Tab until the focus is there, as somebody without a mouse does."""
    target = page.get_by_role(role, name=name, exact=True)  # type: ignore[arg-type]
    expect(target.first).to_be_visible()
    for _ in range(steps):
        if target.evaluate_all("found => found.includes(document.activeElement)"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{steps} times Tab did not reach the {role} {name!r}")
