"""Turns component JSON into objects."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, TypeVar

from pydantic import ValidationError

from runtime.components.base import ComponentBase
from runtime.components.catalog import REFERENCE
from runtime.components.registry import find_component, unsupported_reason
from runtime.components.spec import Component
from runtime.errors import SpecError
from runtime.operator import Operator
from runtime.ports import Secrets

BuiltT = TypeVar("BuiltT", bound=ComponentBase[Any])


class SharedClients(Protocol):
    """Clients that are dear to make, shared by everyone who would make the same one."""

    async def get(self, key: str, make: Callable[[], Any | Awaitable[Any]]) -> Any: ...


@dataclass(frozen=True)
class Builder:
    """`path` is where in the whole component the next nested one is looked for."""

    secrets: Secrets
    clients: SharedClients
    operator: Operator = field(default_factory=Operator)
    path: str = "$"

    def build(self, component: Component, expect: type[BuiltT], at: str = "") -> BuiltT:
        """The built component. `at` is its place in the surrounding config, such as
        `participants[0]`. Raises SpecError, with the JSON path, before anything has run."""
        here = replace(self, path=f"{self.path}.config.{at}" if at else self.path)
        found = find_component(component.provider)
        if found is None:
            raise SpecError(_why_not(component.provider), path=here.path)
        if not issubclass(found, expect):
            raise SpecError(
                f"{component.provider} is a {found.component_type}, which does not belong here",
                path=here.path,
            )
        try:
            config = found.Config.model_validate(component.config)
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(str(part) for part in first["loc"])
            raise SpecError(f"{place or 'config'}: {first['msg']}", path=here.path) from error
        for problem in found.check(config, f"{here.path}.config"):
            if problem.severity == "error":
                raise SpecError(problem.detail, path=problem.path, hint=problem.hint)
        built = found.build(config, here)
        if not isinstance(built, expect):
            raise TypeError(f"{found.__name__}.build gave a {type(built).__name__}")
        return built


def _why_not(provider: str) -> str:
    if provider == REFERENCE:
        return "This reference to another definition was not resolved before the run"
    reason = unsupported_reason(provider)
    return f"{provider} cannot run here. {reason}" if reason else f"Unknown component {provider!r}"
