"""Tools that tests can watch, named in specs as `troupe.tools.<Name>`."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

from runtime.components.base import Palette
from runtime.durable.tool import ToolContext
from runtime.tools.base import GROUP, RegisteredTool

paid: list[tuple[int, str]] = []
waiting = 0
cancelled = 0
open_gate: asyncio.Event | None = None


def reset() -> None:
    global waiting, cancelled, open_gate
    paid.clear()
    waiting = cancelled = 0
    open_gate = asyncio.Event()


async def pay(amount: int, context: ToolContext) -> str:
    """Pays an amount."""
    paid.append((amount, context.idempotency_key))
    return f"paid {amount}"


async def wait() -> str:
    """Waits until the test opens the gate."""
    global waiting, cancelled
    waiting += 1
    try:
        assert open_gate is not None
        await open_gate.wait()
    except asyncio.CancelledError:
        cancelled += 1
        raise
    return "waited"


def fail(text: str) -> str:
    """Fails."""
    raise KeyError(text)


def odd(kind: str) -> Any:
    """Returns what no database takes."""
    deep: Any = "bottom"
    for _ in range(900):
        deep = [deep]
    values = {"nul": "a\x00b", "surrogate": "a\ud800b", "nan": {"x": float("nan")}, "deep": deep}
    return values[kind]


def thread_name() -> str:
    """Says in which thread it runs."""
    return threading.current_thread().name


def _tool(name: str, function: Any, effect: str, side_effects: bool) -> type[RegisteredTool]:
    return type(
        name,
        (RegisteredTool,),
        {
            "provider": f"troupe.tools.{name}",
            "function": staticmethod(function),
            "tool_effect": effect,
            "has_side_effects": side_effects,
            "palette": Palette(name, "For tests.", GROUP, "flask"),
        },
    )


Pay = _tool("Pay", pay, "at_most_once", True)
Wait = _tool("Wait", wait, "pure", False)
Fail = _tool("Fail", fail, "pure", False)
Odd = _tool("Odd", odd, "pure", False)
ThreadName = _tool("ThreadName", thread_name, "pure", False)
