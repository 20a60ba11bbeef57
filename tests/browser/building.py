"""A team made in the builder with the mouse, step by step."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import FloatRect, Locator, Page, expect

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


def box_of(locator: Locator) -> FloatRect:
    found = locator.bounding_box()
    assert found is not None
    return found


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


def build_with_the_mouse(page: Page, server: Troupe) -> None:
    """From the list of teams to the end of the team's first run."""
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
