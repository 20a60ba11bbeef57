"""Executes one run: from wherever its log stands, until it ends or leaves this worker."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from runtime.agents.base import AnyParticipant, Participant
from runtime.components.builder import Builder
from runtime.components.spec import Component
from runtime.core import ActorRuntime
from runtime.durable.history import History
from runtime.durable.limits import RunLimits
from runtime.durable.run import RunContext
from runtime.durable.scope import ROOT
from runtime.durable.state import ROOT_FRAME, RunState
from runtime.durable.step import StepContext
from runtime.engine.supervisor import Outcome, Prepared, Supervisor
from runtime.errors import NewerCheckpoint, RuntimeFault, SpecError
from runtime.messages import ChatMessage
from runtime.model_clients.pool import ModelClientPool
from runtime.operator import Operator
from runtime.ports import (
    CHECKPOINT_FORMAT,
    ApprovalGate,
    Blobs,
    Clock,
    DeltaSink,
    FileArea,
    Journal,
    Secrets,
    VectorStore,
)
from runtime.stores import MemoryBlobs, MemoryVectors
from runtime.teams.base import BaseGroupChat, RunTeam, TeamResult
from runtime.teams.round_robin import alone
from runtime.teams.superstep import actor_id
from runtime.telemetry.watch import Telemetry, WatchedJournal

log = logging.getLogger(__name__)

ENGINE_VERSION = "1"


@dataclass(frozen=True)
class RunServices:
    journal: Journal
    gate: ApprovalGate
    files: FileArea
    deltas: DeltaSink
    clock: Clock
    secrets: Secrets
    clients: ModelClientPool
    blobs: Blobs = field(default_factory=MemoryBlobs)
    vectors: VectorStore = field(default_factory=MemoryVectors)
    operator: Operator = field(default_factory=Operator)
    telemetry: Telemetry | None = None


Factory = Callable[[Builder], AnyParticipant]
"""Makes the team or agent in code, a new one at each call: it is called once for each life of a
run, and what it makes must be the same each time."""


class RunEngine:
    """For one life of a run: make a new one each time the run is claimed. `spec` is a team or a
    single agent, with every reference resolved, or the program's own way of making one."""

    def __init__(
        self,
        spec: Component | Factory,
        *,
        task: list[ChatMessage],
        services: RunServices,
        linger: float = 2.0,
        limits: RunLimits | None = None,
    ) -> None:
        self._spec = spec
        self._task = task
        self._watched: WatchedJournal | None = None
        if services.telemetry is not None:
            self._watched = services.telemetry.watch(services.journal)
            services = replace(services, journal=self._watched)
        self._services = services
        self._supervisor = Supervisor(services.journal, services.clock, linger)
        self._limits = limits or RunLimits()
        self._linger = linger

    def drain(self) -> None:
        """Leave this worker at the next numbered point, or at once while waiting. May be called
        before and after `run`."""
        self._supervisor.drain()

    async def run(self) -> Outcome:
        """How this life of the run ended. Raises LeaseLost when another worker owns the run.
        Cancelling it ends it soon and records nothing: the run can be claimed again."""
        try:
            return await self._supervisor.supervise(self._prepare)
        finally:
            if self._watched is not None:
                self._watched.close()

    async def _prepare(self) -> Prepared:
        services = self._services
        root = self._checked_build()
        if self._watched is not None:
            self._watched.begin(root.name, root.provider)
        saved = self._load()
        is_new = saved.run_id != services.journal.run_id
        state = saved.next_run(services.journal.run_id) if is_new else saved
        await self._restore(root, state)
        if is_new:
            root.begin_run()
        context = RunContext(
            journal=services.journal,
            gate=services.gate,
            files=services.files,
            blobs=services.blobs,
            vectors=services.vectors,
            deltas=services.deltas,
            clock=services.clock,
            limits=self._limits,
            linger=self._linger,
            state=state,
            signal=self._supervisor.signal,
            actor_states=lambda: _states(root),
        )
        actors = ActorRuntime()
        root.attach(actors, services.journal.run_id)
        step = StepContext(context, ROOT, root.path, state.turn)

        async def work() -> TeamResult:
            target = actor_id(root.path, services.journal.run_id)
            result = await actors.send(RunTeam(task=self._task), target, scope=step)
            if not isinstance(result, TeamResult):
                raise TypeError(f"The team answered with {type(result).__name__}")
            return result

        return Prepared(context, actors, work)

    def _checked_build(self) -> BaseGroupChat[Any]:
        try:
            return self._build()
        except RuntimeFault:
            raise
        except Exception as error:
            log.exception("Run %s cannot be built", self._services.journal.run_id)
            raise SpecError(f"The team cannot be built ({type(error).__name__})") from error

    def _build(self) -> BaseGroupChat[Any]:
        services = self._services
        builder = Builder(
            secrets=services.secrets, clients=services.clients, operator=services.operator
        )
        spec = self._spec
        built: AnyParticipant = (
            builder.build(spec, Participant) if isinstance(spec, Component) else spec(builder)
        )
        if not isinstance(built, Participant):
            raise SpecError(f"The factory made a {type(built).__name__}, not a team or an agent")
        root = built if isinstance(built, BaseGroupChat) else alone(built)
        root.place(ROOT_FRAME)
        return root

    def _load(self) -> RunState:
        run_id = self._services.journal.run_id
        checkpoint = self._services.journal.checkpoint(ROOT_FRAME)
        if checkpoint is None:
            return RunState(run_id=run_id)
        if checkpoint.format > CHECKPOINT_FORMAT:
            raise NewerCheckpoint(
                f"The run was checkpointed in format {checkpoint.format}; this worker reads up to "
                f"{CHECKPOINT_FORMAT}",
                hint="Run it on a worker of the newer version.",
            )
        return RunState.model_validate(checkpoint.state)

    async def _restore(self, root: BaseGroupChat[Any], state: RunState) -> None:
        history = await History.read(self._services.journal, state.history)
        for member in root.members():
            member.restore(history)
            saved = state.actors.get(member.path)
            if saved is not None:
                member.load_state(saved)


def _states(root: BaseGroupChat[Any]) -> dict[str, dict[str, Any]]:
    states = {member.path: member.save_state() for member in root.members()}
    return {path: state for path, state in states.items() if state}
