"""Where in a run something happens, and the keys and ids that follow from it."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scope:
    """A path such as `root.1/turn.3/writer.3/model.1/tool.0`. Whatever runs concurrently has a
    child scope of its own before it starts, so that keys never depend on who comes first."""

    path: str

    def child(self, name: str, ordinal: int) -> Scope:
        return Scope(f"{self.path}/{name}.{ordinal}")

    def key(self, name: str) -> str:
        return f"{self.path}:{name}"


ROOT = Scope("root.1")


def derive_id(run_id: str, key: str) -> str:
    """The id that belongs to a key of a run: the same in every life of the run."""
    try:
        namespace = uuid.UUID(run_id)
    except ValueError:
        namespace = uuid.uuid5(uuid.NAMESPACE_URL, run_id)
    return str(uuid.uuid5(namespace, key))


def derive_fraction(run_id: str, key: str) -> float:
    """In [0, 1): randomness that re-execution meets again."""
    digest = hashlib.sha256(f"{run_id}|{key}".encode()).digest()
    return int.from_bytes(digest[:7], "big") / (1 << 56)


def idempotency_key(run_id: str, key: str) -> str:
    return hashlib.sha256(f"{run_id}|{key}".encode()).hexdigest()[:40]
