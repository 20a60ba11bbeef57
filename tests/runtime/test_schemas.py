"""Schemas that others wrote check values and reach nothing."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from runtime.schemas import BadSchema, violations


def test_faults_name_their_place() -> None:
    schema = {"type": "object", "properties": {"a": {"type": "array", "items": {"type": "string"}}}}
    assert violations({"a": ["x"]}, schema) == []
    assert violations({"a": ["x", 1]}, schema) == ["$.a[1]: 1 is not of type 'string'"]
    assert len(violations({"a": [1, 2, 3, 4]}, schema)) == 3


def test_a_reference_to_the_network_is_not_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A37: a schema's `$ref` would be a way around the guard."""

    def refuse(*args: Any, **options: Any) -> Any:
        raise AssertionError("it went to the network")

    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    with pytest.raises(BadSchema):
        violations({}, {"$ref": "http://127.0.0.1:9/schema.json"})


@pytest.mark.parametrize("schema", [{"type": "nonsense"}, {"$ref": "#/nowhere"}, {"items": 5}])
def test_a_schema_that_is_none_is_said(schema: Any) -> None:
    with pytest.raises(BadSchema):
        violations([1], schema)
