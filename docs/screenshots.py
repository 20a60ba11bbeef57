"""Makes the README's pictures from the running app: `make screenshots`. Needs Chromium."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from playwright.sync_api import Page, expect, sync_playwright

from tests.support.troupe import Troupe

IMAGES = Path(__file__).with_name("images")
SIZE = {"width": 1440, "height": 900}
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def take(page: Page, troupe: Troupe) -> None:
    team = troupe.team()
    page.goto(troupe.sign_in_link())
    expect(page.get_by_role("heading", level=1)).to_be_visible()

    page.goto(f"{troupe.base}/teams/{team}")
    page.get_by_text("researcher").first.click()
    expect(page.get_by_role("textbox", name="System message")).to_be_visible()
    page.screenshot(path=IMAGES / "builder.png")

    run = troupe.run(team, "Write a short report on why cities plant trees.")
    troupe.wait_pending(run)
    troupe.wait_state(run, "waiting")
    page.goto(f"{troupe.base}/runs/{run}")
    expect(page.get_by_role("button", name="Approve", exact=True)).to_be_visible()
    page.screenshot(path=IMAGES / "session.png")


def main() -> None:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        raise SystemExit("Chromium is needed for the pictures: apt install chromium")
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        troupe = Troupe(Path(folder))
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        try:
            troupe.start()
            take(browser.new_page(viewport=SIZE, device_scale_factor=1), troupe)
        finally:
            browser.close()
            troupe.stop()


if __name__ == "__main__":
    main()
