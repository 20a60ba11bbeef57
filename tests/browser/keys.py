"""A model server that a person enters in Settings, with its key."""

from __future__ import annotations

import json
import os
import re
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser import screens
from tests.support.services import ServerProcess
from tests.support.troupe import ROOT, Troupe, check_log

SECRET = "sk-browser-secret-4711"


class ModelServer:
    """The stub of the vendors' protocols, in a process of its own."""

    def __init__(self, folder: Path) -> None:
        command = [sys.executable, "-m", "runtime.testing.model_server"]
        env = {**os.environ, "PYTHONPATH": str(ROOT)}
        self.process = ServerProcess(*command, env=env, log=folder / "model_server.log")
        self.process.start("listening on ")
        found = re.search(r"listening on (\S+)", self.process.text())
        assert found
        self.url = found[1]

    def requests(self) -> list[dict[str, Any]]:
        with urllib.request.urlopen(f"{self.url}/requests", timeout=10) as answer:
            found: list[dict[str, Any]] = json.loads(answer.read())["requests"]
        return found


@contextmanager
def model_server(folder: Path) -> Iterator[ModelServer]:
    found = ModelServer(folder)
    try:
        yield found
    finally:
        found.process.stop()


def add_key(page: Page, vendor: str, name: str, base_url: str | None = None) -> None:
    page.goto("/settings/models")
    page.get_by_role("button", name="Add key").click()
    page.get_by_role("combobox", name="Kind").click()
    page.get_by_role("option", name=vendor, exact=True).click()
    page.get_by_role("textbox", name="Name", exact=True).fill(name)
    if base_url is not None:
        page.get_by_role("textbox", name="Base URL").fill(base_url)
    page.get_by_label("API key").and_(page.locator("input")).fill(SECRET)
    page.get_by_role("button", name="Save key").click()
    expect(page.get_by_role("button", name=f"Test {name}")).to_be_visible()


def choose_default(page: Page, kind: str, model: str) -> None:
    page.get_by_role("combobox", name="Model", exact=True).click()
    page.get_by_role("option", name=kind, exact=True).click()
    name = page.get_by_label("Model name").and_(page.locator("input"))
    name.fill(model)
    name.press("Tab")
    page.get_by_role("button", name="Save default model").click()
    expect(page.get_by_text("The default model is saved.")).to_be_visible()


def run_on_a_real_model(
    server: Troupe, page: Page, models: ModelServer, vendor: str, key: str, path: str
) -> None:
    """From the key in Settings to the end of the gallery team's run; nothing is marked scripted."""
    page.get_by_role("button", name=f"Test {key}").click()
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
