"""One turn of a team: one participant speaks, or several in parallel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from runtime.agents.base import AnyParticipant
from runtime.agents.protocol import Speak
from runtime.agents.views import turn_items
from runtime.core import AgentId
from runtime.durable.activity import interruptible
from runtime.durable.run import sanitise_draft
from runtime.durable.step import StepContext
from runtime.events import Draft
from runtime.events.payloads import MessagePosted, TurnEnded, TurnStarted
from runtime.messages import ChatMessage, TeamMessage
from runtime.ports import Checkpoint
from runtime.teams.frame import FrameState, Over, Taken, Turn, within_limits
from runtime.terminations.base import Delta

if TYPE_CHECKING:
    from runtime.teams.base import BaseGroupChat


class Superstep:
    """`step` is its scope, `frame` that of the team's invocation, `number` the turn's."""

    def __init__(
        self, team: BaseGroupChat[Any], step: StepContext, frame: StepContext, number: int
    ) -> None:
        self._team = team
        self._step = step
        self._frame = frame
        self._number = number
        self._turns: list[Turn] = []

    async def take(self) -> str | None:
        """Why the conversation is over instead; None: somebody has spoken."""
        team, step = self._team, self._step
        await step.point("turn")
        if team.path == "":
            await within_limits(step)
        clock = step.run.clock
        begun = clock.monotonic()
        left = team.termination.time_left() if team.termination is not None else None
        try:
            outcome = await interruptible(clock, left, self._speak_all())
        except TimeoutError:
            await self._interrupted(clock.monotonic() - begun)
            return None
        if isinstance(outcome, str):
            return outcome
        await self._close(outcome, clock.monotonic() - begun)
        return None

    async def _speak_all(self) -> list[Taken] | str:
        step = self._step
        plan = await self._team.choose(step.child("choose", 1))
        if plan.posts:
            await self._announce(plan.posts)
        if isinstance(plan, Over):
            return plan.reason
        self._turns = [self._open(speaker) for speaker in plan.speakers]
        for turn in self._turns:
            step.defer(_started(turn))
        return await step.gather([self._speak(turn) for turn in self._turns])

    async def _announce(self, posts: Sequence[ChatMessage]) -> None:
        team = self._team
        drafts = [
            self._step.draft(f"manager.{index}", team.posting(message, index))
            for index, message in enumerate(posts)
        ]
        for event in await self._step.append(*drafts):
            team.thread.take(event.agent_path, event.payload)

    def _open(self, speaker: AnyParticipant) -> Turn:
        thread = self._team.thread
        invocation = self._step.run.next_invocation(speaker.path)
        place = self._step.child(speaker.name, invocation, agent_path=speaker.path)
        turn = Turn(speaker, place.traced(), thread.unheard(speaker.name))
        thread.delivered[speaker.name] = turn.heard[1]
        return turn

    async def _speak(self, turn: Turn) -> Taken:
        team, path = self._team, turn.speaker.path
        speech = Speak(team.thread.heard(path, turn.heard))
        spoken = await team.actors.send(speech, actor_id(path, team.key), scope=turn.step)
        return Taken(turn, spoken)

    # The barrier -------------------------------------------------------------------------------

    async def _close(self, outcome: list[Taken], active: float) -> None:
        """Messages join the thread in declared order; they, the turns' ends and the checkpoint
        are one append, so that a turn is either whole or taken again."""
        team = self._team
        drafts: list[Draft] = []
        items: list[TeamMessage] = []
        for taken in outcome:
            posted = self._posted(taken)
            drafts += posted
            items += self._items(taken, posted)
        team.turns += 1
        team.took_turns(outcome)
        team.observe(Delta(items, active_seconds=active))
        ends = [_ended(turn) for turn in self._turns]
        await self._step.append(*drafts, *ends, checkpoint=self._checkpoint())

    def _posted(self, taken: Taken) -> list[Draft]:
        spoken, team = taken.spoken, self._team
        last = len(spoken.messages) - 1
        drafts = []
        for index, message in enumerate(spoken.messages):
            posting = team.posting(
                message,
                message_key=spoken.message_key if index == last else None,
                relayed=index < spoken.relayed,
            )
            name = "message.posted" if index == last else f"message.posted.{index}"
            draft = sanitise_draft(taken.turn.step.draft(name, posting))
            team.thread.take(draft.agent_path, draft.payload)
            drafts.append(draft)
        return drafts

    def _items(self, taken: Taken, posted: list[Draft]) -> list[TeamMessage]:
        """What a turn added, as terminations see it. What a team inside said is in its trace."""
        trace = taken.turn.step.trace
        inside = turn_items(self._step.run.run_id, trace.events if trace else ())
        own = [
            draft.payload.message
            for draft in posted
            if isinstance(draft.payload, MessagePosted) and not draft.payload.relayed
        ]
        return [*inside, *own]

    async def _interrupted(self, active: float) -> None:
        """The time limit cancelled what was under way: each step gets its outcome, and the turn
        is over without a message."""
        run = self._step.run
        closing = await run.interrupt(self._step.scope)
        self._team.interrupted([turn.speaker for turn in self._turns])
        self._team.observe(Delta(active_seconds=active))
        ends = [_ended(turn, interrupted=True) for turn in self._turns]
        events = await run.append([*closing, *ends], checkpoint=self._checkpoint(), closing=True)
        if self._step.trace is not None:
            self._step.trace.add(events)

    def _checkpoint(self) -> Checkpoint:
        team, run, frame = self._team, self._frame.run, self._frame
        if team.path == "":
            return run.checkpoint(self._number)
        invocations, calls = run.counters_within(team.path)
        states = {member.path: member.save_state() for member in team.members()}
        state = FrameState(
            turn=self._number,
            first=team.first,
            invocation=team.invocation,
            invocations=invocations,
            model_calls=calls,
            actors={path: saved for path, saved in states.items() if saved},
        )
        kept = state.model_dump(mode="json", exclude_defaults=True)
        return Checkpoint(frame=frame.scope.path, turn=self._number, state=kept)


def _started(turn: Turn) -> Draft:
    payload = TurnStarted(speaker=turn.speaker.name, heard=turn.heard)
    return turn.step.draft("turn.started", payload)


def _ended(turn: Turn, *, interrupted: bool = False) -> Draft:
    payload = TurnEnded(speaker=turn.speaker.name, interrupted=interrupted)
    return turn.step.draft("turn.ended", payload)


def actor_id(path: str, key: str) -> AgentId:
    """The root team's has a hyphen, which no member's name has: a member may be named anything."""
    return AgentId(path.replace("/", ".") or "root-team", key)
