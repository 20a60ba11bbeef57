"""One execution of an agent's code as a step: gated, recorded, recovered."""

from __future__ import annotations

import json
from typing import Final

from runtime.agents.transcript import CODE_CALL
from runtime.agents.views import exit_code
from runtime.durable.step import StepContext
from runtime.durable.tool import ToolContext, ToolOutput
from runtime.durable.tool_step import ToolStep
from runtime.events.payloads import Effect, ToolCompleted
from runtime.executors.base import Executor
from runtime.executors.sandbox import run_code
from runtime.messages import CodeBlock, FunctionCall, JsonObject
from runtime.ports import ToolSchema

RETRY_SCHEMA: Final[JsonObject] = {
    "type": "object",
    "properties": {
        "reason": {"type": "string", "description": "What went wrong, and how to put it right."},
        "retry": {"type": "boolean", "description": "Whether to try again."},
    },
    "required": ["reason", "retry"],
    "additionalProperties": False,
}

_BLOCK: Final[JsonObject] = {
    "type": "object",
    "properties": {"language": {"type": "string"}, "code": {"type": "string"}},
    "required": ["language", "code"],
    "additionalProperties": False,
}
_PARAMETERS: Final[JsonObject] = {
    "type": "object",
    "properties": {
        "blocks": {"type": "array", "items": _BLOCK, "minItems": 1},
        "attempt": {"type": "integer", "description": "How often it was tried before."},
        "generated": {"type": "string", "description": "The model's reply with this code."},
    },
    "required": ["blocks"],
    "additionalProperties": False,
}


class CodeRun:
    """A tool of the agent itself; no model gets it offered. With `ask` a person must approve each
    execution, whatever the policy allows."""

    name = CODE_CALL
    schema = ToolSchema(
        name=CODE_CALL,
        description="Runs these blocks of code, in order, until one fails.",
        parameters=_PARAMETERS,
    )

    def __init__(self, executor: Executor, *, ask: bool = False) -> None:
        self._executor = executor
        self.effect: Effect = executor.effect
        self.side_effects = executor.side_effects
        self.must_ask = ask
        # Each block has a limit of its own inside.
        self.timeout: float | None = None

    async def execute(
        self,
        agent: str,
        blocks: list[CodeBlock],
        step: StepContext,
        attempt: int = 0,
        generated: str | None = None,
    ) -> ToolCompleted:
        arguments: JsonObject = {"blocks": [block.model_dump() for block in blocks]}
        if generated is not None:
            arguments |= {"attempt": attempt, "generated": generated}
        call = FunctionCall(
            id=step.derive_id("call"), name=self.name, arguments=json.dumps(arguments)
        )
        return await ToolStep(step, agent, call, self).run()

    async def call(self, arguments: JsonObject, context: ToolContext) -> ToolOutput:
        blocks = [CodeBlock.model_validate(block) for block in arguments["blocks"]]
        outcome = await run_code(self._executor, context.step.run, blocks)
        return ToolOutput(
            outcome.text(),
            is_error=outcome.exit_code != 0,
            artifacts=outcome.artifacts(self._executor.key),
        )

    @staticmethod
    def words(done: ToolCompleted) -> str:
        """As others read it."""
        code = exit_code(done)
        if code:
            return f"The script ran, then exited with an error (exit code {code}).\n{done.result}"
        if not done.result.strip():
            return (
                "The script ran but produced no output to console. "
                f"The exit code was: {code}. If you were expecting output, "
                "consider revising the script to print its results."
            )
        return done.result


def wants_retry(text: str) -> bool:
    try:
        decision = json.loads(text)
    except ValueError:
        return False
    return isinstance(decision, dict) and decision.get("retry") is True
