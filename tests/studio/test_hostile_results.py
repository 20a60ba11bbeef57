"""A32: whatever a tool gives back is stored and served, on every database."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from runtime.components.extend import extend_catalog
from studio.runs.models import Run
from tests.conftest import Person
from tests.execution.test_runs import events, start
from tests.support import specs
from tests.support.tools import CATALOG, FOLDER
from tests.support.troupe import check_log

pytestmark = pytest.mark.django_db(transaction=True)

HOSTILE = {
    "NUL": b"a\0b",
    "lone surrogates": b"a \xed\xa0\x80 \xff\xfe b",
    "numbers that are none": b'{"a": NaN, "b": Infinity, "c": 1e400}',
    "deep": b"[" * 900 + b"]" * 900,
    "long": b"x" * 3_000_000,
    "empty": b"",
    "markup": b"<script>alert(1)</script>\x1b[31m\r\n",
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a32_a_hostile_tool_result_is_stored_and_served(
    alice: Person,
    engine: Callable[[], None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    case: str,
) -> None:
    extend_catalog(CATALOG)
    monkeypatch.setenv(FOLDER, str(tmp_path))
    (tmp_path / "answer").write_bytes(HOSTILE[case])
    model = specs.scripted(specs.calls("answer"), specs.says("Done."))
    agent = specs.assistant("one", model, specs.tool("tests.tools.Answer"))
    run_id = start(alice, specs.round_robin(agent))["id"]
    engine()
    assert Run.objects.get(pk=run_id).state == "completed"

    served = alice.get(f"/runs/{run_id}/events?limit=500")
    log = json.loads(served.content)["results"]
    assert log == events(run_id)
    check_log(log)
    assert b"\\u0000" not in served.content
    assert "\0" not in served.content.decode()
    (done,) = [e["payload"] for e in log if e["payload"]["kind"] == "tool.completed"]
    assert (done["outcome"], done["is_error"]) == ("done", False)
    expected = HOSTILE[case].decode(errors="surrogateescape")
    if case in ("NUL", "lone surrogates"):
        assert "\ufffd" in done["result"]
        assert done["result"][0] + done["result"][-1] == "ab"
    elif case == "long":
        assert len(done["result"]) < 300_000
        assert "cut" in done["result"][-60:]
    else:
        assert done["result"] == expected
    assert alice.get(f"/runs/{run_id}/export").status_code == 200
