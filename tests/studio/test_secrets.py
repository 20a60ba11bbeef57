"""Keys of people: sealed at rest, write-only, and nowhere in what anybody can read."""

from __future__ import annotations

import base64
import io
import logging
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from cryptography.fernet import Fernet
from django.core.management import call_command
from django.core.management.base import CommandError

from studio.core.errors import Unavailable
from studio.core.redaction import RedactSecrets, remember_secret
from studio.credentials.models import Credential
from studio.credentials.seal import check_keys, forget_keys, unseal
from studio.credentials.services import credential_open, credentials_from_environment
from studio.execution.freeze import workspace_model
from tests.conftest import Person

pytestmark = pytest.mark.django_db
CANARY = "canary/7f3a+0c55 d1e8".replace(" ", "")
OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Says which encryption keys the process has, as a restart with others would."""

    def use(*texts: str) -> None:
        monkeypatch.setenv("TROUPE_ENCRYPTION_KEYS", ",".join(texts))
        forget_keys()

    use(OLD)
    yield use
    monkeypatch.undo()
    forget_keys()


def add(person: Person, name: str = "mine", api_key: str = CANARY) -> Credential:
    made = person.post("/credentials", {"name": name, "kind": "openai", "api_key": api_key})
    assert made.status_code == 201, made.data
    return Credential.objects.get(pk=made.data["id"])


def stored() -> list[tuple[Any, str]]:
    return list(Credential.objects.order_by("id").values_list("id", "sealed"))


def test_a56_a_key_is_write_only(alice: Person) -> None:
    row = add(alice)
    alice.patch(f"/credentials/{row.pk}", {"name": "renamed", "api_key": f"{CANARY}2"})
    read = [
        alice.get("/credentials"),
        alice.get(f"/credentials/{row.pk}"),
        alice.patch(f"/credentials/{row.pk}", {"name": "again"}),
    ]
    for answer in read:
        assert answer.status_code == 200
        assert CANARY not in answer.content.decode()
        assert row.sealed not in answer.content.decode()
    assert read[1].data["hint"] == "…1e82"
    assert "api_key" not in read[1].data


def test_what_is_stored_is_sealed(alice: Person) -> None:
    row = add(alice)
    encoded = base64.b64encode(CANARY.encode()).decode()
    columns = str(Credential.objects.values().get())
    assert CANARY not in columns
    assert encoded not in columns
    assert credential_open(row) == {"api_key": CANARY}


def test_a_ciphertext_that_was_moved_to_another_row_does_not_open(alice: Person) -> None:
    one, two = add(alice), add(alice, "other", "sk-other-12345")
    Credential.objects.filter(pk=two.pk).update(sealed=one.sealed)
    two.refresh_from_db()
    with pytest.raises(Unavailable, match="another row"):
        credential_open(two)
    assert credential_open(one) == {"api_key": CANARY}


@pytest.mark.parametrize("given", [[NEW], ["no Fernet key"]])
def test_a57_the_wrong_encryption_key_is_refused_and_nothing_is_changed(
    alice: Person, keys: Any, given: list[str]
) -> None:
    add(alice)
    before = stored()
    keys(*given)
    with pytest.raises((CommandError, SystemExit), match="Nothing was changed") as refused:
        check_keys()
    assert "TROUPE_ENCRYPTION_KEYS" in str(refused.value)
    assert CANARY not in str(refused.value)
    assert stored() == before
    keys(OLD)
    check_keys()
    assert credential_open(Credential.objects.get()) == {"api_key": CANARY}


def test_a58_rotation_leaves_all_readable_and_the_old_key_removable(
    alice: Person, keys: Any
) -> None:
    first = add(alice)
    keys(NEW, OLD)
    second = add(alice, "second", "sk-second-12345")
    assert unseal(first.pk, first.sealed) == {"api_key": CANARY}

    call_command("rotate_keys", stdout=io.StringIO())
    call_command("rotate_keys", stdout=io.StringIO())
    keys(NEW)
    check_keys()
    opened = {row.pk: credential_open(row) for row in Credential.objects.all()}
    assert opened == {first.pk: {"api_key": CANARY}, second.pk: {"api_key": "sk-second-12345"}}


def test_a55_no_log_line_has_a_key_that_was_in_use_not_even_a_traceback(alice: Person) -> None:
    credential_open(add(alice))
    (handler,) = [
        h for h in logging.root.handlers if any(isinstance(f, RedactSecrets) for f in h.filters)
    ]
    assert isinstance(handler, logging.StreamHandler)
    written = io.StringIO()
    before = handler.setStream(written)
    logger = logging.getLogger("studio.provoked")
    try:
        logger.warning("key %s, %s", CANARY, {"quoted": quote(CANARY, safe="")})
        logger.warning("encoded %s", base64.b64encode(CANARY.encode()).decode())
        try:
            raise RuntimeError(f"the vendor refused {CANARY}")
        except RuntimeError:
            logger.exception("a call with Bearer %s failed", CANARY)
    finally:
        handler.setStream(before or io.StringIO())
    text = written.getvalue()
    assert "Traceback" in text
    assert text.count("[redacted]") >= 5
    for form in (CANARY, quote(CANARY, safe=""), base64.b64encode(CANARY.encode()).decode()):
        assert form not in text


@pytest.mark.parametrize(
    "text",
    [
        "Authorization: Bearer abcdefghij12",
        "sk-abcdefghijkl",
        "trp_abcdefghijkl",
        "postgres://troupe:hunter2@db/x",
        "/enter?t=abcdefghijklmnopqrst",
    ],
)
def test_what_looks_like_a_secret_is_not_logged(text: str) -> None:
    record = logging.LogRecord("x", logging.INFO, "", 0, "got %s", (text,), None)
    RedactSecrets().filter(record)
    secret = text.rpartition(" ")[2].rpartition("=")[2].removeprefix("postgres://troupe:")
    assert secret.partition("@")[0] not in record.getMessage()


def test_a_secret_too_short_to_be_one_leaves_the_log_readable() -> None:
    remember_secret("a")
    record = logging.LogRecord("x", logging.INFO, "", 0, "a plain line", (), None)
    RedactSecrets().filter(record)
    assert record.getMessage() == "a plain line"


# Keys of the environment -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("env", "kind", "provider"),
    [
        ({"OPENAI_API_KEY": "sk-env-12345678"}, "openai", "OpenAI"),
        ({"ANTHROPIC_API_KEY": "sk-ant-12345678"}, "anthropic", "Anthropic"),
        ({"OPENAI_BASE_URL": "http://127.0.0.1:9/v1"}, "openai_compatible", "OpenAI"),
    ],
)
def test_keys_of_the_environment_are_taken_up_and_chosen(
    alice: Person,
    monkeypatch: pytest.MonkeyPatch,
    env: dict[str, str],
    kind: str,
    provider: str,
) -> None:
    assert workspace_model(alice.access.workspace)[1] == "scripted"
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    credentials_from_environment(access=alice.access)
    credentials_from_environment(access=alice.access)  # the next start
    row = Credential.objects.get()
    assert (row.kind, row.source, row.base_url) == (
        kind,
        "environment",
        env.get("OPENAI_BASE_URL", ""),
    )
    model, source = workspace_model(alice.access.workspace)
    assert source == "environment"
    assert provider in model["provider"]
    assert model["config"]["credential"] == str(row.pk)
    shown = alice.get("/workspace").data
    assert shown["default_model_source"] == "environment"
    assert not alice.get("/me").data["scripted_default"]


def test_a_new_key_in_the_environment_wins_and_those_of_people_stay(
    alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = add(alice)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-env-first-1")
    credentials_from_environment(access=alice.access)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-env-second-2")
    credentials_from_environment(access=alice.access)
    assert credential_open(Credential.objects.get(source="environment")) == {
        "api_key": "sk-env-second-2"
    }
    assert credential_open(mine) == {"api_key": CANARY}
