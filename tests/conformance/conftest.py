from __future__ import annotations

import pytest

from tests.conformance.sessions import Asked
from tests.runtime.conftest import tools

__all__ = ["tools"]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    return Asked().watch(monkeypatch)
