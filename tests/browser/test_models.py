"""A key and an address entered in Settings: the same team then runs on that server's model."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.keys import (
    SECRET,
    ModelServer,
    add_key,
    model_server,
    run_on_a_real_model,
)
from tests.support.troupe import Troupe


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


@pytest.mark.usefixtures("without_keys_after")
def test_the_gallery_team_runs_on_an_anthropic_model(
    server: Troupe, page: Page, models: ModelServer
) -> None:
    # The form asks for an address only where there is no usual one.
    key = {"name": "My key", "kind": "anthropic", "api_key": SECRET, "base_url": models.url}
    server.call("POST", "/credentials", key)
    page.goto("/settings/models")
    run_on_a_real_model(server, page, models, "Anthropic", "My key", "/v1/messages")


@pytest.mark.usefixtures("without_keys_after")
def test_an_address_without_models_is_told_of(server: Troupe, page: Page) -> None:
    """A web page in place of a model server's address: this very one."""
    add_key(page, "OpenAI-compatible server", "Wrong address", f"{server.base}/static")
    page.get_by_role("button", name="Test Wrong address").click()
    row = page.get_by_role("listitem").filter(has_text="Wrong address")
    expect(row.get_by_role("status")).to_contain_text("no model list at this base URL")
