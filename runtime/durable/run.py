"""One run, as the code that executes it sees it: its log, its clock, and the way to wait."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from runtime.durable.activity import Activity
from runtime.durable.inbox import Inbox
from runtime.durable.limits import RunLimits
from runtime.durable.resources import RunResources
from runtime.durable.scope import Scope
from runtime.durable.state import RunState
from runtime.errors import Cancelled, NonDeterministic
from runtime.events import Draft, Event, sanitise_model
from runtime.events.payloads import Actor, RunWarned, Wait
from runtime.ports import (
    UP_TO_CHECKPOINT,
    ApprovalGate,
    Blobs,
    Checkpoint,
    Clock,
    DeltaSink,
    FileArea,
    GateQuery,
    GateVerdict,
    Journal,
    LogRange,
    VectorStore,
)

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class StopRequest:
    reason: str
    by: Actor | None


@dataclass(frozen=True)
class Hold:
    """Why a branch cannot go on without a person."""

    code: str
    detail: str
    hint: str | None = None


@dataclass
class RunContext:
    """Shared by every step of the run. `signal` wakes the supervisor that decides when the run
    parks, pauses, stops or leaves this worker."""

    journal: Journal
    gate: ApprovalGate
    files: FileArea
    blobs: Blobs
    vectors: VectorStore
    deltas: DeltaSink
    clock: Clock
    limits: RunLimits
    linger: float
    state: RunState
    signal: Callable[[], None]
    actor_states: Callable[[], dict[str, dict[str, Any]]] = dict
    resources: RunResources = field(default_factory=RunResources)
    activity: Activity = field(init=False)
    inbox: Inbox = field(init=False)
    holds: list[Hold] = field(default_factory=list)
    open_steps: dict[str, Draft] = field(default_factory=dict)
    """What to record of each step in flight if the run is stopped now, by the step's key."""
    stop_request: StopRequest | None = None
    draining: bool = False
    halted: int = 0
    """Branches that stand at a numbered point because of a command or a drain."""
    closed: bool = False
    trouble: Exception | None = None
    """Why this life cannot go on; the run itself is as it was."""
    point_name: str = "turn"
    """The last numbered point that was passed."""

    def __post_init__(self) -> None:
        self.activity = Activity(self.signal)
        self.inbox = Inbox(
            self.activity,
            applied_through=self.state.applied_through,
            is_applied=lambda seq: self.journal.find(command_key(seq)) is not None,
            on_command=self.signal,
        )
        self._invocations = dict(self.state.invocations)
        self._calls: Counter[str] = Counter(self.state.calls)
        self._last_seq = 0
        self._interrupted: list[str] = []
        self._deferred: list[Draft] = []

    @property
    def run_id(self) -> str:
        return self.journal.run_id

    async def append(
        self,
        drafts: Sequence[Draft],
        *,
        checkpoint: Checkpoint | None = None,
        closing: bool = False,
    ) -> list[Event]:
        """The recorded events, those of an earlier life where their keys exist. Inside a scope
        that was interrupted only who closes it may append."""
        if self.closed:
            raise Cancelled("The run has left this worker")
        if self._interrupted and not closing:
            self._refuse_interrupted(drafts)
        before = self.take_deferred()
        clean = [*before, *(sanitise_draft(draft) for draft in drafts)]
        try:
            events = await self.journal.append(clean, checkpoint=checkpoint)
        except NonDeterministic:
            raise
        except Exception as error:
            self._give_up(error)
            raise
        self._last_seq = max([self._last_seq, *(event.seq for event in events)])
        return events[len(before) :]

    def defer(self, draft: Draft) -> Event:
        """Goes out in front of the next append of any branch, in the same transaction: for what
        nothing outside can depend on before that. The event as it will be, but for its `seq` and
        time; the recorded one where there is one."""
        clean = sanitise_draft(draft)
        self._deferred.append(clean)  # a recorded one too: the append checks that it is the same
        return self.journal.find(draft.key) or Event(
            seq=0,
            occurred_at=self.clock.now(),
            key=clean.key,
            agent_path=clean.agent_path,
            turn=clean.turn,
            correlation_id=clean.correlation_id,
            payload=clean.payload,
        )

    def take_deferred(self) -> list[Draft]:
        """Whoever takes them appends them."""
        before, self._deferred = self._deferred, []
        return before

    async def check_gate(self, query: GateQuery) -> GateVerdict:
        try:
            return await self.gate.check(query)
        except Exception as error:
            self._give_up(error)
            raise

    async def interrupt(self, scope: Scope) -> list[Draft]:
        """From now on nothing inside this scope is appended but by who closes it: the drafts that
        give the steps in flight their outcome."""
        self._interrupted.append(scope.path)
        await self.journal.settled()
        inside = [path for path in self.open_steps if _is_inside(path, scope.path)]
        drafts = [self.open_steps.pop(path) for path in inside]
        return [draft for draft in drafts if self.journal.find(draft.key) is None]

    def _refuse_interrupted(self, drafts: Sequence[Draft]) -> None:
        for draft in drafts:
            if any(_is_inside(draft.key, path) for path in self._interrupted):
                raise Cancelled("The time limit interrupted this turn")

    def _give_up(self, error: Exception) -> None:
        """The log or the gate cannot be reached, or the lease is lost: nothing of that is the
        run's own failure, so this life ends and the run can be claimed again."""
        self.trouble = self.trouble or error
        self.signal()

    @property
    def head(self) -> int:
        """Up to where everything that this run's code depends on is recorded. The journal's own
        head may lag behind it: it stops before outside events that were not fetched yet."""
        return max(self.journal.head, self._last_seq)

    def next_invocation(self, agent_path: str) -> int:
        """Monotonic within the run; never reset, not by recovery either."""
        self._invocations[agent_path] = self._invocations.get(agent_path, 0) + 1
        return self._invocations[agent_path]

    def count_model_call(self, agent_path: str) -> int:
        """How many this agent has made in the session, this one included."""
        self._calls[agent_path] += 1
        return self._calls[agent_path]

    @property
    def model_calls(self) -> int:
        """Of all agents, in this run."""
        return self.state.model_calls + self._calls.total() - sum(self.state.calls.values())

    def counters_within(self, path: str) -> tuple[dict[str, int], dict[str, int]]:
        """Invocations and model calls of this path and those inside it: what a frame must put
        back when it resumes without re-executing its turns."""
        return _within(path, self._invocations), _within(path, self._calls)

    def put_back(self, invocations: dict[str, int], calls: dict[str, int]) -> None:
        self._invocations.update(invocations)
        for path, count in calls.items():
            self._calls[path] = count  # a Counter's `update` would add them

    def checkpoint(self, turn: int) -> Checkpoint:
        """The state now, at a quiescent point: everything it refers to is already recorded."""
        earlier = [span for span in self.state.history if span.run_id != self.run_id]
        here = LogRange(run_id=self.run_id, first=1, last=UP_TO_CHECKPOINT)
        return RunState(
            run_id=self.run_id,
            history=[*earlier, here],
            turn=turn,
            invocations=self._invocations,
            model_calls=self.model_calls,
            calls=dict(self._calls),
            applied_through=self.inbox.applied_through,
            actors=self.actor_states(),
        ).to_checkpoint()

    def request_stop(self, reason: str, by: Actor | None) -> None:
        self.stop_request = self.stop_request or StopRequest(reason, by)
        self.signal()

    @property
    def must_halt(self) -> bool:
        return self.draining or self.inbox.pause is not None or self.inbox.stop is not None

    async def halt(self, point: str) -> None:
        """At a numbered point: stays here while a command or a drain asks for it."""
        self.point_name = point
        while self.must_halt:
            self.halted += 1
            try:
                await self.inbox.hold(Wait(kind="timer", detail=f"halted at {point}"))
            finally:
                self.halted -= 1

    async def hold(self, hold: Hold) -> None:
        """Until a person has seen to it and resumed the run; mostly in another life of it."""
        self.holds.append(hold)
        try:
            await self.inbox.hold(Wait(kind="credential", detail=hold.detail))
        finally:
            self.holds.remove(hold)

    async def warn(self, key: str, code: str, detail: str) -> None:
        await self.append([Draft(key=key, payload=RunWarned(code=code, detail=detail))])


def _is_inside(place: str, scope: str) -> bool:
    return place.startswith((f"{scope}/", f"{scope}:"))


def _within(path: str, counters: dict[str, int]) -> dict[str, int]:
    return {
        place: count
        for place, count in counters.items()
        if place == path or place.startswith(f"{path}/")
    }


def command_key(seq: int) -> str:
    return f"command/{seq}"


def sanitise_draft(draft: Draft) -> Draft:
    payload = sanitise_model(draft.payload)
    return draft if payload is draft.payload else draft.model_copy(update={"payload": payload})
