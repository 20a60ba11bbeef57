"""A55: a key that somebody typed is in nothing that comes out of a running Troupe."""

from __future__ import annotations

import json
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from websockets.sync.client import connect

from tests.support import specs
from tests.support.services import ServerProcess, free_port
from tests.support.troupe import ROOT, Troupe

pytestmark = pytest.mark.process
CANARY = "canary-7f3a0c55d1e84b26"


@pytest.fixture
def troupe(tmp_path: Path) -> Iterator[Troupe]:
    found = Troupe(tmp_path, TROUPE_LOG_LEVEL="DEBUG")
    yield found
    found.stop()


@pytest.fixture
def vendor(tmp_path: Path) -> Iterator[str]:
    """The address of a stand-in that answers, and refuses the model `fail-401`."""
    port = free_port()
    command = [sys.executable, "-m", "runtime.testing.model_server", "--port", str(port)]
    env = {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    process = ServerProcess(*command, env=env, log=tmp_path / "vendor.log")
    process.start("listening on")
    yield f"http://127.0.0.1:{port}/v1"
    process.stop()


def text_of(troupe: Troupe, path: str) -> str:
    """Whatever the answer is, error pages included."""
    request = urllib.request.Request(
        f"{troupe.base}{path}", headers={"Authorization": f"Bearer {troupe.token}"}
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return str(answer.read(), "utf-8", "replace")
    except urllib.error.HTTPError as error:
        return str(error.read(), "utf-8", "replace")


def frames_of(troupe: Troupe, run: str, head: int) -> str:
    url = f"ws://127.0.0.1:{troupe.port}/ws/runs/{run}"
    headers = {"Authorization": f"Bearer {troupe.token}"}
    with connect(url, additional_headers=headers, max_size=None, max_queue=None) as socket:
        socket.send(json.dumps({"type": "subscribe", "after": 0}))
        found: list[str] = []
        while not any(f'"seq": {head},' in frame for frame in found):
            found.append(str(socket.recv(timeout=20)))
    return "\n".join(found)


def team(credential: str, model: str) -> dict[str, Any]:
    client = specs.component(
        "autogen_ext.models.openai.OpenAIChatCompletionClient",
        "model",
        model=model,
        credential=credential,
    )
    return specs.round_robin(specs.assistant("one", client))


def test_a55_a_canary_key_is_in_nothing_that_comes_out(troupe: Troupe, vendor: str) -> None:
    troupe.start()
    key = {"name": "mine", "kind": "openai_compatible", "base_url": vendor, "api_key": CANARY}
    credential = troupe.call("POST", "/credentials", key)["id"]
    troupe.call("POST", f"/credentials/{credential}/test")
    seen: dict[str, str] = {}
    for model, state in (("text", "completed"), ("fail-401", "paused")):
        definition = troupe.team_of(team(credential, model))
        run = troupe.run(definition)
        troupe.wait_state(run, state)
        head = troupe.call("GET", f"/runs/{run}")["head_seq"]
        seen[f"frames of {model}"] = frames_of(troupe, run, head)
        for path in ("", "/events?limit=500", "/index", "/export"):
            seen[f"{model}{path}"] = text_of(troupe, f"/api/v1/runs/{run}{path}")
        seen[f"definition of {model}"] = text_of(troupe, f"/api/v1/definitions/{definition}/export")
    for path in ("/credentials", f"/credentials/{credential}", "/workspace", "/me", "/runs"):
        seen[path] = text_of(troupe, f"/api/v1{path}")
    for path in ("/nowhere", f"/api/v1/credentials/{CANARY[:4]}", "/api/schema/"):
        seen[path] = text_of(troupe, path)
    seen["the log"] = troupe.logs()
    files = [p for p in Path(troupe.env["DATA_DIR"]).rglob("*") if p.is_file()]
    seen |= {f"file {p.name}": p.read_bytes().decode("latin-1") for p in files}

    assert "stub server says hello" in seen["frames of text"]
    assert "model_auth" in seen["frames of fail-401"]
    assert "mine" in seen["/credentials"]
    assert [where for where, text in seen.items() if CANARY in text] == []
