"""The command line: validate, run, dump and schema."""

from __future__ import annotations

from runtime.cli.main import main

__all__ = ["main"]
