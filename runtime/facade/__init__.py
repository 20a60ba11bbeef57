"""Running a team from a program: `run`, `stream`, and a `Session` of several runs."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from runtime.facade.options import Options, Task, Team
from runtime.facade.people import Decision
from runtime.facade.result import RunError, TaskResult
from runtime.facade.session import Session
from runtime.messages import JsonObject, TeamMessage

__all__ = ["Decision", "Options", "RunError", "Session", "TaskResult", "run", "stream"]


async def run(
    team: Team, task: Task = None, *, state: JsonObject | None = None, **options: Any
) -> TaskResult:
    """One run of a team: component JSON, or a function that builds it. `options` are those of
    `Options`. Raises RunError when it fails or needs somebody, SpecError for what is no
    team."""
    async with Session(team, state=state, **options) as session:
        return await session.run(task)


async def stream(
    team: Team, task: Task = None, *, state: JsonObject | None = None, **options: Any
) -> AsyncGenerator[TeamMessage | TaskResult, None]:
    """As `run`, with each message and event as it happens, and the TaskResult at the end."""
    async with (
        Session(team, state=state, **options) as session,
        aclosing(session.stream(task)) as items,
    ):
        async for item in items:
            yield item
