"""Anthropic's messages as plain JSON, both ways."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any, Literal

from runtime.messages import (
    AssistantMessage,
    FunctionCall,
    JsonObject,
    LLMMessage,
    RequestUsage,
    SystemMessage,
    UserMessage,
)
from runtime.model_clients.failures import Target, from_error_object, not_understood, stream_cut
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

# Requests --------------------------------------------------------------------------------------


def request_body(request: ModelRequest) -> JsonObject:
    system = [m.content for m in request.messages if isinstance(m, SystemMessage)]
    body: JsonObject = {"messages": _alternating(request.messages)}
    if system:
        body["system"] = "\n\n".join(system)
    if request.tools:
        body["tools"] = [
            {"name": tool.name, "description": tool.description, "input_schema": tool.parameters}
            for tool in request.tools
        ]
        body["tool_choice"] = _tool_choice(request.tool_choice)
    return body


def _alternating(messages: list[LLMMessage]) -> list[JsonObject]:
    """User and assistant in turn, beginning and ending with the user."""
    turns: list[JsonObject] = []
    for message in messages:
        if isinstance(message, SystemMessage):
            continue
        role = "assistant" if isinstance(message, AssistantMessage) else "user"
        if not turns and role == "assistant":
            turns.append({"role": "user", "content": [_text(GO_ON)]})
        if turns and turns[-1]["role"] == role:
            turns[-1]["content"].extend(_blocks(message))
        else:
            turns.append({"role": role, "content": _blocks(message)})
    if not turns or turns[-1]["role"] == "assistant":
        turns.append({"role": "user", "content": [_text(GO_ON)]})
    return turns


def _blocks(message: LLMMessage) -> list[JsonObject]:
    if isinstance(message, UserMessage):
        said = message.text if message.source == "user" else f"{message.source}: {message.text}"
        return [_text(said)]
    if isinstance(message, AssistantMessage):
        if isinstance(message.content, str):
            return [_text(message.content.rstrip())]
        thought = [_text(message.thought.rstrip())] if message.thought else []
        return [*thought, *(_use(call) for call in message.content)]
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


async def parse_stream(events: AsyncIterator[str], target: Target) -> AsyncIterator[Any]:
    draft = _Draft()
    async for data in events:
        event = parse_object(data, target)
        kind = event.get("type")
        if kind == "error":
            raise from_error_object(target, event.get("error"))
        if kind == "message_start":
            draft.count((event.get("message") or {}).get("usage"))
        elif kind == "content_block_start":
            text = draft.start(event.get("index", 0), event.get("content_block") or {})
            if text:
                yield text
        elif kind == "content_block_delta":
            text = draft.add(event.get("index", 0), event.get("delta") or {})
            if text:
                yield text
        elif kind == "message_delta":
            draft.stop_reason = (event.get("delta") or {}).get("stop_reason") or draft.stop_reason
            draft.count(event.get("usage"))
        elif kind == "message_stop":
            break
    if draft.stop_reason is None:
        raise stream_cut(target)
    yield draft.reply()


@dataclass
class _Draft:
    text: list[str] = field(default_factory=list)
    thought: list[str] = field(default_factory=list)
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
            return ""
        key = "text" if kind == "text" else "thinking"
        return self.add(index, {"type": f"{key}_delta", key: block.get(key)})

    def add(self, index: int, delta: JsonObject) -> str:
        kind = delta.get("type")
        if kind == "text_delta" and isinstance(delta.get("text"), str):
            self.text.append(delta["text"])
            return str(delta["text"])
        if kind == "thinking_delta" and isinstance(delta.get("thinking"), str):
            self.thought.append(delta["thinking"])
        elif kind == "input_json_delta" and index in self.calls:
            self.calls[index]["arguments"] += str(delta.get("partial_json") or "")
        return ""

    def count(self, usage: Any) -> None:
        """Later counts replace earlier ones: they are cumulative."""
        if isinstance(usage, dict):
            self.counts |= {
                k: v for k, v in usage.items() if isinstance(v, int) and 0 <= v < MAX_TOKENS
            }

    def reply(self) -> ModelReply:
        calls = [
            FunctionCall(**{**self.calls[i], "arguments": self.calls[i]["arguments"] or "{}"})
            for i in sorted(self.calls)
        ]
        cached = self.counts.get("cache_read_input_tokens")
        prompt = (
            self.counts.get("input_tokens", 0)
            + (cached or 0)
            + self.counts.get("cache_creation_input_tokens", 0)
        )
        return ModelReply(
            content="".join(self.text) or None,
            tool_calls=calls,
            thought="".join(self.thought) or None,
            finish_reason=_FINISH.get(self.stop_reason or "", "unknown"),
            usage=RequestUsage(
                prompt_tokens=prompt,
                completion_tokens=self.counts.get("output_tokens", 0),
                cached_tokens=cached,
            ),
        )
