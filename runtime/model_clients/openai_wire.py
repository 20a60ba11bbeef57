"""OpenAI's chat completions as plain JSON, both ways."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any, Literal

from runtime.messages import (
    AssistantMessage,
    FunctionCall,
    FunctionExecutionResultMessage,
    JsonObject,
    LLMMessage,
    RequestUsage,
    SystemMessage,
    UserMessage,
)
from runtime.model_clients.failures import Target, from_error_object, not_understood, stream_cut
from runtime.model_clients.wire import MAX_TOKENS, parse_object
from runtime.ports import ModelReply, ModelRequest, ToolSchema

FinishReason = Literal["stop", "length", "function_calls", "content_filter", "unknown"]
_FINISH: dict[str, FinishReason] = {
    "stop": "stop",
    "length": "length",
    "tool_calls": "function_calls",
    "function_call": "function_calls",
    "content_filter": "content_filter",
}
_NOT_IN_NAME = re.compile(r"[^a-zA-Z0-9_-]")

# Requests --------------------------------------------------------------------------------------


def request_body(request: ModelRequest, *, with_names: bool) -> JsonObject:
    body: JsonObject = {
        "messages": [part for message in request.messages for part in _message(message, with_names)]
    }
    if request.tools and request.tool_choice != "none":
        body["tools"] = [_tool(tool) for tool in request.tools]
        body["tool_choice"] = _tool_choice(request.tool_choice)
    if request.json_schema is not None:
        schema = {"name": "reply", "schema": request.json_schema, "strict": True}
        body["response_format"] = {"type": "json_schema", "json_schema": schema}
    return body


def _message(message: LLMMessage, with_names: bool) -> list[JsonObject]:
    if isinstance(message, SystemMessage):
        return [{"role": "system", "content": message.content}]
    if isinstance(message, UserMessage):
        name = {"name": _NOT_IN_NAME.sub("_", message.source)[:64]} if with_names else {}
        return [{"role": "user", "content": message.content, **name}]
    if isinstance(message, AssistantMessage):
        if isinstance(message.content, str):
            return [{"role": "assistant", "content": message.content}]
        calls = [_call(call) for call in message.content]
        return [{"role": "assistant", "content": message.thought, "tool_calls": calls}]
    return _results(message)


def _results(message: FunctionExecutionResultMessage) -> list[JsonObject]:
    return [
        {"role": "tool", "tool_call_id": result.call_id, "content": result.content}
        for result in message.content
    ]


def _call(call: FunctionCall) -> JsonObject:
    function = {"name": call.name, "arguments": call.arguments}
    return {"id": call.id, "type": "function", "function": function}


def _tool(tool: ToolSchema) -> JsonObject:
    function: JsonObject = {
        "name": tool.name,
        "description": tool.description,
        "parameters": tool.parameters,
    }
    if tool.strict:
        function["strict"] = True
    return {"type": "function", "function": function}


def _tool_choice(choice: str) -> Any:
    if choice in ("auto", "required", "none"):
        return choice
    return {"type": "function", "function": {"name": choice}}


# Replies ---------------------------------------------------------------------------------------


def parse_reply(data: JsonObject, target: Target) -> ModelReply:
    if data.get("error"):
        raise from_error_object(target, data["error"])
    choice = _first_choice(data)
    if choice is None:
        raise not_understood(target, "it has no choices")
    message = choice.get("message")
    if not isinstance(message, dict):
        raise not_understood(target, "its choice has no message")
    draft = _Draft()
    draft.add(message)
    draft.finish = choice.get("finish_reason")
    draft.usage = data.get("usage")
    return draft.reply()


async def parse_stream(events: AsyncIterator[str], target: Target) -> AsyncIterator[Any]:
    draft, done = _Draft(), False
    async for data in events:
        if data.strip() == "[DONE]":
            done = True
            break
        chunk = parse_object(data, target)
        if chunk.get("error"):
            raise from_error_object(target, chunk["error"])
        draft.usage = chunk.get("usage") or draft.usage
        choice = _first_choice(chunk)
        if choice is None:
            continue
        draft.finish = choice.get("finish_reason") or draft.finish
        delta = choice.get("delta")
        text = draft.add(delta) if isinstance(delta, dict) else ""
        if text:
            yield text
    if draft.finish is None:
        raise stream_cut(target) if not done else not_understood(target, "it has no choices")
    yield draft.reply()


def _first_choice(data: JsonObject) -> JsonObject | None:
    choices = data.get("choices")
    first = choices[0] if isinstance(choices, list) and choices else None
    return first if isinstance(first, dict) else None


@dataclass
class _Draft:
    """A reply as it grows; a whole one is a single delta."""

    text: list[str] = field(default_factory=list)
    thought: list[str] = field(default_factory=list)
    calls: dict[int, JsonObject] = field(default_factory=dict)
    finish: str | None = None
    usage: Any = None

    def add(self, delta: JsonObject) -> str:
        """The new text of it."""
        text = delta.get("content")
        if isinstance(text, str):
            self.text.append(text)
        for key in ("reasoning_content", "reasoning"):
            if isinstance(delta.get(key), str):
                self.thought.append(delta[key])
                break
        for position, call in enumerate(delta.get("tool_calls") or ()):
            if isinstance(call, dict):
                self._add_call(call, position)
        return text if isinstance(text, str) else ""

    def _add_call(self, delta: JsonObject, position: int) -> None:
        index = delta.get("index")
        call = self.calls.setdefault(
            index if isinstance(index, int) else position, {"id": "", "name": "", "arguments": ""}
        )
        call["id"] = call["id"] or str(delta.get("id") or "")
        function = delta.get("function")
        if isinstance(function, dict):
            call["name"] += str(function.get("name") or "")
            call["arguments"] += str(function.get("arguments") or "")

    def reply(self) -> ModelReply:
        calls = [FunctionCall(**self.calls[index]) for index in sorted(self.calls)]
        finish = _FINISH.get(self.finish or "", "unknown")
        return ModelReply(
            content="".join(self.text) or None,
            tool_calls=calls,
            thought="".join(self.thought) or None,
            finish_reason="function_calls" if calls and finish in ("stop", "unknown") else finish,
            usage=_usage(self.usage),
        )


def _usage(data: Any) -> RequestUsage:
    if not isinstance(data, dict):
        return RequestUsage()
    details = data.get("prompt_tokens_details")
    cached = details.get("cached_tokens") if isinstance(details, dict) else None
    return RequestUsage(
        prompt_tokens=_count(data.get("prompt_tokens")) or 0,
        completion_tokens=_count(data.get("completion_tokens")) or 0,
        cached_tokens=_count(cached),
    )


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and 0 <= value < MAX_TOKENS else None
