"""Participants speak one after the other, in the order in which they are listed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Self

from runtime.agents.base import AnyParticipant
from runtime.components.base import Palette, Problem
from runtime.components.builder import Builder
from runtime.durable.step import StepContext
from runtime.messages import JsonObject
from runtime.teams.base import BaseGroupChat, TeamConfig, build_members
from runtime.teams.checks import check_has_end
from runtime.teams.frame import Next
from runtime.terminations.base import AnyTermination


class RoundRobinGroupChat(BaseGroupChat[TeamConfig]):
    """The order goes on where the last run of the session left it."""

    provider = "autogen_agentchat.teams.RoundRobinGroupChat"
    manager_name = "RoundRobinGroupChatManager"
    Config = TeamConfig
    defaults: ClassVar[JsonObject] = {
        "name": "team",
        "description": "",
        "participants": [],
        "max_turns": 10,
    }
    palette = Palette("Round robin", "Members speak in turn.", "Teams", "rotate-clockwise")

    def __init__(
        self,
        config: TeamConfig,
        participants: list[AnyParticipant],
        termination: AnyTermination | None,
    ) -> None:
        super().__init__(config, participants, termination)
        self._next = 0

    @classmethod
    def build(cls, config: TeamConfig, builder: Builder) -> Self:
        return cls(config, *build_members(config, builder))

    @classmethod
    def check(cls, config: Any, path: str) -> Iterable[Problem]:
        yield from super().check(config, path)
        yield from check_has_end(config, path)

    async def choose(self, step: StepContext) -> Next:
        speaker = self.participants[self._next % len(self.participants)]
        self._next = (self._next + 1) % len(self.participants)
        return Next([speaker])

    def forget(self) -> None:
        super().forget()
        self._next = 0

    def save_state(self) -> JsonObject:
        return {**super().save_state(), "next_speaker": self._next}

    def load_state(self, state: JsonObject) -> None:
        super().load_state(state)
        self._next = state.get("next_speaker", 0) % len(self.participants)


def alone(participant: AnyParticipant) -> RoundRobinGroupChat:
    """A team around one agent that is run on its own: it speaks once."""
    config = TeamConfig.model_construct(
        name=participant.name,
        description=participant.description,
        participants=[],
        termination_condition=None,
        max_turns=1,
        emit_team_events=False,
    )
    return RoundRobinGroupChat(config, [participant], None)
