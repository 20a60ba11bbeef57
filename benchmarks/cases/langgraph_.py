"""LangGraph: a graph of two nodes that follow each other, bare and with its SQLite checkpoints."""

from __future__ import annotations

import asyncio
import operator
import tempfile
import time
from pathlib import Path
from typing import Annotated, Any, TypedDict

from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from langgraph.graph import END, START, StateGraph
from openai import AsyncOpenAI

from benchmarks.cases import measure


class State(TypedDict):
    messages: Annotated[list[str], operator.add]


def _graph(turns: int, moments: list[float]) -> StateGraph[State]:
    graph = StateGraph(State)

    def speak(state: State) -> dict[str, list[str]]:
        moments.append(time.perf_counter())
        return {"messages": ["A word."]}

    def following(name: str) -> Any:
        return lambda state: name if len(state["messages"]) <= turns else END

    graph.add_node("a", speak)
    graph.add_node("b", speak)
    graph.add_edge(START, "a")
    graph.add_conditional_edges("a", following("b"))
    graph.add_conditional_edges("b", following("a"))
    return graph


def turn(number: int, *, sqlite: bool = False) -> Any:
    async def case() -> float:
        moments: list[float] = []
        graph = _graph(number + 20, moments)
        config: Any = {"recursion_limit": 5_000, "configurable": {"thread_id": "1"}}
        start: Any = {"messages": ["Go"]}
        if not sqlite:
            await graph.compile().ainvoke(start, config)
        else:
            with tempfile.TemporaryDirectory() as folder:
                file = str(Path(folder) / "checkpoints.sqlite")
                async with AsyncSqliteSaver.from_conn_string(file) as saver:
                    await graph.compile(checkpointer=saver).ainvoke(start, config)
        return measure.turn_cost(moments, number)

    return case


async def teams() -> float:
    async with measure.model_server(measure.MODEL_DELAY) as url:
        client = AsyncOpenAI(api_key="x", base_url=url)
        graph = StateGraph(State)

        async def speak(state: State) -> dict[str, list[str]]:
            messages: Any = [{"role": "user", "content": text} for text in state["messages"]]
            reply = await client.chat.completions.create(model="gpt-4o", messages=messages)
            return {"messages": [reply.choices[0].message.content or ""]}

        graph.add_node("a", speak)
        graph.add_node("b", speak)
        graph.add_edge(START, "a")
        graph.add_conditional_edges("a", lambda s: "b" if len(s["messages"]) < 11 else END)
        graph.add_conditional_edges("b", lambda s: "a" if len(s["messages"]) < 11 else END)
        compiled = graph.compile()
        start: Any = {"messages": ["Go"]}
        config: Any = {"recursion_limit": 100}
        await compiled.ainvoke(start, config)
        begun = time.perf_counter()
        await asyncio.gather(*(compiled.ainvoke(start, config) for _ in range(100)))
        return time.perf_counter() - begun


CASES = {
    "turn-2-10": turn(10),
    "turn-2-1000": turn(1000),
    "turn-2-10-sqlite": turn(10, sqlite=True),
    "turn-2-1000-sqlite": turn(1000, sqlite=True),
    "teams": teams,
}

if __name__ == "__main__":
    measure.main(CASES)
