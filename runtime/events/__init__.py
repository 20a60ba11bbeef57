"""The log's vocabulary: everything that can be said about a run, one payload model a kind.

A run's log is append-only and gap-free: `seq` is 1, 2, 3 … within a run. `key` is deterministic
and unique per run: appending a key twice writes nothing and returns what is recorded. Events of
parallel branches stand in order of completion; within one branch the order is the program's.
"""

from __future__ import annotations

from runtime.events.canonical import canonical_json, content_hash
from runtime.events.envelope import SCHEMA_VERSION, Draft, Event
from runtime.events.kinds import OUTSIDE_KINDS, PAYLOADS
from runtime.events.payloads import Payload
from runtime.events.sanitise import sanitise, sanitise_model, sanitise_text

__all__ = [
    "OUTSIDE_KINDS",
    "PAYLOADS",
    "SCHEMA_VERSION",
    "Draft",
    "Event",
    "Payload",
    "canonical_json",
    "content_hash",
    "sanitise",
    "sanitise_model",
    "sanitise_text",
]
