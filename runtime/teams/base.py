"""What all teams share: the thread, the turns, the end.

A team is an actor, the manager, and so are its participants. The manager asks one to speak by
`send` and awaits the reply; the others hear it, in the order of the thread, with their own next
turn.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator
from typing import Any, ClassVar, TypeVar

from pydantic import Field

from runtime.agents.base import AnyParticipant, Participant
from runtime.agents.protocol import Speak, Spoken
from runtime.components.base import ComponentConfig, Problem
from runtime.components.spec import AgentSlot, TerminationSlot
from runtime.core import ActorRuntime, AgentId, MessageContext, handles
from runtime.durable.history import History
from runtime.durable.run import Hold
from runtime.durable.step import StepContext
from runtime.events.payloads import (
    FrameEnded,
    FrameStarted,
    MessagePosted,
    TurnEnded,
    TurnStarted,
)
from runtime.messages import ChatMessage, Frozen, JsonObject, TextMessage
from runtime.teams.checks import check_participants
from runtime.terminations.base import AnyTermination, Delta

ALREADY_OVER = "The group chat has already terminated."


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


class RunTeam(Frozen):
    """Converse about this until it is over."""

    task: list[ChatMessage]


class TeamResult(Frozen):
    stop_reason: str
    last: ChatMessage | None
    """The last thing that a participant said."""
    agent_events: int = 0
    turn: int = 0
    """The root team's last turn."""


class BaseGroupChat(Participant[ConfigT]):
    component_type: ClassVar = "team"

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
        self._termination = termination
        self._thread: list[ChatMessage] = []
        self._delivered: dict[str, int] = {}
        self._turns = 0
        self._agent_events = 0
        self._last: ChatMessage | None = None
        self._invocation = 0

    # Place and actors --------------------------------------------------------------------------

    def place(self, path: str) -> None:
        super().place(path)
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
                member._bind(actors, key)

    def _bind(self, actors: ActorRuntime, key: str) -> None:
        self._actors = actors
        self._key = key

    @classmethod
    def check(cls, config: Any, path: str) -> Iterable[Problem]:
        return check_participants(config, path)

    # State -------------------------------------------------------------------------------------

    def restore(self, history: History) -> None:
        self._thread = list(history.thread(self.path))

    def save_state(self) -> JsonObject:
        state: JsonObject = {"delivered": self._delivered, "turns": self._turns}
        if self._termination is not None and (saved := self._termination.save_state()):
            state["termination"] = saved
        return state

    def load_state(self, state: JsonObject) -> None:
        self._delivered = dict(state.get("delivered", {}))
        self._turns = state.get("turns", 0)
        if self._termination is not None:
            self._termination.load_state(state.get("termination", {}))

    def begin_run(self) -> None:
        """A new run goes on with what was said, and counts anew."""
        self._turns = 0
        if self._termination is not None:
            self._termination.reset()

    # Frames ------------------------------------------------------------------------------------

    @handles
    async def on_run(self, message: RunTeam, context: MessageContext) -> TeamResult:
        step = context.scope
        if not isinstance(step, StepContext):
            raise TypeError(f"{self.id} was asked to run outside a run")
        return await self.run_frame(message.task, step)

    async def respond(self, heard: list[ChatMessage], step: StepContext) -> Spoken:
        """As a participant of another team: a whole conversation is one turn of that team, and its
        last message is what that team hears."""
        result = await self.run_frame(heard, step)
        said = result.last.to_text() if result.last else f"Nothing was said. {result.stop_reason}"
        message = TextMessage(
            id=step.derive_id("message"),
            source=self.name,
            metadata={"author": result.last.source} if result.last else {},
            created_at=step.now(),
            content=said,
        )
        return Spoken(message=message, agent_events=result.agent_events)

    async def run_frame(self, task: list[ChatMessage], step: StepContext) -> TeamResult:
        """From the task, or from the checkpoint when the root team already has turns behind it,
        to the end."""
        is_root = self.path == ""
        resumed = is_root and step.turn > 0
        stop_reason = None
        if not resumed:
            self._last, self._agent_events = None, 0
            stop_reason = await self._begin(task, step)
        turn = step.turn if is_root else 0  # a nested frame always begins at its first turn
        while stop_reason is None:
            stop_reason = self._over()
            if stop_reason is None:
                turn += 1
                scope = step.in_turn(turn) if is_root else step.child("turn", turn)
                await self._turn(scope)
        self.begin_run()
        if not is_root:
            ended = FrameEnded(invocation=self._invocation, stop_reason=stop_reason)
            await step.emit("frame.ended", ended)
        return TeamResult(
            stop_reason=stop_reason, last=self._last, agent_events=self._agent_events, turn=turn
        )

    @abstractmethod
    def next_speaker(self) -> AnyParticipant:
        """Who speaks now; advances what the team keeps of whose turn it is."""

    async def _begin(self, task: list[ChatMessage], step: StepContext) -> str | None:
        self._invocation = step.run.next_invocation(self.path)
        started = FrameStarted(provider=self.provider, label=self.name, invocation=self._invocation)
        drafts = [step.draft("frame.started", started)]
        for index, message in enumerate(task):
            drafts.append(step.draft(f"task.{index}", self._posting(message, index)))
        events = await step.append(*drafts)
        posted = [self._posted(event.payload) for event in events[1:]]
        self._thread.extend(posted)
        return self._observe(Delta(posted))

    async def _turn(self, step: StepContext) -> None:
        run = step.run
        await step.point("turn")
        if self.path == "":
            await self._within_limits(step)
        speaker = self.next_speaker()
        path = speaker.path
        heard = (self._delivered.get(speaker.name, 0), len(self._thread))
        frame = step.child(speaker.name, run.next_invocation(path), agent_path=path)
        started = TurnStarted(speaker=speaker.name, heard=heard)
        await frame.emit("turn.started", started)
        speech = Speak(heard=self._thread[slice(*heard)])
        spoken = await self._actors.send(speech, actor_id(path, self._key), scope=frame)
        await self._say(speaker, spoken, frame)

    async def _say(self, speaker: AnyParticipant, spoken: Spoken, frame: StepContext) -> None:
        posting = self._posting(spoken.message, 0, spoken.message_key)
        message = self._posted(await frame.emit("message.posted", posting))
        self._thread.append(message)
        self._delivered[speaker.name] = len(self._thread)
        self._turns += 1
        self._agent_events += spoken.agent_events
        self._last = message
        self._observe(Delta([message], spoken.agent_events))
        ended = frame.draft("turn.ended", TurnEnded(speaker=speaker.name))
        checkpoint = frame.run.checkpoint(frame.turn) if self.path == "" else None
        await frame.run.append([ended], checkpoint=checkpoint)

    # Inside ------------------------------------------------------------------------------------

    def _observe(self, delta: Delta) -> str | None:
        return self._termination.observe(delta) if self._termination is not None else None

    def _over(self) -> str | None:
        fired = self._termination.fired if self._termination is not None else None
        if fired is not None:
            return fired
        if self.config.max_turns is not None and self._turns >= self.config.max_turns:
            return f"Maximum number of turns {self.config.max_turns} reached."
        return None

    async def _within_limits(self, step: StepContext) -> None:
        limits, run = step.run.limits, step.run
        while step.turn > limits.max_turns:
            await run.hold(
                Hold(
                    "limit_turns",
                    f"The run has taken {limits.max_turns} turns, its limit",
                    "Raise the limit and resume the run, or stop it.",
                )
            )
        while run.head >= limits.max_events:
            await run.hold(
                Hold(
                    "limit_events",
                    f"The run's log has {run.head} events; the limit is {limits.max_events}",
                    "Raise the limit and resume the run, or start a new run of the session.",
                )
            )

    def _posting(
        self, message: ChatMessage, offset: int, message_key: str | None = None
    ) -> MessagePosted:
        return MessagePosted(
            team_path=self.path,
            index=len(self._thread) + offset,
            message=message,
            message_key=message_key,
        )

    @staticmethod
    def _posted(payload: Any) -> ChatMessage:
        if not isinstance(payload, MessagePosted):
            raise TypeError(f"A message is recorded as {payload.kind}")
        return payload.message


def actor_id(path: str, key: str) -> AgentId:
    return AgentId(path.replace("/", ".") or "team", key)
