"""Where code of models and user-written tools runs: in containers, or on this machine where the
operator allows it. Never in this process."""

from __future__ import annotations
