"""AutoGen's handoff: a tool without arguments by which a model passes the conversation on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from pydantic import Field, field_validator, model_validator

from runtime.components.base import ComponentConfig, Problem
from runtime.durable.tool import DEFAULT_TIMEOUT, ToolContext
from runtime.events.payloads import Effect
from runtime.messages import JsonObject
from runtime.ports import ToolSchema

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")


class Handoff(ComponentConfig):
    target: str = Field(min_length=1, title="Target", description="The agent that takes over.")
    description: str = Field("", title="Description", description="When to hand over.")
    name: str = Field("", title="Tool name")
    message: str = Field("", title="Message", description="What the target gets to read.")

    @model_validator(mode="before")
    @classmethod
    def _of_name(cls, value: Any) -> Any:
        """AutoGen also writes the bare name of the target."""
        if isinstance(value, str):
            value = {"target": value}
        if not isinstance(value, dict) or not isinstance(target := value.get("target"), str):
            return value
        filled = dict(value)
        filled["name"] = value.get("name") or f"transfer_to_{target}".lower()
        filled["description"] = value.get("description") or f"Handoff to {target}."
        filled["message"] = value.get("message") or (
            f"Transferred to {target}, adopting the role of {target} immediately."
        )
        return filled

    @field_validator("name")
    @classmethod
    def _callable(cls, value: str) -> str:
        if not _NAME.fullmatch(value):
            raise ValueError("a handoff's tool name has letters, digits, _ and - only")
        return value


class HandoffTool:
    """Changes nothing outside: the handoff itself is what the agent says afterwards."""

    effect: Effect = "pure"
    side_effects = False
    timeout: float | None = DEFAULT_TIMEOUT

    def __init__(self, handoff: Handoff) -> None:
        self.handoff = handoff
        self.name = handoff.name
        self.schema = ToolSchema(
            name=handoff.name,
            description=handoff.description,
            parameters={"type": "object", "properties": {}, "additionalProperties": False},
        )

    async def call(self, arguments: JsonObject, context: ToolContext) -> str:
        return self.handoff.message


def check_handoffs(
    handoffs: Iterable[Handoff], tool_names: Iterable[str], path: str
) -> Iterator[Problem]:
    tools, seen = set(tool_names), set()
    for index, handoff in enumerate(handoffs):
        taken = handoff.name in tools or handoff.target in tools
        if handoff.name in seen or taken:
            what = "a tool" if taken else "another handoff"
            yield Problem(
                f"{path}[{index}]",
                "error",
                "duplicate_handoff",
                f"The handoff to {handoff.target} has the name of {what}.",
                "Give it a name of its own.",
            )
        seen.add(handoff.name)
