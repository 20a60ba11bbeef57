"""Sandboxes that outlived their run are removed: by every process that executes runs."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Set
from pathlib import Path

from runtime.errors import ToolError
from runtime.operator import Operator
from studio.core.dbpool import run_db
from studio.runs.models import Run, RunState

logger = logging.getLogger(__name__)
EVERY_SECONDS = 15.0
_SOCKET = Path("/var/run/docker.sock")


async def reap_sandboxes(operator: Operator) -> None:
    """At the start, for those of a process that was killed, and from then on every few seconds
    once this process has used the engine. Where no engine can be there, nothing is imported."""
    first = operator.docker_url is not None or await asyncio.to_thread(_SOCKET.exists)
    while True:
        if first or "runtime.executors.docker_engine" in sys.modules:
            await _reap(operator)
        first = False
        await asyncio.sleep(EVERY_SECONDS)


async def _reap(operator: Operator) -> None:
    from runtime.executors.reaper import reap

    try:
        removed = await reap(operator, live_runs)
    except ToolError as error:
        logger.info("sandboxes were not looked at: %s", error)
        return
    if removed:
        logger.warning("removed %d sandboxes whose run is gone", len(removed))


async def live_runs() -> Set[tuple[str, str]]:
    return await run_db(_live_runs)


def _live_runs() -> set[tuple[str, str]]:
    running = Run.objects.filter(state=RunState.RUNNING)
    return {(str(run), owner) for run, owner in running.values_list("id", "lease_owner")}
