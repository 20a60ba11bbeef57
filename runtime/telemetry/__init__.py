"""Runs as OpenTelemetry spans, by its conventions for generative AI. Off unless asked for."""

from __future__ import annotations

from runtime.telemetry.setup import telemetry_from_environment
from runtime.telemetry.watch import Telemetry, WatchedJournal

__all__ = ["Telemetry", "WatchedJournal", "telemetry_from_environment"]
