"""The kinds by name, and whose they are."""

from __future__ import annotations

from typing import get_args

from runtime.events.payloads import Payload
from runtime.messages import Frozen

PAYLOADS: dict[str, type[Frozen]] = {
    model.model_fields["kind"].default: model for model in get_args(get_args(Payload)[0])
}

OUTSIDE_KINDS = frozenset(
    {
        "run.created",
        "run.claimed",
        "run.requeued",
        "run.lease_expired",
        "run.quarantined",
        "command.received",
        "approval.decided",
        "input.answered",
    }
)
"""Kinds that are not the engine's: it reads them, never appends them."""
