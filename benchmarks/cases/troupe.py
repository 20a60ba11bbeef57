"""Troupe's runtime by itself; `studio_.py` has the cases with the database."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import Any

from benchmarks.cases import measure
from benchmarks.cases.speaker import MOMENTS, team_of_speakers
from runtime.components.builder import Builder
from runtime.components.spec import Component
from runtime.core import ActorRuntime, AgentId, MessageContext, TopicId, TypeSubscription
from runtime.core.routed import RoutedActor, handles
from runtime.messages import TextMessage, UserMessage
from runtime.model_clients.base import BaseChatCompletionClient
from runtime.model_clients.pool import ModelClientPool
from runtime.ports import ModelRequest, Secret


@dataclass
class Ping:
    number: int


class Echo(RoutedActor):
    @handles
    async def on_ping(self, message: Ping, context: MessageContext) -> Ping:
        return message


class Link(RoutedActor):
    runtime: ActorRuntime

    @handles
    async def on_ping(self, message: Ping, context: MessageContext) -> Any:
        if message.number == 0:
            return message
        following = AgentId("link", str(message.number - 1))
        return await self.runtime.send(Ping(message.number - 1), following)


async def rpc() -> float:
    runtime = ActorRuntime()
    runtime.register("echo", Echo)
    to = AgentId("echo", "one")

    async def work() -> int:
        for number in range(20_000):
            await runtime.send(Ping(number), to)
        return 20_000

    rate = await measure.per_second(work)
    await runtime.stop()
    return rate


async def fanout() -> float:
    runtime = ActorRuntime()
    for number in range(100):
        runtime.register(f"echo{number}", Echo)
        runtime.subscribe(TypeSubscription("news", f"echo{number}"))

    async def work() -> int:
        for number in range(100):
            await runtime.publish(Ping(number), TopicId("news", "all"))
        await runtime.stop_when_idle()
        return 10_000

    return await measure.per_second(work)


async def chain() -> float:
    runtime = ActorRuntime()
    Link.runtime = runtime
    runtime.register("link", Link)

    async def work() -> int:
        for _ in range(5):
            await runtime.send(Ping(999), AgentId("link", "999"))
        return 5_000

    rate = await measure.per_second(work)
    await runtime.stop()
    return rate


async def register() -> float:
    runtime = ActorRuntime()
    begun = time.perf_counter()
    for number in range(4_000):
        runtime.register(f"type{number}", Echo)
    return time.perf_counter() - begun


async def memory() -> float:
    runtime = ActorRuntime()
    runtime.register("echo", Echo)
    await runtime.send(Ping(0), AgentId("echo", "first"))
    before = measure.resident_bytes()
    for number in range(10_000):
        await runtime.send(Ping(number), AgentId("echo", str(number)))
    used = (measure.resident_bytes() - before) / 10_000
    await runtime.stop()
    return used


def turn(agents: int, number: int) -> Any:
    async def case() -> float:
        from benchmarks.cases.in_memory import run_in_memory

        await run_in_memory(team_of_speakers(agents, number + 20))
        return measure.turn_cost(MOMENTS, number)

    return case


class Keys:
    """The one credential of the benchmark's server."""

    def __init__(self, url: str) -> None:
        self._url = url

    async def get(self, credential_id: str) -> Secret:
        return Secret(kind="openai", base_url=self._url, values={"api_key": "x"})


def model_client(url: str, pool: ModelClientPool) -> Any:
    spec = openai_component()
    return Builder(Keys(url), pool).build(Component.model_validate(spec), BaseChatCompletionClient)


def openai_component() -> dict[str, Any]:
    return {
        "provider": "autogen_ext.models.openai.OpenAIChatCompletionClient",
        "component_type": "model",
        "config": {"model": "gpt-4o", "credential": "1", "include_name_in_message": False},
    }


def call(count: int) -> Any:
    async def case() -> float:
        async with measure.model_server(0) as url:
            pool = ModelClientPool()
            client = model_client(url, pool)
            texts = [message["content"] for message in measure.transcript(count)]
            messages: Any = [UserMessage(content=text, source="user") for text in texts]
            request = ModelRequest(messages=messages)
            cost = await measure.cpu_per_call(lambda: client.create(request))
            await pool.close()
            return cost

    return case


async def teams() -> float:
    from benchmarks.cases.in_memory import run_in_memory

    async with measure.model_server(measure.MODEL_DELAY) as url:
        agents = [
            {
                "provider": "autogen_agentchat.agents.AssistantAgent",
                "component_type": "agent",
                "config": {"name": name, "model_client": openai_component()},
            }
            for name in ("a", "b")
        ]
        spec = team_of(agents, 11)
        pool = ModelClientPool()
        keys = Keys(url)
        await run_in_memory(spec, secrets=keys, clients=pool)  # imports the SDK, at first use
        begun = time.perf_counter()
        await asyncio.gather(*(run_in_memory(spec, secrets=keys, clients=pool) for _ in range(100)))
        taken = time.perf_counter() - begun
        await pool.close()
        return taken


def team_of(agents: list[dict[str, Any]], messages: int) -> dict[str, Any]:
    from benchmarks.cases.speaker import team_spec

    return team_spec(agents, messages)


CASES = {
    "rpc": rpc,
    "fanout": fanout,
    "chain": chain,
    "register": register,
    "memory": memory,
    "turn-2-10": turn(2, 10),
    "turn-2-1000": turn(2, 1000),
    "turn-10-10": turn(10, 10),
    "turn-10-1000": turn(10, 1000),
    "call-1": call(1),
    "call-500": call(500),
    "teams": teams,
}

__all__ = ["CASES", "TextMessage"]

if __name__ == "__main__":
    measure.main(CASES)
