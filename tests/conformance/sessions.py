"""Sessions over in-memory journals, for scenarios that take several runs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from runtime.agents.inference import Inference
from runtime.components.spec import Component
from runtime.components.validate import validate
from runtime.durable.step import StepContext
from runtime.engine import RunEngine, RunServices
from runtime.events import Event
from runtime.events.payloads import ModelCompleted
from runtime.messages import ChatMessage, HandoffMessage, TextMessage
from runtime.ports import ModelRequest
from runtime.testing import InMemoryJournal, MemoryLog
from runtime.testing.clock import START
from tests.runtime.support import Json, World


@dataclass
class Ended:
    """One run after it ended, or left its worker."""

    outcome: str
    journal: InMemoryJournal

    @property
    def events(self) -> list[Event]:
        return self.journal.log.events

    def payloads(self, kind: str) -> list[Any]:
        return [event.payload for event in self.events if event.kind == kind]

    @property
    def posts(self) -> list[Any]:
        """What the outermost team heard, its task included."""
        return [post for post in self.payloads("message.posted") if post.team_path == ""]

    @property
    def messages(self) -> list[Any]:
        return [post.message for post in self.posts]

    @property
    def sources(self) -> list[str]:
        return [message.source for message in self.messages]

    @property
    def said(self) -> list[tuple[str, str]]:
        return [(message.source, message.to_text()) for message in self.messages]

    @property
    def stop_reason(self) -> str:
        return str(self.payloads("run.completed")[-1].stop_reason)

    @property
    def error(self) -> Any:
        return self.payloads("run.failed")[-1].error


def text(content: str, source: str = "user") -> TextMessage:
    return TextMessage(id=f"task-{content[:20]}", source=source, created_at=START, content=content)


def handoff(content: str, target: str, source: str = "user") -> HandoffMessage:
    return HandoffMessage(
        id=f"handoff-{target}", source=source, created_at=START, content=content, target=target
    )


@dataclass
class Session:
    spec: Json
    world: World = field(default_factory=World)
    logs: list[MemoryLog] = field(default_factory=list)

    def open(self) -> InMemoryJournal:
        """The next run's journal."""
        number = len(self.logs) + 1
        log = MemoryLog(f"00000000-0000-4000-8000-{number:012}", self.world.clock)
        if self.logs:
            log.start_from(self.logs[-1])
        self.logs.append(log)
        return log.claim()

    def engine(self, journal: InMemoryJournal, task: str | Iterable[ChatMessage]) -> RunEngine:
        messages = [text(task)] if isinstance(task, str) else list(task)
        world = self.world
        services = RunServices(
            journal=journal,
            gate=world.gate,
            files=world.files,
            deltas=world.deltas,
            clock=world.clock,
            secrets=world.secrets,
            clients=world.clients,
        )
        return RunEngine(Component.model_validate(self.spec), task=messages, services=services)

    async def run(
        self, task: str | Iterable[ChatMessage] = "Go", spec: Json | None = None
    ) -> Ended:
        """A whole run. `spec` replaces the session's team from now on."""
        self.spec = spec or self.spec
        journal = self.open()
        return Ended(await self.engine(journal, task).run(), journal)


async def ran(spec: Json, task: str | Iterable[ChatMessage] = "Go") -> Ended:
    """One run that must complete."""
    ended = await Session(spec).run(task)
    assert ended.outcome == "completed", ended.payloads("run.failed") or ended.events[-1]
    return ended


def problems(spec: Json) -> set[str]:
    """The codes of what is wrong with it."""
    return {problem.code for problem in validate(spec) if problem.severity == "error"}


@dataclass
class Asked:
    """What models were asked, in order: by whom, and the request."""

    requests: list[tuple[str, ModelRequest]] = field(default_factory=list)

    def of(self, path: str) -> list[ModelRequest]:
        return [request for agent, request in self.requests if agent == path]

    def watch(self, monkeypatch: Any) -> Asked:
        infer = Inference.infer

        async def watched(
            inference: Inference, step: StepContext, request: ModelRequest
        ) -> ModelCompleted:
            self.requests.append((step.agent_path, request))
            return await infer(inference, step, request)

        monkeypatch.setattr(Inference, "infer", watched)
        return self
