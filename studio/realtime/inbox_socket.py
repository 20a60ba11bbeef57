from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from studio.accounts.selectors import Access
from studio.approvals.selectors import requests_list
from studio.core.broadcast import inbox_group
from studio.core.dbpool import run_db
from studio.presentation import RequestOut, RunSummaryOut
from studio.realtime.base import Socket
from studio.realtime.protocol import Ping, Subscribe
from studio.runs.selectors import runs_list

MAX_ROWS = 200


class InboxSocket(Socket):
    """A workspace's open requests and runs in progress, as they change.

    Each round compares the database with what the client has, so a lost hint delays and never
    loses; everything here can be read by REST as well.
    """

    _known: dict[str, Any] | None = None

    def groups_of(self) -> list[str]:
        return [inbox_group(self._workspace)]

    async def admit(self, access: Access) -> bool:
        self._workspace = str(access.workspace.pk)
        return True

    async def on_frame(self, frame: BaseModel) -> None:
        if isinstance(frame, Subscribe):
            self._known = {}
            now = await run_db(self._look)
            self._known = now
            await self.say(
                type="snapshot",
                pending=len([k for k in now if k.startswith("request:")]),
                requests=[v for k, v in now.items() if k.startswith("request:")],
                active_runs=[v for k, v in now.items() if k.startswith("run:")],
            )
        elif isinstance(frame, Ping):
            await self.say(type="pong")

    async def inbox_run(self, _: dict[str, Any]) -> None:
        self.wake()

    async def tick(self) -> None:
        if self._known is None:
            return
        before, now = self._known, await run_db(self._look)
        gone = [key for key in before if key not in now]
        now_gone = await run_db(self._look_at, gone) if gone else {}
        self._known = now
        for key, value in [*now.items(), *now_gone.items()]:
            if before.get(key) != value:
                kind = key.split(":", 1)[0]
                await self.say(**{"type": kind, kind: value})

    def _look(self) -> dict[str, Any]:
        requests = requests_list(self.access)[:MAX_ROWS]
        runs = runs_list(self.access, state="active")[:MAX_ROWS]
        return _by_key(requests, runs)

    def _look_at(self, keys: list[str]) -> dict[str, Any]:
        """What became of rows that are open no longer."""
        ids: dict[str, list[str]] = {"request": [], "run": []}
        for key in keys:
            kind, row_id = key.split(":", 1)
            ids[kind].append(row_id)
        requests = requests_list(self.access, state="all").filter(pk__in=ids["request"])
        return _by_key(requests, runs_list(self.access).filter(pk__in=ids["run"]))

    async def heartbeat(self) -> None:
        await self.say(type="heartbeat")


def _by_key(requests: Any, runs: Any) -> dict[str, Any]:
    shown = {f"request:{row['id']}": dict(row) for row in RequestOut(requests, many=True).data}
    shown |= {f"run:{row['id']}": dict(row) for row in RunSummaryOut(runs, many=True).data}
    return shown
