"""Small in-memory implementations of ports."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from runtime.errors import ToolError
from runtime.events.payloads import Verdict
from runtime.ports import GateQuery, GateVerdict, Secret


class StaticGate:
    """Verdicts by tool name, or by a function of the query; `asked` has every query."""

    def __init__(
        self,
        rules: Mapping[str, Verdict] | Callable[[GateQuery], Verdict] | None = None,
        *,
        default: Verdict | None = None,
    ) -> None:
        self._rules = rules or {}
        self._default = default
        self.asked: list[GateQuery] = []

    async def check(self, query: GateQuery) -> GateVerdict:
        self.asked.append(query)
        verdict = self._verdict(query)
        return GateVerdict(verdict=verdict, rule=f"test rule: {verdict}", policy_version=1)

    def _verdict(self, query: GateQuery) -> Verdict:
        if callable(self._rules):
            return self._rules(query)
        found = self._rules.get(query.tool, self._default)
        return found or ("ask" if query.side_effects else "allow")


class MemoryFileArea:
    def __init__(self, files: Mapping[str, str] | None = None) -> None:
        self.files: dict[str, str] = dict(files or {})
        self.writes: list[tuple[str, str]] = []

    async def read(self, path: str) -> str:
        if path not in self.files:
            raise ToolError(f"There is no file {path!r}")
        return self.files[path]

    async def write(self, path: str, text: str) -> int:
        if not path or path.startswith("/") or ".." in path.split("/"):
            raise ToolError(f"{path!r} is outside the workspace's files")
        self.files[path] = text
        self.writes.append((path, text))
        return len(text.encode())

    async def list(self, prefix: str = "") -> list[dict[str, Any]]:
        return [
            {"path": path, "size": len(text.encode()), "modified_at": None}
            for path, text in sorted(self.files.items())
            if path.startswith(prefix)
        ]


@dataclass(frozen=True)
class RecordedDelta:
    agent_path: str
    message_key: str
    attempt: int
    offset: int
    text: str


class RecordingDeltaSink:
    def __init__(self) -> None:
        self.deltas: list[RecordedDelta] = []
        self.ended: list[str] = []

    def delta(
        self, *, agent_path: str, message_key: str, attempt: int, offset: int, text: str
    ) -> None:
        self.deltas.append(RecordedDelta(agent_path, message_key, attempt, offset, text))

    def done(self, *, message_key: str) -> None:
        self.ended.append(message_key)

    def text(self, message_key: str) -> str:
        """What a screen shows: the newest attempt's text."""
        mine = [delta for delta in self.deltas if delta.message_key == message_key]
        newest = max((delta.attempt for delta in mine), default=0)
        return "".join(delta.text for delta in mine if delta.attempt == newest)


class StaticSecrets:
    def __init__(self, secrets: Mapping[str, Secret] | None = None) -> None:
        self.secrets = dict(secrets or {})

    async def get(self, credential_id: str) -> Secret | None:
        return self.secrets.get(credential_id)
