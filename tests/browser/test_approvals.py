"""Approvals: decided in the session and in the inbox, by mouse and keyboard, over a restart."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import screens
from tests.browser.conftest import IN_BOTH_MODES
from tests.browser.watch import Watch
from tests.support import specs
from tests.support.troupe import Troupe, check_log

WRITE = "troupe.tools.WriteFile"

pytestmark = IN_BOTH_MODES


def ask(server: Troupe, path: str) -> str:
    """A run that waits for permission to write a file."""
    model = specs.scripted(
        specs.calls("write_file", path=path, content="first words"), specs.says("That is all.")
    )
    agent = specs.assistant("clerk", model, specs.tool(WRITE))
    run = server.run(server.team_of(specs.round_robin(agent)))
    server.wait_pending(run)
    return run


def file_text(server: Troupe, path: str) -> str:
    found: str = server.call("GET", f"/files/text?path={path}")["text"]
    return found


def decided(server: Troupe, run: str) -> dict[str, object]:
    server.wait_state(run, "completed")
    events = server.events(run)
    check_log(events)
    found: list[dict[str, object]] = [
        e["payload"] for e in events if e["payload"]["kind"] == "approval.decided"
    ]
    assert len(found) == 1
    return found[0]


def test_approved_in_the_session(server: Troupe, page: Page) -> None:
    run = ask(server, "approved.md")
    page.goto(f"/runs/{run}")
    card = screens.tool_card(page, "write_file", "needs you")
    expect(card.get_by_role("group", name="Exact arguments")).to_contain_text("first words")

    card.get_by_role("button", name="Approve", exact=True).click()

    expect(screens.tool_card(page, "write_file", "ok")).to_be_visible()
    screens.run_state(page, "completed")
    assert file_text(server, "approved.md") == "first words"
    assert decided(server, run)["verb"] == "approve"


def test_edited_and_approved_after_two_mistakes(server: Troupe, page: Page) -> None:
    run = ask(server, "edited.md")
    page.goto(f"/runs/{run}")
    card = screens.tool_card(page, "write_file", "needs you")
    card.get_by_role("button", name="Edit and approve").click()
    editor = card.get_by_role("textbox", name="Arguments as JSON")
    confirm = card.get_by_role("button", name="Approve edited arguments")

    screens.replace_code(editor, '{"path": "edited.md", ')
    expect(card.get_by_role("alert")).to_contain_text("This is not JSON")
    expect(confirm).to_be_disabled()

    screens.replace_code(editor, '{"path": 5}')
    expect(card.get_by_role("alert")).to_contain_text("path")
    expect(card.get_by_role("alert")).to_contain_text("content")
    expect(confirm).to_be_disabled()
    assert server.state(run) == "waiting"

    arguments = {"path": "edited.md", "content": "better words"}
    screens.replace_code(editor, json.dumps(arguments))
    expect(card.get_by_role("alert")).to_have_count(0)
    confirm.click()

    done = screens.tool_card(page, "write_file", "ok")
    done.get_by_role("button", name=re.compile("write_file")).click()
    expect(done.get_by_role("group", name="Arguments that ran")).to_contain_text("better words")
    done.get_by_text("What the model proposed").click()
    expect(done.get_by_role("group", name="Proposed arguments")).to_contain_text("first words")
    assert decided(server, run)["arguments"] == arguments
    assert file_text(server, "edited.md") == "better words"


def request_of(page: Page, path: str) -> Locator:
    """Opens the waiting request that names this file."""
    page.goto("/approvals")
    row = page.get_by_role("region", name="Requests").get_by_role("link").filter(has_text=path)
    row.click()
    found = page.get_by_role("region", name="Request", exact=True)
    expect(found.get_by_role("group", name="Exact arguments")).to_contain_text(path)
    return found


def test_denied_with_a_reason_in_the_inbox(server: Troupe, page: Page) -> None:
    run = ask(server, "denied.md")
    shown = request_of(page, "denied.md")
    shown.get_by_role("button", name="Deny").click()
    shown.get_by_role("textbox", name="Reason").fill("Not on a Sunday.")
    shown.get_by_role("button", name="Deny", exact=True).click()

    page.get_by_role("tab", name="Decided").click()
    expect(page.get_by_role("main").get_by_text("Not on a Sunday.")).to_be_visible()
    assert decided(server, run)["reason"] == "Not on a Sunday."
    results = [e["payload"] for e in server.events(run) if e["payload"]["kind"] == "tool.completed"]
    assert [r["outcome"] for r in results] == ["denied"]
    assert "Not on a Sunday." in results[0]["result"], "the model was not told why"
    files = [f["path"] for f in server.call("GET", "/files")["results"]]
    assert "denied.md" not in files


def test_decided_by_keyboard_alone(server: Troupe, page: Page) -> None:
    """A approves what is shown and goes on; E opens the editor; D denies."""
    runs = {name: ask(server, f"{name}.md") for name in ("key_a", "key_e", "key_d")}
    request_of(page, "key_a.md")
    page.keyboard.press("a")
    expect(page.get_by_role("region", name="Requests")).not_to_contain_text("key_a.md")
    server.wait_state(runs["key_a"], "completed")

    request_of(page, "key_e.md")
    page.keyboard.press("e")
    editor = page.get_by_role("textbox", name="Arguments as JSON")
    expect(editor).to_be_focused()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.insert_text(json.dumps({"path": "key_e.md", "content": "typed"}))
    screens.tab_to(page, "button", "Approve edited arguments")
    page.keyboard.press("Enter")
    server.wait_state(runs["key_e"], "completed")
    assert file_text(server, "key_e.md") == "typed"

    request_of(page, "key_d.md")
    page.keyboard.press("d")
    expect(page.get_by_role("textbox", name="Reason")).to_be_focused()
    page.keyboard.insert_text("No.")
    screens.tab_to(page, "button", "Deny")
    page.keyboard.press("Enter")
    assert decided(server, runs["key_d"])["verb"] == "deny"


@pytest.mark.parametrize("way", ["stopped", "killed"])
def test_it_waits_over_a_restart_with_the_page_open(
    server: Troupe, page: Page, watch: Watch, way: str
) -> None:
    # What the browser says about a server that is away for a while.
    watch.expect(
        r"ERR_(CONNECTION_|EMPTY_RESPONSE|SOCKET_NOT_CONNECTED|NETWORK_)|WebSocket connection"
    )
    run = ask(server, f"{way}.md")
    page.goto(f"/runs/{run}")
    card = screens.tool_card(page, "write_file", "needs you")
    expect(card).to_be_visible()
    for process in server.processes.values():
        if way == "killed":
            process.kill()
        else:
            assert process.stop() == 0
    expect(page.get_by_text("The connection was lost.")).to_be_visible()
    server.start_again()
    expect(page.get_by_text("The connection was lost.")).to_have_count(0, timeout=60_000)

    card.get_by_role("button", name="Approve", exact=True).click()
    screens.run_state(page, "completed")
    assert decided(server, run)["verb"] == "approve"
    assert file_text(server, f"{way}.md") == "first words"
