"""The builder: a team made with the mouse, and the same again without one."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.browser import screens
from tests.support.troupe import Troupe, check_log

SCRIPTED = "Scripted (no model)"


def canvas(page: Page) -> Locator:
    return page.get_by_role("region", name="Canvas")


def node(page: Page, kind: str, name: str) -> Locator:
    return canvas(page).get_by_role("group", name=re.compile(rf"^{kind} {name}\b"))


def inspector(page: Page) -> Locator:
    return page.get_by_role("complementary", name="Inspector")


def problems(page: Page, count: int) -> None:
    expect(page.get_by_role("button", name=f"Problems {count}", exact=True)).to_be_visible()


def saved(page: Page) -> None:
    expect(page.get_by_role("status").filter(has_text="draft saved")).to_be_visible()


def box_of(locator: Locator) -> dict[str, float]:
    found = locator.bounding_box()
    assert found is not None
    return {**found}


def centre(locator: Locator) -> tuple[float, float]:
    box = box_of(locator)
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move((start[0] + end[0]) / 2, (start[1] + end[1]) / 2, steps=4)
    page.mouse.move(*end, steps=8)
    page.mouse.up()


def draft_of(server: Troupe, page: Page) -> dict[str, Any]:
    found: dict[str, Any] = server.call("GET", f"/definitions/{page.url.split('/')[-1]}")
    return found


def new_team(page: Page, name: str) -> None:
    page.goto("/teams")
    page.get_by_role("button", name="New team").first.click()
    dialog = page.get_by_role("dialog", name="New team")
    dialog.get_by_role("textbox", name="Name").fill(name)
    dialog.get_by_role("button", name="Create team").click()
    page.wait_for_url(re.compile(r"/teams/[0-9a-f-]{36}$"))
    expect(canvas(page)).to_be_visible()


def drop_agent_and_tool(page: Page) -> None:
    """An assistant into the team, a tool beside it."""
    palette = page.get_by_role("complementary", name="Palette")
    palette.get_by_role("button", name="Add Assistant").drag_to(canvas(page))
    expect(node(page, "Agent", "assistant")).to_be_visible()
    width = box_of(canvas(page))["width"]
    palette.get_by_role("button", name="Add search_notes").drag_to(
        canvas(page), target_position={"x": width / 2, "y": 30}
    )
    expect(node(page, "Tool", "search_notes")).to_be_visible()


def connect(page: Page) -> None:
    """Draws the edge from the tool's left side to the foot of the agent."""
    # The dots that edges are drawn from and to are for the mouse alone; they have no names.
    tool = node(page, "Tool", "search_notes").locator("[data-handleid=agent]")
    agent = node(page, "Agent", "assistant").locator("[data-handleid=tools]")
    drag(page, centre(tool), centre(agent))


def choose(page: Page, form: Locator, label: str, option: str) -> None:
    form.get_by_role("combobox", name=label).click()
    page.get_by_role("option", name=option, exact=True).click()


def test_a_team_is_built_with_the_mouse(server: Troupe, page: Page) -> None:
    new_team(page, "Mouse team")
    problems(page, 1)  # it has no participants
    drop_agent_and_tool(page)
    problems(page, 1)  # the tool belongs to nobody
    connect(page)
    problems(page, 0)

    node(page, "Agent", "assistant").click()
    form = inspector(page)
    name = form.get_by_role("textbox", name="Name")
    name.fill("two words")
    problems(page, 1)
    page.get_by_role("button", name="Problems 1").click()
    panel = page.get_by_role("region", name="Problems")
    panel.get_by_role("button").filter(has_text="two words").click()
    expect(name).to_be_focused()
    name.fill("finder")
    problems(page, 0)
    panel.get_by_role("button", name="Close").click()

    screens.replace_code(
        form.get_by_role("textbox", name="System message"),
        "Search the notes for facts, list them, and end with FOUND_IT.",
    )
    choose(page, form, "Model", SCRIPTED)
    expect(form.get_by_role("button", name="Open search_notes")).to_be_visible()
    end_on(page, "FOUND_IT")
    undo_and_redo(page)
    save_and_run(page, server)


def end_on(page: Page, word: str) -> None:
    """Selects the team and gives it a termination."""
    box = box_of(canvas(page).get_by_role("group", name=re.compile("^Team ")))
    page.mouse.click(box["x"] + box["width"] - 12, box["y"] + 12)
    form = inspector(page)
    form.get_by_role("button", name="Add condition").click()
    page.get_by_role("menuitem", name="Text mention").click()
    term = form.get_by_role("group", name="Text mention")
    term.get_by_role("textbox", name="Text").fill(word)
    problems(page, 0)


def undo_and_redo(page: Page) -> None:
    """By keyboard, outside of any field."""
    finder = node(page, "Agent", "finder")
    finder.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Delete")
    expect(finder).to_have_count(0)
    page.keyboard.press("ControlOrMeta+z")
    expect(finder).to_be_visible()
    page.keyboard.press("ControlOrMeta+Shift+z")
    expect(finder).to_have_count(0)
    page.keyboard.press("ControlOrMeta+z")
    expect(finder).to_be_visible()
    expect(node(page, "Tool", "search_notes")).to_be_visible()


def tool_providers(agent: dict[str, Any]) -> list[str]:
    """Of its own tools and of those in its workbench."""
    benches = agent.get("workbench") or []
    tools = [
        *(agent.get("tools") or []),
        *(t for bench in benches for t in bench["config"]["tools"]),
    ]
    return [tool["provider"] for tool in tools]


def save_and_run(page: Page, server: Troupe) -> None:
    saved(page)
    page.get_by_role("button", name="Save revision").click()
    page.get_by_role("textbox", name="Note").fill("First")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("status").filter(has_text="rev 1")).to_be_visible()
    config = draft_of(server, page)["draft"]["component"]["config"]
    agent = config["participants"][0]["config"]
    assert agent["name"] == "finder"
    assert agent["model_client"]["provider"].endswith("ScriptedChatCompletionClient")
    assert tool_providers(agent) == ["troupe.tools.SampleNotes"]
    assert config["termination_condition"]["config"]["text"] == "FOUND_IT"

    page.get_by_role("button", name="Run", exact=True).click()
    panel = page.get_by_role("region", name="Run")
    panel.get_by_role("textbox", name="Task").fill("Facts about trees in cities.")
    panel.get_by_role("button", name="Start run").click()
    ran_to_its_word(page, server)


def ran_to_its_word(page: Page, server: Troupe) -> None:
    page.wait_for_url(screens.RUN_ADDRESS)
    expect(screens.tool_card(page, "search_notes", "ok")).to_be_visible()
    screens.run_state(page, "completed")
    expect(screens.transcript(page).get_by_text(re.compile("FOUND_IT")).last).to_be_visible()
    expect(screens.scripted(page).first).to_be_visible()
    check_log(server.events(screens.run_id(page)))


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
