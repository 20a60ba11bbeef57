"""The watch that every other test relies on sees what it is there for."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.watch import Watch


def test_it_keeps_what_goes_wrong(page: Page, watch: Watch) -> None:
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    watch.check()

    page.evaluate("() => console.error('canary in the console')")
    page.evaluate("() => void setTimeout(() => { throw new Error('canary thrown') })")
    page.evaluate("() => fetch('/api/v1/canary').then(() => null)")
    page.evaluate("() => fetch('http://127.0.0.1:9/canary').catch(() => null)")
    for trouble in ("canary in the console", "canary thrown", "answer 404: GET", "127.0.0.1:9"):
        assert any(trouble in found for found in watch.troubles), trouble
    with pytest.raises(AssertionError, match="the browser reported"):
        watch.check()
    watch.expect(r"canary|404|127\.0\.0\.1:9")
