"""AutoGen's replay client: given replies, one after the other."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any, ClassVar, Literal, Self

from pydantic import Field

from runtime.components.base import ComponentConfig, Palette
from runtime.components.builder import Builder
from runtime.errors import ModelError
from runtime.events.payloads import ModelInfo
from runtime.messages import FunctionCall, JsonObject, RequestUsage
from runtime.model_clients.base import GROUP, BaseChatCompletionClient
from runtime.model_clients.capabilities import Capabilities
from runtime.model_clients.scripted import place_in_script
from runtime.model_clients.tokens import words_in
from runtime.ports import ModelReply, ModelRequest

_CHUNK = re.compile(r"\S+\s*|\s+")


class ReplayCall(ComponentConfig):
    id: str = ""
    name: str
    arguments: str = "{}"


class ReplayUsage(ComponentConfig):
    prompt_tokens: int = 0
    completion_tokens: int = 0


class ReplayResult(ComponentConfig):
    """AutoGen's CreateResult."""

    finish_reason: Literal["stop", "length", "function_calls", "content_filter", "unknown"]
    content: str | list[ReplayCall]
    usage: ReplayUsage
    cached: bool
    logprobs: Any = None
    thought: str | None = None


class ReplayConfig(ComponentConfig):
    chat_completions: list[str | ReplayResult] = Field(
        title="Replies",
        description="Texts or whole results, in order.",
        json_schema_extra={"x-widget": "code"},
    )
    model_info: JsonObject | None = Field(
        None, title="Model info", json_schema_extra={"x-widget": "code"}
    )


class ReplayChatCompletionClient(BaseChatCompletionClient[ReplayConfig]):
    """The next reply at each call. Which one is next is read off the request, so that a run which
    is taken up again goes on where it was; a call that is made again gets the same one."""

    provider = "autogen_ext.models.replay.ReplayChatCompletionClient"
    written_type = "replay_chat_completion_client"
    Config = ReplayConfig
    defaults: ClassVar[JsonObject] = {"chat_completions": ["Hello."]}
    palette = Palette(
        "Replay", "No model: given replies, one after the other.", GROUP, "player-track-next"
    )

    def __init__(self, config: ReplayConfig) -> None:
        self.config = config

    @classmethod
    def build(cls, config: ReplayConfig, builder: Builder) -> Self:
        return cls(config)

    @property
    def info(self) -> ModelInfo:
        return ModelInfo(provider=self.provider, model="replay", scripted=True)

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities().overridden(self.config.model_info)

    async def create(self, request: ModelRequest) -> ModelReply:
        return self._reply(request)

    async def stream(self, request: ModelRequest) -> AsyncIterator[str | ModelReply]:
        reply = self._reply(request)
        for chunk in _CHUNK.findall(reply.content or ""):
            yield chunk
        yield reply

    def _reply(self, request: ModelRequest) -> ModelReply:
        replies, place = self.config.chat_completions, place_in_script(request)
        if place >= len(replies):
            raise ModelError(
                f"The replay has {len(replies)} replies, and number {place + 1} is asked for",
                code="replay_exhausted",
                hint="Give the replay client more replies, or let the team end earlier.",
            )
        found = replies[place]
        if isinstance(found, ReplayResult):
            return _whole(found)
        usage = RequestUsage(
            prompt_tokens=words_in(request.messages), completion_tokens=len(found.split())
        )
        return ModelReply(
            content=found, finish_reason="stop", usage=usage, cost_usd="0", cached=True
        )


def _whole(result: ReplayResult) -> ModelReply:
    text = result.content if isinstance(result.content, str) else None
    calls = result.content if isinstance(result.content, list) else []
    return ModelReply(
        content=text,
        tool_calls=[FunctionCall(**call.model_dump()) for call in calls],
        thought=result.thought,
        finish_reason=result.finish_reason,
        usage=RequestUsage(**result.usage.model_dump()),
        cost_usd="0",
        cached=result.cached,
    )
