"""One port to the database for code that runs on an event loop.

Own named threads, each with a checked connection that is renewed after a restart of the database:
the process-wide single thread of `sync_to_async` would put every query of the process behind one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from django.db import close_old_connections

T = TypeVar("T")
_pool = ThreadPoolExecutor(max_workers=4, thread_name_prefix="troupe-db")


def _checked(call: Callable[..., T], args: tuple[Any, ...], kwargs: dict[str, Any]) -> T:
    close_old_connections()
    try:
        return call(*args, **kwargs)
    finally:
        close_old_connections()


async def run_db(call: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    """Runs `call` in a database thread. A cancelled wait does not stop the query."""
    return await asyncio.get_running_loop().run_in_executor(_pool, _checked, call, args, kwargs)
