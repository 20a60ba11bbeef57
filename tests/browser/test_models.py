"""A key and an address entered in Settings: the same team then runs on that server's model."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser import screens
from tests.browser.keys import SECRET, ModelServer, add_key, choose_default, model_server
from tests.support.troupe import Troupe, check_log


@pytest.fixture
def models(tmp_path: Path) -> Iterator[ModelServer]:
    with model_server(tmp_path) as found:
        yield found


@pytest.fixture
def without_keys_after(server: Troupe) -> Iterator[None]:
    """The other tests' workspace has no key."""
    yield
    server.call("PATCH", "/workspace", {"default_model": None})
    for row in server.call("GET", "/credentials")["results"]:
        server.call("DELETE", f"/credentials/{row['id']}")


@pytest.mark.parametrize(
    ("vendor", "root", "path"),
    [
        ("OpenAI-compatible server", "/v1", "/v1/chat/completions"),
        ("Anthropic", "", "/v1/messages"),
    ],
)
@pytest.mark.usefixtures("without_keys_after")
def test_the_gallery_team_runs_on_the_model_of_a_key(
    server: Troupe, page: Page, models: ModelServer, vendor: str, root: str, path: str
) -> None:
    if vendor == "Anthropic":
        # The form asks for an address only where there is no usual one.
        body = {"name": "My server", "kind": "anthropic", "api_key": SECRET}
        server.call("POST", "/credentials", {**body, "base_url": models.url + root})
        page.goto("/settings/models")
    else:
        add_key(page, vendor, "My server", models.url + root)
    page.get_by_role("button", name="Test My server").click()
    expect(page.get_by_text("It works; 2 models.").first).to_be_visible()
    assert SECRET not in page.content(), "the key came back"
    choose_default(page, vendor, "tool")
    expect(screens.scripted(page)).to_have_count(0)

    run = screens.run_from_gallery(page, "Research & write")
    asks = screens.tool_card(page, "write_file", "needs you")
    expect(asks.get_by_role("group", name="Exact arguments")).to_contain_text("stub")
    asks.get_by_role("button", name="Approve", exact=True).click()
    said = screens.transcript(page).get_by_text("The stub server says hello.")
    expect(said.first).to_be_visible()
    screens.run_state(page, "completed")
    expect(screens.scripted(page)).to_have_count(0)

    events = server.events(run)
    check_log(events)
    assert SECRET not in json.dumps(events)
    calls = [request for request in models.requests() if request["path"].startswith(path)]
    assert {call["body"]["model"] for call in calls} == {"tool"}
    page.goto("/gallery")
    expect(page.get_by_role("article", name="Research & write")).to_be_visible()
    expect(screens.scripted(page)).to_have_count(0)


@pytest.mark.usefixtures("without_keys_after")
def test_an_address_without_models_is_told_of(server: Troupe, page: Page) -> None:
    """A web page in place of a model server's address: this very one."""
    add_key(page, "OpenAI-compatible server", "Wrong address", f"{server.base}/static")
    page.get_by_role("button", name="Test Wrong address").click()
    row = page.get_by_role("listitem").filter(has_text="Wrong address")
    expect(row.get_by_role("status")).to_contain_text("no model list at this base URL")
