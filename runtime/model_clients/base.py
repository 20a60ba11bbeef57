"""What every model client is, as a component."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import AsyncIterator, Sequence
from typing import Any, ClassVar, TypeVar

from pydantic import BaseModel

from runtime.components.base import ComponentBase
from runtime.events.payloads import ModelInfo
from runtime.messages import LLMMessage
from runtime.model_clients.capabilities import Capabilities
from runtime.model_clients.tokens import count_tokens
from runtime.ports import ModelReply, ModelRequest, ToolSchema

ConfigT = TypeVar("ConfigT", bound=BaseModel)
GROUP = "Models"


class BaseChatCompletionClient(ComponentBase[ConfigT]):
    """A `ports.ModelClient` that is also a component."""

    component_type: ClassVar = "model"

    @property
    @abstractmethod
    def info(self) -> ModelInfo: ...

    @property
    def model(self) -> str:
        return self.info.model

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities()

    @property
    def identity(self) -> str:
        """Equal for clients that answer alike: whose replies may stand for one another. Names the
        credential, so that nobody gets what another one's key has paid for."""
        return f"{self.provider} {self.config.model_dump_json(exclude={'api_key'})}"

    @abstractmethod
    async def create(self, request: ModelRequest) -> ModelReply: ...

    @abstractmethod
    def stream(self, request: ModelRequest) -> AsyncIterator[str | ModelReply]: ...

    async def close(self) -> None:
        """SDK clients are shared; the pool closes them."""

    # Tokens ------------------------------------------------------------------------------------

    @property
    def context_length(self) -> int | None:
        """Tokens that a call may have, its reply included; None: unknown."""
        return self.capabilities.context_length

    def count_tokens(self, messages: Sequence[LLMMessage], tools: Sequence[ToolSchema] = ()) -> int:
        """Of one call, as near as can be known without asking the vendor (see `tokens`)."""
        return count_tokens(self.model, messages, tools)

    def remaining_tokens(
        self, messages: Sequence[LLMMessage], tools: Sequence[ToolSchema] = ()
    ) -> int | None:
        """Of the context; None: its length is unknown."""
        length = self.context_length
        return None if length is None else length - self.count_tokens(messages, tools)


AnyModelClient = BaseChatCompletionClient[Any]
