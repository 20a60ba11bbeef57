"""AutoGen's AssistantAgent: a model, its tools, and the loop between them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Self

from runtime.agents.assistant_config import AssistantConfig, check_assistant
from runtime.agents.base import Participant
from runtime.agents.protocol import Spoken
from runtime.agents.transcript import Transcript, as_result
from runtime.components.base import Palette, Problem
from runtime.components.builder import Builder
from runtime.durable.history import History
from runtime.durable.model_step import ModelStep
from runtime.durable.step import StepContext
from runtime.durable.tool import Tool
from runtime.durable.tool_step import ToolStep
from runtime.errors import ModelError, SpecError
from runtime.events import content_hash
from runtime.events.payloads import ModelCompleted, ToolCompleted
from runtime.messages import (
    ChatMessage,
    JsonObject,
    LLMMessage,
    SystemMessage,
    TextMessage,
    ToolCallSummaryMessage,
)
from runtime.model_clients.base import AnyModelClient, BaseChatCompletionClient
from runtime.model_contexts.base import AnyContext, ChatCompletionContext
from runtime.model_contexts.unbounded import UnboundedChatCompletionContext, UnboundedConfig
from runtime.ports import ModelRequest
from runtime.tools.base import BaseTool
from runtime.tools.workbench import StaticWorkbench


class AssistantAgent(Participant[AssistantConfig]):
    """Infers; runs the tool calls of a reply concurrently; infers again, up to
    `max_tool_iterations` times; then says the text, a reflection on the results, or a summary."""

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

    def __init__(
        self, config: AssistantConfig, model: AnyModelClient, tools: list[Tool], view: AnyContext
    ) -> None:
        self.config = config
        self.name = config.name
        self.description = config.description
        self._model = model
        self._tools = {tool.name: tool for tool in tools}
        self._view = view
        self._transcript = Transcript(config.name)
        schemas = [tool.schema.model_dump(mode="json") for tool in tools]
        self._reference: JsonObject = {
            "system_hash": content_hash(config.system_message),
            "tools": list(self._tools),
            "tools_hash": content_hash(schemas),
        }

    @classmethod
    def build(cls, config: AssistantConfig, builder: Builder) -> Self:
        tools: list[Tool] = [
            builder.build(tool, BaseTool, f"tools[{index}]")
            for index, tool in enumerate(config.tools or ())
        ]
        for index, workbench in enumerate(config.workbenches):
            tools += builder.build(workbench, StaticWorkbench, f"workbench[{index}]").tools
        names = [tool.name for tool in tools]
        if len(set(names)) < len(names):
            raise SpecError(f"{config.name} has two tools of one name", path=builder.path)
        view: AnyContext = UnboundedChatCompletionContext(UnboundedConfig(initial_messages=None))
        if config.model_context is not None:
            view = builder.build(config.model_context, ChatCompletionContext, "model_context")
        model = builder.build(config.model_client, BaseChatCompletionClient, "model_client")
        return cls(config, model, tools, view)

    @classmethod
    def check(cls, config: Any, path: str) -> Iterable[Problem]:
        return check_assistant(config, path)

    def restore(self, history: History) -> None:
        self._transcript = Transcript.restore(self.name, self.path, history)

    async def respond(self, heard: list[ChatMessage], step: StepContext) -> Spoken:
        self._transcript.hear(heard)
        agent_events = 0
        reply, results = None, []
        for iteration in range(1, self.config.max_tool_iterations + 1):
            inference = step.child("model", iteration)
            reply = await self._infer(inference)
            if not reply.tool_calls:
                return self._text(reply, step, agent_events)
            results = await self._run_tools(reply, inference)
            agent_events += 2
        if reply is None:
            raise ModelError(f"{self.name} may not call its model even once", code="no_iterations")
        if self.config.reflect:
            final = await self._infer(step.child("reflection", 1), with_tools=False)
            return self._text(final, step, agent_events)
        return self._summary(reply, results, step, agent_events)

    async def _infer(self, step: StepContext, *, with_tools: bool = True) -> ModelCompleted:
        await step.point("model")
        messages = self._messages()
        request = ModelRequest(
            messages=messages,
            tools=[tool.schema for tool in self._tools.values()],
            tool_choice="auto" if with_tools else "none",
        )
        reference = {
            **self._reference,
            "messages": {"count": len(messages), "through_seq": step.run.head},
            "params": {"tool_choice": request.tool_choice},
        }
        call = ModelStep(step, self._model, request, reference, self.config.model_client_stream)
        reply = await call.run()
        self._transcript.said(reply)
        return reply

    def _messages(self) -> list[LLMMessage]:
        view = self._view.view(self._transcript.messages)
        if not self.config.system_message:
            return view
        return [SystemMessage(content=self.config.system_message), *view]

    async def _run_tools(self, reply: ModelCompleted, step: StepContext) -> list[ToolCompleted]:
        branches = [
            ToolStep(step.child("tool", index), self.name, call, self._tools.get(call.name)).run()
            for index, call in enumerate(reply.tool_calls)
        ]
        results = await step.gather(branches)
        self._transcript.got(results)
        await step.point("tools")
        return results

    def _text(self, reply: ModelCompleted, step: StepContext, agent_events: int) -> Spoken:
        message = TextMessage(
            id=step.derive_id("message"),
            source=self.name,
            models_usage=reply.usage,
            metadata=self.config.metadata or {},
            created_at=step.now(),
            content=reply.content or "",
        )
        return Spoken(message=message, message_key=reply.message_key, agent_events=agent_events)

    def _summary(
        self,
        reply: ModelCompleted,
        results: list[ToolCompleted],
        step: StepContext,
        agent_events: int,
    ) -> Spoken:
        lines = [
            _fill(self.config.tool_call_summary_format, call.arguments, result)
            for call, result in zip(reply.tool_calls, results, strict=True)
        ]
        message = ToolCallSummaryMessage(
            id=step.derive_id("message"),
            source=self.name,
            metadata=self.config.metadata or {},
            created_at=step.now(),
            content="\n".join(lines),
            tool_calls=reply.tool_calls,
            results=[as_result(result) for result in results],
        )
        return Spoken(message=message, agent_events=agent_events)


def _fill(template: str, arguments: str, result: ToolCompleted) -> str:
    """By plain replacement: a template is a user's text, and `str.format` would reach into
    attributes."""
    values = {
        "{tool_name}": result.tool,
        "{arguments}": arguments,
        "{result}": result.result,
        "{is_error}": str(result.is_error),
    }
    for placeholder, value in values.items():
        template = template.replace(placeholder, value)
    return template
