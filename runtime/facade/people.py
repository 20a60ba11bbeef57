"""Puts what a run asks to the program's own functions, and their answers into its log."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from inspect import isawaitable
from typing import Any

from runtime.durable.journal import MemoryLog
from runtime.events import Event
from runtime.events.payloads import (
    Actor,
    ApprovalDecided,
    ApprovalRequested,
    DecisionVerb,
    InputAnswered,
    InputRequested,
    Verdict,
)
from runtime.facade.result import Request
from runtime.messages import JsonObject
from runtime.ports import GateQuery, GateVerdict

PROGRAM = Actor(name="program")


@dataclass(frozen=True)
class Decision:
    """On a call: `approve`, `edit` (with `arguments`), `deny` (with a `reason`), `answer` (`text`
    is its result; it is not made) or `stop`, which ends the run."""

    verb: DecisionVerb = "approve"
    arguments: JsonObject | None = None
    text: str | None = None
    reason: str | None = None


Approve = Callable[[ApprovalRequested], "Decision | bool | Awaitable[Decision | bool]"]
"""Whether a call may be made; a bool approves or denies it."""
Ask = Callable[[InputRequested], "str | Awaitable[str]"]
"""What a person says."""


class Gate:
    """Calls that change something outside are asked for where somebody can be asked."""

    def __init__(self, verdict: Verdict) -> None:
        self._verdict: Verdict = verdict

    async def check(self, query: GateQuery) -> GateVerdict:
        verdict: Verdict = self._verdict if query.side_effects else "allow"
        rule = "calls with side effects" if query.side_effects else "calls without side effects"
        return GateVerdict(verdict=verdict, rule=f"{rule}: {verdict}", policy_version=1)


def open_requests(log: MemoryLog) -> list[Request]:
    """Asked and not answered, in order."""
    asked: dict[str, Request] = {}
    for event in log.events:
        payload = event.payload
        if isinstance(payload, InputRequested | ApprovalRequested):
            asked[payload.request_id] = payload
        elif isinstance(payload, InputAnswered | ApprovalDecided):
            asked.pop(payload.request_id, None)
    return list(asked.values())


def decide(log: MemoryLog, request: ApprovalRequested, decision: Decision | bool) -> None:
    if isinstance(decision, bool):
        decision = Decision("approve" if decision else "deny")
    payload = ApprovalDecided(
        request_id=request.request_id,
        verb=decision.verb,
        args_hash=request.args_hash,
        arguments=decision.arguments,
        text=decision.text,
        reason=decision.reason,
        by=PROGRAM,
    )
    log.add_outside(payload)


def answer(log: MemoryLog, request: InputRequested, text: str) -> None:
    log.add_outside(InputAnswered(request_id=request.request_id, text=text, by=PROGRAM))


class People:
    """For one log. `unanswerable` holds what nobody is there for; `failed` gets the error of a
    function of the program's."""

    def __init__(self, log: MemoryLog, approve: Approve | None, ask: Ask | None) -> None:
        self._log = log
        self._approve = approve
        self._ask = ask
        self._asking: dict[str, asyncio.Task[None]] = {}
        self.unanswerable: set[str] = set()
        self.on_unanswerable: Callable[[], None] = lambda: None
        self.failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def start(self) -> None:
        """Asks again what an earlier life of the run has asked."""
        for request in open_requests(self._log):
            self._take(request)

    def event(self, event: Event) -> None:
        if isinstance(event.payload, InputRequested | ApprovalRequested):
            self._take(event.payload)

    @property
    def busy(self) -> list[asyncio.Task[None]]:
        return [task for task in self._asking.values() if not task.done()]

    async def first_of(self, *futures: asyncio.Future[Any]) -> None:
        """Returns when one of these is done; raises what a function of the program's raised."""
        waited: set[asyncio.Future[Any]] = {*futures, self.failed}
        await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
        if self.failed.done():
            self.failed.result()

    async def close(self) -> None:
        for task in self.busy:
            task.cancel()
        await asyncio.gather(*self._asking.values(), return_exceptions=True)
        self.failed.cancel()

    def _take(self, request: Request) -> None:
        if request.request_id in self._asking or request.request_id in self.unanswerable:
            return
        function = self._ask if isinstance(request, InputRequested) else self._approve
        if function is None:
            self.unanswerable.add(request.request_id)
            self.on_unanswerable()
            return
        self._asking[request.request_id] = asyncio.ensure_future(self._put(function, request))

    async def _put(self, function: Callable[[Any], Any], request: Request) -> None:
        try:
            said = function(request)
            if isawaitable(said):
                said = await said
            if isinstance(request, InputRequested):
                answer(self._log, request, str(said))
            else:
                decide(self._log, request, said)
        except Exception as error:  # noqa: BLE001 - the program's own, raised to it
            if not self.failed.done():
                self.failed.set_exception(error)
