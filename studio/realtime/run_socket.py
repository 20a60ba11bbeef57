from __future__ import annotations

import asyncio
import time
from typing import Any

from pydantic import BaseModel

from studio.accounts.selectors import Access
from studio.core.broadcast import run_group
from studio.core.dbpool import run_db
from studio.core.errors import NotFound
from studio.core.livetext import live_texts
from studio.presentation import RunSummaryOut
from studio.realtime.base import Socket
from studio.realtime.protocol import Ack, Close, Ping, Subscribe
from studio.runs.log import page_rows, wire_text
from studio.runs.selectors import run_get

PAGE_EVENTS = 200
PAGE_BYTES = 256 * 1024
MAX_UNACKED_EVENTS = 500
MAX_UNACKED_BYTES = 1024 * 1024
SLOW_SECONDS = 60.0


class RunSocket(Socket):
    """Tails one run's log from any `seq`, without gaps or repeats.

    The log is the buffer: nothing is queued for a client that does not read. When too much is
    unacknowledged the reading of the log waits, and in the end the socket is cut off.
    """

    _sent: int | None = None
    _round = 0
    """Raised by each `subscribe`: a page that was read for the one before is not sent."""

    def groups_of(self) -> list[str]:
        return [run_group(self.run_id)]

    @property
    def run_id(self) -> str:
        return str(self.scope["url_route"]["kwargs"]["run_id"])

    async def admit(self, access: Access) -> bool:
        try:
            await run_db(run_get, access, self.run_id)
        except NotFound:
            return False
        return True

    # Client --------------------------------------------------------------------------------

    async def on_frame(self, frame: BaseModel) -> None:
        if isinstance(frame, Subscribe):
            self._round += 1
            self._sent = self._acked = frame.after
            self._unacked: list[tuple[int, int]] = []
            self._acked_at = time.monotonic()
            self._texts: dict[str, tuple[int, int]] = {}
            self._state: tuple[Any, ...] | None = None
            await self._live_so_far()
        elif isinstance(frame, Ack) and self._sent is not None:
            self._acked = max(self._acked, min(frame.seq, self._sent))
            self._unacked = [(s, size) for s, size in self._unacked if s > self._acked]
            self._acked_at = time.monotonic()
        elif isinstance(frame, Ping):
            await self.say(type="pong")
        self.wake()

    # Hints ---------------------------------------------------------------------------------

    async def run_hint(self, _: dict[str, Any]) -> None:
        self.wake()

    async def run_delta(self, message: dict[str, Any]) -> None:
        if self._sent is None or self._full():
            return
        key = message["message_key"]
        attempt, length = self._texts.get(key, (0, 0))
        fresh = message["attempt"] > attempt
        if message["attempt"] < attempt or (fresh and message["offset"] != 0):
            return
        if not fresh and message["offset"] != length:
            # Updates were lost on the way: what is missing is read from the whole text.
            await self._live_so_far()
            return
        await self._delta(key, message)

    async def _live_so_far(self) -> None:
        texts = await run_db(live_texts().of_run, self.run_id)
        for key, text in texts.items():
            attempt, length = self._texts.get(key, (0, 0))
            offset = length if attempt == text["attempt"] else 0
            if attempt > text["attempt"] or (offset and len(text["text"]) <= offset):
                continue
            await self._delta(key, {**text, "offset": offset, "text": text["text"][offset:]})

    async def _delta(self, key: str, message: dict[str, Any]) -> None:
        self._texts[key] = (message["attempt"], message["offset"] + len(message["text"]))
        await self.say(
            type="delta",
            message_key=key,
            agent_path=message["agent_path"],
            attempt=message["attempt"],
            offset=message["offset"],
            text=message["text"],
        )

    # The log -------------------------------------------------------------------------------

    def _full(self) -> bool:
        return (
            len(self._unacked) >= MAX_UNACKED_EVENTS
            or sum(size for _, size in self._unacked) >= MAX_UNACKED_BYTES
        )

    async def tick(self) -> None:
        while self._sent is not None:
            if self._full():
                if time.monotonic() - self._acked_at > SLOW_SECONDS:
                    await self.fail(
                        Close.TOO_SLOW, "too_slow", "Nothing was acknowledged for a minute."
                    )
                return
            if not self._unacked:
                self._acked_at = time.monotonic()
            mark = self._round
            rows = await run_db(
                page_rows, self.run_id, after=self._sent, limit=PAGE_EVENTS, max_bytes=PAGE_BYTES
            )
            if mark == self._round and not rows:
                break
            for row in rows:
                if mark != self._round:
                    break
                text = wire_text(row)
                await self.send(text_data=f'{{"type": "event", "event": {text}}}')
                if mark != self._round:
                    break
                self._sent = row["seq"]
                self._unacked.append((row["seq"], len(text)))
            # Lets the client's frames in between two pages.
            await asyncio.sleep(0)
        if self._sent is not None:
            await self._say_state()

    async def _say_state(self) -> None:
        try:
            data = await run_db(self._summary)
        except NotFound:
            await self.fail(Close.GONE, "gone", "This run is not there any more.")
            return
        mark = (data["state"], data["head_seq"], data["pending_requests"], data["cost_usd"])
        if mark != self._state:
            self._state = mark
            await self.say(type="state", run=data)

    def _summary(self) -> dict[str, Any]:
        return dict(RunSummaryOut(run_get(self.access, self.run_id)).data)

    async def heartbeat(self) -> None:
        run = await run_db(run_get, self.access, self.run_id)
        await self.say(type="heartbeat", head_seq=run.head_seq)
