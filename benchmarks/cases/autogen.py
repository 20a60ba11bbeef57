"""autogen-core and autogen-agentchat."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.cases import measure

os.environ["AUTOGEN_DISABLE_RUNTIME_TRACING"] = "true"

from autogen_agentchat.agents import AssistantAgent, BaseChatAgent
from autogen_agentchat.base import Response
from autogen_agentchat.conditions import MaxMessageTermination
from autogen_agentchat.messages import BaseChatMessage, TextMessage
from autogen_agentchat.teams import RoundRobinGroupChat
from autogen_core import (
    AgentId,
    CancellationToken,
    MessageContext,
    RoutedAgent,
    SingleThreadedAgentRuntime,
    TopicId,
    TypeSubscription,
    message_handler,
)
from autogen_core.models import ModelInfo, UserMessage
from autogen_ext.models.openai import OpenAIChatCompletionClient

INFO = ModelInfo(
    vision=False, function_calling=True, json_output=False, family="unknown",
    structured_output=False,
)  # fmt: skip


@dataclass
class Ping:
    number: int


class Echo(RoutedAgent):
    heard = 0

    def __init__(self) -> None:
        super().__init__("echo")

    @message_handler
    async def on_ping(self, message: Ping, ctx: MessageContext) -> Ping:
        Echo.heard += 1
        return message


class Link(RoutedAgent):
    def __init__(self) -> None:
        super().__init__("link")

    @message_handler
    async def on_ping(self, message: Ping, ctx: MessageContext) -> Ping:
        if message.number == 0:
            return message
        following = AgentId("link", str(message.number - 1))
        return await self.send_message(Ping(message.number - 1), following)


async def rpc() -> float:
    runtime = SingleThreadedAgentRuntime()
    await Echo.register(runtime, "echo", Echo)
    runtime.start()
    to = AgentId("echo", "one")

    async def work() -> int:
        for number in range(5_000):
            await runtime.send_message(Ping(number), to)
        return 5_000

    rate = await measure.per_second(work)
    await runtime.stop()
    return rate


async def fanout() -> float:
    runtime = SingleThreadedAgentRuntime()
    for number in range(100):
        await Echo.register(runtime, f"echo{number}", Echo)
        await runtime.add_subscription(TypeSubscription("news", f"echo{number}"))
    runtime.start()

    async def work() -> int:
        for number in range(100):
            await runtime.publish_message(Ping(number), TopicId("news", "all"))
        await runtime.stop_when_idle()
        return 10_000

    return await measure.per_second(work)


async def chain() -> float:
    runtime = SingleThreadedAgentRuntime()
    await Link.register(runtime, "link", Link)
    runtime.start()

    async def work() -> int:
        for _ in range(5):
            await runtime.send_message(Ping(999), AgentId("link", "999"))
        return 5_000

    rate = await measure.per_second(work)
    await runtime.stop()
    return rate


async def register() -> float:
    runtime = SingleThreadedAgentRuntime()
    begun = time.perf_counter()
    for number in range(4_000):
        await Echo.register(runtime, f"type{number}", Echo)
    return time.perf_counter() - begun


async def memory() -> float:
    runtime = SingleThreadedAgentRuntime()
    await Echo.register(runtime, "echo", Echo)
    runtime.start()
    await runtime.send_message(Ping(0), AgentId("echo", "first"))
    before = measure.resident_bytes()
    for number in range(10_000):
        await runtime.send_message(Ping(number), AgentId("echo", str(number)))
    used = (measure.resident_bytes() - before) / 10_000
    await runtime.stop()
    return used


class Speaker(BaseChatAgent):
    def __init__(self, name: str) -> None:
        super().__init__(name, "speaks")

    @property
    def produced_message_types(self) -> Sequence[type[BaseChatMessage]]:
        return (TextMessage,)

    async def on_messages(
        self, messages: Sequence[BaseChatMessage], cancellation_token: CancellationToken
    ) -> Response:
        return Response(chat_message=TextMessage(content="A word.", source=self.name))

    async def on_reset(self, cancellation_token: CancellationToken) -> None:
        pass


async def _moments(agents: int, turns: int) -> list[float]:
    team = RoundRobinGroupChat(
        [Speaker(f"a{number}") for number in range(agents)],
        termination_condition=MaxMessageTermination(turns + 1),
    )
    moments = []
    async for item in team.run_stream(task="Go"):
        if isinstance(item, TextMessage):
            moments.append(time.perf_counter())
    return moments


def turn(agents: int, number: int) -> Any:
    async def case() -> float:
        return measure.turn_cost(await _moments(agents, number + 20), number)

    return case


def call(count: int) -> Any:
    async def case() -> float:
        async with measure.model_server(0) as url:
            client = OpenAIChatCompletionClient(
                model="gpt-4o", api_key="x", base_url=url, model_info=INFO
            )
            messages = [
                UserMessage(content=message["content"], source="user")
                for message in measure.transcript(count)
            ]
            return await measure.cpu_per_call(lambda: client.create(messages))

    return case


async def teams() -> float:
    async with measure.model_server(measure.MODEL_DELAY) as url:
        client = OpenAIChatCompletionClient(
            model="gpt-4o", api_key="x", base_url=url, model_info=INFO
        )

        async def one() -> None:
            agents = [AssistantAgent(name, client) for name in ("a", "b")]
            team = RoundRobinGroupChat(agents, termination_condition=MaxMessageTermination(11))
            await team.run(task="Go")

        await one()
        begun = time.perf_counter()
        await asyncio.gather(*(one() for _ in range(100)))
        return time.perf_counter() - begun


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

if __name__ == "__main__":
    measure.main(CASES)
