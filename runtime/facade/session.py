"""A conversation with a team, in this process: runs one after the other, each of them a log."""

from __future__ import annotations

import asyncio
import uuid
import weakref
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from typing import Any

from pydantic import TypeAdapter, ValidationError

from runtime.components.load import Loaded, load
from runtime.components.spec import Component
from runtime.durable.journal import ENDED, MemoryLog
from runtime.engine import Factory, Outcome, RunEngine, RunServices
from runtime.errors import RuntimeFault, SpecError
from runtime.events.payloads import (
    Actor,
    CommandReceived,
    RunCompleted,
    RunCreated,
    RunFailed,
    RunParked,
    RunPaused,
    RunStopped,
)
from runtime.facade.environment import EnvironmentSecrets
from runtime.facade.feed import Feed
from runtime.facade.options import Options, Task, Team
from runtime.facade.people import PROGRAM, Decision, Gate, People, open_requests
from runtime.facade.people import answer as record_answer
from runtime.facade.people import decide as record_decision
from runtime.facade.result import Request, RunError, TaskResult
from runtime.messages import (
    ChatMessage,
    JsonObject,
    ModelClientStreamingChunkEvent,
    TeamMessage,
    TextMessage,
)
from runtime.model_clients.pool import ModelClientPool
from runtime.ports import Clock, Secrets
from runtime.telemetry import telemetry_from_environment

STATE_FORMAT = 1
_FOR_EVER = 1e7
"""Seconds; a run waits in its place as long as somebody is being asked."""
_ENDS = (RunCompleted, RunFailed, RunPaused, RunParked, RunStopped)
_ID = TypeAdapter(str)
_MESSAGE: TypeAdapter[ChatMessage] = TypeAdapter(ChatMessage)


class Session:
    """Runs of one team; what it remembers goes from one to the next. One run at a time."""

    def __init__(self, team: Team, *, state: JsonObject | None = None, **options: Any) -> None:
        """`options` are those of `Options`. Raises SpecError for JSON that is no component, and
        for a state that is none."""
        self.options = Options(**options)
        secrets = self.options.secrets
        if secrets is None:
            secrets = EnvironmentSecrets()
        self._secrets = secrets
        self._spec = _spec(team, secrets)
        self._telemetry = self.options.telemetry or telemetry_from_environment()
        self._clients = self.options.clients or ModelClientPool()
        self._logs: list[MemoryLog] = []
        self._reader: weakref.ref[Any] | None = None
        self._left = asyncio.Event()
        self._unread: list[TeamMessage] = []
        """What happened after the last reader had left its stream."""
        self._told = True
        """Whether somebody heard how the last run ended."""
        self.id = str(uuid.uuid4())
        if state is not None:
            self.load_state(state)

    # Running -----------------------------------------------------------------------------------

    async def run(self, task: Task = None) -> TaskResult:
        """Raises RunError when the run fails or needs somebody. None as the task goes on without
        a new one, or with the run that is not at its end."""
        result = None
        async for item in self.stream(task):
            if isinstance(item, TaskResult):
                result = item
        if result is None:
            raise RuntimeFault("The stream ended without a result")
        return result

    def stream(self, task: Task = None) -> AsyncGenerator[TeamMessage | TaskResult, None]:
        """Messages and agent events as they happen, and a TaskResult at the end. Leaving the loop
        early stops the work where it is; it is not lost, `run(None)` goes on."""
        seat: list[weakref.ref[Any]] = []
        items = self._seated(task, seat)
        seat.append(weakref.ref(items))
        return items

    async def _seated(
        self, task: Task, seat: list[weakref.ref[Any]]
    ) -> AsyncGenerator[TeamMessage | TaskResult, None]:
        """A stream that nobody holds any more is being closed by the loop: the next one waits for
        that, and does not call it a second run."""
        while self._reader is not None:
            if self._reader() is not None:
                raise RuntimeFault("This session is running already")
            await self._left.wait()
        self._reader = seat[0]
        self._left.clear()
        try:
            async with aclosing(self._stream(task)) as items:
                async for item in items:
                    yield item
        finally:
            self._reader = None
            self._left.set()

    async def _stream(self, task: Task) -> AsyncGenerator[TeamMessage | TaskResult, None]:
        queue: asyncio.Queue[TeamMessage | None] = asyncio.Queue()
        log, feed = await self._open(task, queue.put_nowait)
        unread, self._unread = self._unread, []
        for waiting in unread if task is None else ():
            queue.put_nowait(waiting)
        self._told = False
        driver = asyncio.ensure_future(self._drive(log, feed))
        driver.add_done_callback(lambda _: queue.put_nowait(None))
        messages: list[TeamMessage] = []
        try:
            while (item := await queue.get()) is not None:
                if not isinstance(item, ModelClientStreamingChunkEvent):
                    messages.append(item)
                yield item
            self._told = True
            await driver
            yield self._result(log, messages)
        finally:
            driver.cancel()
            await asyncio.gather(driver, return_exceptions=True)
            log.watchers.clear()
            self._unread = _rest(queue)

    def stop(self, reason: str = "") -> None:
        """Ends the run at once; its result has the outcome `stopped`."""
        self._command("stop", reason)

    def end(self, reason: str = "") -> None:
        """Ends the run after the turn that is under way."""
        self._command("end", reason)

    @property
    def waiting(self) -> list[Request]:
        """What the last run asks and nobody has answered."""
        return open_requests(self._logs[-1]) if self._logs else []

    def answer(self, request_id: str, reply: str | Decision | bool) -> None:
        """For a run that waits; `run(None)` then goes on. Raises KeyError for other requests."""
        request = {request.request_id: request for request in self.waiting}[request_id]
        if request.kind == "input.requested":
            record_answer(self._logs[-1], request, str(reply))
        elif isinstance(reply, str):
            raise TypeError("An approval is answered with a Decision or a bool")
        else:
            record_decision(self._logs[-1], request, reply)

    async def close(self) -> None:
        """Closes the connections to models; the session can be used again."""
        await self._clients.close()

    async def __aenter__(self) -> Session:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    # State -------------------------------------------------------------------------------------

    def save_state(self) -> JsonObject:
        """As JSON, also while it runs: what is recorded is whole at any moment. The files, blobs
        and vectors of the session are not in it."""
        runs = [log.save() for log in self._logs]
        return {"format": STATE_FORMAT, "session": self.id, "runs": runs}

    def load_state(self, state: JsonObject) -> None:
        """Raises SpecError for anything that `save_state` did not give."""
        if self._reader is not None:
            raise RuntimeFault("This session is running")
        if not isinstance(state, dict) or state.get("format") != STATE_FORMAT:
            raise SpecError("This is no saved state of a session", path="$.format")
        logs: list[MemoryLog] = []
        try:
            for saved in state["runs"]:
                logs.append(MemoryLog.load(saved, self.options.clock, logs))
            self.id = _ID.validate_python(state["session"])
        except (ValidationError, ValueError, KeyError, TypeError) as error:
            raise SpecError(f"The saved state cannot be read: {error!s:.200}") from error
        self._logs = logs
        self._unread, self._told = [], True

    # Inside ------------------------------------------------------------------------------------

    async def _open(self, task: Task, put: Callable[[TeamMessage], None]) -> tuple[MemoryLog, Feed]:
        last = self._logs[-1] if self._logs else None
        unfinished = last is not None and last.status not in ENDED
        if task is not None and last is not None and unfinished:
            self._command("stop", "A new task was given")
            await self._life(
                last, Feed(last.run_id, last.clock, put, tasks=False, team_events=False)
            )
        goes_on = task is None and (unfinished or not self._told)
        log = last if goes_on and last is not None else self._new_log(task)
        feed = Feed(
            log.run_id,
            log.clock,
            put,
            tasks=self.options.output_task_messages,
            team_events=self._emits_team_events(),
        )
        feed.catch_up(log.events)
        log.watchers.append(feed.event)
        if self.options.on_event is not None:
            for event in log.events if log.epoch == 0 else ():
                self.options.on_event(event)
            log.watchers.append(self.options.on_event)
        if log.status == "paused":
            self._command("resume")
        return log, feed

    def _new_log(self, task: Task) -> MemoryLog:
        last = self._logs[-1] if self._logs else None
        log = MemoryLog(str(uuid.uuid4()), self.options.clock)
        if last is not None:
            log.start_from(last)
        created = RunCreated(
            task=_messages(task, self.options.clock),
            session_id=self.id,
            run_number=len(self._logs) + 1,
            team={},
            scripted=False,
            by=PROGRAM,
        )
        log.add_outside(created, key="created")
        self._logs.append(log)
        return log

    async def _drive(self, log: MemoryLog, feed: Feed) -> None:
        """Lives of the run, until it ends or waits for what nobody here can give."""
        if log.status in ENDED:
            return  # it ended after the last reader had left
        people = People(log, self.options.approve, self.options.ask)
        log.watchers.append(people.event)
        people.start()
        try:
            while True:
                outcome = await self._life(log, feed, people)
                if outcome == "parked" and not await self._waited(log, people):
                    return
                if outcome not in ("parked", "released"):
                    return
        finally:
            await people.close()

    async def _life(self, log: MemoryLog, feed: Feed, people: People | None = None) -> Outcome:
        services = RunServices(
            journal=log.claim(),
            gate=self.options.gate or Gate("ask" if self.options.approve else "allow"),
            files=self.options.files,
            blobs=self.options.blobs,
            vectors=self.options.vectors,
            deltas=feed,
            clock=log.clock,
            secrets=self._secrets,
            clients=self._clients,
            operator=self.options.operator,
            telemetry=self._telemetry,
        )
        nobody = people is None or bool(people.unanswerable)
        engine = RunEngine(
            self._spec,
            task=_created(log).task,
            services=services,
            linger=0.0 if nobody else _FOR_EVER,
            limits=self.options.limits,
        )
        life = asyncio.ensure_future(engine.run())
        if people is None:
            return await life
        people.on_unanswerable = engine.drain
        try:
            await people.first_of(life)
            return await life
        finally:
            life.cancel()
            await asyncio.gather(life, return_exceptions=True)

    async def _waited(self, log: MemoryLog, people: People) -> bool:
        """Whether something that the run waits for has come. False: nobody here can give it."""
        if log.status == "queued":
            return True
        if people.busy:
            await people.first_of(*people.busy)
            return True
        parked = next(e.payload for e in reversed(log.events) if isinstance(e.payload, RunParked))
        due = [wait.until for wait in parked.waits if wait.kind == "timer" and wait.until]
        if not due:
            return False
        await log.clock.sleep(max(0.0, (min(due) - log.clock.now()).total_seconds()))
        return True

    def _result(self, log: MemoryLog, messages: list[TeamMessage]) -> TaskResult:
        end = next((e.payload for e in reversed(log.events) if isinstance(e.payload, _ENDS)), None)
        if isinstance(end, RunFailed):
            raise RunError(end.error.code, end.error.detail, end.error.hint)
        if isinstance(end, RunPaused):
            raise RunError(end.code, end.detail, end.hint)
        if isinstance(end, RunCompleted):
            return TaskResult(messages, end.stop_reason, _save=self.save_state)
        if isinstance(end, RunStopped):
            return TaskResult(messages, end.reason or "Stopped", "stopped", _save=self.save_state)
        return TaskResult(messages, None, "waiting", self.waiting, self.save_state)

    def _command(self, command: Any, reason: str = "") -> None:
        if self._logs and self._logs[-1].status not in ENDED:
            by = Actor(name="program")
            self._logs[-1].add_outside(CommandReceived(command=command, reason=reason, by=by))

    def _emits_team_events(self) -> bool:
        if self.options.emit_team_events is not None:
            return self.options.emit_team_events
        spec = self._spec
        return isinstance(spec, Component) and bool(spec.config.get("emit_team_events"))


def _spec(team: Team, secrets: Secrets) -> Component | Factory:
    if isinstance(team, Loaded):
        team = team.component
    elif isinstance(team, dict):
        team = load(team).component
    if isinstance(team, Component) and isinstance(secrets, EnvironmentSecrets):
        return secrets.fill_in(team)
    if not isinstance(team, Component) and not callable(team):
        raise SpecError(f"A team is component JSON or a factory, not a {type(team).__name__}")
    return team


def _rest(queue: asyncio.Queue[TeamMessage | None]) -> list[TeamMessage]:
    left = [queue.get_nowait() for _ in range(queue.qsize())]
    return [
        item
        for item in left
        if item is not None and not isinstance(item, ModelClientStreamingChunkEvent)
    ]


def _messages(task: Task, clock: Clock) -> list[ChatMessage]:
    if task is None:
        return []
    if isinstance(task, str):
        said = TextMessage(
            id=str(uuid.uuid4()), source="user", created_at=clock.now(), content=task
        )
        return [said]
    if isinstance(task, Sequence):
        if not task:
            raise RuntimeFault("A task of no messages says nothing", hint="Pass None to go on.")
        return [_MESSAGE.validate_python(message) for message in task]
    return [_MESSAGE.validate_python(task)]


def _created(log: MemoryLog) -> RunCreated:
    payload = log.events[0].payload
    if not isinstance(payload, RunCreated):
        raise SpecError("The saved state has a run without its beginning")
    return payload
