"""Where synchronous tools run: threads of their own, so that they block nobody else."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar

T = TypeVar("T")
MAX_THREADS = 32


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(MAX_THREADS, thread_name_prefix="troupe-tool")


async def in_tool_thread(work: Callable[[], T]) -> T:
    """A cancelled wait leaves the thread to finish: Python cannot stop it."""
    context = contextvars.copy_context()
    return await asyncio.get_running_loop().run_in_executor(_pool(), context.run, work)
