"""A run's events and pieces of text as AutoGen's stream, in the order in which they happened."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from runtime.agents.views import TurnView
from runtime.components.registry import find_component
from runtime.durable.scope import derive_id
from runtime.events import Event
from runtime.events.payloads import FrameStarted, MessagePosted, TurnStarted
from runtime.messages import ModelClientStreamingChunkEvent, SelectSpeakerEvent, TeamMessage
from runtime.ports import Clock

Put = Callable[[TeamMessage], None]


class Feed:
    """Implements `ports.DeltaSink`, and watches a log."""

    def __init__(
        self, run_id: str, clock: Clock, put: Put, *, tasks: bool, team_events: bool
    ) -> None:
        self._run_id = run_id
        self._clock = clock
        self._put = put
        self._tasks = tasks
        self._team_events = team_events
        self._view = TurnView(run_id)
        self._managers: dict[str, str] = {}
        self._turns: dict[str, str] = {}
        self._chosen: list[Event] = []

    def catch_up(self, events: list[Event]) -> None:
        """Of an earlier life of the run: known, and not shown again."""
        for event in events:
            for _ in self._items(event):
                pass

    def event(self, event: Event) -> None:
        for item in self._items(event):
            self._put(item)

    def _items(self, event: Event) -> Iterator[TeamMessage]:
        payload = event.payload
        if isinstance(payload, TurnStarted):
            self._turns[event.agent_path] = event.key.rpartition(":")[0]
            self._chosen.append(event)
            return
        if self._chosen:
            yield from self._speakers()
        if isinstance(payload, FrameStarted):
            self._managers[event.agent_path] = _manager(payload.provider)
        elif isinstance(payload, MessagePosted) and self._is_shown_task(payload):
            yield payload.message
        yield from self._view.add(event)

    def _is_shown_task(self, posted: MessagePosted) -> bool:
        return self._tasks and posted.is_task and posted.team_path == ""

    def _speakers(self) -> Iterator[TeamMessage]:
        """Those who were chosen at once stand in one event."""
        chosen, self._chosen = self._chosen, []
        if not self._team_events:
            return
        by_team: dict[str, list[Event]] = {}
        for event in chosen:
            by_team.setdefault(event.agent_path.rpartition("/")[0], []).append(event)
        for team, events in by_team.items():
            yield SelectSpeakerEvent(
                id=derive_id(self._run_id, f"{events[0].key}:view:speaker"),
                source=self._managers.get(team, "GroupChatManager"),
                created_at=events[0].occurred_at,
                content=[event.agent_path.rpartition("/")[2] for event in events],
            )

    # Text that is being written ----------------------------------------------------------------

    def delta(
        self, *, agent_path: str, message_key: str, attempt: int, offset: int, text: str
    ) -> None:
        scope = self._turns.get(agent_path)
        chunk = ModelClientStreamingChunkEvent(
            id=derive_id(self._run_id, f"{message_key}:{attempt}:{offset}"),
            source=agent_path.rpartition("/")[2],
            created_at=self._clock.now(),
            content=text,
            full_message_id=derive_id(self._run_id, f"{scope}:message") if scope else None,
            metadata={"attempt": str(attempt)} if attempt > 1 else {},
        )
        self._put(chunk)

    def done(self, *, message_key: str) -> None:
        """The message itself follows."""


def _manager(provider: str) -> str:
    found: Any = find_component(provider)
    return getattr(found, "manager_name", "GroupChatManager")
