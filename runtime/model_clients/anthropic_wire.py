"""Anthropic's messages as plain JSON, both ways."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from runtime.messages import (
    AssistantMessage,
    FunctionCall,
    Image,
    JsonObject,
    LLMMessage,
    RequestUsage,
    SystemMessage,
    UserMessage,
)
from runtime.model_clients.failures import Target, from_error_object, not_understood, stream_cut
from runtime.model_clients.structured import closed_schema, without_limits
from runtime.model_clients.wire import MAX_TOKENS, parse_object
from runtime.ports import ModelReply, ModelRequest

FinishReason = Literal["stop", "length", "function_calls", "content_filter", "unknown"]
_FINISH: dict[str, FinishReason] = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "max_tokens": "length",
    "tool_use": "function_calls",
    "refusal": "content_filter",
}
GO_ON = "Go on."
"""Where Anthropic insists on a user's message and nobody has said anything."""
REPLY_TOOL = "structured_reply"
"""Stands for a structured reply where the model has no such mode: it is made to call it."""
CACHE = {"type": "ephemeral"}
CACHED_FROM = 4_000
"""Characters. Anthropic caches nothing that is shorter than a thousand tokens or so."""

# Requests --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Style:
    thinking: bool = False
    """Whether the thoughts of earlier replies go back; the API wants them with their tools."""
    native_schema: bool = False
    caching: bool = True


def request_body(request: ModelRequest, style: Style) -> JsonObject:
    body: JsonObject = {"messages": _alternating(request.messages, style)}
    tools = [
        {"name": tool.name, "description": tool.description, "input_schema": tool.parameters}
        for tool in request.tools
    ]
    choice = _tool_choice(request.tool_choice)
    if not tools:
        tools, choice = _tools_of(request.messages), {"type": "none"}
    if request.json_schema is not None and not style.native_schema:
        description = "Gives the answer. Call it instead of answering in text."
        schema = request.json_schema
        tools.append({"name": REPLY_TOOL, "description": description, "input_schema": schema})
        alone = len(tools) == 1 or choice["type"] == "none"
        choice = {"type": "tool", "name": REPLY_TOOL} if alone else {"type": "any"}
    elif request.json_schema is not None:
        schema = without_limits(closed_schema(request.json_schema) or request.json_schema)
        body["output_config"] = {"format": {"type": "json_schema", "schema": schema}}
    if tools:
        body |= {"tools": tools, "tool_choice": choice}
    system = "\n\n".join(m.content for m in request.messages if isinstance(m, SystemMessage))
    if system:
        body["system"] = system
    if style.caching:
        _mark_for_cache(body)
    return body


def _tools_of(messages: list[LLMMessage]) -> list[JsonObject]:
    """Anthropic refuses calls in a conversation without declarations of tools."""
    names = {
        call.name: None
        for message in messages
        if isinstance(message, AssistantMessage) and isinstance(message.content, list)
        for call in message.content
    }
    anything = {"type": "object"}
    return [{"name": name, "description": "", "input_schema": anything} for name in names]


def _mark_for_cache(body: JsonObject) -> None:
    """The tools, and the instructions after them, are the same at every call of an agent."""
    tools, system = body.get("tools"), body.get("system", "")
    size = len(system) + sum(len(json.dumps(tool)) for tool in tools or ())
    if size < CACHED_FROM:
        return
    if tools:
        tools[-1] = {**tools[-1], "cache_control": CACHE}
    if system:
        body["system"] = [{"type": "text", "text": system, "cache_control": CACHE}]


def has_all_thoughts(messages: Sequence[LLMMessage]) -> bool:
    """Whether the turn that a request goes on with has the thoughts of all its calls: those of
    another model, or of a time without thinking, have none."""
    for message in reversed(messages):
        if isinstance(message, UserMessage):
            return True
        if not isinstance(message, AssistantMessage) or isinstance(message.content, str):
            continue
        if message.content and not message.thinking:
            return False
    return True


def _alternating(messages: list[LLMMessage], style: Style) -> list[JsonObject]:
    """User and assistant in turn, beginning and ending with the user."""
    turns: list[JsonObject] = []
    for message in messages:
        if isinstance(message, SystemMessage):
            continue
        role = "assistant" if isinstance(message, AssistantMessage) else "user"
        if not turns and role == "assistant":
            turns.append({"role": "user", "content": [_text(GO_ON)]})
        if turns and turns[-1]["role"] == role:
            turns[-1]["content"].extend(_blocks(message, style))
        else:
            turns.append({"role": role, "content": _blocks(message, style)})
    if not turns or turns[-1]["role"] == "assistant":
        turns.append({"role": "user", "content": [_text(GO_ON)]})
    return turns


def _blocks(message: LLMMessage, style: Style) -> list[JsonObject]:
    if isinstance(message, UserMessage):
        return _said(message)
    if isinstance(message, AssistantMessage):
        if isinstance(message.content, str):
            return [_text(message.content.rstrip())]
        blocks = list(message.thinking) if style.thinking else []
        known = "".join(block.get("thinking", "") for block in blocks)
        if message.thought and message.thought != known:
            blocks = [*blocks, _text(message.thought.rstrip())]
        return [*blocks, *(_use(call) for call in message.content)]
    if isinstance(message, SystemMessage):
        return []
    return [
        {
            "type": "tool_result",
            "tool_use_id": result.call_id,
            "content": result.content,
            "is_error": result.is_error,
        }
        for result in message.content
    ]


def _said(message: UserMessage) -> list[JsonObject]:
    prefix = "" if message.source == "user" else f"{message.source}: "
    if isinstance(message.content, str):
        return [_text(prefix + message.content)]
    parts = [_text(part) if isinstance(part, str) else _image(part) for part in message.content]
    return [_text(prefix.strip()), *parts] if prefix else parts or [_text("")]


def _image(image: Image) -> JsonObject:
    source = {"type": "base64", "media_type": image.media_type, "data": image.data}
    return {"type": "image", "source": source}


def _text(text: str) -> JsonObject:
    return {"type": "text", "text": text if text.strip() else "(nothing)"}


def _use(call: FunctionCall) -> JsonObject:
    try:
        arguments = json.loads(call.arguments or "{}")
    except (ValueError, RecursionError):
        arguments = {"malformed": call.arguments}
    if not isinstance(arguments, dict):
        arguments = {"malformed": call.arguments}
    return {"type": "tool_use", "id": call.id, "name": call.name, "input": arguments}


def _tool_choice(choice: str) -> JsonObject:
    modes = {"auto": "auto", "required": "any", "none": "none"}
    return {"type": modes[choice]} if choice in modes else {"type": "tool", "name": choice}


# Replies ---------------------------------------------------------------------------------------


def parse_reply(data: JsonObject, target: Target) -> ModelReply:
    if data.get("type") == "error":
        raise from_error_object(target, data.get("error"))
    content = data.get("content")
    if not isinstance(content, list) or (not content and data.get("stop_reason") is None):
        raise not_understood(target, "it has no content")
    draft = _Draft()
    for index, block in enumerate(content):
        if isinstance(block, dict):
            draft.start(index, block)
    draft.stop_reason = data.get("stop_reason")
    draft.count(data.get("usage"))
    return draft.reply()


async def parse_stream(
    events: AsyncIterator[str],
    target: Target,
    *,
    structured: bool = False,
) -> AsyncIterator[str | ModelReply]:
    """With `structured`, text waits for the end: the arguments of the reply's tool come in its
    place, if the model calls it."""
    draft = _Draft()
    async for data in events:
        event = parse_object(data, target)
        kind = event.get("type")
        text = ""
        if kind == "error":
            raise from_error_object(target, event.get("error"))
        if kind == "message_start":
            draft.count((event.get("message") or {}).get("usage"))
        elif kind == "content_block_start":
            text = draft.start(event.get("index", 0), event.get("content_block") or {})
        elif kind == "content_block_delta":
            text = draft.add(event.get("index", 0), event.get("delta") or {})
        elif kind == "message_delta":
            draft.stop_reason = (event.get("delta") or {}).get("stop_reason") or draft.stop_reason
            draft.count(event.get("usage"))
        elif kind == "message_stop":
            break
        if text and not structured:
            yield text
    if draft.stop_reason is None:
        raise stream_cut(target)
    reply = draft.reply()
    if structured and reply.content:
        yield reply.content
    yield reply


@dataclass
class _Draft:
    text: list[str] = field(default_factory=list)
    thinking: dict[int, JsonObject] = field(default_factory=dict)
    """Blocks as they must go back."""
    calls: dict[int, JsonObject] = field(default_factory=dict)
    stop_reason: str | None = None
    counts: dict[str, int] = field(default_factory=dict)

    def start(self, index: int, block: JsonObject) -> str:
        """The text that the block begins with; a whole reply's block is all of it."""
        kind = block.get("type")
        if kind == "tool_use":
            given = block.get("input")
            self.calls[index] = {
                "id": str(block.get("id") or ""),
                "name": str(block.get("name") or ""),
                "arguments": json.dumps(given) if given else "",
            }
        elif kind == "thinking":
            self.thinking[index] = {
                "type": "thinking",
                "thinking": str(block.get("thinking") or ""),
                "signature": str(block.get("signature") or ""),
            }
        elif kind == "redacted_thinking":
            self.thinking[index] = {"type": kind, "data": str(block.get("data") or "")}
        elif kind == "text":
            return self.add(index, {"type": "text_delta", "text": block.get("text")})
        return ""

    def add(self, index: int, delta: JsonObject) -> str:
        kind = delta.get("type")
        if kind == "text_delta" and isinstance(delta.get("text"), str):
            self.text.append(delta["text"])
            return str(delta["text"])
        if kind in ("thinking_delta", "signature_delta"):
            name = kind.removesuffix("_delta")
            block = self.thinking.setdefault(
                index, {"type": "thinking", "thinking": "", "signature": ""}
            )
            block[name] = block.get(name, "") + str(delta.get(name) or "")
        elif kind == "input_json_delta" and index in self.calls:
            self.calls[index]["arguments"] += str(delta.get("partial_json") or "")
        return ""

    def count(self, usage: Any) -> None:
        """Later counts replace earlier ones: they are cumulative."""
        if isinstance(usage, dict):
            self.counts |= {
                k: v for k, v in usage.items() if type(v) is int and 0 <= v < MAX_TOKENS
            }

    def reply(self) -> ModelReply:
        calls = [
            FunctionCall(**{**self.calls[i], "arguments": self.calls[i]["arguments"] or "{}"})
            for i in sorted(self.calls)
        ]
        blocks = [self.thinking[i] for i in sorted(self.thinking)]
        answers = [call.arguments for call in calls if call.name == REPLY_TOOL]
        calls = [call for call in calls if call.name != REPLY_TOOL]
        thought = "".join(str(block.get("thinking", "")) for block in blocks)
        finish = _FINISH.get(self.stop_reason or "", "unknown")
        if answers and not calls and finish == "function_calls":
            finish = "stop"
        return ModelReply(
            content=(answers[0] if answers and not calls else "".join(self.text)) or None,
            tool_calls=calls,
            thought=thought or None,
            thinking=blocks if calls else [],
            finish_reason=finish,
            usage=self._usage(),
            cache_write_tokens=self.counts.get("cache_creation_input_tokens"),
        )

    def _usage(self) -> RequestUsage:
        cached = self.counts.get("cache_read_input_tokens")
        written = self.counts.get("cache_creation_input_tokens", 0)
        return RequestUsage(
            prompt_tokens=self.counts.get("input_tokens", 0) + (cached or 0) + written,
            completion_tokens=self.counts.get("output_tokens", 0),
            cached_tokens=cached,
        )
