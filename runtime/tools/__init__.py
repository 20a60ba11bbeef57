"""Tools: Python functions in code, and the ones that ship with Troupe."""

from __future__ import annotations

from runtime.tools.function import FunctionTool

__all__ = ["FunctionTool"]
