"""What every memory is."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar, TypeVar

from pydantic import BaseModel

from runtime.components.base import ComponentBase
from runtime.durable.step import StepContext
from runtime.messages import MemoryContent

ConfigT = TypeVar("ConfigT", bound=BaseModel)
GROUP = "Memories"
MAX_RENDERED = 20_000
"""Characters of what one memory puts into a request."""


class Memory(ComponentBase[ConfigT]):
    """`query` gives what fits a text, and the caller records it; `render` makes of it the text that
    is put into the requests of this turn. Nothing of it becomes part of the transcript, so it does
    not pile up.

    All of them may raise ModelError (of the embeddings) and ToolError (of the store)."""

    component_type: ClassVar = "memory"
    order: ClassVar[str] = "chronological order"
    name: str

    @abstractmethod
    async def query(self, text: str, step: StepContext) -> list[MemoryContent]:
        """In the order in which the model is to read them. Changes nothing."""

    @abstractmethod
    async def add(self, content: MemoryContent, step: StepContext) -> None:
        """Made again in the same step, it adds nothing more."""

    @abstractmethod
    async def clear(self, step: StepContext) -> None:
        """Forgets what was added."""

    def render(self, results: Sequence[MemoryContent]) -> str:
        """Empty when there is nothing to say."""
        lines = [f"{index}. {_in_words(item)}" for index, item in enumerate(results, start=1)]
        if not lines:
            return ""
        text = "\n".join([f"Relevant memory content (in {self.order}):", *lines])
        return text if len(text) <= MAX_RENDERED else f"{text[:MAX_RENDERED]} …"


def item_id(content: MemoryContent, step: StepContext) -> str:
    """The same whenever this step adds this content."""
    return step.derive_id(f"memory {content.mime_type} {content.content}")


def _in_words(item: MemoryContent) -> str:
    kind = item.mime_type.partition("/")[0]
    if kind == "image" or item.mime_type == "application/octet-stream":
        return f"({item.mime_type}, not shown)"
    return item.content


AnyMemory = Memory[Any]
