"""The time, as the run's clock has it."""

from __future__ import annotations

from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from runtime.components.base import Palette
from runtime.durable.tool import ToolContext
from runtime.errors import ToolError
from runtime.tools.base import GROUP, RegisteredTool


async def current_time(
    context: ToolContext,
    timezone: Annotated[str, "Such as Europe/Berlin or America/New_York"] = "UTC",
) -> str:
    """Tells the current date and time, in UTC unless a time zone is given."""
    if timezone.upper() == "UTC":
        return context.clock.now().strftime("%A, %Y-%m-%d %H:%M:%S UTC")
    try:
        zone = ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ToolError(
            f"There is no time zone {timezone[:60]!r}", hint="Use a name such as Europe/Berlin."
        ) from error
    return context.clock.now().astimezone(zone).strftime("%A, %Y-%m-%d %H:%M:%S %Z (UTC%z)")


class CurrentTime(RegisteredTool):
    provider = "troupe.tools.CurrentTime"
    function = staticmethod(current_time)
    tool_effect = "pure"
    has_side_effects = False
    palette = Palette("Current time", "Tells the date and time.", GROUP, "clock")
