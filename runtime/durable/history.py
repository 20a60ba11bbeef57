"""What a team and its agents remember, read off the log."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from runtime.events import Event
from runtime.events.payloads import AgentReset, MessagePosted, TurnStarted
from runtime.messages import ChatMessage
from runtime.ports import Journal, LogRange

Hearing = Callable[[list[ChatMessage]], list[ChatMessage]]


@dataclass(frozen=True, slots=True)
class Entry:
    """One message of a team's thread. `author` is the path of the participant that said it; the
    team's own path for tasks and what its manager says."""

    author: str
    message: ChatMessage


def heard_by(path: str, entries: Iterable[Entry]) -> list[ChatMessage]:
    """What others said, of a stretch of a thread."""
    return [entry.message for entry in entries if entry.author != path]


class History:
    """Recorded events, sorted by who they belong to. Built once when a run starts or recovers."""

    def __init__(self, events: Iterable[Event] = ()) -> None:
        self._threads: dict[str, list[Entry]] = {}
        self._by_agent: dict[str, list[Event]] = {}
        self._starts: dict[str, int] = {}
        self._hearing: dict[str, Hearing] = {}
        self.add(events)

    def add(self, events: Iterable[Event]) -> None:
        for event in events:
            payload = event.payload
            if isinstance(payload, MessagePosted):
                entry = Entry(event.agent_path, payload.message)
                self._threads.setdefault(payload.team_path, []).append(entry)
            elif isinstance(payload, AgentReset):
                self._by_agent.pop(event.agent_path, None)
                self._threads.pop(event.agent_path, None)
            else:
                self._by_agent.setdefault(event.agent_path, []).append(event)

    @classmethod
    async def read(cls, journal: Journal, ranges: Sequence[LogRange]) -> History:
        events: list[Event] = []
        for span in ranges:
            events.extend(await journal.read(span))
        return cls(events)

    def thread(self, team_path: str) -> list[Entry]:
        return self._threads.get(team_path, [])

    def of_agent(self, agent_path: str) -> list[Event]:
        """Everything of this agent but messages, in the order of the log."""
        return self._by_agent.get(agent_path, [])

    def hearing(self, path: str, change: Hearing) -> None:
        """What this agent heard went through `change` before it was taken up."""
        self._hearing[path] = change

    def heard(self, path: str, started: TurnStarted) -> list[ChatMessage]:
        """What was delivered to this agent with a turn."""
        first, end = started.heard
        stretch = self.thread(path.rpartition("/")[0])[first:end]
        heard = heard_by(path, stretch)
        change = self._hearing.get(path)
        return change(heard) if change else heard
