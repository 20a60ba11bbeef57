from __future__ import annotations

import pytest

from runtime.components.catalog import CATALOG
from runtime.components.registry import _load
from tests.runtime import sample_tools


@pytest.fixture
async def tools(monkeypatch: pytest.MonkeyPatch) -> None:
    """Makes the sample tools loadable, and forgets what they did before."""
    for name in ("Pay", "Wait", "Fail", "Odd", "ThreadName"):
        monkeypatch.setitem(CATALOG, f"troupe.tools.{name}", f"tests.runtime.sample_tools:{name}")
    _load.cache_clear()
    sample_tools.reset()
