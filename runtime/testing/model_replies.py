"""What the stub model server says, in each vendor's words."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]
HUGE = 12_000_000


@dataclass(frozen=True)
class Api(ABC):
    body: Json
    text: str

    @abstractmethod
    def error(self, status: int) -> Json: ...

    @abstractmethod
    def whole(self, kind: str) -> Json: ...

    @abstractmethod
    def stream(self, kind: str) -> list[str]:
        """Server-sent events; those of `cut` end in the middle."""

    @abstractmethod
    def has_results(self) -> bool: ...

    @abstractmethod
    def first_tool(self) -> tuple[str, Json] | None:
        """Name and schema."""

    def call(self, kind: str) -> tuple[str, Json] | None:
        """The tool call that this reply makes, if any."""
        tool = self.first_tool() if kind == "tool" and not self.has_results() else None
        if tool is None:
            return None
        name, schema = tool
        return name, dict.fromkeys(schema.get("required", []), "stub")


def message_of(status: int) -> str:
    return f"stub error {status} for key sk-stub-secret-123456"


class OpenAIApi(Api):
    def error(self, status: int) -> Json:
        return {"error": {"message": message_of(status), "type": "stub", "code": None}}

    def has_results(self) -> bool:
        return any(message.get("role") == "tool" for message in self.body["messages"])

    def first_tool(self) -> tuple[str, Json] | None:
        tools = self.body.get("tools") or []
        return (tools[0]["function"]["name"], tools[0]["function"]["parameters"]) if tools else None

    def whole(self, kind: str) -> Json:
        if kind == "empty":
            return {"id": "1", "object": "chat.completion", "choices": []}
        message: Json = {"role": "assistant", "content": self.text}
        finish = "stop"
        if (call := self.call(kind)) is not None:
            function = {"name": call[0], "arguments": json.dumps(call[1])}
            message = {
                "role": "assistant",
                "content": None,
                "tool_calls": [{"id": "", "type": "function", "function": function}],
            }
            finish = "tool_calls"
        choice = {"index": 0, "message": message, "finish_reason": finish}
        return {"id": "1", "object": "chat.completion", "choices": [choice], "usage": self._usage()}

    def stream(self, kind: str) -> list[str]:
        if kind == "empty":
            return [_data({"choices": []}), "data: [DONE]\n\n"]
        deltas: list[Json] = [{"content": word} for word in _words(self.text)]
        finish = "stop"
        if (call := self.call(kind)) is not None:
            deltas = [{"tool_calls": [part]} for part in _call_parts(*call)]
            finish = "tool_calls"
        events = [_data({"choices": [{"index": 0, "delta": delta}]}) for delta in deltas]
        if kind == "cut":
            return events[: len(events) // 2]
        last: Json = {"choices": [{"index": 0, "delta": {}, "finish_reason": finish}]}
        return [
            *events,
            _data(last),
            _data({"choices": [], "usage": self._usage()}),
            "data: [DONE]\n\n",
        ]

    def _usage(self) -> Json:
        return {
            "prompt_tokens": 100,
            "completion_tokens": 20,
            "prompt_tokens_details": {"cached_tokens": 40},
        }


class AnthropicApi(Api):
    def error(self, status: int) -> Json:
        return {"type": "error", "error": {"type": "stub_error", "message": message_of(status)}}

    def has_results(self) -> bool:
        return any(
            block.get("type") == "tool_result"
            for message in self.body["messages"]
            for block in message["content"]
        )

    def first_tool(self) -> tuple[str, Json] | None:
        tools = self.body.get("tools") or []
        return (tools[0]["name"], tools[0]["input_schema"]) if tools else None

    def whole(self, kind: str) -> Json:
        content: list[Json] = [] if kind == "empty" else [{"type": "text", "text": self.text}]
        stop: str | None = None if kind == "empty" else "end_turn"
        if (call := self.call(kind)) is not None:
            content = [{"type": "tool_use", "id": "t1", "name": call[0], "input": call[1]}]
            stop = "tool_use"
        return {
            "type": "message",
            "role": "assistant",
            "content": content,
            "stop_reason": stop,
            "usage": {"input_tokens": 60, "cache_read_input_tokens": 40, "output_tokens": 20},
        }

    def stream(self, kind: str) -> list[str]:
        usage = {"input_tokens": 60, "cache_read_input_tokens": 40, "output_tokens": 1}
        start = _event("message_start", {"message": {"usage": usage}})
        if kind == "empty":
            return [start]
        block: Json = {"type": "text", "text": ""}
        deltas: list[Json] = [{"type": "text_delta", "text": word} for word in _words(self.text)]
        stop = "end_turn"
        if (call := self.call(kind)) is not None:
            block = {"type": "tool_use", "id": "t1", "name": call[0], "input": {}}
            text = json.dumps(call[1])
            parts = (text[:5], text[5:])
            deltas = [{"type": "input_json_delta", "partial_json": part} for part in parts]
            stop = "tool_use"
        events = [_event("content_block_start", {"index": 0, "content_block": block})]
        events += [_event("content_block_delta", {"index": 0, "delta": delta}) for delta in deltas]
        if kind == "cut":
            return [start, *events[: len(events) // 2]]
        ended = {"delta": {"stop_reason": stop}, "usage": {"output_tokens": 20}}
        return [
            start,
            _event("ping", {}),
            *events,
            _event("content_block_stop", {"index": 0}),
            _event("message_delta", ended),
            _event("message_stop", {}),
        ]


def embeddings(body: Json) -> Json:
    """Vectors of 26 letters' counts, the last text first, as a server may answer."""
    data = [
        {"index": index, "embedding": [text.lower().count(chr(97 + n)) for n in range(26)]}
        for index, text in enumerate(body["input"])
    ]
    return {"object": "list", "data": data[::-1], "usage": {"prompt_tokens": 3}}


def openai_api(body: Json, text: str) -> Api:
    return OpenAIApi(body, text)


def anthropic_api(body: Json, text: str) -> Api:
    return AnthropicApi(body, text)


def _call_parts(name: str, arguments: Json) -> list[Json]:
    text = json.dumps(arguments)
    return [
        {"index": 0, "id": "c1", "function": {"name": name, "arguments": ""}},
        {"index": 0, "function": {"arguments": text[:5]}},
        {"index": 0, "function": {"arguments": text[5:]}},
    ]


def _words(text: str) -> list[str]:
    return [f"{word} " for word in text.split(" ")[:-1]] + [text.split(" ")[-1]]


def _data(value: Json) -> str:
    return f"data: {json.dumps(value)}\n\n"


def _event(kind: str, value: Json) -> str:
    return f"event: {kind}\n{_data({'type': kind, **value})}"
