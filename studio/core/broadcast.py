"""Hints and live text, from any thread to whoever watches: the one module that knows the channel
layer.

A hint says "this changed, look at the database"; it may be lost, doubled or late, and nothing
depends on it but latency. Live text (deltas) may be lost too; its event has the whole of it.

The in-memory layer is not thread-safe, so it is only touched on the server's loop, which
`bind_loop` names. Hints are merged per group until the loop gets to them, so a burst costs one.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from typing import Any

from channels.layers import get_channel_layer
from django.db import transaction
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)
MAX_PENDING_DELTAS = 2000

BROKER_ERRORS = (OSError, TimeoutError, RedisError)
"""What the layer raises while its broker cannot be reached. Hints are lost then, nothing else."""

Listener = Callable[[str, int], None]


def run_group(run_id: object) -> str:
    return f"run.{run_id}"


def inbox_group(workspace_id: object) -> str:
    return f"inbox.{workspace_id}"


class Hub:
    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._merged: dict[tuple[str, str], dict[str, Any]] = {}
        self._deltas: list[tuple[str, dict[str, Any]]] = []
        self._scheduled = False
        self._listeners: list[Listener] = []
        self._tasks: set[asyncio.Task[None]] = set()

    def bind_loop(self, loop: asyncio.AbstractEventLoop | None) -> None:
        # Made here, by one thread: two that ask for it first at once would get two layers.
        get_channel_layer()
        with self._guard:
            self._loop = loop
            self._scheduled = False

    def listen(self, listener: Listener) -> None:
        """`listener(run_id, head_seq)` is called in the notifying thread, after commit."""
        self._listeners.append(listener)

    def unlisten(self, listener: Listener) -> None:
        if listener in self._listeners:
            self._listeners.remove(listener)

    def hint(self, group: str, message: dict[str, Any]) -> None:
        """The latest message of a group, type and `id` replaces an unsent earlier one."""
        key = (group, f"{message['type']}:{message.get('id', '')}")
        with self._guard:
            self._merged[key] = message
            self._schedule()

    def delta(self, group: str, message: dict[str, Any]) -> None:
        with self._guard:
            if len(self._deltas) < MAX_PENDING_DELTAS:
                self._deltas.append((group, message))
            self._schedule()

    def notify_listeners(self, run_id: str, head_seq: int) -> None:
        for listener in list(self._listeners):
            listener(run_id, head_seq)

    def _schedule(self) -> None:
        if self._loop is None:
            self._merged.clear()
            self._deltas.clear()
        elif not self._scheduled:
            try:
                self._loop.call_soon_threadsafe(self._start_flush)
            except RuntimeError:
                # The loop has closed: the process is ending and nobody watches any more.
                self._loop = None
            else:
                self._scheduled = True

    def _start_flush(self) -> None:
        task = asyncio.get_running_loop().create_task(self._flush())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _flush(self) -> None:
        with self._guard:
            merged, self._merged = self._merged, {}
            deltas, self._deltas = self._deltas, []
            self._scheduled = False
        layer = get_channel_layer()
        outgoing = [(group, message) for (group, _), message in merged.items()] + deltas
        for group, message in outgoing:
            try:
                await layer.group_send(group, message)
            except BROKER_ERRORS as error:
                logger.warning("hint lost, the broker is unreachable: %s", error)
                return


hub = Hub()


def run_changed(run_id: object, head_seq: int, workspace_id: object, *, ours: bool = False) -> None:
    """Call after the commit that changed the run's log. `ours`: by the engine that holds the run,
    which need not be told."""
    text = str(run_id)
    hub.hint(run_group(text), {"type": "run.hint", "id": text, "head_seq": head_seq})
    hub.hint(inbox_group(workspace_id), {"type": "inbox.run", "id": text})
    if not ours:
        hub.notify_listeners(text, head_seq)


def run_changed_on_commit(run_id: object, head_seq: int, workspace_id: object) -> None:
    transaction.on_commit(lambda: run_changed(run_id, head_seq, workspace_id))


def signed_out(user_id: object) -> None:
    """Open sockets of this user must check at once whether they may stay."""
    hub.hint(f"user.{user_id}", {"type": "user.recheck", "id": str(user_id)})
