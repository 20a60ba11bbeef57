"""What the runtime needs from outside, as Protocols.

`runtime.testing` ships an in-memory implementation of each, and conformance suites that every
implementation passes.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any, Literal, Protocol

from pydantic import Field

from runtime.events import Draft, Event
from runtime.events.payloads import Effect, ModelInfo, Verdict
from runtime.messages import (
    Frozen,
    FunctionCall,
    JsonObject,
    LLMMessage,
    MemoryContent,
    RequestUsage,
)

CHECKPOINT_FORMAT = 1


UP_TO_CHECKPOINT = 0
"""As the `last` of a range in a checkpoint: up to the checkpoint's own place in the log."""


class LogRange(Frozen):
    """Events `first` to `last`, both included, of one run's log."""

    run_id: str
    first: int
    last: int


class Checkpoint(Frozen):
    """A frame's state at a quiescent point. What can be read off the log is a LogRange in it."""

    frame: str
    turn: int
    seq: int = 0
    """The last event of the append that it was saved with; the journal fills it in."""
    format: int = CHECKPOINT_FORMAT
    state: JsonObject

    def at(self, seq: int) -> Checkpoint:
        """As a journal keeps it: tied to its place in the log."""
        spans = [
            {**span, "last": seq} if span["last"] == UP_TO_CHECKPOINT else span
            for span in self.state.get("history", ())
        ]
        state = {**self.state, "history": spans} if spans else self.state
        return self.model_copy(update={"seq": seq, "state": state})


class Journal(Protocol):
    """The engine's side of one run's log. One writer: this engine, under its epoch."""

    @property
    def run_id(self) -> str: ...

    @property
    def head(self) -> int:
        """`seq` of the last event that this engine knows of. It may stop before an outside event
        that `outside` has not returned yet, although later appends are recorded."""

    def find(self, key: str) -> Event | None:
        """The recorded event of this key, among those since the root frame's checkpoint."""

    def has_begun(self, scope: str) -> bool:
        """Whether anything inside this scope is recorded since the root frame's checkpoint."""

    def checkpoint(self, frame: str) -> Checkpoint | None:
        """The frame's latest checkpoint, as of opening or the last append."""

    async def append(
        self, drafts: Sequence[Draft], *, checkpoint: Checkpoint | None = None
    ) -> list[Event]:
        """Appends all or nothing, durable when it returns; the checkpoint is kept `at` the last of
        the events. One of the root frame ends those of all frames inside it. A draft whose key is
        recorded is not written: its recorded event is returned in its place.

        Raises LeaseLost when another worker owns the run, NonDeterministic when a key is recorded
        with another fingerprint.
        """

    async def settled(self) -> None:
        """Returns when every append that is under way has landed or failed."""

    async def park(self, draft: Draft, *, seen: int) -> bool:
        """Appends `run.parked` and gives the run up, in one transaction; False, and nothing
        written, when an outside event after `seen` is there."""

    async def outside(self) -> list[Event]:
        """Outside events that were not returned before, in order of `seq`; does not wait."""

    async def changed(self) -> None:
        """Returns when outside events may have arrived. May return for nothing."""

    async def read(self, span: LogRange) -> list[Event]:
        """A range of this or an earlier run's log of the session, in order."""


class GateQuery(Frozen):
    agent: str
    agent_path: str
    tool: str
    arguments: JsonObject
    args_hash: str
    effect: Effect
    side_effects: bool


class GateVerdict(Frozen):
    verdict: Verdict
    rule: str
    policy_version: int
    deadline_at: datetime | None = None
    """When an `ask` expires; the policy's default happens then. None: it waits for ever."""


class ApprovalGate(Protocol):
    async def check(self, query: GateQuery) -> GateVerdict:
        """What the policy in force says. Called once a call; the verdict is recorded."""


class Clock(Protocol):
    def now(self) -> datetime:
        """Aware, UTC."""

    def monotonic(self) -> float: ...

    async def sleep(self, seconds: float) -> None: ...


class DeltaSink(Protocol):
    """Text of a message that is being written. Not part of the log: may be lost, never blocks."""

    def delta(
        self, *, agent_path: str, message_key: str, attempt: int, offset: int, text: str
    ) -> None:
        """`offset` counts characters of this attempt. A larger attempt supersedes the text of a
        smaller one."""

    def done(self, *, message_key: str) -> None:
        """The model call ended; its event has the whole text."""


class ToolSchema(Frozen):
    """What a model is told about a tool."""

    name: str
    description: str
    parameters: JsonObject
    """JSON Schema of the arguments, an object."""
    strict: bool = False


ToolChoice = Literal["auto", "required", "none"] | str
"""A mode, or the name of the one tool to call."""


class ModelRequest(Frozen):
    messages: list[LLMMessage]
    tools: list[ToolSchema] = Field(default_factory=list)
    tool_choice: ToolChoice = "auto"
    json_schema: JsonObject | None = None
    """The reply is to be JSON text of this schema. Whoever asks checks it against the schema."""
    params: JsonObject = Field(default_factory=dict)
    ordinal: int | None = None
    """How many calls its owner made before this one, by the log: the place in a script or replay.
    None: not known; the owner's own messages in the request are counted instead."""


class ModelReply(Frozen):
    content: str | None
    tool_calls: list[FunctionCall] = Field(default_factory=list)
    thought: str | None = None
    thinking: list[JsonObject] = Field(default_factory=list)
    """The vendor's own blocks of thought, signed, where they must go back with the calls."""
    finish_reason: Literal["stop", "length", "function_calls", "content_filter", "unknown"]
    usage: RequestUsage
    cost_usd: str | None = None
    reasoning_tokens: int | None = None
    """Part of `usage.completion_tokens` that was thought and not said; None: it did not say."""
    cache_write_tokens: int | None = None
    """Part of `usage.prompt_tokens` that the vendor put into its cache, at a price of its own."""
    cached: bool = False
    """True: no model was asked; an earlier reply to the same request stands here."""


class ModelClient(Protocol):
    """One model behind one credential. Makes one attempt: retries are the caller's, journaled."""

    @property
    def info(self) -> ModelInfo: ...

    async def create(self, request: ModelRequest) -> ModelReply:
        """Raises ModelError, in plain words."""

    def stream(self, request: ModelRequest) -> AsyncIterator[str | ModelReply]:
        """Text as it comes, then exactly one ModelReply. Raises ModelError, also when the stream
        ends before its end."""

    async def close(self) -> None: ...


class EmbeddingClient(Protocol):
    """Texts as vectors of one length. Makes one attempt."""

    @property
    def name(self) -> str:
        """Vectors of clients with different names must not be compared."""

    async def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """One vector for each text, in their order. Raises ModelError."""


class Secret(Frozen):
    """Resolved in the worker right before use; never serialised, logged or put into an event."""

    kind: str
    base_url: str | None = None
    values: dict[str, str]

    def __repr__(self) -> str:
        return f"Secret(kind={self.kind!r})"

    __str__ = __repr__


class Secrets(Protocol):
    async def get(self, credential_id: str) -> Secret | None:
        """None: deleted, or not this workspace's."""


class FileArea(Protocol):
    """A workspace's files. Paths are relative, `/`-separated, and cannot leave the area."""

    async def read(self, path: str) -> str:
        """Raises ToolError: missing, too large, not text, outside the area."""

    async def write(self, path: str, text: str) -> int:
        """Replaces atomically; returns the size in bytes. Raises ToolError."""

    async def delete(self, path: str) -> None:
        """Raises ToolError: missing, not a file, outside the area."""

    async def list(self, prefix: str = "") -> list[dict[str, Any]]:
        """`{path, size, modified_at}` by path."""


class Blobs(Protocol):
    """Bytes by their SHA-256, for what is too large for the log. Never changed, never renamed."""

    async def put(self, data: bytes) -> str:
        """The digest, in hexadecimal. Putting the same bytes again writes nothing."""

    async def get(self, digest: str) -> bytes:
        """Raises ToolError when there is no such blob in this workspace."""


class VectorItem(Frozen):
    id: str
    """Putting an item whose id exists replaces it."""
    content: MemoryContent
    vector: list[float]


class VectorMatch(Frozen):
    content: MemoryContent
    score: float
    """Cosine similarity, from -1 to 1."""


class VectorStore(Protocol):
    """A workspace's vectors, in named collections. All vectors of a collection have one length."""

    async def put(self, collection: str, items: Sequence[VectorItem]) -> None:
        """Raises ToolError when a vector's length is not the collection's."""

    async def nearest(
        self,
        collection: str,
        vector: Sequence[float],
        *,
        limit: int,
        min_score: float | None = None,
    ) -> list[VectorMatch]:
        """Best first; ties by id."""

    async def clear(self, collection: str) -> None: ...
