"""A whole Troupe in processes of its own, and a program that uses its API."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from tests.support.services import ServerProcess, free_port, wait_for

ROOT = Path(__file__).resolve().parents[2]
READY = {
    "serve": "Troupe is ready",
    "web": "web process is ready",
    "worker": "worker is ready",
}
ENDED = ("completed", "failed", "stopped")


class Troupe:
    """`production` takes the URLs of a database and of Redis; without, it is embedded."""

    def __init__(self, folder: Path, **env: str) -> None:
        self.folder = folder
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.env = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("TROUPE_", "DATABASE_"))},
            "DATA_DIR": str(folder / "data"),
            "PORT": str(self.port),
            "HOST": "127.0.0.1",
            "TROUPE_LINGER_SECONDS": "0.2",
            "PYTHONUNBUFFERED": "1",
            **env,
        }
        self.production = "REDIS_URL" in env
        self.processes: dict[str, ServerProcess] = {}
        self.token = ""

    def _process(self, name: str) -> ServerProcess:
        return ServerProcess(
            sys.executable,
            str(ROOT / "manage.py"),
            name,
            env=self.env,
            log=self.folder / f"{name}.log",
        )

    def manage(self, *args: str) -> str:
        done = subprocess.run(
            [sys.executable, str(ROOT / "manage.py"), *args],
            env=self.env,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()

    def start(self) -> None:
        if self.production:
            self.manage("setup")
        for name in ("web", "worker") if self.production else ("serve",):
            self.processes[name] = self._process(name)
        self.start_again()
        self.token = self.token or self.manage("create_token")

    def start_again(self, *names: str) -> None:
        """Processes that were stopped or killed; all of them if none is named."""
        for name in names or tuple(self.processes):
            self.processes[name].start(READY[name])

    def restart_killed(self, *names: str) -> None:
        """SIGKILL and start again, at once."""
        for name in names or tuple(self.processes):
            self.processes[name].kill()
        self.start_again(*names)

    def stop(self) -> None:
        for process in self.processes.values():
            if process.process is not None and process.process.poll() is None:
                process.stop()

    def sign_in_link(self) -> str:
        return self.manage("login_link")

    def logs(self) -> str:
        return "\n".join(f"--- {n}\n{p.text()}" for n, p in self.processes.items())

    # The API -------------------------------------------------------------------------------

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """The answer's JSON; raises ApiError for a refusal."""
        request = urllib.request.Request(
            f"{self.base}/api/v1{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={
                "Authorization": f"Bearer {self.token}",
                "Content-Type": "application/json",
                **headers,
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                text = answer.read()
        except urllib.error.HTTPError as error:
            raise ApiError(error.code, json.loads(error.read() or b"{}")) from None
        return json.loads(text) if text else None

    def team(self, slug: str = "research-and-write") -> str:
        made: str = self.call("POST", "/definitions", {"gallery": slug})["id"]
        return made

    def team_of(self, component: dict[str, Any], name: str = "Test team") -> str:
        body = {"name": name, "component_type": "team", "component": component}
        made: str = self.call("POST", "/definitions", body)["id"]
        return made

    def run(self, definition: str, task: str = "Write a short report on trees.") -> str:
        made: str = self.call("POST", "/runs", {"definition": definition, "task": task})["id"]
        return made

    def state(self, run: str) -> str:
        found: str = self.call("GET", f"/runs/{run}")["state"]
        return found

    def events(self, run: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        while True:
            after = found[-1]["seq"] if found else 0
            page = self.call("GET", f"/runs/{run}/events?after={after}")["results"]
            if not page:
                return found
            found += page

    def kinds(self, run: str) -> list[str]:
        return [event["payload"]["kind"] for event in self.events(run)]

    def wait_state(self, run: str, *states: str, seconds: float = 60.0) -> None:
        try:
            wait_for(lambda: self.state(run) in states, f"state {states} of the run", seconds)
        except AssertionError as error:
            told = json.dumps(self.call("GET", f"/runs/{run}"), indent=1)[:3000]
            raise AssertionError(f"{error}\n{told}\n{self.kinds(run)}\n{self.logs()}") from None

    def wait_kind(self, run: str, kind: str, seconds: float = 60.0) -> None:
        wait_for(lambda: kind in self.kinds(run), f"{kind} in the log", seconds)

    def pending(self, run: str) -> list[dict[str, Any]]:
        rows = self.call("GET", "/approvals?state=pending")["results"]
        return [row for row in rows if row["run"]["id"] == run]

    def wait_pending(self, run: str) -> dict[str, Any]:
        wait_for(lambda: self.pending(run), "an approval request")
        return self.pending(run)[0]

    def decide(self, request: dict[str, Any], verb: str, **more: Any) -> Any:
        body = {"verb": verb, "args_hash": request["args_hash"], **more}
        return self.call("POST", f"/approvals/{request['id']}/decide", body)


class ApiError(Exception):
    def __init__(self, status: int, body: dict[str, Any]) -> None:
        super().__init__(f"{status}: {json.dumps(body)[:400]}")
        self.status = status
        self.body = body


def check_log(events: list[dict[str, Any]]) -> None:
    """What holds for every log: no gap, no repeat, nothing after the end, no tool call that was
    recorded as done and ran again."""
    assert [e["seq"] for e in events] == list(range(1, len(events) + 1))
    keys = [e["key"] for e in events]
    assert len(keys) == len(set(keys))
    kinds = [e["payload"]["kind"] for e in events]
    ends = [k for k in kinds if k.removeprefix("run.") in ENDED]
    assert len(ends) <= 1
    if ends:
        assert kinds[-1] == ends[0]
    done: set[str] = set()
    for event in events:
        payload = event["payload"]
        if payload["kind"] == "tool.started":
            assert payload["call_id"] not in done
        if payload["kind"] == "tool.completed":
            done.add(payload["call_id"])


def transcript(events: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Who said what, without ids and times."""
    return [
        (
            e["payload"]["message"]["source"],
            re.sub(r"\s+", " ", e["payload"]["message"]["content"]).strip(),
        )
        for e in events
        if e["payload"]["kind"] == "message.posted"
    ]
