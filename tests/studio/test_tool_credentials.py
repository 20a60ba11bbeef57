"""Keys that tools use: of web services, databases and search services."""

from __future__ import annotations

import pytest

from runtime.errors import ModelError
from runtime.model_clients.connection import Connection
from runtime.model_clients.pool import ModelClientPool
from runtime.ports import Secret
from runtime.testing import StaticSecrets
from studio.credentials.models import Credential
from tests.conftest import Person

URL = "postgresql://reader:s3cretword@db.example/shop"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "key", "base_url", "field"),
    [
        ("http", "k3y-of-a-service", "https://api.example", None),
        ("http", "k3y-of-a-service", "", "base_url"),
        ("sql", URL, "", None),
        ("sql", "no-url", "", "api_key"),
        ("brave", "k3y-of-a-service", "", None),
        ("tavily", "", "", "api_key"),
    ],
)
def test_kinds_of_tools(
    alice: Person, kind: str, key: str, base_url: str, field: str | None
) -> None:
    body = {"name": "mine", "kind": kind, "api_key": key, "base_url": base_url}
    made = alice.post("/credentials", body)
    if field is not None:
        assert (made.status_code, list(made.data["fields"])) == (422, [field])
        return
    assert made.status_code == 201, made.data
    assert key not in str(made.data)
    hint = Credential.objects.get(pk=made.data["id"]).hint
    assert hint == ("…" if kind == "sql" else "…vice")


@pytest.mark.django_db
def test_trying_one_out_sends_it_nowhere(alice: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    def sent(*args: object) -> None:
        raise AssertionError("a database's password must not go to a vendor of models")

    monkeypatch.setattr("studio.execution.credential_test._openai", sent)
    made = alice.post("/credentials", {"name": "mine", "kind": "sql", "api_key": URL})
    tried = alice.post(f"/credentials/{made.data['id']}/test")
    assert tried.status_code == 200
    assert tried.data["ok"] is False
    assert "not tried out" in tried.data["detail"]


@pytest.mark.parametrize("kind", ["http", "sql", "brave", "tavily"])
@pytest.mark.parametrize("vendor", ["OpenAI", "Anthropic"])
async def test_no_model_gets_one(kind: str, vendor: str) -> None:
    secrets = StaticSecrets({"c": Secret(kind=kind, values={"api_key": URL})})
    connection = Connection(secrets, ModelClientPool(), vendor, "c", None)
    with pytest.raises(ModelError, match="not for a model"):
        await connection.endpoint()
