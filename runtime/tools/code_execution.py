"""AutoGen's PythonCodeExecutionTool: a model writes code and an executor runs it."""

from __future__ import annotations

from typing import Any, ClassVar, Final, Self

from pydantic import Field

from runtime.components.base import ComponentConfig, Palette
from runtime.components.builder import Builder
from runtime.components.spec import ExecutorSlot
from runtime.durable.tool import ToolContext, ToolOutput
from runtime.executors.base import AnyCodeExecutor, CodeExecutor, Executor
from runtime.executors.sandbox import run_code
from runtime.messages import CodeBlock, JsonObject
from runtime.ports import ToolSchema
from runtime.tools.base import GROUP, BaseTool
from runtime.tools.python_source import OPENING_TIME, SANDBOX

NAME: Final = "CodeExecutor"
_PARAMETERS: Final[JsonObject] = {
    "type": "object",
    "properties": {
        "code": {
            "type": "string",
            "description": "The contents of the Python code block that should be executed",
        }
    },
    "required": ["code"],
    "additionalProperties": False,
}


class CodeExecutionConfig(ComponentConfig):
    executor: ExecutorSlot = Field(title="Executor")
    description: str = Field(
        "Execute Python code blocks.", title="Description", description="What the model is told."
    )


class PythonCodeExecutionTool(BaseTool[CodeExecutionConfig]):
    provider = "autogen_ext.tools.code_execution.PythonCodeExecutionTool"
    Config = CodeExecutionConfig
    defaults: ClassVar[JsonObject] = {
        "executor": {
            "provider": SANDBOX,
            "component_type": "code_executor",
            "config": {"timeout": 60},
        },
        "description": "Execute Python code blocks.",
    }
    palette = Palette("Code execution", "Runs Python that the model writes.", GROUP, "terminal-2")

    def __init__(self, config: CodeExecutionConfig, executor: Executor) -> None:
        self.config = config
        self._executor = executor
        self.name = NAME
        self.effect = executor.effect
        self.side_effects = executor.side_effects
        self.timeout = executor.timeout + OPENING_TIME
        self.schema = ToolSchema(name=NAME, description=config.description, parameters=_PARAMETERS)

    @classmethod
    def build(cls, config: CodeExecutionConfig, builder: Builder) -> Self:
        executor: AnyCodeExecutor = builder.build(config.executor, CodeExecutor, "executor")
        return cls(config, executor)

    @classmethod
    def tool_name(cls, config: Any) -> str:
        return NAME

    @classmethod
    def palette_info(cls) -> JsonObject:
        return {"tool_name": NAME}

    async def call(self, arguments: JsonObject, context: ToolContext) -> Any:
        block = CodeBlock(code=str(arguments["code"]), language="python")
        outcome = await run_code(self._executor, context.step.run, [block])
        return ToolOutput(
            outcome.text(),
            is_error=outcome.exit_code != 0,
            artifacts=outcome.artifacts(self._executor.key),
        )
