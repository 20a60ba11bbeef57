"""What every model client is, as a component."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import AsyncIterator
from typing import Any, ClassVar, TypeVar

from pydantic import BaseModel

from runtime.components.base import ComponentBase
from runtime.events.payloads import ModelInfo
from runtime.ports import ModelReply, ModelRequest

ConfigT = TypeVar("ConfigT", bound=BaseModel)
GROUP = "Models"


class BaseChatCompletionClient(ComponentBase[ConfigT]):
    """A `ports.ModelClient` that is also a component."""

    component_type: ClassVar = "model"

    @property
    @abstractmethod
    def info(self) -> ModelInfo: ...

    @abstractmethod
    async def create(self, request: ModelRequest) -> ModelReply: ...

    @abstractmethod
    def stream(self, request: ModelRequest) -> AsyncIterator[str | ModelReply]: ...

    async def close(self) -> None:
        """SDK clients are shared; the pool closes them."""


AnyModelClient = BaseChatCompletionClient[Any]
