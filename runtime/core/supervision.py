"""What a failing handler does to its actor.

To the caller it is always the same: whoever sent the message gets the handler's own error, and the
error of a published message comes out of `stop_when_idle`. To the run it does nothing by itself:
the runtime and all other actors go on. To the actor it does what its type's supervision says.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Supervision:
    """Cancelling a message is no failure of its handler."""

    on_failure: Literal["resume", "restart", "stop"] = "resume"
    """resume: the actor keeps its state and takes the next message. restart: it is closed, and its
    factory makes a new one, without its state, for the next message. stop: it is closed, and what
    is sent to it from then on is refused with ActorStopped."""
    max_restarts: int | None = None
    """After so many restarts the next failure stops the actor; None: it may always start again."""


RESUME = Supervision()
