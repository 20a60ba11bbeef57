"""Builds teams and runs them on in-memory ports."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from runtime.components.spec import Component
from runtime.engine import RunEngine, RunLimits, RunServices
from runtime.events import Event
from runtime.events.payloads import Actor, ApprovalDecided, CommandReceived, InputAnswered
from runtime.messages import ChatMessage, TextMessage
from runtime.model_clients.pool import ModelClientPool
from runtime.testing import (
    InMemoryJournal,
    ManualClock,
    MemoryFileArea,
    RecordingDeltaSink,
    StaticGate,
    StaticSecrets,
)
from runtime.testing.clock import START

Json = dict[str, Any]


def model(*replies: Json | str) -> Json:
    """A scripted model; a text stands for a reply with that content."""
    script = [{"content": reply} if isinstance(reply, str) else reply for reply in replies]
    return {
        "provider": "troupe.models.ScriptedChatCompletionClient",
        "component_type": "model",
        "config": {"replies": script, "chunk_delay_ms": 0},
    }


def calls(*named: tuple[str, Json | str], content: str | None = None) -> Json:
    return {
        "content": content,
        "tool_calls": [{"name": name, "arguments": arguments} for name, arguments in named],
    }


def tool(provider: str) -> Json:
    return {"provider": f"troupe.tools.{provider}", "component_type": "tool", "config": {}}


def agent(name: str, client: Json, *tools: str, **config: Any) -> Json:
    return {
        "provider": "autogen_agentchat.agents.AssistantAgent",
        "component_type": "agent",
        "config": {
            "name": name,
            "model_client": client,
            "system_message": "You are a member of a team.",
            "max_tool_iterations": 5,
            "reflect_on_tool_use": True,
            "tools": [tool(provider) for provider in tools],
            **config,
        },
    }


def person(name: str = "person") -> Json:
    return {
        "provider": "autogen_agentchat.agents.UserProxyAgent",
        "component_type": "agent",
        "config": {"name": name},
    }


def mention(text: str, **config: Any) -> Json:
    return {
        "provider": "autogen_agentchat.conditions.TextMentionTermination",
        "component_type": "termination",
        "config": {"text": text, **config},
    }


def team(*participants: Json, **config: Any) -> Json:
    return {
        "provider": "autogen_agentchat.teams.RoundRobinGroupChat",
        "component_type": "team",
        "config": {"name": "team", "participants": list(participants), **config},
    }


def task(text: str = "Write a short report on urban trees") -> list[ChatMessage]:
    return [TextMessage(id="task-1", source="user", created_at=START, content=text)]


@dataclass
class World:
    """Everything around a run that survives the death of its worker."""

    clock: ManualClock = field(default_factory=ManualClock)
    files: MemoryFileArea = field(default_factory=MemoryFileArea)
    gate: StaticGate = field(default_factory=lambda: StaticGate(default="allow"))
    deltas: RecordingDeltaSink = field(default_factory=RecordingDeltaSink)
    secrets: StaticSecrets = field(default_factory=StaticSecrets)
    clients: ModelClientPool = field(default_factory=ModelClientPool)

    def journal(self) -> InMemoryJournal:
        return InMemoryJournal.new(self.clock)

    def engine(
        self,
        spec: Json,
        journal: InMemoryJournal,
        *,
        text: str = "Write a short report on urban trees",
        linger: float = 2.0,
        limits: RunLimits | None = None,
    ) -> RunEngine:
        services = RunServices(
            journal=journal,
            gate=self.gate,
            files=self.files,
            deltas=self.deltas,
            clock=self.clock,
            secrets=self.secrets,
            clients=self.clients,
        )
        return RunEngine(
            Component.model_validate(spec),
            task=task(text),
            services=services,
            linger=linger,
            limits=limits,
        )


def kinds(journal: InMemoryJournal) -> list[str]:
    return [event.kind for event in journal.log.events]


def of_kind(journal: InMemoryJournal, kind: str) -> list[Event]:
    return [event for event in journal.log.events if event.kind == kind]


def said(journal: InMemoryJournal) -> list[tuple[str, str]]:
    return [
        (event.payload.message.source, event.payload.message.to_text())
        for event in of_kind(journal, "message.posted")
    ]


async def parked(world: World, spec: Json, journal: InMemoryJournal, **options: Any) -> str:
    """Runs until the run has lingered for its whole time and parked."""
    linger = options.setdefault("linger", 2.0)
    life = asyncio.ensure_future(world.engine(spec, journal, **options).run())
    lingering = asyncio.ensure_future(world.clock.until_sleeping(linger))
    await asyncio.wait({life, lingering}, return_when=asyncio.FIRST_COMPLETED)
    lingering.cancel()
    world.clock.advance(linger)
    return await life


def decide(journal: InMemoryJournal, request: Any, verb: str, **details: Any) -> Event:
    payload = ApprovalDecided(
        request_id=request.request_id,
        verb=verb,  # type: ignore[arg-type]
        args_hash=details.pop("args_hash", request.args_hash),
        by=Actor(id="u1", name="Ada"),
        **details,
    )
    return journal.log.add_outside(payload)


def answer(journal: InMemoryJournal, request: Any, text: str) -> Event:
    by = Actor(id="u1", name="Ada")
    payload = InputAnswered(request_id=request.request_id, text=text, by=by)
    return journal.log.add_outside(payload)


def command(journal: InMemoryJournal, name: str, reason: str = "") -> Event:
    by = Actor(id="u1", name="Ada")
    payload = CommandReceived(command=name, reason=reason, by=by)  # type: ignore[arg-type]
    return journal.log.add_outside(payload)


def last(journal: InMemoryJournal, kind: str) -> Any:
    """The payload of the newest event of this kind."""
    return of_kind(journal, kind)[-1].payload


async def until(journal: InMemoryJournal, kind: str, count: int = 1) -> Any:
    """Lets the run work until this is in its log."""
    await until_true(lambda: len(of_kind(journal, kind)) >= count)
    return last(journal, kind)


async def until_true(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 - any state of anything, so there is no event
            await asyncio.sleep(0)
