"""When a failed model call is made again, and when a person has to see to it first."""

from __future__ import annotations

from runtime.durable.scope import derive_fraction
from runtime.errors import ModelError

BASE_DELAY = 1.0
MAX_DELAY = 30.0
MAX_RETRY_AFTER = 3600.0

NEEDS_PERSON = frozenset(
    {
        "model_auth",
        "model_permission",
        "model_unknown",
        "model_quota",
        "model_unreachable",
        "credential_missing",
    }
)
"""Codes that say nothing about the request itself: once a person has put it right, the same call
can succeed, so the run pauses and nothing of it is lost."""


def needs_person(error: ModelError) -> bool:
    return error.retryable or error.code in NEEDS_PERSON


def retry_delay(run_id: str, key: str, failures: int, error: ModelError) -> float:
    """Seconds before the next attempt after `failures` failures in a row: the vendor's own wish,
    or exponential with jitter that re-execution computes again."""
    if error.retry_after is not None:
        return min(max(error.retry_after, 0.0), MAX_RETRY_AFTER)
    ceiling = min(BASE_DELAY * 2 ** (failures - 1), MAX_DELAY)
    return float(ceiling * (0.5 + derive_fraction(run_id, key) / 2))
