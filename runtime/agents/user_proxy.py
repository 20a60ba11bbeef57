"""A person as a member of a team."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Self

from pydantic import Field

from runtime.agents.base import Participant
from runtime.agents.names import check_name
from runtime.agents.protocol import Spoken
from runtime.components.base import ComponentConfig, Palette, Problem
from runtime.components.builder import Builder
from runtime.durable.people import ask_input
from runtime.durable.step import StepContext
from runtime.errors import TeamError
from runtime.messages import ChatMessage, HandoffMessage, JsonObject, TextMessage


class UserProxyConfig(ComponentConfig):
    name: str = Field(title="Name", description="A word: letters, digits and underscores.")
    description: str = Field("A human user", title="Description")
    input_func: str | None = Field(
        None, title="Input function", description="AutoGen's; never used here."
    )


class UserProxyAgent(Participant[UserProxyConfig]):
    """Asks a person at its turn, and says what the person answers. The run parks meanwhile."""

    provider = "autogen_agentchat.agents.UserProxyAgent"
    component_type = "agent"
    Config = UserProxyConfig
    defaults: ClassVar[JsonObject] = {"name": "user_proxy", "description": "A human user"}
    palette = Palette("Person", "Asks a person when its turn comes.", "Agents", "user")

    def __init__(self, config: UserProxyConfig) -> None:
        self.config = config
        self.name = config.name
        self.description = config.description

    @classmethod
    def build(cls, config: UserProxyConfig, builder: Builder) -> Self:
        return cls(config)

    @classmethod
    def check(cls, config: Any, path: str) -> Iterable[Problem]:
        return check_name(config.name, f"{path}.name")

    async def respond(self, heard: list[ChatMessage], step: StepContext) -> Spoken:
        last = heard[-1] if heard else None
        prompt = f"{last.source} has spoken. Your turn." if last else "Your turn."
        answer = await ask_input(step, self.name, prompt)
        head: dict[str, Any] = {
            "id": step.derive_id("message"),
            "source": self.name,
            "created_at": step.now(),
            "content": answer.text,
        }
        if isinstance(last, HandoffMessage):
            if last.target != self.name:
                raise TeamError(f"{self.name} was asked, but the handoff is to {last.target}")
            return Spoken([HandoffMessage(**head, target=last.source)])
        return Spoken([TextMessage(**head)])
