"""Removes sandboxes whose run is gone: of a worker that was killed, of a lease that was lost."""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable, Set
from typing import Any

from runtime.errors import ToolError
from runtime.executors.docker import LABEL
from runtime.executors.docker_engine import DockerEngine, engine_at
from runtime.operator import Operator

log = logging.getLogger(__name__)

Live = Callable[[], Awaitable[Set[tuple[str, str]]]]
"""The runs that are being executed now, each with the `boot_id` of the process that does it."""


async def reap(
    operator: Operator, live: Live, *, now: Callable[[], float] = time.time
) -> list[str]:
    """Removes this installation's sandboxes that belong to no live run or whose deadline passed,
    and returns their ids; others' containers are not touched. To be called when the program starts
    and every few seconds after. Raises ToolError when Docker cannot be reached."""
    engine = engine_at(operator.docker_url)
    # In this order: a run whose sandbox is in the list was live before the list was made.
    found = await engine.call(lambda api: _sandboxes(api, operator.sandbox_owner))
    if not found:
        return []
    alive = await live()
    removed = []
    for sandbox in found:
        labels = sandbox.get("Labels") or {}
        owner = (labels.get(f"{LABEL}.run", ""), labels.get(f"{LABEL}.boot", ""))
        if owner in alive and not _overdue(labels, now()):
            continue
        if await _removed(engine, sandbox["Id"]):
            removed.append(sandbox["Id"])
    return removed


def _sandboxes(api: Any, owner: str) -> list[dict[str, Any]]:
    mine = [f"{LABEL}=1", f"{LABEL}.owner={owner}"]
    found: list[dict[str, Any]] = api.containers(all=True, filters={"label": mine})
    return found


def _overdue(labels: dict[str, str], now: float) -> bool:
    deadline = labels.get(f"{LABEL}.deadline", "")
    return not deadline.isdigit() or int(deadline) < now


async def _removed(engine: DockerEngine, container: str) -> bool:
    """One that resists must not keep the others."""
    try:
        await engine.remove(container)
    except ToolError:
        log.warning("The sandbox %s could not be removed", container[:12], exc_info=True)
        return False
    return True
