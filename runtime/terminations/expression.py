"""A condition written as a small expression: what AutoGen takes a function for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Self

from pydantic import Field

from runtime.components.base import ComponentConfig, Palette, Problem
from runtime.components.builder import Builder
from runtime.errors import TeamError
from runtime.expressions import ExpressionError, compile_expression
from runtime.messages import BaseChatMessage, JsonObject
from runtime.terminations.base import GROUP, Delta, TerminationCondition

NAMES = ("text", "source", "type", "length", "count", "tokens", "turns")


class ExpressionConfig(ComponentConfig):
    expression: str = Field(
        min_length=1,
        title="Stop when",
        description=(
            "Of each message: text, source, type, length; of the run so far: count of messages, "
            "tokens, turns. Such as: 'DONE' in text and count > 3."
        ),
    )


class ExpressionTermination(TerminationCondition[ExpressionConfig]):
    """Asked of every message and agent event in order. Computes a value and can do nothing else."""

    provider = "troupe.conditions.ExpressionTermination"
    Config = ExpressionConfig
    defaults: ClassVar[JsonObject] = {"expression": "'DONE' in text"}
    palette = Palette("Expression", "Stops when an expression is true.", GROUP, "math-function")

    def __init__(self, config: ExpressionConfig) -> None:
        super().__init__()
        self.config = config
        self._count = self._tokens = self._turns = 0

    @classmethod
    def build(cls, config: ExpressionConfig, builder: Builder) -> Self:
        return cls(config)

    @classmethod
    def check(cls, config: Any, path: str) -> Iterable[Problem]:
        try:
            compile_expression(config.expression, NAMES)
        except ExpressionError as error:
            yield Problem(f"{path}.expression", "error", "bad_expression", str(error))

    def reason(self, delta: Delta) -> str | None:
        expression = compile_expression(self.config.expression, NAMES)
        self._turns += bool(delta.items)
        for item in delta.items:
            self._count += isinstance(item, BaseChatMessage)
            if item.models_usage is not None:
                usage = item.models_usage
                self._tokens += usage.prompt_tokens + usage.completion_tokens
            text = item.to_text()
            values = {
                "text": text,
                "source": item.source,
                "type": item.type,
                "length": len(text),
                "count": self._count,
                "tokens": self._tokens,
                "turns": self._turns,
            }
            try:
                if expression.evaluate(values):
                    return f"The expression {self.config.expression!r} is true"
            except ExpressionError as error:
                raise TeamError(f"The termination condition failed: {error}") from error
        return None

    def reset(self) -> None:
        super().reset()
        self._count = self._tokens = self._turns = 0

    def save_state(self) -> JsonObject:
        counts = {"count": self._count, "tokens": self._tokens, "turns": self._turns}
        return {**super().save_state(), **counts}

    def load_state(self, state: JsonObject) -> None:
        super().load_state(state)
        self._count = state.get("count", 0)
        self._tokens = state.get("tokens", 0)
        self._turns = state.get("turns", 0)
