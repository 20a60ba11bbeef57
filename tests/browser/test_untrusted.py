"""What models, tools and people write stays text in the browser (A28, A29, A30, A63)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser import screens
from tests.browser.watch import Watch
from tests.support import specs
from tests.support.tools import FOLDER
from tests.support.troupe import Troupe

CANARY = "window.__xss=1"
HOSTILE = [
    f"<script>{CANARY}</script>",
    f"<img src=x onerror={CANARY}>",
    f"<svg/onload={CANARY}>",
    f"[click me](javascript:{CANARY})",
    f"[click me](JaVaScRiPt:{CANARY})",
    f"[click me](&#106;avascript:{CANARY})",
    f"[click me](data:text/html,<script>{CANARY}</script>)",
    f'<a href="javascript:{CANARY}">click me</a>',
    "<iframe srcdoc='<script>parent.__xss=1</script>'></iframe>",
    "<math><mtext><table><mglyph><style><!--</style>"
    f"<img title='--&gt;&lt;img src=1 onerror={CANARY}&gt;'>",
    f"<svg></p><style><a id='</style><img src=1 onerror={CANARY}>'>",
    f"<noscript><p title='</noscript><img src=x onerror={CANARY}>'>",
    f"<form><button formaction=javascript:{CANARY}>click me</button></form>",
    f"<details open ontoggle={CANARY}>",
    f"```html\n<script>{CANARY}</script>\n```",
]
NAME = f'"><img src=x onerror={CANARY}><script>{CANARY}</script>'
ELSEWHERE = "http://127.0.0.1:9"


LIVE_ATTRIBUTES = """() => {
    const live = ({ name, value }) =>
        /^on/i.test(name) || /^\\s*(javascript|data:text)/i.test(value);
    return [...document.querySelectorAll('*')].flatMap((element) =>
        [...element.attributes].filter(live).map(({ name }) => `${element.tagName} ${name}`));
}"""


def inert(page: Page) -> None:
    """Nothing ran, and nothing is left that would run when it is clicked."""
    assert page.evaluate("() => window.__xss") is None, "somebody else's script ran"
    assert page.evaluate(LIVE_ATTRIBUTES) == []
    main = page.get_by_role("main")
    assert main.locator("iframe, script, math, img, form[action], [formaction]").count() == 0


def click_all(page: Page, text: str) -> None:
    for found in screens.transcript(page).get_by_text(text, exact=True).all():
        found.click()


@pytest.fixture
def answer_file(server: Troupe) -> Iterator[Path]:
    path = Path(server.env[FOLDER]) / "answer"
    yield path
    path.unlink(missing_ok=True)


def test_a28_hostile_words_of_models_and_tools_stay_words(
    server: Troupe, page: Page, answer_file: Path
) -> None:
    text = "\n\n".join(HOSTILE)
    answer_file.write_text(text)
    model = specs.scripted(
        {"content": text, "tool_calls": [{"name": "answer", "arguments": {}}]},
        specs.calls("write_file", path=f"{NAME}.md", content=text),
        specs.says(text),
        delay_ms=2,
    )
    tools = [specs.tool("tests.tools.Answer"), specs.tool("troupe.tools.WriteFile")]
    team = server.team_of(specs.round_robin(specs.assistant("mallory", model, *tools)))
    run = server.run(team, task=text)

    page.goto(f"/runs/{run}")
    card = screens.tool_card(page, "write_file", "needs you")
    expect(card.get_by_role("group", name="Exact arguments")).to_contain_text("onerror")
    inert(page)
    request = server.pending(run)[0]["id"]
    page.goto(f"/approvals/{request}")
    expect(page.get_by_role("region", name="What led to this")).to_contain_text("<script>")
    inert(page)
    server.decide(server.pending(run)[0], "deny", reason=NAME)

    page.goto(f"/runs/{run}")
    screens.run_state(page, "completed")
    expect(screens.transcript(page).get_by_text(HOSTILE[0]).first).to_be_visible()
    answered = screens.tool_card(page, "answer", "ok")
    answered.get_by_role("button", name="answer").first.click()
    expect(answered.get_by_role("region", name="Result")).to_contain_text(HOSTILE[1])
    click_all(page, "click me")
    inert(page)
    expect(page).to_have_url(f"{server.base}/runs/{run}")


def test_a29_nothing_that_a_model_names_is_fetched(
    server: Troupe, page: Page, watch: Watch
) -> None:
    leaks = [
        f"![words]({ELSEWHERE}/inline?d=secret)",
        f"![words][ref]\n\n[ref]: {ELSEWHERE}/reference?d=secret",
        f"<img src='{ELSEWHERE}/html?d=secret'>",
        f"<link rel=prefetch href='{ELSEWHERE}/prefetch?d=secret'>",
        f"<style>@import '{ELSEWHERE}/style?d=secret';</style>",
        f"<video poster='{ELSEWHERE}/poster?d=secret'></video>",
        f"[a plain link]({ELSEWHERE}/link?d=secret)",
    ]
    model = specs.scripted(specs.says("\n\n".join([*leaks, "That was all."])), delay_ms=2)
    run = server.run(server.team_of(specs.round_robin(specs.assistant("mallory", model))))
    page.goto(f"/runs/{run}")
    screens.run_state(page, "completed")
    log = screens.transcript(page)
    expect(log.get_by_text("That was all.")).to_be_visible()
    link = log.get_by_role("link", name="a plain link")
    expect(link).to_have_attribute("rel", "noopener noreferrer nofollow")
    link.hover()

    assert f"{server.base}/runs/{run}" in watch.requests
    assert [url for url in watch.requests if not url.startswith((server.base, "data:"))] == []
    assert log.locator("img, video, link, style").count() == 0


def hostile_team() -> dict[str, object]:
    agent = specs.assistant("mallory", specs.scripted(specs.says("Hello.")))
    agent |= {"label": NAME, "description": NAME}
    agent["config"] |= {"description": NAME, "system_message": NAME}
    team = specs.round_robin(agent)
    team |= {"label": NAME, "description": NAME}
    team["config"] |= {"name": NAME, "description": NAME}
    return team


@pytest.fixture
def hostile_names(server: Troupe) -> Iterator[tuple[str, str]]:
    """A workspace in which everything that can have a name has a hostile one."""
    before = server.call("GET", "/workspace")["name"]
    server.call("PATCH", "/workspace", {"name": NAME})
    team = server.team_of(hostile_team(), name=NAME)
    server.call("PATCH", f"/definitions/{team}", {"description": NAME})
    agent = specs.assistant(NAME, specs.WORKSPACE_MODEL)
    body = {"name": NAME, "component_type": "agent", "component": agent}
    made = server.call("POST", "/definitions", body)["id"]
    key = {"name": NAME, "kind": "openai", "api_key": "sk-not-a-key"}
    credential = server.call("POST", "/credentials", key)["id"]
    token = server.call("POST", "/tokens", {"name": NAME})["id"]
    run = server.run(team, task=NAME)
    server.wait_state(run, "completed")
    yield run, made
    server.call("PATCH", "/workspace", {"name": before})
    server.call("DELETE", f"/credentials/{credential}")
    server.call("DELETE", f"/tokens/{token}")


def test_a63_hostile_names_on_every_screen(
    server: Troupe, page: Page, hostile_names: tuple[str, str]
) -> None:
    run, agent = hostile_names
    team = server.call("GET", f"/runs/{run}")["team"]["definition_id"]
    named = ["/", "/teams", f"/teams/{team}", "/library", f"/library/{agent}", "/sessions"]
    named += [f"/runs/{run}", "/settings/models", "/settings/tokens"]
    for path in named:
        visit(page, path)
        expect(page.get_by_role("main").get_by_text("onerror").first).to_be_visible()
        inert(page)
    for path in ("/gallery", "/approvals", "/settings/policy", "/settings/account"):
        visit(page, path)
        inert(page)
    page.keyboard.press("ControlOrMeta+k")
    expect(page.get_by_role("textbox", name="Search commands")).to_be_focused()
    page.keyboard.type("onerror")
    expect(page.get_by_role("dialog").get_by_text("onerror").first).to_be_visible()
    inert(page)


def visit(page: Page, path: str) -> None:
    """Opens it, and sees the workspace's name in the navigation, which is on every screen."""
    page.goto(path)
    expect(page.get_by_role("navigation", name="Main").get_by_title(NAME)).to_be_attached()
    expect(page.get_by_role("heading").first).to_be_visible()


@pytest.mark.parametrize(
    "text",
    ["é" * 150_000, "```\n" + "x\n" * 100_000 + "```", "word " * 50_000],
    ids=["one_word_of_300_kB", "code_of_100000_lines", "prose_of_250_kB"],
)
def test_a30_a_huge_message_leaves_the_page_usable(server: Troupe, page: Page, text: str) -> None:
    agent = specs.assistant("talker", specs.scripted(specs.says(text)))
    agent["config"]["model_client_stream"] = False
    run = server.run(server.team_of(specs.round_robin(agent)))
    server.wait_state(run, "completed")
    page.goto(f"/runs/{run}")
    screens.run_state(page, "completed")
    last = int(screens.playhead(page).get_attribute("aria-valuenow") or 0)

    begun = time.monotonic()
    screens.playhead(page).press("ArrowLeft")
    expect(screens.playhead(page)).to_have_attribute("aria-valuenow", str(last - 1))
    screens.playhead(page).press("Home")
    expect(screens.playhead(page)).to_have_attribute("aria-valuenow", "1")
    screens.playhead(page).press("End")
    expect(screens.playhead(page)).to_have_attribute("aria-valuenow", str(last))
    # Generous: other tests share the processors. A page that hangs takes far longer.
    assert time.monotonic() - begun < 8, "the page is not responsive"
