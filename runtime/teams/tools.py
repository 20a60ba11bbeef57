"""An agent or a team as a tool of another agent's model."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, ClassVar, Self

from pydantic import Field

from runtime.agents.base import Participant
from runtime.agents.message_filter import DEFAULT_AGENT
from runtime.agents.names import check_name
from runtime.components.base import ComponentConfig, Palette, Problem
from runtime.components.builder import Builder
from runtime.components.spec import Component, Slot
from runtime.durable.tool import ToolContext
from runtime.messages import ChatMessage, JsonObject, TextMessage
from runtime.ports import ToolSchema
from runtime.teams.base import BaseGroupChat
from runtime.teams.round_robin import RoundRobinGroupChat, alone
from runtime.tools.base import GROUP, BaseTool

_PARAMETERS: JsonObject = {
    "type": "object",
    "properties": {"task": {"type": "string", "description": "The task to be executed."}},
    "required": ["task"],
    "additionalProperties": False,
}


class RunnerTool(BaseTool[Any]):
    """Runs a frame of its own: what happens inside passes the gate there, is recovered after a
    crash and not repeated, and may wait for people. What the runner remembers stays from call to
    call; calls of one reply to the same runner follow one another."""

    effect = "pure"
    side_effects = False
    timeout = None

    def __init__(
        self, runner: BaseGroupChat[Any], name: str, description: str, only_last: bool
    ) -> None:
        self.runner = runner
        self.name = name
        self.schema = ToolSchema(
            name=name, description=description, parameters=_PARAMETERS, strict=True
        )
        self._only_last = only_last

    async def call(self, arguments: JsonObject, context: ToolContext) -> str:
        step = context.step.child("frame", 1)
        task = TextMessage(
            id=step.derive_id("task"),
            source="user",
            created_at=step.now(),
            content=arguments["task"],
        )
        result = await self.runner.converse([task], step)
        return self._text(result.said)

    def _text(self, said: list[ChatMessage]) -> str:
        if self._only_last:
            return said[-1].to_text() if said else ""
        return "\n\n".join(f"{m.source}: {m.to_text()}" for m in said if m.source != "user")


class AgentToolConfig(ComponentConfig):
    agent: Annotated[Component, Slot("agent")] = Field(title="Agent")
    return_value_as_last_message: bool = Field(
        False, title="Last message only", description="Without the messages before it."
    )


class AgentTool(RunnerTool):
    """Its name and description are the agent's."""

    provider = "autogen_agentchat.tools.AgentTool"
    Config = AgentToolConfig
    defaults: ClassVar[JsonObject] = {"agent": DEFAULT_AGENT}
    palette = Palette("Agent as tool", "A model calls another agent.", GROUP, "robot-face")

    @classmethod
    def build(cls, config: AgentToolConfig, builder: Builder) -> Self:
        agent = builder.build(config.agent, Participant, "agent")
        last = config.return_value_as_last_message
        return cls(alone(agent), agent.name, agent.description, last)

    @classmethod
    def tool_name(cls, config: Any) -> str:
        return _name(config, "agent")


class TeamToolConfig(ComponentConfig):
    team: Annotated[Component, Slot("team")] = Field(title="Team")
    name: str = Field(title="Name", description="A word: letters, digits and underscores.")
    description: str = Field("", title="Description", description="When to use it.")
    return_value_as_last_message: bool = Field(False, title="Last message only")


class TeamTool(RunnerTool):
    provider = "autogen_agentchat.tools.TeamTool"
    Config = TeamToolConfig
    defaults: ClassVar[JsonObject] = {
        "name": "ask_team",
        "description": "Asks a team.",
        "team": RoundRobinGroupChat.dump(
            {**RoundRobinGroupChat.defaults, "participants": [DEFAULT_AGENT], "max_turns": 2}
        ).model_dump(exclude_none=True),
    }
    palette = Palette("Team as tool", "A model calls a whole team.", GROUP, "users")

    @classmethod
    def build(cls, config: TeamToolConfig, builder: Builder) -> Self:
        team = builder.build(config.team, BaseGroupChat, "team")
        return cls(team, config.name, config.description, config.return_value_as_last_message)

    @classmethod
    def check(cls, config: Any, path: str) -> Iterable[Problem]:
        return check_name(config.name, f"{path}.name")

    @classmethod
    def tool_name(cls, config: Any) -> str:
        name = config.get("name") if isinstance(config, dict) else None
        return name if isinstance(name, str) else "team"


def _name(config: Any, key: str) -> str:
    inner = config.get(key) if isinstance(config, dict) else None
    name = inner.get("config", {}).get("name") if isinstance(inner, dict) else None
    return name if isinstance(name, str) else key
