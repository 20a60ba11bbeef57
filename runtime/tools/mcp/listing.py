"""What a server says of its tools, and the hash by which a person approves of it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from pydantic import BaseModel, ConfigDict

from runtime.events import content_hash
from runtime.messages import JsonObject
from runtime.ports import ToolSchema
from runtime.tools.naming import valid_name
from runtime.tools.schemas import BadSchema, tool_parameters, without_patterns

MAX_DESCRIPTION = 4_000


class ListedTool(BaseModel):
    """As listed, and as the run records it. Hints such as `readOnlyHint` are not kept: a server's
    word cannot make its tools less suspect, and more caution than the default there is not."""

    model_config = ConfigDict(frozen=True)

    name: str
    description: str
    input_schema: JsonObject
    hash: str


class McpToolFingerprint(BaseModel):
    """For people who decide whether to go on with a tool that was changed."""

    name: str
    description: str
    input_schema: JsonObject
    hash: str


def listed(tool: Any) -> ListedTool:
    description = tool.description or ""
    facts = {"name": tool.name, "description": description, "schema": tool.input_schema}
    return ListedTool(
        name=tool.name,
        description=description[:MAX_DESCRIPTION],
        input_schema=tool.input_schema,
        hash=content_hash(facts),
    )


def schema_of(tool: ListedTool, name: str) -> ToolSchema:
    """Raises BadSchema."""
    parameters = tool_parameters(without_patterns(tool.input_schema))
    return ToolSchema(name=name, description=tool.description, parameters=parameters)


def model_names(tools: list[ListedTool], reserved: Collection[str] = ()) -> dict[str, str]:
    """Valid names by the server's own; where two become the same, or one is reserved for a tool
    that was renamed, it is numbered: a server cannot take a name by adding a tool."""
    names: dict[str, str] = {}
    taken = {tool.name for tool in tools}
    for tool in tools:
        name, number = valid_name(tool.name), 1
        while name in reserved or (name != tool.name and name in taken):
            number += 1
            name = valid_name(f"{tool.name[:58]}_{number}")
        names[tool.name] = name
        taken.add(name)
    return names


__all__ = [
    "BadSchema",
    "ListedTool",
    "McpToolFingerprint",
    "listed",
    "model_names",
    "schema_of",
]
