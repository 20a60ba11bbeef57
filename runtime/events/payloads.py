"""One payload model for each kind of event, with the tag `kind`.

Written by the engine unless a docstring says *outside*: those are appended by people and
operators through the application, without the engine's epoch.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from runtime.messages import ChatMessage, Frozen, FunctionCall, MemoryContent, RequestUsage

Effect = Literal["pure", "idempotent", "at_most_once"]
"""What may be done with a call that was started and has no result: run it again, run it again
with the same idempotency key, or ask a person."""

WaitKind = Literal["approval", "input", "timer", "credential", "quota"]
Verdict = Literal["allow", "ask", "deny"]
DecisionVerb = Literal["approve", "edit", "deny", "answer", "stop", "expire"]


class Actor(Frozen):
    """Who did something from outside: a user, a token's user, or the system itself."""

    id: str | None = None
    name: str


class Wait(Frozen):
    kind: WaitKind
    request_id: str | None = None
    until: datetime | None = None
    detail: str = ""


class ErrorInfo(Frozen):
    code: str
    detail: str
    hint: str | None = None
    status: int | None = None


class ModelInfo(Frozen):
    provider: str
    model: str
    scripted: bool = False
    """True: no model wrote this; a deterministic stand-in did. Screens must say so."""


# The run ---------------------------------------------------------------------------------------


class RunCreated(Frozen):
    """Outside. Always seq 1."""

    kind: Literal["run.created"] = "run.created"
    task: list[ChatMessage]
    session_id: str
    run_number: int
    team: dict[str, Any]
    """`{definition_id, revision, name}` of what was frozen for this run."""
    scripted: bool
    by: Actor


class RunClaimed(Frozen):
    """Outside in the sense that the claim itself writes it: queued → running."""

    kind: Literal["run.claimed"] = "run.claimed"
    worker: str
    epoch: int
    engine_version: str


class RunParked(Frozen):
    """running → waiting: no process holds the run until one of `waits` is over."""

    kind: Literal["run.parked"] = "run.parked"
    waits: list[Wait]


class RunPaused(Frozen):
    """running → paused: by a person's command, or because something needs one (`code`)."""

    kind: Literal["run.paused"] = "run.paused"
    code: str
    detail: str
    hint: str | None = None
    by: Actor | None = None


class RunReleased(Frozen):
    """running → queued: the worker drains or the run has used its slice."""

    kind: Literal["run.released"] = "run.released"
    reason: str


class RunRequeued(Frozen):
    """Outside: waiting, paused or quarantined → queued."""

    kind: Literal["run.requeued"] = "run.requeued"
    reason: str
    by: Actor | None = None


class LeaseExpired(Frozen):
    """Outside: running → queued, because its worker is gone."""

    kind: Literal["run.lease_expired"] = "run.lease_expired"
    worker: str


class RunQuarantined(Frozen):
    """Outside: three crashes in a row without progress; a person must look."""

    kind: Literal["run.quarantined"] = "run.quarantined"
    detail: str


class RunCompleted(Frozen):
    kind: Literal["run.completed"] = "run.completed"
    stop_reason: str


class RunFailed(Frozen):
    kind: Literal["run.failed"] = "run.failed"
    error: ErrorInfo


class RunStopped(Frozen):
    kind: Literal["run.stopped"] = "run.stopped"
    by: Actor | None = None
    reason: str = ""


class RunWarned(Frozen):
    """Something a person should know that stops nothing."""

    kind: Literal["run.warned"] = "run.warned"
    code: str
    detail: str


# Commands --------------------------------------------------------------------------------------


class CommandReceived(Frozen):
    """Outside. Takes effect at the next numbered point; `command.applied` names it."""

    kind: Literal["command.received"] = "command.received"
    command: Literal["stop", "pause", "resume", "end"]
    """`stop` ends the run at once, `end` after the turn that is under way, as completed."""
    reason: str = ""
    by: Actor


class CommandApplied(Frozen):
    kind: Literal["command.applied"] = "command.applied"
    command_seq: int
    point: str
    """Where: `turn`, `model`, `tools`, or `wait`."""


# Frames and turns ------------------------------------------------------------------------------


class FrameStarted(Frozen):
    """One invocation of a team or agent; `agent_path` names it ("" is the root team)."""

    kind: Literal["frame.started"] = "frame.started"
    provider: str
    label: str
    invocation: int


class FrameEnded(Frozen):
    kind: Literal["frame.ended"] = "frame.ended"
    invocation: int
    stop_reason: str | None = None


class TurnStarted(Frozen):
    """`agent_path` is the speaker. `heard` is the half-open range of indices of its team's
    thread that is delivered to it with this turn, but for what it said itself."""

    kind: Literal["turn.started"] = "turn.started"
    speaker: str
    heard: tuple[int, int]


class TurnEnded(Frozen):
    """`agent_path` is the speaker; the team's checkpoint is tied to the last of a superstep."""

    kind: Literal["turn.ended"] = "turn.ended"
    speaker: str
    interrupted: bool = False
    """True: a time limit ended it before it had spoken."""


class AgentReset(Frozen):
    """The agent, or the team with all its members, forgets everything before."""

    kind: Literal["agent.reset"] = "agent.reset"


class MessagePosted(Frozen):
    """A chat message joined a team's thread at `index`. `agent_path` is who said it; the task's
    own messages have the team's path and source `user`. `team_path` is the team's."""

    kind: Literal["message.posted"] = "message.posted"
    team_path: str
    index: int
    message: ChatMessage
    message_key: str | None = None
    """The model call whose streamed text became this message."""
    is_task: bool = False
    """True: the team was given it; nobody in the team said it."""
    relayed: bool = False
    """True: it was said in a team inside and posted there; this thread only takes it up."""


# Steps: models ---------------------------------------------------------------------------------


class ModelStarted(Frozen):
    kind: Literal["model.started"] = "model.started"
    message_key: str
    """Deltas of this call carry it."""
    attempt: int
    model: ModelInfo
    request: dict[str, Any]
    """References, not the request: `{messages, system_hash, tools, params}`."""


class ModelCompleted(Frozen):
    kind: Literal["model.completed"] = "model.completed"
    message_key: str
    attempt: int
    model: ModelInfo
    content: str | None
    tool_calls: list[FunctionCall] = Field(default_factory=list)
    thought: str | None = None
    thinking: list[dict[str, Any]] = Field(default_factory=list)
    """The vendor's own blocks of thought, signed, that go back with the calls' results."""
    finish_reason: str
    usage: RequestUsage
    reasoning_tokens: int | None = None
    cache_write_tokens: int | None = None
    cached: bool = False
    """True: no model was asked; an earlier reply to the same request stands here."""
    cost_usd: str | None = None
    """Decimal text; None when no price is known. Never rounded."""
    latency_ms: int
    first_token_ms: int | None = None


class ModelFailed(Frozen):
    kind: Literal["model.failed"] = "model.failed"
    message_key: str
    attempt: int
    model: ModelInfo
    error: ErrorInfo
    will_retry: bool
    retry_in_ms: int | None = None


# Steps: tools ----------------------------------------------------------------------------------


class ToolRequested(Frozen):
    """A model proposed a call. `call_id` is ours and unique in the run (vendors' may be empty or
    repeated); `arguments` is None when the model's JSON is malformed (`raw` has the text)."""

    kind: Literal["tool.requested"] = "tool.requested"
    call_id: str
    tool: str
    arguments: dict[str, Any] | None
    raw: str | None = None
    args_hash: str
    effect: Effect
    side_effects: bool


class ToolGated(Frozen):
    kind: Literal["tool.gated"] = "tool.gated"
    call_id: str
    tool: str
    args_hash: str
    verdict: Verdict
    rule: str
    """Which rule spoke, in words."""
    policy_version: int


class ToolStarted(Frozen):
    """The intent, recorded before the effect. `arguments` is what runs, after any edit."""

    kind: Literal["tool.started"] = "tool.started"
    call_id: str
    tool: str
    arguments: dict[str, Any]
    args_hash: str
    idempotency_key: str


class ToolCompleted(Frozen):
    kind: Literal["tool.completed"] = "tool.completed"
    call_id: str
    tool: str
    result: str
    is_error: bool
    outcome: Literal["done", "error", "invalid", "denied", "answered", "cancelled", "timeout"]
    duration_ms: int | None = None
    artifacts: dict[str, Any] | None = None
    """What the tool left beside its result, such as `{files: [{path, digest, size}]}`."""


class MemoryQueried(Frozen):
    """What a memory gave for an agent's turn, before its first model call."""

    kind: Literal["memory.queried"] = "memory.queried"
    memory: str
    query: str
    results: list[MemoryContent]


class StepRecorded(Frozen):
    """The result of any other step whose value the run depends on: a list of tools, the clock."""

    kind: Literal["step.recorded"] = "step.recorded"
    name: str
    value: Any


# People ----------------------------------------------------------------------------------------


class ApprovalRequested(Frozen):
    """`purpose` is `call` (may it run?) or `in_doubt` (it was started and we do not know whether
    it happened)."""

    kind: Literal["approval.requested"] = "approval.requested"
    request_id: str
    call_id: str
    purpose: Literal["call", "in_doubt"]
    agent: str
    tool: str
    description: str = ""
    arguments: dict[str, Any]
    args_hash: str
    args_schema: dict[str, Any]
    effect: Effect
    deadline_at: datetime | None = None


class ApprovalDecided(Frozen):
    """Outside. `arguments` with `edit`, `text` with `answer`, `reason` with `deny` and `stop`.
    For an in-doubt call: `approve` means it did not happen, run it; `answer` means it happened
    with this result."""

    kind: Literal["approval.decided"] = "approval.decided"
    request_id: str
    verb: DecisionVerb
    args_hash: str
    arguments: dict[str, Any] | None = None
    text: str | None = None
    reason: str | None = None
    by: Actor


class InputRequested(Frozen):
    kind: Literal["input.requested"] = "input.requested"
    request_id: str
    agent: str
    prompt: str
    deadline_at: datetime | None = None


class InputAnswered(Frozen):
    """Outside."""

    kind: Literal["input.answered"] = "input.answered"
    request_id: str
    text: str
    by: Actor


Payload = Annotated[
    RunCreated
    | RunClaimed
    | RunParked
    | RunPaused
    | RunReleased
    | RunRequeued
    | LeaseExpired
    | RunQuarantined
    | RunCompleted
    | RunFailed
    | RunStopped
    | RunWarned
    | CommandReceived
    | CommandApplied
    | FrameStarted
    | FrameEnded
    | TurnStarted
    | TurnEnded
    | AgentReset
    | MessagePosted
    | ModelStarted
    | ModelCompleted
    | ModelFailed
    | ToolRequested
    | ToolGated
    | ToolStarted
    | ToolCompleted
    | MemoryQueried
    | StepRecorded
    | ApprovalRequested
    | ApprovalDecided
    | InputRequested
    | InputAnswered,
    Field(discriminator="kind"),
]
