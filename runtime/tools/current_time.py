"""The time, as the run's clock has it."""

from __future__ import annotations

from runtime.components.base import Palette
from runtime.durable.tool import ToolContext
from runtime.tools.base import GROUP, RegisteredTool


async def current_time(context: ToolContext) -> str:
    """Tells the current date and time in UTC."""
    return context.clock.now().strftime("%A, %Y-%m-%d %H:%M:%S UTC")


class CurrentTime(RegisteredTool):
    provider = "troupe.tools.CurrentTime"
    function = staticmethod(current_time)
    tool_effect = "pure"
    has_side_effects = False
    palette = Palette("Current time", "Tells the date and time.", GROUP, "clock")
