"""Memories in whole runs: recorded, put into the turn's requests, and never piled up."""

from __future__ import annotations

import json
from typing import Any

import pytest

from runtime.memory.list_memory import ListMemory
from runtime.ports import Secret
from runtime.testing import Crash, StaticSecrets
from runtime.testing.model_server import ModelServer
from tests.models.support import OPENAI
from tests.runtime.support import Json, World, agent, model, of_kind, said, team

NOTES = {"provider": "troupe.memory.VectorMemory", "config": {"collection": "notes", "k": 2}}
FACTS = {
    "provider": "autogen_core.memory.ListMemory",
    "config": {"name": "facts", "memory_contents": [{"content": "Prefer metric units."}]},
}
REMEMBER = {
    "provider": "troupe.tools.Remember",
    "component_type": "tool",
    "config": {"memory": NOTES},
}
TITLE = "Relevant memory content"


def world_of(server: ModelServer) -> World:
    secret = Secret(kind="openai", base_url=f"{server.url}/v1", values={"api_key": "sk-test-1234"})
    return World(secrets=StaticSecrets({"c1": secret}))


def spec() -> Json:
    """One keeps a fact in its first turn; the other one looks things up."""
    client = {"provider": OPENAI, "config": {"model": "tool", "credential": "c1"}}
    keeper = agent("keeper", client, tools=[REMEMBER])
    reader = agent("reader", client, memory=[FACTS, NOTES])
    return team(keeper, reader, max_turns=6)


def bodies_of(server: ModelServer, name: str) -> list[Json]:
    """Those of the one that has no tools, or of the one that has."""
    return [r.body for r in server.requests if ("tools" in r.body) == (name == "keeper")]


async def test_what_one_kept_another_one_reads(server: ModelServer) -> None:
    """Confirmed by us, and #7085, #6850: AutoGen adds a system message for each turn for ever."""
    world = world_of(server)
    journal = world.journal()
    assert await world.engine(spec(), journal).run() == "completed"

    kept = [event.payload for event in of_kind(journal, "tool.completed")]
    assert [(done.tool, done.result) for done in kept] == [("remember", "Remembered.")]
    queried = [event.payload for event in of_kind(journal, "memory.queried")]
    assert len(queried) == 6, "each memory once in each of the reader's turns"
    assert {q.memory for q in queried} == {"facts", "notes"}
    read = [[item.content for item in q.results] for q in queried]
    assert read == [["Prefer metric units."], ["stub"]] * 3

    asked = bodies_of(server, "reader")
    assert len(asked) == 3
    for body in asked:
        text = json.dumps(body)
        assert text.count(TITLE) == 2, "one from each memory, in every turn anew"
        assert text.count("Prefer metric units.") == 1
        roles = [message["role"] for message in body["messages"]]
        assert roles.count("system") == 1
    assert all(TITLE not in json.dumps(body) for body in bodies_of(server, "keeper"))
    transcript = " ".join(text for _, text in said(journal))
    assert "metric" not in transcript


async def test_a_recorded_memory_is_not_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever append the run died after."""
    asked: list[str] = []
    query = ListMemory.query

    async def counting(self: ListMemory, text: str, step: Any) -> Any:
        asked.append(step.scope.path)
        return await query(self, text, step)

    monkeypatch.setattr(ListMemory, "query", counting)
    knowing = team(agent("a", model("One.", "Two."), memory=[FACTS]), max_turns=2)
    world = World()
    whole = world.journal()
    assert await world.engine(knowing, whole).run() == "completed"
    alone = list(asked)
    assert len(alone) == 2

    for cut in range(1, whole.appends):
        asked.clear()
        journal = world.journal()
        journal.crash_after(cut)
        with pytest.raises(Crash):
            await world.engine(knowing, journal).run()
        assert await world.engine(knowing, journal.reopen()).run() == "completed"
        assert asked == alone, f"cut after {cut}"
        assert said(journal) == said(whole)
