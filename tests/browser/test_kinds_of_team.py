"""Teams that do not speak in turn, built in the builder and run on the scripted model."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser import screens
from tests.browser.building import (
    canvas,
    centre,
    choose,
    draft_of,
    drag,
    inspector,
    new_team,
    node,
    problems,
    saved,
)
from tests.support.troupe import Troupe, check_log


def add_member(page: Page, name: str, says: str) -> None:
    """Beside the team's other members; the team is selected again afterwards."""
    page.get_by_role("button", name="Add Assistant").click()
    form = inspector(page)
    form.get_by_role("textbox", name="Name").fill(name)
    screens.replace_code(form.get_by_role("textbox", name="System message"), says)
    expect(node(page, "Agent", name)).to_be_visible()
    select_team(page)


def select_team(page: Page) -> None:
    canvas(page).get_by_role("group", name=re.compile("^Team ")).focus()
    page.keyboard.press("Enter")


def draw(page: Page, start: str, end: str) -> None:
    """From the right side of one member to the left side of the other."""
    out = node(page, "Agent", start).locator("[data-handleid=next]")
    into = node(page, "Agent", end).locator("[data-handleid=prev]")
    drag(page, centre(out), centre(into))


def run_it(page: Page, task: str) -> None:
    page.get_by_role("button", name="Run", exact=True).click()
    panel = page.get_by_role("region", name="Run")
    panel.get_by_role("textbox", name="Task").fill(task)
    panel.get_by_role("button", name="Start run").click()
    page.wait_for_url(screens.RUN_ADDRESS)
    screens.run_state(page, "completed")


def speakers(server: Troupe, page: Page) -> list[str]:
    events = server.events(screens.run_id(page))
    check_log(events)
    started = [e for e in events if e["payload"]["kind"] == "turn.started"]
    return [e["payload"]["speaker"] for e in started]


def graph_nodes(server: Troupe, page: Page) -> dict[str, Any]:
    config = draft_of(server, page)["draft"]["component"]["config"]
    found: dict[str, Any] = config["graph"]["nodes"]
    return found


def test_a_graph_is_drawn_on_the_canvas_and_runs_along_its_edges(
    server: Troupe, page: Page
) -> None:
    new_team(page, "Drawn graph")
    select_team(page)
    choose(page, inspector(page), "Type", "Graph")
    add_member(page, "writer", "Write one sentence and end it with DRAFT_DONE.")
    add_member(page, "critic", "Say what is wrong.")
    add_member(page, "editor", "Improve it.")
    draw(page, "writer", "critic")
    edge = canvas(page).get_by_role("group", name="critic follows writer")
    expect(edge).to_have_count(1)
    # Drawn, it is selected: its condition is typed right away.
    form = inspector(page)
    expect(form.get_by_text("writer → critic")).to_be_visible()
    form.get_by_role("textbox", name="If it says").fill("DRAFT_DONE")
    expect(canvas(page).get_by_text("if says “DRAFT_DONE”")).to_be_visible()

    select_team(page)
    choose(page, form, "Edge from", "writer")
    choose(page, form, "Edge to", "editor")
    form.get_by_role("button", name="Add edge").click()
    form.get_by_role("textbox", name="If it says").fill("NEVER_SAID")
    problems(page, 0)

    node(page, "Agent", "critic").focus()
    page.keyboard.press("Enter")
    form.get_by_role("textbox", name="Name").fill("reviewer")
    expect(node(page, "Agent", "reviewer")).to_be_visible()
    saved(page)
    nodes = graph_nodes(server, page)
    assert list(nodes) == ["writer", "reviewer", "editor"]
    assert [(e["target"], e["condition"]) for e in nodes["writer"]["edges"]] == [
        ("reviewer", "DRAFT_DONE"),
        ("editor", "NEVER_SAID"),
    ]

    run_it(page, "A sentence on trees.")
    assert speakers(server, page) == ["writer", "reviewer"]


def test_a_selector_team_is_built_with_its_own_model_and_runs(server: Troupe, page: Page) -> None:
    new_team(page, "Chosen speakers")
    select_team(page)
    form = inspector(page)
    choose(page, form, "Type", "Selector")
    add_member(page, "planner", "Make a plan.")
    add_member(page, "doer", "Do it.")
    choose(page, form, "Model", "Scripted (no model)")
    form.get_by_role("textbox", name="Turns at most").fill("2")
    problems(page, 0)
    saved(page)
    config = draft_of(server, page)["draft"]["component"]["config"]
    assert config["model_client"]["provider"].endswith("ScriptedChatCompletionClient")
    assert config["max_turns"] == 2

    run_it(page, "Plan and do something small.")
    taken = speakers(server, page)
    assert len(taken) == 2
    assert set(taken) <= {"planner", "doer"}


def test_what_an_agent_holds_is_chosen_opened_and_left_again(server: Troupe, page: Page) -> None:
    new_team(page, "Slots")
    page.get_by_role("button", name="Add Assistant").click()
    form = inspector(page)
    form.get_by_role("button", name="Add memory").click()
    page.get_by_role("menuitem", name=re.compile("^List of facts")).click()
    form.get_by_role("button", name="Open Memory 1: List of facts").click()
    form.get_by_role("textbox", name="Name").fill("house rules")
    form.get_by_role("button", name="Back to assistant").click()
    expect(form.get_by_role("button", name="Open Memory 1: List of facts")).to_contain_text(
        "house rules"
    )
    page.get_by_role("button", name="Contexts, 4").click()
    page.get_by_role("button", name="Add Latest messages").click()
    form.get_by_role("textbox", name="Messages", exact=True).fill("7")
    saved(page)
    agent = draft_of(server, page)["draft"]["component"]["config"]["participants"][0]["config"]
    assert agent["memory"][0]["config"]["name"] == "house rules"
    assert agent["model_context"]["config"]["buffer_size"] == 7
