"""What every team is: a manager that asks its participants in turn and tells each what was said."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

from pydantic import Field

from runtime.agents.base import AnyParticipant, Participant
from runtime.agents.protocol import Spoken
from runtime.components.base import ComponentConfig, Problem
from runtime.components.builder import Builder
from runtime.components.spec import AgentSlot, TerminationSlot
from runtime.core import ActorRuntime, MessageContext, handles
from runtime.durable.history import History
from runtime.durable.run import command_key
from runtime.durable.step import StepContext
from runtime.events import Draft
from runtime.events.payloads import (
    CommandApplied,
    FrameEnded,
    FrameStarted,
    MessagePosted,
)
from runtime.messages import ChatMessage, JsonObject, TextMessage
from runtime.ports import Checkpoint, LogRange
from runtime.teams.checks import check_participants
from runtime.teams.frame import FrameState, Next, Over, Taken, Thread
from runtime.teams.superstep import Superstep, actor_id
from runtime.terminations.base import AnyTermination, Delta, TerminationCondition
from runtime.terminations.events import is_ended_by_request


class TeamConfig(ComponentConfig):
    name: str | None = Field(None, title="Name")
    description: str | None = Field(None, title="Description")
    participants: list[AgentSlot] = Field(min_length=1, title="Participants")
    termination_condition: TerminationSlot | None = Field(None, title="Termination")
    max_turns: int | None = Field(
        None, ge=1, title="Turns", description="Stop after this many turns; empty: no limit."
    )
    emit_team_events: bool = Field(False, title="Team events", description="AutoGen's; not needed.")


ConfigT = TypeVar("ConfigT", bound=TeamConfig)


@dataclass(frozen=True, slots=True)
class RunTeam:
    """Converse about this until it is over."""

    task: list[ChatMessage]


@dataclass(frozen=True, slots=True)
class TeamResult:
    stop_reason: str
    said: list[ChatMessage]
    """Everything after the task."""
    turn: int = 0
    """The frame's last turn."""


class BaseGroupChat(Participant[ConfigT]):
    component_type: ClassVar = "team"
    manager_name: ClassVar[str] = "GroupChatManager"
    """The source of what the manager itself says."""

    def __init__(
        self,
        config: ConfigT,
        participants: list[AnyParticipant],
        termination: AnyTermination | None,
    ) -> None:
        self.config = config
        self.name = config.name or type(self).__name__
        self.description = config.description or ""
        self.participants = participants
        self.by_name = {participant.name: participant for participant in participants}
        self.thread = Thread("")
        self.termination = termination
        self.turns = 0
        self.first = 0
        self.invocation = 0

    # Place and actors --------------------------------------------------------------------------

    def place(self, path: str) -> None:
        super().place(path)
        self.thread.path = path
        for participant in self.participants:
            participant.place(f"{path}/{participant.name}" if path else participant.name)

    def members(self) -> Iterator[AnyParticipant]:
        yield self
        for participant in self.participants:
            yield from participant.members()

    def attach(self, actors: ActorRuntime, key: str) -> None:
        """Makes the team's and all its members' actors."""
        for member in self.members():
            actors.register_instance(actor_id(member.path, key), member)
            if isinstance(member, BaseGroupChat):
                member.actors, member.key = actors, key

    actors: ActorRuntime
    key: str

    @classmethod
    def check(cls, config: Any, path: str) -> Iterable[Problem]:
        return check_participants(config, path)

    # State -------------------------------------------------------------------------------------

    def restore(self, history: History) -> None:
        self.thread.entries = list(history.thread(self.path))

    def save_state(self) -> JsonObject:
        state: JsonObject = {"delivered": dict(self.thread.delivered), "turns": self.turns}
        if self.termination is not None and (saved := self.termination.save_state()):
            state["termination"] = saved
        return state

    def load_state(self, state: JsonObject) -> None:
        self.thread.delivered = dict(state.get("delivered", {}))
        self.turns = state.get("turns", 0)
        if self.termination is not None:
            self.termination.load_state(state.get("termination", {}))

    def begin_run(self) -> None:
        """A new run goes on with what was said, and counts anew."""
        self.turns = 0
        if self.termination is not None:
            self.termination.reset()

    def forget(self) -> None:
        self.thread.entries.clear()
        self.thread.delivered.clear()
        self.begin_run()

    # Frames ------------------------------------------------------------------------------------

    @handles
    async def on_run(self, message: RunTeam, context: MessageContext) -> TeamResult:
        step = context.scope
        if not isinstance(step, StepContext):
            raise TypeError(f"{self.id} was asked to run outside a run")
        return await self.run_frame(message.task, step)

    async def converse(self, task: list[ChatMessage], step: StepContext) -> TeamResult:
        """A frame of its own for whoever holds this team: a tool, an agent made of a team."""
        inside = StepContext(step.run, step.scope, self.path, step.turn, step.trace)
        result = await self.actors.send(RunTeam(task), actor_id(self.path, self.key), scope=inside)
        if not isinstance(result, TeamResult):
            raise TypeError(f"{self.name} answered with {type(result).__name__}")
        return result

    async def respond(self, heard: list[ChatMessage], step: StepContext) -> Spoken:
        """As a participant of another team: a whole conversation is one turn of that team, which
        hears all of it."""
        result = await self.run_frame(heard, step)
        if result.said:
            return Spoken(result.said, relayed=len(result.said))
        nothing = self.words(step, f"Nothing was said. {result.stop_reason}", self.name)
        return Spoken([nothing])

    async def run_frame(self, task: list[ChatMessage], step: StepContext) -> TeamResult:
        is_root = self.path == ""
        saved = None if is_root else step.run.journal.checkpoint(step.scope.path)
        stop_reason = None
        turn = step.turn if is_root else 0
        if saved is not None:
            turn = await self._resume(saved, step)
        elif turn == 0:
            stop_reason = await self._begin(task, step)
        while stop_reason is None:
            stop_reason = await self._over(step, turn)
            if stop_reason is None:
                turn += 1
                inside = step.in_turn(turn) if is_root else step.child("turn", turn)
                stop_reason = await Superstep(self, inside, step, turn).take()
        return await self._end(stop_reason, step, turn)

    @abstractmethod
    async def choose(self, step: StepContext) -> Next | Over:
        """Who speaks now; advances what the team keeps of whose turn it is."""

    def took_task(self, task: list[ChatMessage]) -> None:
        """A new task was given. Raises AgentError where the team cannot work on it."""

    def complete(self) -> str | None:
        """Why there is nothing left to do, whatever the termination condition says."""
        return None

    def took_turns(self, taken: list[Taken]) -> None:
        """A superstep has been spoken to its end."""

    def interrupted(self, speakers: list[AnyParticipant]) -> None:
        """A time limit ended a superstep before these had spoken."""

    async def _begin(self, task: list[ChatMessage], step: StepContext) -> str | None:
        self.invocation = step.run.next_invocation(self.path)
        started = FrameStarted(provider=self.provider, label=self.name, invocation=self.invocation)
        drafts = [step.draft("frame.started", started)]
        for index, message in enumerate(task):
            posting = self.posting(message, index, is_task=True)
            drafts.append(step.draft(f"task.{index}", posting))
        events = await step.append(*drafts)
        posted = [self.thread.take(event.agent_path, event.payload) for event in events[1:]]
        self.first = len(self.thread)
        self.took_task(posted)
        return self.observe(Delta(posted))

    async def _resume(self, saved: Checkpoint, step: StepContext) -> int:
        """Takes up a frame whose earlier turns were spoken in another life of the run."""
        run = step.run
        state = FrameState.model_validate(saved.state)
        outer = run.journal.checkpoint("")
        open_turn = LogRange(
            run_id=run.run_id, first=(outer.seq if outer else 0) + 1, last=saved.seq
        )
        events = await run.journal.read(open_turn)
        history = await History.read(run.journal, run.state.history)
        history.add(events)
        for member in self.members():
            member.restore(history)
            if (kept := state.actors.get(member.path)) is not None:
                member.load_state(kept)
        run.put_back(state.invocations, state.model_calls)
        if step.trace is not None:
            inside = f"{step.scope.path}/"
            hidden = tuple(f"{m.path}/" for m in self.members() if m.hides_inside)
            heard = [e for e in events if not e.agent_path.startswith(hidden)]
            step.trace.add([event for event in heard if event.key.startswith(inside)])
        self.first, self.invocation = state.first, state.invocation
        return state.turn

    async def _end(self, stop_reason: str, step: StepContext, turn: int) -> TeamResult:
        self.begin_run()
        if self.path != "":
            ended = FrameEnded(invocation=self.invocation, stop_reason=stop_reason)
            await step.append(step.draft("frame.ended", ended))
        return TeamResult(stop_reason, self.thread.messages[self.first :], turn)

    # Inside ------------------------------------------------------------------------------------

    def observe(self, delta: Delta) -> str | None:
        return self.termination.observe(delta) if self.termination is not None else None

    async def _over(self, step: StepContext, turn: int) -> str | None:
        end = Delta(end_requested=await self._end_requested(step, turn))
        if end.end_requested:
            self.observe(end)
            if (reason := is_ended_by_request(self.termination, end)) is not None:
                return reason
        if (complete := self.complete()) is not None:
            return complete
        fired = self.termination.fired if self.termination is not None else None
        if fired is not None:
            return fired
        return self.end_of_turns()

    def end_of_turns(self) -> str | None:
        most = self.config.max_turns
        if most is None or self.turns < most:
            return None
        return f"Maximum number of turns {most} reached."

    async def _end_requested(self, step: StepContext, turn: int) -> bool:
        """Between two turns of the root team a person's wish to end takes effect; not before a
        turn that was begun in an earlier life of the run."""
        event = step.run.inbox.end
        if event is None or self.path != "":
            return False
        key = command_key(event.seq)
        if step.run.journal.find(key) is None:
            if step.run.journal.has_begun(step.in_turn(turn + 1).scope.path):
                return False
            applied = CommandApplied(command_seq=event.seq, point="turn")
            await step.run.append([Draft(key=key, payload=applied)])
        return True

    def words(self, step: StepContext, text: str, source: str) -> TextMessage:
        return TextMessage(
            id=step.derive_id("message"), source=source, created_at=step.now(), content=text
        )

    def posting(
        self,
        message: ChatMessage,
        offset: int = 0,
        *,
        message_key: str | None = None,
        is_task: bool = False,
        relayed: bool = False,
    ) -> MessagePosted:
        return MessagePosted(
            team_path=self.path,
            index=len(self.thread) + offset,
            message=message,
            message_key=message_key,
            is_task=is_task,
            relayed=relayed,
        )


def build_members(
    config: TeamConfig, builder: Builder
) -> tuple[list[AnyParticipant], AnyTermination | None]:
    participants: list[AnyParticipant] = [
        builder.build(participant, Participant, f"participants[{index}]")
        for index, participant in enumerate(config.participants)
    ]
    if config.termination_condition is None:
        return participants, None
    condition: AnyTermination = builder.build(
        config.termination_condition, TerminationCondition, "termination_condition"
    )
    return participants, condition
