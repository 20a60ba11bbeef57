"""What a team and its agents remember, read off the log."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from runtime.events import Event
from runtime.events.payloads import MessagePosted
from runtime.messages import ChatMessage
from runtime.ports import Journal, LogRange


class History:
    """Recorded events, sorted by who they belong to. Built once when a run starts or recovers."""

    def __init__(self, events: Iterable[Event] = ()) -> None:
        self._threads: dict[str, list[ChatMessage]] = {}
        self._by_agent: dict[str, list[Event]] = {}
        for event in events:
            if isinstance(event.payload, MessagePosted):
                self._threads.setdefault(event.payload.team_path, []).append(event.payload.message)
            else:
                self._by_agent.setdefault(event.agent_path, []).append(event)

    @classmethod
    async def read(cls, journal: Journal, ranges: Sequence[LogRange]) -> History:
        events: list[Event] = []
        for span in ranges:
            events.extend(await journal.read(span))
        return cls(events)

    def thread(self, team_path: str) -> list[ChatMessage]:
        return self._threads.get(team_path, [])

    def of_agent(self, agent_path: str) -> list[Event]:
        """Everything of this agent but messages, in the order of the log."""
        return self._by_agent.get(agent_path, [])
