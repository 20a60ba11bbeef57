"""One question to a model, from what an agent remembers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from runtime.durable.model_step import ModelStep
from runtime.durable.step import StepContext
from runtime.durable.tool import Tool
from runtime.events import content_hash
from runtime.events.payloads import MemoryQueried, ModelCompleted
from runtime.messages import JsonObject, LLMMessage, MemoryContent, SystemMessage
from runtime.model_clients.base import AnyModelClient
from runtime.model_contexts.base import AnyContext
from runtime.ports import ModelRequest, ToolChoice

MAX_QUERY = 10_000


class Memory(Protocol):
    @property
    def name(self) -> str: ...

    async def query(self, text: str, step: StepContext) -> list[MemoryContent]: ...

    def render(self, results: list[MemoryContent]) -> str: ...


async def recall(memory: Memory, query: str, step: StepContext) -> list[MemoryContent]:
    """What the memory gave for this turn when it was first asked."""
    found = step.find("memory.queried")
    if found is None:
        results = await memory.query(query, step)
        queried = MemoryQueried(memory=memory.name, query=query[:MAX_QUERY], results=results)
        (found,) = await step.append(step.draft("memory.queried", queried))
    else:
        step.saw(found)
    if not isinstance(found.payload, MemoryQueried):
        raise TypeError(f"{found.key} is recorded as {found.kind}")
    return found.payload.results


class Inference:
    def __init__(
        self, model: AnyModelClient, view: AnyContext, system: str | None, stream: bool
    ) -> None:
        self.model = model
        self._view = view
        self._system = [SystemMessage(content=system)] if system is not None else []
        self._stream = stream
        self._hashes: dict[tuple[str, ...], JsonObject] = {}

    def request(
        self,
        transcript: Sequence[LLMMessage],
        recalled: Sequence[str] = (),
        *,
        tools: dict[str, Tool] | None = None,
        tool_choice: ToolChoice = "auto",
        schema: JsonObject | None = None,
    ) -> ModelRequest:
        """`recalled` are memories: they stand in this request alone, beside the instructions,
        and never pile up in the transcript."""
        memories = [SystemMessage(content=text) for text in recalled]
        return ModelRequest(
            messages=[*self._system, *memories, *self._view.view(transcript)],
            tools=[tool.schema for tool in (tools or {}).values()],
            tool_choice=tool_choice,
            json_schema=schema,
        )

    async def infer(self, step: StepContext, request: ModelRequest) -> ModelCompleted:
        """A model call that can be recorded once, after a point where commands take effect."""
        await step.point("model")
        reference = {
            **self._reference(request),
            "messages": {"count": len(request.messages), "through_seq": step.run.head},
            "last_hash": content_hash([message.model_dump() for message in request.messages[-1:]]),
            "params": {"tool_choice": request.tool_choice},
        }
        return await ModelStep(step, self.model, request, reference, self._stream).run()

    def _reference(self, request: ModelRequest) -> JsonObject:
        names = tuple(tool.name for tool in request.tools)
        if names not in self._hashes:
            schemas = [tool.model_dump(mode="json") for tool in request.tools]
            system = self._system[0].content if self._system else None
            self._hashes[names] = {
                "system_hash": content_hash(system),
                "tools": list(names),
                "tools_hash": content_hash(schemas),
            }
        return self._hashes[names]
