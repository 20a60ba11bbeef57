"""What every participant of a team is: a component, and an actor with a place in the team."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from typing import Any, ClassVar, TypeVar

from pydantic import BaseModel

from runtime.agents.protocol import Speak, Spoken
from runtime.components.base import ComponentBase
from runtime.core import MessageContext, RoutedActor, handles
from runtime.durable.history import History
from runtime.durable.step import StepContext
from runtime.events.payloads import AgentReset
from runtime.messages import ChatMessage

ConfigT = TypeVar("ConfigT", bound=BaseModel)


class Participant(ComponentBase[ConfigT], RoutedActor):
    """`path` is its place: the names from the root team inwards, joined by `/`."""

    name: str
    description: str
    path: str = ""
    hides_inside: ClassVar[bool] = False
    """What is said inside it does not count outside, for terminations above all."""

    def place(self, path: str) -> None:
        self.path = path

    def members(self) -> Iterator[Participant[Any]]:
        """Itself and everyone inside, outermost first."""
        yield self

    @handles
    async def on_speak(self, message: Speak, context: MessageContext) -> Spoken:
        step = context.scope
        if not isinstance(step, StepContext):
            raise TypeError(f"{self.id} was asked to speak outside a run")
        return await self.respond(message.heard, step)

    @abstractmethod
    async def respond(self, heard: list[ChatMessage], step: StepContext) -> Spoken:
        """One turn. Every effect on the outside goes through `step`."""

    def restore(self, history: History) -> None:
        """Takes up what it remembers from the log."""

    def forget(self) -> None:
        """Drops what it remembers; `reset` records that it did."""


async def reset(member: AnyParticipant, step: StepContext) -> None:
    """The member, and everyone inside, forgets what was before, in every life of the run."""
    everyone = list(member.members())
    drafts = [
        step.child(inside.path, 1, agent_path=inside.path).draft("agent.reset", AgentReset())
        for inside in everyone
    ]
    await step.append(*drafts)
    for inside in everyone:
        inside.forget()


AnyParticipant = Participant[Any]
