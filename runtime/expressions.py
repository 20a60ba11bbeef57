"""Small expressions that a spec may carry in place of code: `'DONE' in text and count > 3`.

Parsed with Python's grammar and evaluated by our own walk over the few nodes that are allowed, so
an expression can compute a value and nothing else. Sizes are bounded.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

MAX_LENGTH = 1_000
MAX_NODES = 200
_NUMBERS = (int, float)

_COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda item, container: item in container,
    ast.NotIn: lambda item, container: item not in container,
}
_BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Mod: operator.mod,
}
_METHODS = frozenset({"lower", "upper", "strip", "startswith", "endswith", "count"})


class ExpressionError(ValueError):
    """What is wrong with an expression, in a sentence."""


@dataclass(frozen=True)
class Expression:
    body: ast.expr

    def evaluate(self, values: dict[str, Any]) -> Any:
        """Raises ExpressionError where the values do not fit, such as a number in a text."""
        try:
            return _value(self.body, values)
        except (TypeError, ZeroDivisionError, OverflowError, AttributeError) as error:
            raise ExpressionError(f"The expression cannot be computed: {error}") from error


def compile_expression(text: str, names: Iterable[str]) -> Expression:
    """Raises ExpressionError, saying what is not allowed. `names` are the variables there are."""
    return _compile(text, frozenset(names))


@lru_cache(maxsize=256)
def _compile(text: str, names: frozenset[str]) -> Expression:
    if len(text) > MAX_LENGTH:
        raise ExpressionError(f"An expression has at most {MAX_LENGTH} characters")
    try:
        body = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise ExpressionError(f"This is no expression: {error}") from error
    nodes = list(ast.walk(body))
    if len(nodes) > MAX_NODES:
        raise ExpressionError("The expression is too long")
    for node in nodes:
        _check(node, names)
    return Expression(body)


def _check(node: ast.AST, names: frozenset[str]) -> None:
    if isinstance(node, ast.Name):
        if node.id not in names:
            known = ", ".join(sorted(names))
            raise ExpressionError(f"There is no {node.id!r}; there are: {known}")
    elif isinstance(node, ast.Constant):
        if not isinstance(node.value, (str, bool, *_NUMBERS, type(None))):
            raise ExpressionError(f"{node.value!r} cannot be used here")
    elif isinstance(node, ast.Call):
        method = node.func
        if not isinstance(method, ast.Attribute) or node.keywords:
            raise ExpressionError(f"Only these can be called: {', '.join(sorted(_METHODS))}")
    elif isinstance(node, ast.Attribute):
        if node.attr not in _METHODS:
            raise ExpressionError(f".{node.attr} is not allowed")
    elif not isinstance(node, (*_PLAIN, *_COMPARE, *_BINARY)):
        raise ExpressionError(f"{type(node).__name__} is not allowed in an expression")


_PLAIN = (
    ast.BoolOp,
    ast.And,
    ast.Or,
    ast.UnaryOp,
    ast.Not,
    ast.USub,
    ast.Compare,
    ast.BinOp,
    ast.List,
    ast.Tuple,
    ast.Load,
)


def _value(node: ast.expr, values: dict[str, Any]) -> Any:
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.Name):
        return values[node.id]
    if isinstance(node, ast.List | ast.Tuple):
        return [_value(item, values) for item in node.elts]
    if isinstance(node, ast.BoolOp):
        return _logic(node, values)
    if isinstance(node, ast.UnaryOp):
        operand = _value(node.operand, values)
        return not operand if isinstance(node.op, ast.Not) else -operand
    if isinstance(node, ast.Compare):
        return _compare(node, values)
    if isinstance(node, ast.BinOp):
        return _arithmetic(node, values)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return _method(node.func, [_value(arg, values) for arg in node.args], values)
    raise ExpressionError(f"{type(node).__name__} is not allowed here")


def _logic(node: ast.BoolOp, values: dict[str, Any]) -> bool:
    parts = (bool(_value(part, values)) for part in node.values)
    return all(parts) if isinstance(node.op, ast.And) else any(parts)


def _compare(node: ast.Compare, values: dict[str, Any]) -> bool:
    left = _value(node.left, values)
    for op, part in zip(node.ops, node.comparators, strict=True):
        right = _value(part, values)
        if not _COMPARE[type(op)](left, right):
            return False
        left = right
    return True


def _arithmetic(node: ast.BinOp, values: dict[str, Any]) -> Any:
    """Of numbers only: repeating or joining texts could fill the memory."""
    left, right = _value(node.left, values), _value(node.right, values)
    if not isinstance(left, _NUMBERS) or not isinstance(right, _NUMBERS):
        raise ExpressionError("Only numbers can be computed with")
    return _BINARY[type(node.op)](left, right)


def _method(method: ast.Attribute, arguments: list[Any], values: dict[str, Any]) -> Any:
    text = _value(method.value, values)
    if not isinstance(text, str) or not all(isinstance(item, str) for item in arguments):
        raise ExpressionError(f".{method.attr}() is for texts")
    return getattr(text, method.attr)(*arguments)
