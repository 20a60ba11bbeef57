"""What the scripted model says when it has no script.

It uses each suitable tool once per turn, in the order research, then writing; lists what it found
as bullets; and ends with the word that its instructions ask for once its own work is done.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from runtime.messages import (
    AssistantMessage,
    FunctionExecutionResult,
    FunctionExecutionResultMessage,
    JsonObject,
    LLMMessage,
    SystemMessage,
    UserMessage,
)
from runtime.ports import ModelRequest, ToolSchema

MAX_FACTS = 12
_BULLET = re.compile(r"^\s*[-*•]\s+(.+)$", re.MULTILINE)
_TAG = re.compile(r"^\[[^\]]*\]\s*")
_DONE_WORD = re.compile(
    r"(?i:repl|respon|say|end|finish|includ|writ|answer|add|output|mention)[^.\n]{0,60}?"
    r"[\"'`*]*\b([A-Z][A-Z_]{3,})\b"
)
_LEAD = re.compile(
    r"^(?:please\s+)?(?:(?:can|could) you\s+)?(?:research|investigate|find out|write|prepare|"
    r"create|compose|draft|summari[sz]e|explain|describe|tell (?:me|us))\b[\s:]*"
    r"(?:(?:a|an|the|some)\s+)?(?:(?:short|brief|long|detailed|one-page)\s+)*"
    r"(?:report|article|summary|text|essay|note|notes|overview|facts)?\s*(?:on|about|of|for)?\s+",
    re.IGNORECASE,
)
_SEARCHES = ("search", "find", "lookup", "look_up", "query", "retrieve")
_WHO = re.compile(r"Who of \[(.+?)\] should speak next")
_HANDOFF = "transfer_to_"
_WRITES = ("write", "save", "store", "create", "publish")


@dataclass(frozen=True)
class Reply:
    content: str | None
    calls: list[tuple[str, str]] = field(default_factory=list)
    """Names and JSON arguments."""


def improvise(request: ModelRequest) -> Reply:
    scene = Scene(request)
    tool = next_tool(scene)
    if tool is not None:
        return Reply(None, [(tool.name, json.dumps(arguments_for(tool, scene)))])
    text = spoken(scene)
    word = scene.done_word
    return Reply(f"{text}\n\n{word}" if word else text)


class Scene:
    """The request as its reader sees it: what was asked, what is known, what was just done."""

    def __init__(self, request: ModelRequest) -> None:
        self.messages: list[LLMMessage] = request.messages
        self.tools = [] if request.tool_choice == "none" else request.tools

    @cached_property
    def task(self) -> str:
        heard = [message for message in self.messages if isinstance(message, UserMessage)]
        people = [message for message in heard if message.source in ("user", "user_proxy")]
        chosen = people or heard
        return chosen[-1].text.strip() if chosen else ""

    @cached_property
    def topic(self) -> str:
        first = (self.task.splitlines() or [""])[0]
        sentence = re.split(r"[.!?]", first)[0]
        words = _LEAD.sub("", sentence.strip(), count=1).split()
        return " ".join(words[:8]).strip(" ,;:\"'") or "the task"

    @cached_property
    def turn(self) -> list[LLMMessage]:
        """What came after the last thing that somebody else said."""
        start = 0
        for index, message in enumerate(self.messages):
            if isinstance(message, UserMessage):
                start = index + 1
        return self.messages[start:]

    @cached_property
    def used(self) -> set[str]:
        return {
            call.name
            for message in self.turn
            if isinstance(message, AssistantMessage) and isinstance(message.content, list)
            for call in message.content
        }

    @cached_property
    def results(self) -> list[FunctionExecutionResult]:
        return [
            result
            for message in self.turn
            if isinstance(message, FunctionExecutionResultMessage)
            for result in message.content
        ]

    @cached_property
    def facts(self) -> list[str]:
        """Bullets that others listed and tools returned, each once."""
        texts = [m.text for m in self.messages if isinstance(m, UserMessage)]
        texts += [result.content for result in self.results if not result.is_error]
        found = [_TAG.sub("", fact.strip()) for text in texts for fact in _BULLET.findall(text)]
        return list(dict.fromkeys(found))[:MAX_FACTS]

    @cached_property
    def heard(self) -> set[str]:
        return {m.source.lower() for m in self.messages if isinstance(m, UserMessage)}

    @cached_property
    def was_called(self) -> bool:
        """A colleague spoke before its owner first did."""
        for message in self.messages:
            if isinstance(message, AssistantMessage):
                return False
            if isinstance(message, UserMessage) and message.source != "user":
                return True
        return False

    @cached_property
    def colleague(self) -> str | None:
        for message in reversed(self.messages):
            if isinstance(message, UserMessage):
                return None if message.source == "user" else message.source
        return None

    @cached_property
    def done_word(self) -> str | None:
        for message in self.messages:
            if isinstance(message, SystemMessage):
                match = _DONE_WORD.search(message.content)
                if match:
                    return match.group(1)
        return None


# Which tool ------------------------------------------------------------------------------------


def next_tool(scene: Scene) -> ToolSchema | None:
    unused = [tool for tool in scene.tools if tool.name not in scene.used]
    suited = next((tool for tool in sorted(unused, key=_rank) if _suits(tool, scene)), None)
    return suited or _hand_back(unused, scene)


def _hand_back(unused: list[ToolSchema], scene: Scene) -> ToolSchema | None:
    """Whoever was handed the conversation, and has no word with which to end it, hands it back
    when everyone has spoken."""
    handoffs = [tool for tool in unused if tool.name.startswith(_HANDOFF)]
    handed_on = len(handoffs) < len(_handoffs(scene))
    if not handoffs or handed_on or scene.done_word is not None or not scene.was_called:
        return None
    return handoffs[-1]


def _handoffs(scene: Scene) -> list[ToolSchema]:
    return [tool for tool in scene.tools if tool.name.startswith(_HANDOFF)]


def _rank(tool: ToolSchema) -> int:
    if tool.name.startswith(_HANDOFF):
        return 3
    if _is_like(tool, _SEARCHES):
        return 0
    return 2 if _is_like(tool, _WRITES) else 1


def _suits(tool: ToolSchema, scene: Scene) -> bool:
    if tool.name.startswith(_HANDOFF):  # once to each who has not spoken, when all else is done
        return tool.name.removeprefix(_HANDOFF) not in scene.heard
    if _is_like(tool, _SEARCHES):
        return True
    if _is_like(tool, _WRITES):
        return bool(scene.facts) or scene.colleague is not None or "file" in scene.task.lower()
    return any(word in scene.task.lower() for word in tool.name.lower().split("_") if len(word) > 3)


def _is_like(tool: ToolSchema, words: tuple[str, ...]) -> bool:
    return any(word in tool.name.lower() for word in words)


# With which arguments --------------------------------------------------------------------------


def arguments_for(tool: ToolSchema, scene: Scene) -> JsonObject:
    properties = tool.parameters.get("properties", {})
    required = tool.parameters.get("required", [])
    return {name: _value(name, properties.get(name, {}), scene) for name in required}


def _value(name: str, schema: JsonObject, scene: Scene) -> Any:
    if schema.get("enum"):
        return schema["enum"][0]
    kind = schema.get("type")
    if kind in ("integer", "number"):
        return schema.get("minimum", 1)
    plain: dict[Any, Any] = {"boolean": False, "array": [], "object": {}, "null": None}
    if kind in plain:
        return plain[kind]
    if any(part in name for part in ("path", "file")):
        return "report.md"
    if any(part in name for part in ("content", "text", "body")):
        return report(scene)
    return scene.topic


def report(scene: Scene) -> str:
    title = scene.topic[:1].upper() + scene.topic[1:]
    lines = [f"# {title}", "", "## Summary", "", _summary(scene), ""]
    if scene.facts:
        lines += ["## Findings", "", *(f"- {fact}" for fact in scene.facts), ""]
    lines += ["## About this text", "", "Written by the scripted model: no model was asked.", ""]
    return "\n".join(lines)


def _summary(scene: Scene) -> str:
    count = len(scene.facts)
    if not count:
        return f"This is a short text on {scene.topic}."
    return f"{count} {'finding' if count == 1 else 'findings'} on {scene.topic}. {scene.facts[0]}"


# What to say -----------------------------------------------------------------------------------


def spoken(scene: Scene) -> str:
    if (chosen := _chosen(scene)) is not None:
        return chosen
    failed = [result for result in scene.results if result.is_error]
    written = [result for result in scene.results if any(w in result.name for w in _WRITES)]
    if failed:
        return f"{failed[-1].name} did not work: {failed[-1].content}\n\n{_summary(scene)}"
    if written:
        return f"{written[-1].content} {_summary(scene)}"
    if scene.results and scene.facts:
        return "\n".join(
            [f"Here is what I found on {scene.topic}:", "", *(f"- {fact}" for fact in scene.facts)]
        )
    if scene.results:
        return f"{scene.results[-1].name} says: {scene.results[-1].content}"
    if scene.colleague is not None:
        return f"Thank you, {scene.colleague}. {_summary(scene)}"
    return f"I have read the task: {scene.topic}. {_summary(scene)}"


def _chosen(scene: Scene) -> str | None:
    """Asked by a selector who speaks next: a candidate who has not spoken yet, or the first."""
    last = scene.messages[-1] if scene.messages else None
    asked = _WHO.search(last.text) if isinstance(last, UserMessage) else None
    if asked is None or not isinstance(last, UserMessage):
        return None
    names = re.findall(r"'([^']+)'", asked[1])
    silent = [name for name in names if f"\n{name}: " not in last.text.partition("said so far")[2]]
    return next(iter(silent or names), None)
