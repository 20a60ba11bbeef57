"""Conditions made of conditions."""

from __future__ import annotations

from typing import ClassVar, Self

from pydantic import Field

from runtime.components.base import ComponentConfig, Palette
from runtime.components.builder import Builder
from runtime.components.spec import TerminationSlot
from runtime.messages import JsonObject
from runtime.terminations.base import GROUP, AnyTermination, Delta, TerminationCondition


class CombinedConfig(ComponentConfig):
    conditions: list[TerminationSlot] = Field(min_length=1, title="Conditions")


class _Combined(TerminationCondition[CombinedConfig]):
    Config = CombinedConfig
    defaults: ClassVar[JsonObject] = {
        "conditions": [
            {
                "provider": "autogen_agentchat.conditions.TextMentionTermination",
                "component_type": "termination",
                "config": {"text": "TERMINATE"},
            },
            {
                "provider": "autogen_agentchat.conditions.MaxMessageTermination",
                "component_type": "termination",
                "config": {"max_messages": 12},
            },
        ]
    }

    def __init__(self, config: CombinedConfig, conditions: list[AnyTermination]) -> None:
        super().__init__()
        self.config = config
        self.conditions = conditions

    @classmethod
    def build(cls, config: CombinedConfig, builder: Builder) -> Self:
        conditions = [
            builder.build(condition, TerminationCondition, f"conditions[{index}]")
            for index, condition in enumerate(config.conditions)
        ]
        return cls(config, conditions)

    def hears_end(self) -> bool:
        return any(condition.hears_end() for condition in self.conditions)

    def _times_left(self) -> list[float | None]:
        return [condition.time_left() for condition in self.conditions if condition.fired is None]

    def reset(self) -> None:
        super().reset()
        for condition in self.conditions:
            condition.reset()

    def save_state(self) -> JsonObject:
        states = [condition.save_state() for condition in self.conditions]
        return {**super().save_state(), **({"conditions": states} if any(states) else {})}

    def load_state(self, state: JsonObject) -> None:
        super().load_state(state)
        for condition, saved in zip(self.conditions, state.get("conditions", ()), strict=False):
            condition.load_state(saved)


class OrTerminationCondition(_Combined):
    provider = "autogen_agentchat.base.OrTerminationCondition"
    palette = Palette("Any of", "Stops when one of its conditions is met.", GROUP, "logic-or")

    def reason(self, delta: Delta) -> str | None:
        reasons = [condition.observe(delta) for condition in self.conditions]
        return ", ".join(reason for reason in reasons if reason) or None

    def time_left(self) -> float | None:
        return min((left for left in self._times_left() if left is not None), default=None)


class AndTerminationCondition(_Combined):
    """Its conditions need not be met by the same message; one that was met stays so."""

    provider = "autogen_agentchat.base.AndTerminationCondition"
    palette = Palette("All of", "Stops when all its conditions are met.", GROUP, "logic-and")

    def __init__(self, config: CombinedConfig, conditions: list[AnyTermination]) -> None:
        super().__init__(config, conditions)
        self._order: list[int] = []

    def reason(self, delta: Delta) -> str | None:
        for index, condition in enumerate(self.conditions):
            if index not in self._order and condition.observe(delta):
                self._order.append(index)
        if len(self._order) < len(self.conditions):
            return None
        return ", ".join(self.conditions[index].fired or "" for index in self._order)

    def time_left(self) -> float | None:
        """Time alone can end it only where nothing else is missing."""
        left = self._times_left()
        if not left or None in left:
            return None
        return max(seconds for seconds in left if seconds is not None)

    def reset(self) -> None:
        super().reset()
        self._order = []

    def save_state(self) -> JsonObject:
        return {**super().save_state(), **({"order": self._order} if self._order else {})}

    def load_state(self, state: JsonObject) -> None:
        super().load_state(state)
        self._order = list(state.get("order", ()))
