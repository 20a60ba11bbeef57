from __future__ import annotations

import asyncio
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from studio.core.broadcast import hub, run_group
from studio.core.livetext import live_texts

FLUSH_SECONDS = 0.05
_pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="troupe-live")


@dataclass
class _Text:
    agent_path: str
    attempt: int
    text: str = ""
    sent: int = 0


class RunDeltas:
    """Text of one run's messages in the making, merged to about twenty updates a second.

    Used on the engine's loop only. The publication happens in a thread of its own, in order: Redis
    may be slow, and the engine must not wait for spectators.
    """

    def __init__(self, run_id: str) -> None:
        self._run_id = run_id
        self._texts: dict[str, _Text] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._publishing: Future[None] | None = None

    def delta(
        self, *, agent_path: str, message_key: str, attempt: int, offset: int, text: str
    ) -> None:
        held = self._texts.get(message_key)
        if held is None or attempt > held.attempt:
            held = self._texts[message_key] = _Text(agent_path, attempt)
        if attempt < held.attempt or offset != len(held.text):
            return
        held.text += text
        if self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(FLUSH_SECONDS, self._flush)

    def done(self, *, message_key: str) -> None:
        self._flush()
        if self._texts.pop(message_key, None) is not None:
            _pool.submit(live_texts().drop, self._run_id, message_key)

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        for message_key in list(self._texts):
            self._texts.pop(message_key)
            _pool.submit(live_texts().drop, self._run_id, message_key)

    def _flush(self) -> None:
        """One publication of a run is under way at a time: while the broker is slow, texts grow
        here instead of a queue."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._publishing is not None and not self._publishing.done():
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(FLUSH_SECONDS, self._flush)
            return
        fresh = []
        for message_key, held in self._texts.items():
            if held.sent < len(held.text):
                fresh.append((message_key, held.agent_path, held.attempt, held.sent, held.text))
                held.sent = len(held.text)
        if fresh:
            self._publishing = _pool.submit(self._publish, fresh)

    def _publish(self, fresh: list[tuple[str, str, int, int, str]]) -> None:
        for message_key, agent_path, attempt, sent, whole in fresh:
            text = {"agent_path": agent_path, "attempt": attempt, "text": whole}
            live_texts().put(self._run_id, message_key, text)
            message = {
                "type": "run.delta",
                "message_key": message_key,
                "agent_path": agent_path,
                "attempt": attempt,
                "offset": sent,
                "text": whole[sent:],
            }
            hub.delta(run_group(self._run_id), message)
