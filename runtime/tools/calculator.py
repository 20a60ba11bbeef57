"""Arithmetic for models: an expression is parsed and walked, never executed."""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable
from typing import Annotated, Any

from runtime.components.base import Palette
from runtime.errors import ToolError
from runtime.tools.base import GROUP, RegisteredTool

MAX_CHARACTERS = 1_000
MAX_NODES = 300
MAX_DEPTH = 50
MAX_BITS = 10_000
"""Of a whole number: about 3,000 digits. More would keep a thread busy for nothing."""

Number = int | float
_BINARY: dict[type[ast.operator], Callable[[Any, Any], Number]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}
_MATH = "sqrt exp sin cos tan asin acos atan atan2 floor ceil log log2 log10 degrees radians hypot"
_FUNCTIONS: dict[str, Callable[..., Number]] = {
    **{name: getattr(math, name) for name in _MATH.split()},
    **{"abs": abs, "round": round, "min": min, "max": max},
}
_CONSTANTS = {"pi": math.pi, "e": math.e, "tau": math.tau}


def calculate(
    expression: Annotated[str, "Such as 'sqrt(2) * (1 + 3/4)**2'; ^ is read as **"],
) -> str:
    """Calculates an arithmetic expression with + - * / // % ** and parentheses, the functions sqrt,
    exp, log, log2, log10, sin, cos, tan, asin, acos, atan, atan2, floor, ceil, degrees, radians,
    hypot, abs, round, min, max, and the constants pi, e and tau. Angles are in radians."""
    if len(expression) > MAX_CHARACTERS:
        raise ToolError(f"The expression is longer than {MAX_CHARACTERS:,} characters")
    try:
        tree = ast.parse(expression.strip().replace("^", "**"), mode="eval")
        if sum(1 for _ in ast.walk(tree)) > MAX_NODES:
            raise ToolError("The expression has too many parts")
        value = _value(tree.body, 0)
    except ZeroDivisionError as error:
        raise ToolError("Division by zero") from error
    except OverflowError as error:
        raise ToolError("The result is too large") from error
    except (SyntaxError, ValueError, TypeError, RecursionError, MemoryError) as error:
        raise ToolError(f"This cannot be calculated: {error}") from error
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def _value(node: ast.expr, depth: int) -> Number:
    if depth > MAX_DEPTH:
        raise ToolError("The expression is nested too deep")
    return _bounded(_node(node, depth + 1))


def _node(node: ast.expr, depth: int) -> Number:
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        return node.value  # type: ignore[return-value]
    if isinstance(node, ast.Name) and node.id in _CONSTANTS:
        return _CONSTANTS[node.id]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.UAdd | ast.USub):
        value = _value(node.operand, depth)
        return -value if isinstance(node.op, ast.USub) else value
    if isinstance(node, ast.BinOp):
        left, right = _value(node.left, depth), _value(node.right, depth)
        if isinstance(node.op, ast.Pow):
            return _power(left, right)
        if type(node.op) in _BINARY:
            return _BINARY[type(node.op)](left, right)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and not node.keywords:
        function = _FUNCTIONS.get(node.func.id)
        if function is not None:
            return function(*[_value(argument, depth) for argument in node.args])
    raise ToolError(f"{ast.unparse(node)[:80]!r} is not arithmetic")


def _power(base: Number, exponent: Number) -> Number:
    if isinstance(base, int) and isinstance(exponent, int):
        if base.bit_length() * abs(exponent) > MAX_BITS:
            raise ToolError("The result is too large")
        return base**exponent  # type: ignore[no-any-return]
    return _bounded(base**exponent)


def _bounded(value: Any) -> Number:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ToolError("The result is not a real number")
    if isinstance(value, int) and value.bit_length() > MAX_BITS:
        raise ToolError("The result is too large")
    if isinstance(value, float) and not math.isfinite(value):
        raise ToolError("The result is too large")
    return value


class Calculator(RegisteredTool):
    provider = "troupe.tools.Calculator"
    function = staticmethod(calculate)
    tool_effect = "pure"
    has_side_effects = False
    palette = Palette("Calculator", "Calculates arithmetic expressions.", GROUP, "calculator")
