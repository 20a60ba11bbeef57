"""A model picks who speaks next."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, Sequence
from inspect import isawaitable
from typing import Any, ClassVar, Self

from pydantic import Field

from runtime.agents.base import AnyParticipant
from runtime.agents.inference import Inference
from runtime.components.base import Palette, Problem
from runtime.components.builder import Builder
from runtime.components.spec import ContextSlot, ModelSlot
from runtime.durable.step import StepContext
from runtime.errors import TeamError
from runtime.messages import AssistantMessage, ChatMessage, JsonObject, LLMMessage, UserMessage
from runtime.model_clients.base import BaseChatCompletionClient
from runtime.model_contexts.base import AnyContext, ChatCompletionContext
from runtime.model_contexts.unbounded import UnboundedChatCompletionContext, UnboundedConfig
from runtime.ports import ModelRequest
from runtime.teams.base import BaseGroupChat, TeamConfig, build_members
from runtime.teams.checks import check_has_end
from runtime.teams.frame import Next, Taken
from runtime.terminations.base import AnyTermination

DEFAULT_PROMPT = """You lead a conversation between these members:
{roles}

Here is what was said so far:

{history}

Who of {participants} should speak next? Answer with that one name and nothing else.
"""

SelectorFunc = Callable[[Sequence[ChatMessage]], str | Awaitable[str | None] | None]
CandidateFunc = Callable[[Sequence[ChatMessage]], list[str] | Awaitable[list[str]]]


class SelectorConfig(TeamConfig):
    model_client: ModelSlot = Field(title="Model")
    selector_prompt: str = Field(
        DEFAULT_PROMPT,
        title="Question",
        description="With {roles}, {participants} and {history}.",
        json_schema_extra={"x-widget": "textarea"},
    )
    allow_repeated_speaker: bool = Field(
        False, title="Repeats", description="The same member may speak twice in a row."
    )
    max_selector_attempts: int = Field(
        3, ge=1, le=20, title="Attempts", description="Until the model names one member."
    )
    model_client_streaming: bool = Field(False, title="Stream the choice")
    model_context: ContextSlot | None = Field(None, title="Model context")


class SelectorGroupChat(BaseGroupChat[SelectorConfig]):
    """Only a candidate is ever taken: everyone, or everyone but the last speaker where repeats
    are not allowed. A model that names none of them, or several, is told so and asked again; in
    the end the last speaker goes on where that is allowed, or else who is listed after it."""

    provider = "autogen_agentchat.teams.SelectorGroupChat"
    manager_name = "SelectorGroupChatManager"
    Config = SelectorConfig
    defaults: ClassVar[JsonObject] = {
        "name": "team",
        "description": "",
        "participants": [],
        "model_client": {
            "provider": "troupe.models.WorkspaceModel",
            "component_type": "model",
            "config": {},
        },
        "max_turns": 20,
    }
    palette = Palette("Selector", "A model picks who speaks next.", "Teams", "user-search")

    selector_func: SelectorFunc | None = None
    """For programs: names the next speaker, or None to ask the model. A pure function of the
    messages: it is called again when a run recovers."""
    candidate_func: CandidateFunc | None = None
    """For programs: the names to choose from; replaces the rule on repeats."""

    def __init__(
        self,
        config: SelectorConfig,
        participants: list[AnyParticipant],
        termination: AnyTermination | None,
        inference: Inference,
        view: AnyContext,
    ) -> None:
        super().__init__(config, participants, termination)
        self._inference = inference
        self._view = view
        self._previous: str | None = None

    @classmethod
    def build(cls, config: SelectorConfig, builder: Builder) -> Self:
        everything = UnboundedChatCompletionContext(UnboundedConfig(initial_messages=None))
        view: AnyContext = everything
        if config.model_context is not None:
            view = builder.build(config.model_context, ChatCompletionContext, "model_context")
        model = builder.build(config.model_client, BaseChatCompletionClient, "model_client")
        inference = Inference(model, everything, None, config.model_client_streaming)
        return cls(config, *build_members(config, builder), inference, view)

    @classmethod
    def check(cls, config: Any, path: str) -> Iterable[Problem]:
        yield from super().check(config, path)
        yield from check_has_end(config, path)
        if len(config.participants) < 2:
            yield Problem(
                f"{path}.participants",
                "error",
                "too_few",
                "A selector needs at least two members to choose from.",
            )

    async def choose(self, step: StepContext) -> Next:
        name = await self._by_function()
        if name is None:
            candidates = await self._candidates()
            name = candidates[0] if len(candidates) == 1 else await self._ask(candidates, step)
        return Next([self.by_name[name]])

    async def _by_function(self) -> str | None:
        if self.selector_func is None:
            return None
        found = self.selector_func(self.thread.messages)
        name = await found if isawaitable(found) else found
        if name is not None and name not in self.by_name:
            raise TeamError(f"The selector function named {name!r}, who is no member of the team")
        return name

    async def _candidates(self) -> list[str]:
        if self.candidate_func is not None:
            found = self.candidate_func(self.thread.messages)
            names = await found if isawaitable(found) else found
            if not names or any(name not in self.by_name for name in names):
                raise TeamError(f"The candidate function gave {names!r}, not members of the team")
            return list(dict.fromkeys(names))
        if self.config.allow_repeated_speaker:
            return list(self.by_name)
        return [name for name in self.by_name if name != self._previous]

    async def _ask(self, candidates: list[str], step: StepContext) -> str:
        messages: list[LLMMessage] = [
            UserMessage(content=self._question(candidates), source="user")
        ]
        for attempt in range(1, self.config.max_selector_attempts + 1):
            request = ModelRequest(messages=messages)
            reply = await self._inference.infer(step.child("attempt", attempt), request)
            answer = reply.content or ""
            named = self._named(answer)
            if len(named) == 1 and named[0] in candidates:
                return named[0]
            messages = [
                *messages,
                AssistantMessage(content=answer, source=self.manager_name),
                UserMessage(content=_again(named, candidates), source="user"),
            ]
        return self._fallback(candidates)

    def _fallback(self, candidates: list[str]) -> str:
        if self._previous in candidates:
            return self._previous
        names = list(self.by_name)
        start = names.index(self._previous) + 1 if self._previous in names else 0
        return next(name for name in [*names[start:], *names] if name in candidates)

    def _question(self, candidates: list[str]) -> str:
        roles = "\n".join(f"{p.name}: {_line(p.description)}".strip() for p in self.participants)
        values = {"roles": roles, "participants": str(candidates), "history": self._history()}
        pattern = re.compile(r"\{(roles|participants|history)\}")
        return pattern.sub(lambda match: values[match[1]], self.config.selector_prompt)

    def _history(self) -> str:
        heard: list[LLMMessage] = [
            UserMessage(content=message.to_model_content(), source=message.source)
            for message in self.thread.messages
        ]
        seen = self._view.view(heard)
        lines = [f"{m.source}: {m.text}" for m in seen if isinstance(m, UserMessage)]
        return "\n\n".join(lines)

    def _named(self, answer: str) -> list[str]:
        """The members that the answer mentions; models write underscores in ways of their own."""
        return [name for name in self.by_name if _mention(name).search(answer)]

    def took_turns(self, taken: list[Taken]) -> None:
        if taken:
            self._previous = taken[-1].turn.speaker.name

    def forget(self) -> None:
        super().forget()
        self._previous = None

    def save_state(self) -> JsonObject:
        return {**super().save_state(), "previous_speaker": self._previous}

    def load_state(self, state: JsonObject) -> None:
        super().load_state(state)
        self._previous = state.get("previous_speaker")


def _mention(name: str) -> re.Pattern[str]:
    spelled = re.escape(name).replace("_", r"(?:_|\\_|\ )")
    return re.compile(rf"(?<!\w){spelled}(?!\w)")


def _line(text: str) -> str:
    return " ".join(text.split())


def _again(named: list[str], candidates: list[str]) -> str:
    choice = ", ".join(candidates)
    if not named:
        return f"That names no member. Answer with one of these names and nothing else: {choice}."
    if len(named) > 1:
        return f"That names several members. Answer with exactly one of: {choice}."
    return f"{named[0]} cannot speak now. Choose one of: {choice}."
