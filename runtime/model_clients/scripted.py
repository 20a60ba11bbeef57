"""A stand-in for a model: deterministic, needs no key, and says so on every screen.

Its reply is a pure function of the request. With `replies` it follows a script; without, it does
what a simple team member would (see `scripted_rules`).
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from typing import ClassVar, Self

from pydantic import Field

from runtime.components.base import ComponentConfig, Palette
from runtime.components.builder import Builder
from runtime.events.payloads import ModelInfo
from runtime.messages import AssistantMessage, FunctionCall, JsonObject, RequestUsage
from runtime.model_clients.base import GROUP, BaseChatCompletionClient
from runtime.model_clients.scripted_json import example
from runtime.model_clients.scripted_rules import Reply, Scene, improvise
from runtime.ports import ModelReply, ModelRequest

_CHUNK = re.compile(r"\S+\s*|\s+")


class ScriptedCall(ComponentConfig):
    name: str
    arguments: JsonObject | str = Field(default_factory=dict)
    """Text is passed on as it is, malformed JSON included."""


class ScriptedUsage(ComponentConfig):
    prompt_tokens: int = 0
    completion_tokens: int = 0


class ScriptedReply(ComponentConfig):
    content: str | None = Field(None, json_schema_extra={"x-widget": "textarea"})
    tool_calls: list[ScriptedCall] = Field(default_factory=list)
    handoff: str | None = None
    """The name of the agent to hand over to, by the tool that AutoGen names after it."""
    usage: ScriptedUsage | None = None


class ScriptedConfig(ComponentConfig):
    replies: list[ScriptedReply] = Field(
        default_factory=list,
        title="Script",
        description="Replies in order; after the last, the last text again. Empty: it improvises.",
    )
    chunk_delay_ms: int = Field(
        12, ge=0, le=1_000, title="Delay per word (ms)", description="How fast it seems to write."
    )


class ScriptedChatCompletionClient(BaseChatCompletionClient[ScriptedConfig]):
    provider = "troupe.models.ScriptedChatCompletionClient"
    Config = ScriptedConfig
    defaults: ClassVar[JsonObject] = {}
    palette = Palette(
        "Scripted model", "No model: scripted replies, for trying a team out.", GROUP, "script"
    )

    def __init__(self, config: ScriptedConfig) -> None:
        self.config = config

    @classmethod
    def build(cls, config: ScriptedConfig, builder: Builder) -> Self:
        return cls(config)

    @property
    def info(self) -> ModelInfo:
        return ModelInfo(provider=self.provider, model="scripted", scripted=True)

    async def create(self, request: ModelRequest) -> ModelReply:
        return self._reply(request)

    async def stream(self, request: ModelRequest) -> AsyncIterator[str | ModelReply]:
        reply = self._reply(request)
        delay = self.config.chunk_delay_ms / 1000
        for chunk in _CHUNK.findall(reply.content or ""):
            if delay:
                await asyncio.sleep(delay)
            yield chunk
        yield reply

    def _reply(self, request: ModelRequest) -> ModelReply:
        scripted = self._scripted(request)
        if scripted is None:
            said = improvise(request)
            if request.json_schema is not None and not said.calls:
                text = Scene(request).topic
                said = Reply(json.dumps(example(request.json_schema, text), ensure_ascii=False))
            return _to_reply(request, said, None)
        calls = [
            (
                call.name,
                call.arguments if isinstance(call.arguments, str) else json.dumps(call.arguments),
            )
            for call in scripted.tool_calls
        ]
        if scripted.handoff is not None:
            calls.append((f"transfer_to_{scripted.handoff}".lower(), "{}"))
        return _to_reply(request, Reply(scripted.content, calls), scripted.usage)

    def _scripted(self, request: ModelRequest) -> ScriptedReply | None:
        replies = self.config.replies
        index = place_in_script(request)
        if index < len(replies):
            return replies[index]
        return next(
            (reply for reply in reversed(replies) if not (reply.tool_calls or reply.handoff)), None
        )


def place_in_script(request: ModelRequest) -> int:
    """How many replies came before. A pure function of the request, which a recovered run makes
    again as it was; where nobody says, its owner's own messages are counted."""
    if request.ordinal is not None:
        return request.ordinal
    return sum(isinstance(message, AssistantMessage) for message in request.messages)


def _to_reply(request: ModelRequest, reply: Reply, usage: ScriptedUsage | None) -> ModelReply:
    calls = [
        FunctionCall(id=f"call_{index}", name=name, arguments=arguments)
        for index, (name, arguments) in enumerate(reply.calls)
    ]
    if usage is None:
        usage = ScriptedUsage(
            prompt_tokens=sum(_tokens(message.model_dump_json()) for message in request.messages),
            completion_tokens=_tokens(reply.content or "")
            + sum(_tokens(a) for _, a in reply.calls),
        )
    return ModelReply(
        content=reply.content,
        tool_calls=calls,
        finish_reason="function_calls" if calls else "stop",
        usage=RequestUsage(
            prompt_tokens=usage.prompt_tokens, completion_tokens=usage.completion_tokens
        ),
        cost_usd="0",
    )


def _tokens(text: str) -> int:
    return len(text.split())
