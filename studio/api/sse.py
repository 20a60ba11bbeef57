"""The log as server-sent events, for programs and for networks without WebSockets."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

from channels.layers import get_channel_layer
from django.conf import settings

from studio.core.broadcast import BROKER_ERRORS, run_group
from studio.core.dbpool import run_db
from studio.runs.log import page_rows, wire_text
from studio.runs.models import ENDED, Run

logger = logging.getLogger(__name__)
RECHECK_SECONDS = 30.0


async def event_stream(run_id: Any, after: int, may_read: Callable[[], bool]) -> AsyncIterator[str]:
    """Events after `after`, then as they come, until the run has ended and all were sent.

    `id:` is the seq; a reconnect with Last-Event-ID goes on there, without gap or repeat.
    """
    hints = asyncio.Event()
    checked = time.monotonic()
    listener = asyncio.create_task(_listen(run_group(run_id), hints))
    try:
        while True:
            state = await run_db(_state, run_id)
            while rows := await run_db(page_rows, run_id, after=after):
                for row in rows:
                    after = row["seq"]
                    yield f"id: {after}\nevent: event\ndata: {wire_text(row)}\n\n"
            # Read before the rows: an ended run gets no more events, so all of them were sent.
            if state in ENDED or state is None:
                yield f'event: end\ndata: {{"state": "{state}"}}\n\n'
                return
            if time.monotonic() - checked > RECHECK_SECONDS:
                checked = time.monotonic()
                if not await run_db(may_read):
                    yield 'event: end\ndata: {"state": null}\n\n'
                    return
            try:
                await asyncio.wait_for(hints.wait(), settings.POLL_SECONDS)
                hints.clear()
            except TimeoutError:
                yield ": still here\n\n"
    finally:
        listener.cancel()


async def _listen(group: str, hints: asyncio.Event) -> None:
    """Sets `hints` at each hint. A broker that is away costs latency: the stream polls as well."""
    layer = get_channel_layer()
    channel = await layer.new_channel("sse")
    try:
        await layer.group_add(group, channel)
        while True:
            await layer.receive(channel)
            hints.set()
    except BROKER_ERRORS as error:
        logger.warning("hints unavailable, polling covers: %s", error)
    finally:
        await layer.group_discard(group, channel)


def _state(run_id: Any) -> str | None:
    return Run.objects.filter(pk=run_id).values_list("state", flat=True).first()
