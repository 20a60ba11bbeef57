"""A tool's schema, read off a Python function."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model

from runtime.core.cancellation import CancellationToken
from runtime.durable.tool import ToolContext
from runtime.errors import ToolError
from runtime.messages import JsonObject
from runtime.tools.docstrings import parse_docstring

_MAX_FAULTS = 3


class NotATool(TypeError, ValueError):
    """A function that cannot be a tool, with the reason. A ValueError too: AutoGen raises those."""


@dataclass(frozen=True)
class Signature:
    name: str
    description: str
    """The docstring's, without what it says of the parameters."""
    parameters: JsonObject
    """JSON Schema, with definitions inlined and no further properties allowed."""
    arguments: type[BaseModel]
    fields: dict[str, str]
    """The function's parameters by the model's fields, which are named apart from them: a
    parameter may have any name, such as `schema` or `_x`."""
    injected: dict[str, type]
    """Parameters that get the ToolContext or a CancellationToken; models never see them."""

    def values(self, arguments: JsonObject) -> dict[str, Any]:
        """The function's keyword arguments. Raises ToolError for what does not fit."""
        try:
            parsed = self.arguments.model_validate(arguments)
        except ValidationError as error:
            faults = [
                f"{'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}"
                for fault in error.errors(include_url=False, include_input=False)[:_MAX_FAULTS]
            ]
            raise ToolError(f"The arguments do not fit: {'; '.join(faults)}") from error
        return {name: getattr(parsed, field) for field, name in self.fields.items()}


def read_signature(function: Callable[..., Any], *, strict: bool = False) -> Signature:
    """Every parameter must be annotated; `Annotated[T, "text"]` or the docstring describes it.
    What `functools.partial` has bound is no parameter (positional) or has a default (named). With
    `strict` (the vendors' word for it) every parameter must be required. Raises NotATool."""
    plain = _innermost(function)
    name = getattr(plain, "__name__", type(plain).__name__)
    hinted = plain if hasattr(plain, "__name__") else type(plain).__call__
    hints = get_type_hints(hinted, include_extras=True)
    doc = parse_docstring(plain.__doc__)
    fields: dict[str, Any] = {}
    names: dict[str, str] = {}
    injected: dict[str, type] = {}
    for parameter in inspect.signature(function).parameters.values():
        hint = hints.get(parameter.name)
        if hint is None and parameter.name not in hints:
            raise NotATool(f"{name}: the parameter {parameter.name!r} has no type annotation")
        if hint is ToolContext or hint is CancellationToken:
            injected[parameter.name] = hint
            continue
        field = f"p{len(fields)}"
        names[field] = parameter.name
        description = doc.parameters.get(parameter.name)
        fields[field] = _field(name, hint, parameter, description, strict)
    arguments = create_model(f"{name}_arguments", __config__=ConfigDict(extra="forbid"), **fields)
    schema = arguments.model_json_schema()
    parameters = _tidy(schema, schema.get("$defs", {}), ())
    if strict:
        _check_strict(name, parameters)
    return Signature(name, doc.description, parameters, arguments, names, injected)


def _innermost(function: Any) -> Any:
    while isinstance(function, functools.partial):
        function = function.func
    return function


def _field(
    function: str,
    annotation: Any,
    parameter: inspect.Parameter,
    description: str | None,
    strict: bool,
) -> tuple[Any, Any]:
    name = parameter.name
    if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
        raise NotATool(f"{function}: a tool takes no *args and no **kwargs")
    if parameter.kind is parameter.POSITIONAL_ONLY:
        raise NotATool(f"{function}: {name!r} must not be positional-only")
    if get_origin(annotation) is Annotated:
        annotation, *notes = get_args(annotation)
        texts = [note for note in notes if isinstance(note, str)]
        if len(texts) != len(notes) or len(texts) != 1:
            raise NotATool(f"{function}: annotate {name!r} with one descriptive text")
        description = texts[0]
    required = parameter.default is inspect.Parameter.empty
    if strict and not required:
        raise NotATool(f"{function}: a strict tool's {name!r} must have no default")
    default = ... if required else parameter.default
    return annotation, Field(default, alias=name, description=description or name)


def _tidy(schema: Any, definitions: JsonObject, inside: tuple[str, ...]) -> Any:
    """Inlines `$defs`, which some vendors do not take, and drops generated titles."""
    if isinstance(schema, list):
        return [_tidy(item, definitions, inside) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        target = schema["$ref"].rsplit("/", 1)[-1]
        if target in inside:
            raise NotATool(f"The type {target} contains itself, which a tool's schema cannot say")
        beside = {key: value for key, value in schema.items() if key != "$ref"}
        return _tidy({**definitions[target], **beside}, definitions, (*inside, target))
    tidy = {}
    for key, value in schema.items():
        if key == "$defs" or (key == "title" and isinstance(value, str)):
            continue
        if key == "properties":
            tidy[key] = {name: _tidy(item, definitions, inside) for name, item in value.items()}
        elif key in ("default", "enum", "const", "examples"):
            tidy[key] = value
        else:
            tidy[key] = _tidy(value, definitions, inside)
    return tidy


def _check_strict(function: str, schema: Any) -> None:
    """Vendors want every object closed and every property required, at every depth."""
    if isinstance(schema, list):
        for item in schema:
            _check_strict(function, item)
    if not isinstance(schema, dict):
        return
    if schema.get("type") == "object":
        optional = schema.get("properties", {}).keys() - set(schema.get("required", ()))
        if optional:
            raise NotATool(f"{function}: a strict tool's {min(optional)!r} must have no default")
        if schema.setdefault("additionalProperties", False) is not False:
            raise NotATool(f"{function}: a strict tool's objects must name their properties")
    for value in (*schema.get("properties", {}).values(), *schema.values()):
        _check_strict(function, value)
