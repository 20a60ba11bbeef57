"""An agent that says a word and notes when, so that nothing but the team's own work is measured."""

from __future__ import annotations

import time
from typing import Any, Self

from runtime.agents.base import Participant
from runtime.agents.protocol import Spoken
from runtime.components.base import ComponentConfig, Palette
from runtime.components.builder import Builder
from runtime.components.extend import extend_catalog
from runtime.durable.step import StepContext
from runtime.messages import ChatMessage, TextMessage

PROVIDER = "bench.Speaker"
CATALOG = {PROVIDER: "benchmarks.cases.speaker:Speaker"}
MOMENTS: list[float] = []


class SpeakerConfig(ComponentConfig):
    name: str


class Speaker(Participant[SpeakerConfig]):
    provider = PROVIDER
    component_type = "agent"
    Config = SpeakerConfig
    palette = Palette("Speaker", "Says a word.", "Benchmarks", "clock")

    def __init__(self, config: SpeakerConfig) -> None:
        self.config = config
        self.name = config.name
        self.description = "speaks"

    @classmethod
    def build(cls, config: SpeakerConfig, builder: Builder) -> Self:
        return cls(config)

    async def respond(self, heard: list[ChatMessage], step: StepContext) -> Spoken:
        MOMENTS.append(time.perf_counter())
        message = TextMessage(
            id=step.derive_id("message"),
            source=self.name,
            created_at=step.now(),
            content="A word.",
        )
        return Spoken([message])


def team_of_speakers(count: int, turns: int) -> dict[str, Any]:
    extend_catalog(CATALOG)
    agents = [
        {"provider": PROVIDER, "component_type": "agent", "config": {"name": f"a{number}"}}
        for number in range(count)
    ]
    return team_spec(agents, turns + 1)


def team_spec(agents: list[dict[str, Any]], messages: int) -> dict[str, Any]:
    return {
        "provider": "autogen_agentchat.teams.RoundRobinGroupChat",
        "component_type": "team",
        "config": {
            "name": "team",
            "participants": agents,
            "termination_condition": {
                "provider": "autogen_agentchat.conditions.MaxMessageTermination",
                "component_type": "termination",
                "config": {"max_messages": messages},
            },
        },
    }
