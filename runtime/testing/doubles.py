"""Small in-memory implementations of ports."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass

from runtime.errors import ModelError
from runtime.events.payloads import ModelInfo, Verdict
from runtime.messages import RequestUsage
from runtime.ports import GateQuery, GateVerdict, ModelReply, ModelRequest, Secret
from runtime.stores import MemoryFiles


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


class MemoryFileArea(MemoryFiles):
    """`writes` has every write, in order."""

    def __init__(self, files: Mapping[str, str] | None = None) -> None:
        super().__init__(files)
        self.writes: list[tuple[str, str]] = []

    async def write(self, path: str, text: str) -> int:
        size = await super().write(path, text)
        self.writes.append((path, text))
        return size


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


class ScriptedClient:
    """A `ModelClient` for code under test: replies in order, texts or whole; `requests` has what
    was asked. An error among them is raised."""

    def __init__(self, *replies: str | ModelReply | ModelError) -> None:
        self._replies = list(replies)
        self.requests: list[ModelRequest] = []

    @property
    def info(self) -> ModelInfo:
        return ModelInfo(provider="runtime.testing", model="scripted", scripted=True)

    async def create(self, request: ModelRequest) -> ModelReply:
        self.requests.append(request)
        reply = self._replies.pop(0)
        if isinstance(reply, ModelError):
            raise reply
        if isinstance(reply, ModelReply):
            return reply
        return ModelReply(content=reply, finish_reason="stop", usage=RequestUsage())

    async def stream(self, request: ModelRequest) -> AsyncIterator[str | ModelReply]:
        reply = await self.create(request)
        if reply.content:
            yield reply.content
        yield reply

    async def close(self) -> None:
        """Holds nothing."""
