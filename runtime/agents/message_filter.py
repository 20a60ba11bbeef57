"""An agent that hears only some of what is said."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Literal, Self

from pydantic import Field

from runtime.agents.assistant import AssistantAgent
from runtime.agents.base import AnyParticipant, Participant
from runtime.agents.names import check_name
from runtime.agents.protocol import Spoken
from runtime.components.base import ComponentConfig, Palette, Problem
from runtime.components.builder import Builder
from runtime.components.spec import AgentSlot
from runtime.durable.history import History
from runtime.durable.step import StepContext
from runtime.messages import ChatMessage, JsonObject

DEFAULT_AGENT: JsonObject = AssistantAgent.dump(AssistantAgent.defaults).model_dump(
    exclude_none=True
)


class PerSourceFilter(ComponentConfig):
    source: str = Field(title="From")
    position: Literal["first", "last"] | None = Field(None, title="Which")
    count: int | None = Field(None, ge=0, title="How many")


class MessageFilterConfig(ComponentConfig):
    per_source: list[PerSourceFilter] = Field(default_factory=list)


class MessageFilterAgentConfig(ComponentConfig):
    name: str = Field(title="Name", description="A word: letters, digits and underscores.")
    wrapped_agent: AgentSlot = Field(title="Agent")
    filter: MessageFilterConfig = Field(title="Filter")


class MessageFilterAgent(Participant[MessageFilterAgentConfig]):
    """Of each turn's new messages the agent inside gets those of the listed sources, in the order
    of the list; nothing of anyone else."""

    provider = "autogen_agentchat.agents.MessageFilterAgent"
    component_type = "agent"
    Config = MessageFilterAgentConfig
    defaults: ClassVar[JsonObject] = {
        "name": "filtered",
        "wrapped_agent": DEFAULT_AGENT,
        "filter": {"per_source": [{"source": "user"}]},
    }
    palette = Palette("Filter", "An agent that hears only some.", "Agents", "filter")

    def __init__(self, config: MessageFilterAgentConfig, wrapped: AnyParticipant) -> None:
        self.config = config
        self.name = config.name
        self.description = wrapped.description
        self._wrapped = wrapped

    @classmethod
    def build(cls, config: MessageFilterAgentConfig, builder: Builder) -> Self:
        return cls(config, builder.build(config.wrapped_agent, Participant, "wrapped_agent"))

    @classmethod
    def check(cls, config: Any, path: str) -> Iterable[Problem]:
        yield from check_name(config.name, f"{path}.name")
        if config.wrapped_agent.component_type == "team":
            yield Problem(
                f"{path}.wrapped_agent", "error", "team_in_filter", "Only an agent can be filtered."
            )

    def place(self, path: str) -> None:
        """The agent inside stands in the same place: its steps are this agent's."""
        super().place(path)
        self._wrapped.place(path)

    def restore(self, history: History) -> None:
        history.hearing(self.path, self.hears)
        self._wrapped.restore(history)

    def forget(self) -> None:
        self._wrapped.forget()

    def save_state(self) -> JsonObject:
        return self._wrapped.save_state()

    def load_state(self, state: JsonObject) -> None:
        self._wrapped.load_state(state)

    async def respond(self, heard: list[ChatMessage], step: StepContext) -> Spoken:
        return await self._wrapped.respond(self.hears(heard), step)

    def hears(self, messages: list[ChatMessage]) -> list[ChatMessage]:
        return [
            message
            for wanted in self.config.filter.per_source
            for message in _pick([m for m in messages if m.source == wanted.source], wanted)
        ]


def _pick(messages: list[ChatMessage], wanted: PerSourceFilter) -> list[ChatMessage]:
    if wanted.position is None or wanted.count is None:
        return messages
    if wanted.position == "first":
        return messages[: wanted.count]
    return messages[len(messages) - min(wanted.count, len(messages)) :]
