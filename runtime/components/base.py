"""What a component class declares: its config, its place in the palette, how it is built."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict

from runtime.components.spec import Component, ComponentType
from runtime.messages import JsonObject

if TYPE_CHECKING:
    from runtime.components.builder import Builder

ConfigT = TypeVar("ConfigT", bound=BaseModel)


class ComponentConfig(BaseModel):
    """Unknown keys do not fail a component, as in AutoGen; validation reports them."""

    model_config = ConfigDict(extra="ignore", frozen=True)


@dataclass(frozen=True)
class Palette:
    """How the builder shows a component. `icon` is a Tabler icon's name."""

    label: str
    summary: str
    group: str
    icon: str
    hidden: bool = False
    """True: it can be loaded and edited, but the palette does not offer it."""


_UNSUPPORTED = frozenset(
    {
        "unsupported_component",
        "unsupported_option",
        "unknown_component",
        "unknown_field",
        "inline_secret",
        "ignored_by_sandbox",
    }
)


@dataclass(frozen=True)
class Problem:
    """`path` is a JSON path into the component, such as `$.config.participants[0]`."""

    path: str
    severity: Literal["error", "warning"]
    code: str
    detail: str
    hint: str | None = None

    @property
    def level(self) -> Literal["error", "unsupported", "warning"]:
        """`unsupported`: nothing is wrong with the file, AutoGen may run it; Troupe keeps it and
        does not run it (severity `error`), or runs it without this (`warning`)."""
        return "unsupported" if self.code in _UNSUPPORTED else self.severity


class ComponentBase(ABC, Generic[ConfigT]):
    provider: ClassVar[str]
    component_type: ClassVar[ComponentType]
    written_type: ClassVar[str | None] = None
    """What AutoGen writes as the component's type, where that is a name of its own."""
    component_version: ClassVar[int] = 1
    palette: ClassVar[Palette]
    defaults: ClassVar[JsonObject] = {}
    """A ready config for drag and drop."""
    Config: ClassVar[type[BaseModel]]

    config: ConfigT

    @classmethod
    @abstractmethod
    def build(cls, config: Any, builder: Builder) -> ComponentBase[Any]:
        """An instance; nested components through `builder`. Raises SpecError."""

    @classmethod
    def check(cls, config: Any, path: str) -> Iterable[Problem]:
        """What the config model alone cannot say. `path` is that of the config. Executes nothing
        and does not descend: nested components are checked on their own."""
        return ()

    @classmethod
    def palette_info(cls) -> JsonObject:
        """More that the palette shows of this kind of component."""
        return {}

    @classmethod
    def dump(cls, config: BaseModel | JsonObject, *, label: str | None = None) -> Component:
        """The component JSON of a config; nulls are left out, as AutoGen does."""
        values = (
            config.model_dump(mode="json", exclude_none=True, by_alias=True)
            if isinstance(config, BaseModel)
            else dict(config)
        )
        return Component(
            provider=cls.provider,
            component_type=cls.written_type or cls.component_type,
            version=cls.component_version,
            component_version=cls.component_version,
            description=cls.palette.summary,
            label=label or cls.palette.label,
            config=values,
        )
