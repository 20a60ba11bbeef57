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
    Image,
    JsonObject,
    LLMMessage,
    RequestUsage,
    SystemMessage,
    UserMessage,
)
from runtime.model_clients.failures import Target, from_error_object, not_understood, stream_cut
from runtime.model_clients.structured import closed_schema, with_instruction
from runtime.model_clients.thinking import ThinkSplitter
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


@dataclass(frozen=True)
class Style:
    """How a server wants its messages."""

    names: bool = True
    """`name` beside a user's message."""
    prefixes: bool = False
    """The name in the text instead, or as well."""
    one_system: bool = False
    """One system message, in front: the chat templates of many local models refuse others."""
    schema: Literal["strict", "object", "words"] = "strict"
    """How a schema for the reply is told."""


def request_body(request: ModelRequest, style: Style) -> JsonObject:
    messages = request.messages
    if request.json_schema is not None and style.schema != "strict":
        messages = with_instruction(messages, request.json_schema)
    if style.one_system:
        messages = system_in_front(messages)
    body: JsonObject = {
        "messages": [part for message in messages for part in _message(message, style)]
    }
    if request.tools and request.tool_choice != "none":
        body["tools"] = [_tool(tool) for tool in request.tools]
        body["tool_choice"] = _tool_choice(request.tool_choice)
    if request.json_schema is not None and style.schema != "words":
        body["response_format"] = _response_format(request.json_schema, style)
    return body


def _response_format(schema: JsonObject, style: Style) -> JsonObject:
    if style.schema == "object":
        return {"type": "json_object"}
    closed = closed_schema(schema)
    described = {"name": "reply", "schema": closed or schema, "strict": closed is not None}
    return {"type": "json_schema", "json_schema": described}


def system_in_front(messages: list[LLMMessage]) -> list[LLMMessage]:
    """The system messages as one, in front of all others."""
    texts = [message.content for message in messages if isinstance(message, SystemMessage)]
    if not texts:
        return messages
    rest = [message for message in messages if not isinstance(message, SystemMessage)]
    return [SystemMessage(content="\n\n".join(texts)), *rest]


def _message(message: LLMMessage, style: Style) -> list[JsonObject]:
    if isinstance(message, SystemMessage):
        return [{"role": "system", "content": message.content}]
    if isinstance(message, UserMessage):
        name = {"name": _NOT_IN_NAME.sub("_", message.source)[:64]} if style.names else {}
        return [{"role": "user", "content": _user_content(message, style), **name}]
    if isinstance(message, AssistantMessage):
        if isinstance(message.content, str):
            return [{"role": "assistant", "content": message.content}]
        calls = [_call(call) for call in message.content]
        return [{"role": "assistant", "content": message.thought, "tool_calls": calls}]
    return _results(message)


def _user_content(message: UserMessage, style: Style) -> str | list[JsonObject]:
    prefix = f"{message.source} said:\n" if style.prefixes else ""
    if isinstance(message.content, str):
        return prefix + message.content
    parts = [_text(prefix)] if prefix else []
    return [*parts, *(_text(p) if isinstance(p, str) else _image(p) for p in message.content)]


def _text(text: str) -> JsonObject:
    return {"type": "text", "text": text}


def _image(image: Image) -> JsonObject:
    return {"type": "image_url", "image_url": {"url": image.data_uri}}


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
    draft.end()
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
    rest = draft.end()
    if rest:
        yield rest
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
    splitter: ThinkSplitter = field(default_factory=ThinkSplitter)

    def add(self, delta: JsonObject) -> str:
        """The new text of it."""
        text = delta.get("content") or delta.get("refusal")
        said = self._take(self.splitter.feed(text)) if isinstance(text, str) else ""
        for key in ("reasoning_content", "reasoning"):
            if isinstance(delta.get(key), str):
                self.thought.append(delta[key])
                break
        for position, call in enumerate(delta.get("tool_calls") or ()):
            if isinstance(call, dict):
                self._add_call(call, position)
        return said

    def end(self) -> str:
        """What was held back because it might have been the beginning of a tag."""
        return self._take(self.splitter.end())

    def _take(self, parts: tuple[str, str]) -> str:
        said, thought = parts
        if said:
            self.text.append(said)
        if thought:
            self.thought.append(thought)
        return said

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
            thought="".join(self.thought).strip() or None,
            finish_reason="function_calls" if calls and finish in ("stop", "unknown") else finish,
            usage=_usage(self.usage),
            reasoning_tokens=_detail(self.usage, "completion_tokens_details", "reasoning_tokens"),
        )


def _usage(data: Any) -> RequestUsage:
    if not isinstance(data, dict):
        return RequestUsage()
    return RequestUsage(
        prompt_tokens=_count(data.get("prompt_tokens")) or 0,
        completion_tokens=_count(data.get("completion_tokens")) or 0,
        cached_tokens=_detail(data, "prompt_tokens_details", "cached_tokens"),
    )


def _detail(usage: Any, group: str, name: str) -> int | None:
    details = usage.get(group) if isinstance(usage, dict) else None
    return _count(details.get(name)) if isinstance(details, dict) else None


def _count(value: Any) -> int | None:
    return value if type(value) is int and 0 <= value < MAX_TOKENS else None
