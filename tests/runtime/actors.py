"""Actors that tests talk to."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from runtime.core import (
    ActorRuntime,
    AgentId,
    MessageContext,
    RoutedActor,
    handles,
)


@dataclass
class Say:
    text: str


@dataclass
class Shout(Say):
    pass


@dataclass
class Count:
    by: int


@dataclass
class Ask:
    whom: AgentId
    then: Any


class Echo(RoutedActor):
    def __init__(self) -> None:
        self.heard: list[str] = []
        self.running = 0
        self.most_running = 0
        self.gate = asyncio.Event()
        self.cancelled = 0
        self.scopes: list[Any] = []

    @handles
    async def on_say(self, message: Say, context: MessageContext) -> str:
        self.running += 1
        self.most_running = max(self.most_running, self.running)
        self.scopes.append(context.scope)
        try:
            if message.text == "wait":
                await self.gate.wait()
            if message.text == "fail":
                raise KeyError("original")
            await asyncio.sleep(0)
            self.heard.append(message.text)
            return message.text
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        finally:
            self.running -= 1

    @handles
    async def on_number(self, message: Count | int, context: MessageContext) -> int:
        return message.by if isinstance(message, Count) else message

    @handles
    async def on_ask(self, message: Ask, context: MessageContext) -> Any:
        return await self.runtime.send(message.then, message.whom)

    runtime: ActorRuntime

    def save_state(self) -> dict[str, Any]:
        return {"heard": self.heard} if self.heard else {}

    def load_state(self, state: dict[str, Any]) -> None:
        self.heard = state["heard"]


A, B, C = AgentId("a", "1"), AgentId("b", "1"), AgentId("c", "1")


def world(*ids: AgentId, **options: Any) -> tuple[ActorRuntime, list[Echo]]:
    runtime = ActorRuntime(**options)
    echoes = []
    for agent_id in ids:
        echo = Echo()
        echo.runtime = runtime
        runtime.register_instance(agent_id, echo)
        echoes.append(echo)
    return runtime, echoes
