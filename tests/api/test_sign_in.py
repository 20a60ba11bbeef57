from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client
from django.utils import timezone

from studio.accounts.models import SignInLink
from studio.accounts.services import link_create, owner_ensure
from studio.execution.guard import check_exposure
from studio.settings.env import Environment, read_environment
from tests.conftest import Person


@pytest.fixture
def browser(db: None) -> Client:
    return Client(HTTP_HOST="127.0.0.1:8000")


def signed_in(client: Client) -> bool:
    return client.get("/api/v1/me").status_code == 200


def test_the_terminals_link_signs_the_owner_in(browser: Client) -> None:
    answer = browser.get(f"/enter?t={link_create(user=owner_ensure())}")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert signed_in(browser)


def test_a12_a_link_works_once(browser: Client) -> None:
    link = f"/enter?t={link_create(user=owner_ensure())}"
    browser.get(link)
    other = Client(HTTP_HOST="127.0.0.1:8000")
    answer = other.get(link)
    assert answer.status_code == 403
    assert b"used already" in answer.content
    assert not signed_in(other)


def test_a12_a_link_expires(browser: Client) -> None:
    text = link_create(user=owner_ensure())
    SignInLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert browser.get(f"/enter?t={text}").status_code == 403


def test_a12_guessing_links_is_slowed_down(browser: Client) -> None:
    text = link_create(user=owner_ensure())
    codes = {browser.get(f"/enter?t=guess{n}").status_code for n in range(30)}
    assert codes == {403, 429}
    assert browser.get(f"/enter?t={text}").status_code == 429


def test_a12_the_table_does_not_hold_the_token(db: None) -> None:
    text = link_create(user=owner_ensure())
    assert text not in str(list(SignInLink.objects.values()))


def test_wrong_passwords_are_throttled(alice: Person, browser: Client) -> None:
    def attempt(password: str) -> int:
        form = {"username": "alice", "password": password}
        return browser.post("/signin", form).status_code

    assert [attempt("wrong") for _ in range(5)] == [403] * 5
    assert attempt("correct horse battery") == 429


def test_sign_in_by_password_stays_on_the_site(alice: Person, browser: Client) -> None:
    form = {"username": "alice", "password": "correct horse battery"}
    for evil in (
        "//evil.example",
        "https://evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
    ):
        fresh = Client(HTTP_HOST="127.0.0.1:8000")
        assert fresh.post("/signin", {**form, "next": evil}).headers["Location"] == "/"
    assert browser.post("/signin", {**form, "next": "/runs/1"}).headers["Location"] == "/runs/1"


def test_signing_in_gives_a_new_session_key(alice: Person, browser: Client) -> None:
    browser.get("/signin")
    session = browser.session
    session["mark"] = 1
    session.save()
    before = session.session_key
    browser.post("/signin", {"username": "alice", "password": "correct horse battery"})
    assert browser.session.session_key != before


def test_a10_without_a_password_only_this_machine_is_served(db: None) -> None:
    owner = owner_ensure()
    check_exposure("127.0.0.1")
    with pytest.raises(CommandError, match="set_password"):
        check_exposure("192.0.2.7")
    owner.set_password("a long enough password")
    owner.save()
    check_exposure("192.0.2.7")
    with pytest.raises(CommandError, match="TROUPE_PUBLIC_URL"):
        check_exposure("0.0.0.0")


def test_a_wildcard_public_url_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TROUPE_PUBLIC_URL", "https://*.example.org")
    with pytest.raises(SystemExit, match="exact origins"):
        read_environment()


def test_origins_are_exact() -> None:
    env = Environment(
        data_dir=None,  # type: ignore[arg-type]
        host="127.0.0.1",
        port=8123,
        database_url="",
        redis_url="",
        public_urls=(),
        behind_proxy=False,
        debug=False,
    )
    assert env.origins() == ["http://127.0.0.1:8123", "http://localhost:8123"]


def test_changing_the_password_signs_other_browsers_out(alice: Person) -> None:
    other = Client(HTTP_HOST="127.0.0.1:8000")
    other.force_login(alice.user)
    body = {"current": "correct horse battery", "new": "another long password"}
    assert alice.post("/auth/password", body).status_code == 204
    assert not signed_in(other)
    assert alice.get("/me").status_code == 200
    weak = alice.post("/auth/password", {"current": "another long password", "new": "short"})
    assert (weak.status_code, weak.data["code"]) == (422, "weak_password")


def test_login_link_and_create_token_print_what_works(
    browser: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("login_link")
    link = capsys.readouterr().out.strip()
    browser.get(link.replace("http://127.0.0.1:8000", ""))
    assert signed_in(browser)
    call_command("create_token")
    token = capsys.readouterr().out.strip()
    fresh = Client(HTTP_HOST="127.0.0.1:8000")
    assert fresh.get("/api/v1/me", headers={"Authorization": f"Bearer {token}"}).status_code == 200


def test_a64_no_page_may_be_framed_and_no_script_is_inline(alice: Person, browser: Client) -> None:
    for client, path in ((browser, "/signin"), (alice.client, "/approvals"), (browser, "/healthz")):
        headers = client.get(path).headers
        policy = headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in policy
        assert headers["X-Frame-Options"] == "DENY"
        scripts = next(p for p in policy.split(";") if "script-src" in p)
        assert "unsafe" not in scripts
        assert headers["X-Content-Type-Options"] == "nosniff"
