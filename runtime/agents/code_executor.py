"""AutoGen's CodeExecutorAgent: runs the code that others write, or that its own model does."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, ClassVar, Self

from pydantic import Field

from runtime.agents.base import Participant
from runtime.agents.code_run import RETRY_SCHEMA, CodeRun, wants_retry
from runtime.agents.inference import Inference
from runtime.agents.names import check_name
from runtime.agents.protocol import Spoken
from runtime.agents.transcript import Transcript
from runtime.components.base import ComponentConfig, Palette, Problem
from runtime.components.builder import Builder
from runtime.components.spec import ContextSlot, ExecutorSlot, ModelSlot
from runtime.durable.history import History
from runtime.durable.step import StepContext
from runtime.events.payloads import ModelCompleted, ToolCompleted
from runtime.executors.base import AnyCodeExecutor, CodeExecutor
from runtime.messages import ChatMessage, CodeBlock, JsonObject, RequestUsage, TextMessage
from runtime.model_clients.base import BaseChatCompletionClient
from runtime.model_contexts.base import AnyContext, ChatCompletionContext
from runtime.model_contexts.unbounded import UnboundedChatCompletionContext, UnboundedConfig

NO_CODE = (
    "No code blocks found in the thread. Please provide at least one markdown-encoded code block "
    "to execute (i.e., quoting code in ```python or ```sh code blocks)."
)
_FENCE = re.compile(r"^[ \t]*```[ \t]*([\w+#.-]+)[ \t]*\r?\n(.*?)^[ \t]*```", re.S | re.M)


class CodeExecutorConfig(ComponentConfig):
    name: str = Field(title="Name", description="A word: letters, digits and underscores.")
    code_executor: ExecutorSlot = Field(title="Executor")
    model_client: ModelSlot | None = Field(
        None, title="Model", description="Writes code of its own; empty: others' code is run."
    )
    description: str | None = Field("An agent that runs the code it is given.", title="Description")
    sources: list[str] | None = Field(
        None, title="Only from", description="Whose code it runs; empty: everyone's."
    )
    system_message: str | None = Field(
        "You solve tasks by writing Python or shell code in fenced blocks, one complete program at "
        "a time. You will see what it prints. Say in words what came out once you are done.",
        title="Instructions",
        json_schema_extra={"x-widget": "textarea"},
    )
    model_client_stream: bool = Field(False, title="Stream")
    model_context: ContextSlot | None = Field(None, title="Model context")
    supported_languages: list[str] | None = Field(None, title="Languages")
    max_retries_on_error: int = Field(
        0, ge=0, le=20, title="Retries", description="When its own code fails."
    )
    require_approval: bool = Field(
        False, title="Ask first", description="A person approves each execution."
    )


class CodeExecutorAgent(Participant[CodeExecutorConfig]):
    """Every execution is a step that passes the gate like a tool call: people see exactly what is
    to run, and may edit or deny it."""

    provider = "autogen_agentchat.agents.CodeExecutorAgent"
    component_type = "agent"
    Config = CodeExecutorConfig
    defaults: ClassVar[JsonObject] = {
        "name": "coder",
        "code_executor": {
            "provider": "autogen_ext.code_executors.docker.DockerCommandLineCodeExecutor",
            "component_type": "code_executor",
            "config": {},
        },
    }
    palette = Palette("Code executor", "Runs code in a sandbox.", "Agents", "terminal-2")

    def __init__(
        self,
        config: CodeExecutorConfig,
        executor: AnyCodeExecutor,
        inference: Inference | None = None,
    ) -> None:
        self.config = config
        self.name = config.name
        self.description = config.description or ""
        self._run = CodeRun(executor, ask=config.require_approval)
        self._inference = inference
        self._languages = {name.lower() for name in config.supported_languages or ("python", "sh")}
        self._transcript = Transcript(config.name)

    @classmethod
    def build(cls, config: CodeExecutorConfig, builder: Builder) -> Self:
        executor = builder.build(config.code_executor, CodeExecutor, "code_executor")
        if config.model_client is None:
            return cls(config, executor)
        view: AnyContext = UnboundedChatCompletionContext(UnboundedConfig(initial_messages=None))
        if config.model_context is not None:
            view = builder.build(config.model_context, ChatCompletionContext, "model_context")
        model = builder.build(config.model_client, BaseChatCompletionClient, "model_client")
        inference = Inference(model, view, config.system_message, config.model_client_stream)
        return cls(config, executor, inference)

    @classmethod
    def check(cls, config: Any, path: str) -> Iterable[Problem]:
        return check_name(config.name, f"{path}.name")

    def restore(self, history: History) -> None:
        self._transcript = Transcript.restore(self.name, self.path, history)

    def forget(self) -> None:
        self._transcript = Transcript(self.name)

    async def respond(self, heard: list[ChatMessage], step: StepContext) -> Spoken:
        self._transcript.hear(heard)
        if self._inference is not None:
            return await self._write_and_run(self._inference, step)
        blocks = self._blocks(heard)
        if not blocks:
            return self._says(NO_CODE, step)
        done = await self._run.execute(self.name, blocks, step.child("code", 1))
        self._transcript.note(done.result, self.name)
        return self._says(self._run.words(done), step)

    async def _write_and_run(self, inference: Inference, step: StepContext) -> Spoken:
        for attempt in range(self.config.max_retries_on_error + 1):
            reply = await self._infer(inference, step.child("model", attempt))
            blocks = self._blocks_in(reply.content or "")
            if not blocks:
                return self._says(reply.content or "", step, reply)
            place = step.child("code", attempt)
            done = await self._run.execute(self.name, blocks, place, attempt, reply.content)
            self._transcript.note(done.result, self.name)
            last = attempt == self.config.max_retries_on_error
            if last or not done.is_error or not await self._retries(inference, done, step, attempt):
                break
        final = await self._infer(inference, step.child("reflection", 1))
        return self._says(final.content or "", step, final)

    async def _retries(
        self, inference: Inference, done: ToolCompleted, step: StepContext, attempt: int
    ) -> bool:
        """Whether its model wants to try again; it says how, which the next attempt sees."""
        decision = await self._infer(inference, step.child("retry", attempt), RETRY_SCHEMA)
        return wants_retry(decision.content or "")

    async def _infer(
        self, inference: Inference, step: StepContext, schema: JsonObject | None = None
    ) -> ModelCompleted:
        request = inference.request(self._transcript.messages, schema=schema)
        reply = await inference.infer(step, request)
        self._transcript.said(reply)
        return reply

    def _blocks(self, heard: list[ChatMessage]) -> list[CodeBlock]:
        sources = self.config.sources
        return [
            block
            for message in heard
            if isinstance(message, TextMessage) and (not sources or message.source in sources)
            for block in self._blocks_in(message.content)
        ]

    def _blocks_in(self, text: str) -> list[CodeBlock]:
        """Fenced blocks that name one of the languages; others are no code to run."""
        return [
            CodeBlock(language=language.lower(), code=code)
            for language, code in _FENCE.findall(text)
            if language.lower() in self._languages
        ]

    def _says(self, text: str, step: StepContext, reply: ModelCompleted | None = None) -> Spoken:
        usage: RequestUsage | None = reply.usage if reply is not None else None
        message = TextMessage(
            id=step.derive_id("message"),
            source=self.name,
            models_usage=usage,
            created_at=step.now(),
            content=text,
        )
        return Spoken([message], message_key=reply.message_key if reply is not None else None)
