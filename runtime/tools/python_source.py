"""AutoGen's FunctionTool: a Python function as text. It runs in the sandbox, never here."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from typing import Any, ClassVar, Final, Self

from pydantic import BaseModel, ConfigDict, Field

from runtime.components.base import ComponentConfig, Palette, Problem
from runtime.components.builder import Builder
from runtime.components.spec import Component
from runtime.durable.tool import ToolContext, ToolOutput
from runtime.durable.tool_step import as_text
from runtime.errors import SpecError
from runtime.executors.base import AnyCodeExecutor, CodeExecutor, CodeOutcome, Executor
from runtime.executors.sandbox import run_code
from runtime.messages import CodeBlock, JsonObject
from runtime.ports import ToolSchema
from runtime.tools.base import GROUP, BaseTool
from runtime.tools.harness import answer, program
from runtime.tools.source_schema import read_source

SANDBOX: Final = "autogen_ext.code_executors.docker.DockerCommandLineCodeExecutor"
OPENING_TIME: Final = 60.0
"""Seconds for what is not the call itself: a container, the files."""
SHOWN: Final = 4_000
_MODULE = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*")


class Alias(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    alias: str


class ImportFromModule(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    module: str
    imports: list[str | Alias]


Import = str | ImportFromModule | Alias


class PythonSourceConfig(ComponentConfig):
    source_code: str = Field(
        title="Source",
        description="One Python function, with type hints. It runs in the sandbox.",
        json_schema_extra={"x-widget": "code"},
    )
    name: str = Field(title="Name", description="What the model calls.")
    description: str = Field("", title="Description", description="What the model is told.")
    global_imports: list[Import] = Field(
        default_factory=list, title="Imports", description="Modules that the function needs."
    )
    has_cancellation_support: bool = Field(
        False,
        title="Takes a cancellation token",
        description="AutoGen's; the sandbox ends every call that is cancelled.",
    )


class PythonSourceTool(BaseTool[PythonSourceConfig]):
    provider = "autogen_core.tools.FunctionTool"
    Config = PythonSourceConfig
    defaults: ClassVar[JsonObject] = {
        "source_code": 'def add(a: float, b: float) -> float:\n    """Adds two numbers."""\n'
        "    return a + b\n",
        "name": "add",
        "description": "Adds two numbers.",
        "global_imports": [],
        "has_cancellation_support": False,
    }
    palette = Palette(
        "Python function", "Your own code, run in the sandbox.", GROUP, "brand-python"
    )

    def __init__(self, config: PythonSourceConfig, executor: Executor) -> None:
        """Raises SpecError for a source that no tool can be made of."""
        self.config = config
        self._executor = executor
        self._source = read_source(config.source_code, config.name)
        if self._source.error is not None:
            raise SpecError(self._source.error.detail)
        self.name = config.name
        self.effect = executor.effect
        self.side_effects = executor.side_effects
        self.timeout = executor.timeout + OPENING_TIME
        self.schema = ToolSchema(
            name=config.name,
            description=config.description or self._source.docstring,
            parameters=self._source.parameters,
        )

    @classmethod
    def build(cls, config: PythonSourceConfig, builder: Builder) -> Self:
        sandbox = Component(provider=SANDBOX, component_type="code_executor")
        executor: AnyCodeExecutor = builder.build(sandbox, CodeExecutor)
        return cls(config, executor)

    @classmethod
    def check(cls, config: PythonSourceConfig, path: str) -> Iterable[Problem]:
        for fault in read_source(config.source_code, config.name).faults:
            yield Problem(f"{path}.source_code", fault.severity, fault.code, fault.detail)
        for index, item in enumerate(config.global_imports):
            if not all(_MODULE.fullmatch(name) for name in _names(item)):
                detail = f"{import_line(item)[:80]!r} is no import that Python knows."
                yield Problem(f"{path}.global_imports[{index}]", "error", "invalid_import", detail)

    @classmethod
    def tool_name(cls, config: Any) -> str:
        named = config.get("name") if isinstance(config, dict) else config.name
        return str(named)

    async def call(self, arguments: JsonObject, context: ToolContext) -> Any:
        marker = f"troupe-{hashlib.sha256(context.idempotency_key.encode()).hexdigest()[:24]} "
        call = {
            "source": self.config.source_code,
            "imports": "".join(f"{import_line(item)}\n" for item in self.config.global_imports),
            "function": self._source.function,
            "arguments": arguments,
            "takes_token": self._source.takes_token,
        }
        block = CodeBlock(code=program(call, marker), language="python")
        outcome = await run_code(self._executor, context.step.run, [block])
        output = outcome.output
        if outcome.output_blob is not None:
            whole = await context.blobs.get(outcome.output_blob)
            output = whole.decode(errors="replace")
        found, printed = answer(output, marker)
        artifacts = outcome.artifacts(self._executor.key)
        if printed.strip():
            artifacts["printed"] = printed[-SHOWN:]
        if not isinstance(found, dict):
            return ToolOutput(self._why_nothing(outcome), True, artifacts)
        if "error" in found:
            return ToolOutput(str(found["error"]).strip(), True, artifacts)
        return ToolOutput(as_text(found.get("value")), artifacts=artifacts)

    def _why_nothing(self, outcome: CodeOutcome) -> str:
        if outcome.timed_out:
            return f"{self.name} did not finish within {self._executor.timeout:g} s"
        if outcome.cancelled:
            return f"{self.name} was cancelled"
        reason = f"exit code {outcome.exit_code}"
        if outcome.out_of_memory:
            reason = "it ran out of memory"
        tail = outcome.text()[-SHOWN:].strip()
        return f"{self.name} ended without a result: {reason}." + (f"\n{tail}" if tail else "")


def import_line(item: Import) -> str:
    if isinstance(item, str):
        return f"import {item}"
    if isinstance(item, Alias):
        return f"import {_aliased(item)}"
    return f"from {item.module} import {', '.join(_aliased(name) for name in item.imports)}"


def _aliased(name: str | Alias) -> str:
    return name if isinstance(name, str) else f"{name.name} as {name.alias}"


def _names(item: Import) -> list[str]:
    if isinstance(item, str):
        return [item]
    if isinstance(item, Alias):
        return [item.name, item.alias]
    return [item.module, *(name for part in item.imports for name in _names(part))]
