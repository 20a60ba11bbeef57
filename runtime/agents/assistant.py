"""AutoGen's AssistantAgent: a model, its tools, and the loop between them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self

from runtime.agents.assistant_config import AssistantConfig, check_assistant
from runtime.agents.assistant_tools import handoff_of, offer, run_calls
from runtime.agents.base import AnyParticipant, Participant
from runtime.agents.handoff import HandoffTool
from runtime.agents.inference import Inference, Memory, recall
from runtime.agents.protocol import Spoken
from runtime.agents.structured import StructuredMessageFactory
from runtime.agents.transcript import Transcript, as_result
from runtime.components.base import ComponentBase, Palette, Problem
from runtime.components.builder import Builder
from runtime.components.spec import Component
from runtime.durable.history import History
from runtime.durable.step import StepContext
from runtime.durable.tool import Tool, Workbench
from runtime.errors import ModelError, SpecError
from runtime.events.payloads import ModelCompleted, ToolCompleted
from runtime.messages import (
    ChatMessage,
    HandoffMessage,
    JsonObject,
    StructuredMessage,
    TextMessage,
    ToolCallSummaryMessage,
    fill_template,
)
from runtime.model_clients.base import BaseChatCompletionClient
from runtime.model_contexts.base import AnyContext, ChatCompletionContext
from runtime.model_contexts.unbounded import UnboundedChatCompletionContext, UnboundedConfig
from runtime.tools.base import BaseTool


@dataclass
class Parts:
    """What an assistant is built of, beside its config."""

    inference: Inference
    tools: list[Tool] = field(default_factory=list)
    workbenches: list[Workbench] = field(default_factory=list)
    memories: list[Memory] = field(default_factory=list)
    structure: StructuredMessageFactory | None = None


class AssistantAgent(Participant[AssistantConfig]):
    """Infers; runs the tool calls of a reply concurrently; infers again, up to
    `max_tool_iterations` times; then says the text, a reflection on the results, or a summary. A
    call of a handoff ends the loop and becomes the handoff."""

    provider = "autogen_agentchat.agents.AssistantAgent"
    component_type = "agent"
    component_version = 2
    Config = AssistantConfig
    defaults: ClassVar[JsonObject] = {
        "name": "assistant",
        "description": "An assistant that can use tools.",
        "system_message": "You are a helpful assistant. Solve the task with your tools.",
        "model_client": {
            "provider": "troupe.models.WorkspaceModel",
            "component_type": "model",
            "config": {},
        },
        "workbench": [
            {
                "provider": "autogen_core.tools.StaticStreamWorkbench",
                "component_type": "workbench",
                "config": {"tools": []},
            }
        ],
        "model_client_stream": True,
        "reflect_on_tool_use": True,
        "max_tool_iterations": 5,
        "tool_call_summary_format": "{result}",
    }
    palette = Palette("Assistant", "A model with instructions and tools.", "Agents", "robot")

    def __init__(self, config: AssistantConfig, parts: Parts) -> None:
        self.config = config
        self.name = config.name
        self.description = config.description
        self._parts = parts
        self._handoffs = [HandoffTool(handoff) for handoff in config.handoffs or ()]
        self._transcript = Transcript(config.name)

    @classmethod
    def build(cls, config: AssistantConfig, builder: Builder) -> Self:
        tools: list[Tool] = [
            builder.build(tool, BaseTool, f"tools[{index}]")
            for index, tool in enumerate(config.tools or ())
        ]
        structure = None
        if config.structured_message_factory is not None:
            structure = builder.build(
                config.structured_message_factory,
                StructuredMessageFactory,
                "structured_message_factory",
            )
        view: AnyContext = UnboundedChatCompletionContext(UnboundedConfig(initial_messages=None))
        if config.model_context is not None:
            view = builder.build(config.model_context, ChatCompletionContext, "model_context")
        model = builder.build(config.model_client, BaseChatCompletionClient, "model_client")
        inference = Inference(model, view, config.system_message, config.model_client_stream)
        memories = list(_built(builder, config.memory or [], "memory"))
        benches = list(_built(builder, config.workbenches, "workbench"))
        return cls(config, Parts(inference, tools, benches, memories, structure))

    @classmethod
    def check(cls, config: Any, path: str) -> Iterable[Problem]:
        return check_assistant(config, path)

    # Place and memory --------------------------------------------------------------------------

    def place(self, path: str) -> None:
        super().place(path)
        for name, runner in self._runners():
            runner.place(f"{path}/{name}")

    def members(self) -> Iterator[AnyParticipant]:
        yield self
        for _, runner in self._runners():
            yield from runner.members()

    def restore(self, history: History) -> None:
        self._transcript = Transcript.restore(self.name, self.path, history)

    def forget(self) -> None:
        self._transcript = Transcript(self.name)

    def _runners(self) -> Iterator[tuple[str, AnyParticipant]]:
        """Agents and teams that are tools of this agent."""
        static = (tool for bench in self._parts.workbenches for tool in getattr(bench, "tools", ()))
        for tool in (*self._parts.tools, *static):
            runner = getattr(tool, "runner", None)
            if runner is not None:
                yield tool.name, runner

    # A turn ------------------------------------------------------------------------------------

    async def respond(self, heard: list[ChatMessage], step: StepContext) -> Spoken:
        self._transcript.hear(heard)
        parts = self._parts
        recalled = await self._recall(heard, step)
        offered = await offer(self.name, parts.tools, parts.workbenches, self._handoffs, step)
        schema = parts.structure.config.json_schema if parts.structure else None
        reply, results = None, []
        for iteration in range(1, self.config.max_tool_iterations + 1):
            place = step.child("model", iteration)
            request = parts.inference.request(
                self._transcript.messages, recalled, tools=offered, schema=schema
            )
            reply = await parts.inference.infer(place, request)
            self._transcript.said(reply)
            if not reply.tool_calls:
                return self._answer(reply, step)
            results = await run_calls(self.name, reply, offered, place)
            self._transcript.got(results)
            await step.point("tools")
            if (handoff := handoff_of(reply, self._handoffs)) is not None:
                return self._hand_over(handoff, reply, results, step)
        if reply is None:
            raise ModelError(f"{self.name} may not call its model even once", code="no_iterations")
        if not self.config.reflect:
            return self._summary(reply, results, step)
        request = parts.inference.request(
            self._transcript.messages, recalled, tools=offered, tool_choice="none", schema=schema
        )
        final = await parts.inference.infer(step.child("reflection", 1), request)
        self._transcript.said(final)
        return self._answer(final, step)

    async def _recall(self, heard: list[ChatMessage], step: StepContext) -> list[str]:
        """What its memories have to say on the last thing it heard: for this turn only."""
        query = heard[-1].to_text() if heard else ""
        texts = []
        for index, memory in enumerate(self._parts.memories):
            results = await recall(memory, query, step.child("memory", index))
            if results:
                texts.append(memory.render(results))
        return texts

    # What it says ------------------------------------------------------------------------------

    def _answer(self, reply: ModelCompleted, step: StepContext) -> Spoken:
        head = {**self._head(step), "models_usage": reply.usage}
        structure = self._parts.structure
        if structure is None:
            message: ChatMessage = TextMessage(**head, content=reply.content or "")
        else:
            message = StructuredMessage(
                **head,
                content=structure.parse(reply.content or ""),
                content_type=structure.config.content_model_name,
                format_string=structure.config.format_string,
            )
        return Spoken([message], message_key=reply.message_key)

    def _hand_over(
        self,
        handoff: HandoffTool,
        reply: ModelCompleted,
        results: list[ToolCompleted],
        step: StepContext,
    ) -> Spoken:
        """The first handoff of the reply counts; what its other tools gave goes with it."""
        names = {tool.name for tool in self._handoffs}
        pairs = zip(reply.tool_calls, results, strict=True)
        others = [(call, result) for call, result in pairs if call.name not in names]
        said = next(result for result in results if result.tool == handoff.name)
        context = Transcript.exchange(self.name, reply, others)
        message = HandoffMessage(
            **self._head(step), content=said.result, target=handoff.handoff.target, context=context
        )
        return Spoken([message])

    def _summary(
        self, reply: ModelCompleted, results: list[ToolCompleted], step: StepContext
    ) -> Spoken:
        lines = [
            fill_template(
                self.config.tool_call_summary_format,
                {
                    "tool_name": result.tool,
                    "arguments": call.arguments,
                    "result": result.result,
                    "is_error": str(result.is_error),
                },
            )
            for call, result in zip(reply.tool_calls, results, strict=True)
        ]
        message = ToolCallSummaryMessage(
            **self._head(step),
            content="\n".join(lines),
            tool_calls=reply.tool_calls,
            results=[as_result(result) for result in results],
        )
        return Spoken([message])

    def _head(self, step: StepContext) -> dict[str, Any]:
        return {
            "id": step.derive_id("message"),
            "source": self.name,
            "metadata": self.config.metadata or {},
            "created_at": step.now(),
        }


def _built(builder: Builder, specs: list[Component], kind: str) -> Iterator[Any]:
    """Components of a kind whose classes have no base in common."""
    for index, spec in enumerate(specs):
        built: Any = builder.build(spec, ComponentBase, f"{kind}[{index}]")
        if built.component_type != kind:
            raise SpecError(
                f"{spec.provider} is a {built.component_type}, which does not belong here",
                path=f"{builder.path}.config.{kind}[{index}]",
            )
        yield built
