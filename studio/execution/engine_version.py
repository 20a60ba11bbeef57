"""Apart, so that a web process can name it without loading the engine."""

from __future__ import annotations

ENGINE_VERSION = "1"
