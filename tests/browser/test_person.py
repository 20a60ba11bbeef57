"""A team asks the person at the browser, and goes on with the answer."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser import screens
from tests.support.troupe import Troupe, check_log


def test_a_question_is_answered_in_the_browser(server: Troupe, page: Page) -> None:
    run = screens.run_from_gallery(page, "Draft & review with you")
    question = page.get_by_role("article", name=re.compile("^Question of editor"))
    expect(question).to_be_visible()
    expect(
        page.get_by_role("group", name=re.compile("^Agent editor.*, acting now$"))
    ).to_be_visible()

    answer = question.get_by_role("textbox", name="Your answer")
    answer.fill("Please mention the weather.")
    question.get_by_role("button", name="Send answer").click()
    log = screens.transcript(page)
    expect(log.get_by_text("Please mention the weather.", exact=True)).to_be_visible()

    # The drafter had another turn, and asks again; this time the keyboard answers.
    expect(question).to_be_visible()
    answer.press_sequentially("Good. APPROVED")
    answer.press("Control+Enter")
    screens.run_state(page, "completed")

    events = server.events(run)
    check_log(events)
    answers = [e["payload"]["text"] for e in events if e["payload"]["kind"] == "input.answered"]
    assert answers == ["Please mention the weather.", "Good. APPROVED"]
