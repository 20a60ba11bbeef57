"""Tools that a spec can name."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from typing import Any, ClassVar, Self, TypeVar

from pydantic import BaseModel

from runtime.components.base import ComponentBase, ComponentConfig
from runtime.components.builder import Builder
from runtime.durable.tool import DEFAULT_TIMEOUT, ToolContext
from runtime.events.payloads import Effect
from runtime.messages import JsonObject
from runtime.ports import ToolSchema
from runtime.tools.function import FunctionTool
from runtime.tools.naming import valid_name

ConfigT = TypeVar("ConfigT", bound=BaseModel)
GROUP = "Tools"


class NoConfig(ComponentConfig):
    pass


class BaseTool(ComponentBase[ConfigT]):
    """A `durable.Tool` that is also a component."""

    component_type: ClassVar = "tool"
    name: str
    schema: ToolSchema
    effect: Effect
    side_effects: bool
    timeout: float | None

    @classmethod
    @abstractmethod
    def tool_name(cls, config: Any) -> str:
        """The name that a model will call, known without building the tool. `config` is parsed, or
        raw JSON that may be anything."""

    @abstractmethod
    async def call(self, arguments: JsonObject, context: ToolContext) -> Any: ...


class ConfiguredTool(BaseTool[ConfigT]):
    """A function of ours that needs a config: `build` makes the instance and calls `_use`."""

    def _use(
        self,
        function: Callable[..., Any],
        *,
        name: str,
        effect: Effect,
        side_effects: bool,
        description: str | None = None,
        timeout: float = DEFAULT_TIMEOUT,
    ) -> None:
        self._tool = FunctionTool(
            function,
            name=name,
            description=description,
            effect=effect,
            side_effects=side_effects,
            timeout=timeout,
        )
        self.name = name
        self.schema = self._tool.schema
        self.effect = effect
        self.side_effects = side_effects
        self.timeout = timeout

    async def call(self, arguments: JsonObject, context: ToolContext) -> Any:
        return await self._tool.call(arguments, context)

    @classmethod
    def tool_name(cls, config: Any) -> str:
        return name_in(cls.Config, config)


def name_in(model: type[BaseModel], config: Any) -> str:
    """The `name` of a config, parsed or raw, as vendors take it; its default where it has none."""
    default = model.model_fields["name"].default
    found = config.get("name") if isinstance(config, dict) else getattr(config, "name", None)
    usual = default if isinstance(default, str) else "tool"
    return valid_name(found if isinstance(found, str) else usual)


class RegisteredTool(BaseTool[NoConfig]):
    """A function of ours under a provider name."""

    Config = NoConfig
    function: ClassVar[Callable[..., Any]]
    tool_effect: ClassVar[Effect]
    has_side_effects: ClassVar[bool]

    def __init__(self) -> None:
        self.config = NoConfig()
        self._tool = FunctionTool(
            type(self).function,
            effect=self.tool_effect,
            side_effects=self.has_side_effects,
            timeout=DEFAULT_TIMEOUT,
        )
        self.name = self._tool.name
        self.schema = self._tool.schema
        self.effect = self.tool_effect
        self.side_effects = self.has_side_effects
        self.timeout = self._tool.timeout

    @classmethod
    def build(cls, config: NoConfig, builder: Builder) -> Self:
        return cls()

    @classmethod
    def tool_name(cls, config: Any) -> str:
        return cls.function.__name__

    @classmethod
    def palette_info(cls) -> JsonObject:
        return {
            "tool_name": cls.function.__name__,
            "effect": cls.tool_effect,
            "side_effects": cls.has_side_effects,
        }

    async def call(self, arguments: JsonObject, context: ToolContext) -> Any:
        return await self._tool.call(arguments, context)
