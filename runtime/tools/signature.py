"""A tool's schema, read off a Python function."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, create_model

from runtime.durable.tool import ToolContext
from runtime.messages import JsonObject


@dataclass(frozen=True)
class Signature:
    arguments: type[BaseModel]
    parameters: JsonObject
    """JSON Schema, with definitions inlined and no further properties allowed."""
    context_parameter: str | None
    """The parameter that gets the ToolContext; models never see it."""


def read_signature(function: Callable[..., Any], *, strict: bool = False) -> Signature:
    """Every parameter must be annotated; `Annotated[T, "text"]` gives it a description. With
    `strict` (the vendors' word for it) every parameter must be required."""
    hints = get_type_hints(function, include_extras=True)
    fields: dict[str, Any] = {}
    context_parameter = None
    for name, parameter in inspect.signature(function).parameters.items():
        if name not in hints:
            raise TypeError(f"{function.__name__}: the parameter {name!r} has no type annotation")
        if hints[name] is ToolContext:
            context_parameter = name
            continue
        fields[name] = _field(function, name, hints[name], parameter, strict)
    arguments = create_model(
        f"{function.__name__}_arguments", __config__=ConfigDict(extra="forbid"), **fields
    )
    schema = arguments.model_json_schema()
    return Signature(arguments, _tidy(schema, schema.get("$defs", {})), context_parameter)


def _field(
    function: Callable[..., Any],
    name: str,
    annotation: Any,
    parameter: inspect.Parameter,
    strict: bool,
) -> tuple[Any, Any]:
    if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
        raise TypeError(f"{function.__name__}: a tool takes no *args and no **kwargs")
    description = name
    if get_origin(annotation) is Annotated:
        annotation, *notes = get_args(annotation)
        texts = [note for note in notes if isinstance(note, str)]
        if len(texts) != len(notes) or len(texts) != 1:
            raise TypeError(f"{function.__name__}: annotate {name!r} with one descriptive text")
        description = texts[0]
    required = parameter.default is inspect.Parameter.empty
    if strict and not required:
        raise TypeError(f"{function.__name__}: a strict tool's {name!r} must have no default")
    default = ... if required else parameter.default
    return annotation, Field(default, description=description)


def _tidy(schema: Any, definitions: JsonObject) -> Any:
    """Inlines `$defs`, which some vendors do not take, and drops generated titles."""
    if isinstance(schema, list):
        return [_tidy(item, definitions) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        target = definitions[schema["$ref"].rsplit("/", 1)[-1]]
        return _tidy({**target, **{k: v for k, v in schema.items() if k != "$ref"}}, definitions)
    tidy = {}
    for key, value in schema.items():
        if key == "$defs" or (key == "title" and isinstance(value, str)):
            continue
        if key == "properties":
            tidy[key] = {name: _tidy(item, definitions) for name, item in value.items()}
        else:
            tidy[key] = _tidy(value, definitions)
    return tidy
