"""Whoever was handed the conversation last speaks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Self

from runtime.agents.base import AnyParticipant
from runtime.components.base import Palette, Problem
from runtime.components.builder import Builder
from runtime.durable.step import StepContext
from runtime.errors import TeamError
from runtime.messages import ChatMessage, HandoffMessage, JsonObject
from runtime.teams.base import BaseGroupChat, TeamConfig, build_members
from runtime.teams.checks import check_has_end
from runtime.teams.frame import Next, Taken
from runtime.terminations.base import AnyTermination


class Swarm(BaseGroupChat[TeamConfig]):
    """The first member begins. A handoff to somebody who is no member, such as `user`, ends the
    run where a HandoffTermination says so; the next run goes on with a handoff back."""

    provider = "autogen_agentchat.teams.Swarm"
    manager_name = "SwarmGroupChatManager"
    Config = TeamConfig
    defaults: ClassVar[JsonObject] = {
        "name": "swarm",
        "description": "",
        "participants": [],
        "max_turns": 20,
    }
    palette = Palette("Swarm", "Members hand over to each other.", "Teams", "arrows-shuffle")

    def __init__(
        self,
        config: TeamConfig,
        participants: list[AnyParticipant],
        termination: AnyTermination | None,
    ) -> None:
        super().__init__(config, participants, termination)
        self._current = participants[0].name

    @classmethod
    def build(cls, config: TeamConfig, builder: Builder) -> Self:
        return cls(config, *build_members(config, builder))

    @classmethod
    def check(cls, config: Any, path: str) -> Iterable[Problem]:
        yield from super().check(config, path)
        yield from check_has_end(config, path)
        for index, member in enumerate(config.participants):
            if member.component_type == "team":
                yield Problem(
                    f"{path}.participants[{index}]",
                    "error",
                    "team_in_swarm",
                    "A team cannot hand over, so it cannot be a member of a swarm.",
                    "Wrap it in a society of mind, or use it as a tool.",
                )
        first = config.participants[0]
        if first.component_type != "team" and not first.config.get("handoffs", True):
            yield Problem(
                f"{path}.participants[0].config.handoffs",
                "warning",
                "no_handoffs",
                "The first member has no handoffs, so nobody else will ever speak.",
                "List the members that it may hand over to.",
            )

    async def choose(self, step: StepContext) -> Next:
        if self._current not in self.by_name:
            raise self._nobody(self._current)
        return Next([self.by_name[self._current]])

    def took_task(self, task: list[ChatMessage]) -> None:
        """Of a task, as of the thread, the last handoff counts. One to nobody in particular only
        brings what was said before: a society of mind writes it to its team. A team inside
        another also hears handoffs that are not for its members: they change nothing, and whoever
        of its own handed over to somebody outside goes on."""
        for message in reversed(self.thread.messages):
            if not isinstance(message, HandoffMessage) or not message.target:
                continue
            if message.target in self.by_name:
                self._current = message.target
                return
            if self.path == "":
                raise self._nobody(message.target)
            if message.source in self.by_name:
                self._current = message.source
                return

    def took_turns(self, taken: list[Taken]) -> None:
        for message in taken[0].spoken.messages if taken else ():
            if isinstance(message, HandoffMessage):
                self._current = message.target

    def forget(self) -> None:
        super().forget()
        self._current = self.participants[0].name

    def save_state(self) -> JsonObject:
        return {**super().save_state(), "current_speaker": self._current}

    def load_state(self, state: JsonObject) -> None:
        super().load_state(state)
        self._current = state.get("current_speaker", self.participants[0].name)

    def _nobody(self, target: str) -> TeamError:
        members = ", ".join(self.by_name)
        return TeamError(
            f"The conversation was handed to {target!r}, who is no member of the swarm ({members})",
            hint="Add a HandoffTermination for that name, and go on with a handoff to a member.",
        )
