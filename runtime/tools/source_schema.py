"""A tool's schema, read off the text of a Python function. The text is parsed, never run."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from runtime.messages import JsonObject
from runtime.tools.docstrings import parse_docstring

MAX_SOURCE: Final = 100_000
MAX_DEPTH: Final = 20
TOKEN: Final = "cancellation_token"  # noqa: S105 - a parameter's name

_PLAIN: Final[dict[str, JsonObject]] = {
    "str": {"type": "string"},
    "int": {"type": "integer"},
    "float": {"type": "number"},
    "bool": {"type": "boolean"},
    "None": {"type": "null"},
    "Any": {},
    "object": {},
    # The harness makes these of their text.
    "Path": {"type": "string", "format": "path"},
    "datetime": {"type": "string", "format": "date-time"},
    "date": {"type": "string", "format": "date"},
    "UUID": {"type": "string", "format": "uuid"},
    "Decimal": {"type": "string"},
}
_LISTS = ("list", "List", "Sequence", "Iterable", "tuple", "Tuple", "set", "Set", "frozenset")
_OBJECTS = ("dict", "Dict", "Mapping", "MutableMapping")


@dataclass(frozen=True)
class Fault:
    severity: Literal["error", "warning"]
    code: str
    detail: str


@dataclass
class Source:
    """`parameters` is the JSON Schema of the arguments. With an error among `faults` there is no
    tool to be made of it."""

    function: str = ""
    parameters: JsonObject = field(default_factory=dict)
    docstring: str = ""
    takes_token: bool = False
    """The function wants AutoGen's cancellation token."""
    faults: list[Fault] = field(default_factory=list)

    @property
    def error(self) -> Fault | None:
        return next((fault for fault in self.faults if fault.severity == "error"), None)


def read_source(text: str, name: str) -> Source:
    """Of several functions, the one with the tool's name counts, or else the first. Never raises,
    and takes bounded time for any text."""
    if len(text) > MAX_SOURCE:
        return _hopeless("source_too_long", f"The source is longer than {MAX_SOURCE:,} characters.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            module = ast.parse(text)
    except SyntaxError as error:
        return _hopeless(
            "syntax_error", f"The source is not Python: {error.msg}, line {error.lineno}."
        )
    except (ValueError, RecursionError, MemoryError):
        return _hopeless("syntax_error", "The source cannot be read as Python.")
    functions = [
        node for node in module.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    if not functions:
        return _hopeless("no_function", "The source defines no function.")
    chosen = next((node for node in functions if node.name == name), functions[0])
    found = _read_function(chosen)
    if any(not _only_defines(node) for node in module.body):
        found.faults.append(
            Fault(
                "warning",
                "top_level_code",
                "The source does more than define functions; all of it runs, in the sandbox, at "
                "every call.",
            )
        )
    return found


def _hopeless(code: str, detail: str) -> Source:
    return Source(faults=[Fault("error", code, detail)])


def _only_defines(node: ast.stmt) -> bool:
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return not node.decorator_list
    return isinstance(node, ast.Import | ast.ImportFrom | ast.ClassDef | ast.Assign | ast.AnnAssign)


def _read_function(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Source:
    told = parse_docstring(ast.get_docstring(node))
    found = Source(function=node.name, docstring=told.description)
    if node.args.vararg is not None or node.args.kwarg is not None:
        return _hopeless("variable_arguments", "A tool takes no *args and no **kwargs.")
    properties: JsonObject = {}
    required: list[str] = []
    for argument, default in _arguments(node.args):
        if _is_token(argument):
            found.takes_token = True
            continue
        described = told.parameters.get(argument.arg, argument.arg)
        schema = _parameter(argument, described, found.faults)
        if default is None:
            required.append(argument.arg)
        else:
            _add_default(schema, argument.arg, default, found.faults)
        properties[argument.arg] = schema
    found.parameters = {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }
    return found


def _arguments(arguments: ast.arguments) -> Iterator[tuple[ast.arg, ast.expr | None]]:
    placed = [*arguments.posonlyargs, *arguments.args]
    missing = len(placed) - len(arguments.defaults)
    for index, argument in enumerate(placed):
        yield argument, arguments.defaults[index - missing] if index >= missing else None
    yield from zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)


def _is_token(argument: ast.arg) -> bool:
    stated = argument.annotation
    return argument.arg == TOKEN or (stated is not None and _name(stated) == "CancellationToken")


def _parameter(argument: ast.arg, description: str, faults: list[Fault]) -> JsonObject:
    """The text of `Annotated` goes before the description from the docstring."""
    stated = argument.annotation
    if isinstance(stated, ast.Subscript) and _name(stated.value) == "Annotated":
        inner, *notes = _items(stated)
        texts = [note.value for note in notes if isinstance(note, ast.Constant)]
        description = next((text for text in texts if isinstance(text, str)), description)
        stated = inner
    reader = _Annotation()
    schema = {} if stated is None else reader.schema(stated, 0)
    if stated is None or reader.unread:
        what = f"type {reader.unread[0]!r}" if reader.unread else "missing type"
        faults.append(
            Fault(
                "warning",
                "unreadable_type",
                f"The {what} of the parameter {argument.arg!r} says nothing here: the model may "
                "pass any value.",
            )
        )
    return {**schema, "description": description}


def _add_default(schema: JsonObject, name: str, default: ast.expr, faults: list[Fault]) -> None:
    try:
        value = ast.literal_eval(default)
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        value = ...
    if isinstance(value, str | int | float | bool | list | dict | None):
        schema["default"] = value
        return
    faults.append(
        Fault(
            "warning",
            "unreadable_default",
            f"The default of {name!r} is computed when the function runs; the model is not told.",
        )
    )


class _Annotation:
    def __init__(self) -> None:
        self.unread: list[str] = []
        """What could not be read, as it is written."""

    def schema(self, node: ast.expr, depth: int) -> JsonObject:
        if depth > MAX_DEPTH:
            return self._unread(node)
        if isinstance(node, ast.Constant):
            return self._constant(node, depth)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
            return self._any_of([node.left, node.right], depth)
        if isinstance(node, ast.Subscript):
            return self._subscript(node, _items(node), depth)
        name = _name(node)
        if name in _PLAIN:
            return dict(_PLAIN[name])
        if name in _LISTS:
            return {"type": "array", "items": {}}
        if name in _OBJECTS:
            return {"type": "object"}
        return self._unread(node)

    def _constant(self, node: ast.Constant, depth: int) -> JsonObject:
        if node.value is None:
            return dict(_PLAIN["None"])
        if not isinstance(node.value, str):
            return self._unread(node)
        try:
            return self.schema(ast.parse(node.value, mode="eval").body, depth + 1)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return self._unread(node)

    def _subscript(self, node: ast.Subscript, items: list[ast.expr], depth: int) -> JsonObject:
        name = _name(node.value)
        if name == "Optional" and len(items) == 1:
            return self._any_of([items[0], ast.Constant(None)], depth)
        if name == "Union":
            return self._any_of(items, depth)
        if name == "Annotated":
            return self.schema(items[0], depth + 1)
        if name == "Literal":
            return self._literal(node, items)
        if name in ("tuple", "Tuple") and not _is_open(items):
            fixed = [self.schema(item, depth + 1) for item in items]
            count = len(fixed)
            return {"type": "array", "prefixItems": fixed, "minItems": count, "maxItems": count}
        if name in _LISTS:
            return {"type": "array", "items": self.schema(items[0], depth + 1)}
        if name in _OBJECTS and len(items) == 2:
            return {"type": "object", "additionalProperties": self.schema(items[1], depth + 1)}
        return self._unread(node)

    def _literal(self, node: ast.expr, items: list[ast.expr]) -> JsonObject:
        values = [item.value for item in items if isinstance(item, ast.Constant)]
        plain = [value for value in values if isinstance(value, str | int | bool | None)]
        return {"enum": plain} if len(plain) == len(items) else self._unread(node)

    def _any_of(self, options: list[ast.expr], depth: int) -> JsonObject:
        found: list[Any] = []
        for option in options:
            schema = self.schema(option, depth + 1)
            found += schema["anyOf"] if list(schema) == ["anyOf"] else [schema]
        return {} if {} in found else {"anyOf": found}

    def _unread(self, node: ast.expr) -> JsonObject:
        try:
            self.unread.append(ast.unparse(node)[:80])
        except RecursionError:
            self.unread.append("…")
        return {}


def _name(node: ast.expr) -> str:
    """The last part of a dotted name: `typing.Optional` and `Optional` are one."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _items(node: ast.Subscript) -> list[ast.expr]:
    return list(node.slice.elts) if isinstance(node.slice, ast.Tuple) else [node.slice]


def _is_open(items: list[ast.expr]) -> bool:
    """`tuple[int, ...]`"""
    last = items[-1] if items else None
    return isinstance(last, ast.Constant) and last.value is ...
