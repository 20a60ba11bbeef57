"""What an agent's model has seen and said: a fold of the log.

Live and after recovery the same methods build it from the same recorded payloads, so that both are
the same by construction.
"""

from __future__ import annotations

from collections.abc import Sequence

from runtime.durable.history import History
from runtime.events.payloads import ModelCompleted, ToolCompleted, TurnStarted
from runtime.messages import (
    AssistantMessage,
    ChatMessage,
    FunctionCall,
    FunctionExecutionResult,
    FunctionExecutionResultMessage,
    HandoffMessage,
    LLMMessage,
    UserMessage,
)

CODE_CALL = "run_code_blocks"
"""The tool name under which an agent's own code runs pass the gate and stand in the log."""

INTERRUPTED = "The turn was interrupted before the call was done."


class Transcript:
    def __init__(self, agent: str) -> None:
        self._agent = agent
        self.messages: list[LLMMessage] = []

    def hear(self, heard: Sequence[ChatMessage]) -> None:
        self._settle()
        for message in heard:
            if isinstance(message, HandoffMessage):
                self.messages.extend(message.context)
            content = message.to_model_content()
            self.messages.append(UserMessage(content=content, source=message.source))

    def note(self, text: str, source: str) -> None:
        """Something that the agent itself puts before its model: what its code printed, say."""
        self.messages.append(UserMessage(content=text, source=source))

    def _settle(self) -> None:
        """A turn that a time limit interrupted leaves calls without results, which no vendor
        takes."""
        last = self.messages[-1] if self.messages else None
        if isinstance(last, AssistantMessage) and isinstance(last.content, list):
            results = [
                FunctionExecutionResult(
                    call_id=call.id, name=call.name, content=INTERRUPTED, is_error=True
                )
                for call in last.content
            ]
            self.messages.append(FunctionExecutionResultMessage(content=results))

    def said(self, reply: ModelCompleted) -> None:
        content = list(reply.tool_calls) if reply.tool_calls else reply.content or ""
        thought = (reply.content or reply.thought) if reply.tool_calls else reply.thought
        self.messages.append(
            AssistantMessage(
                content=content, thought=thought, thinking=reply.thinking, source=self._agent
            )
        )

    def got(self, results: Sequence[ToolCompleted]) -> None:
        """The results of one reply's calls, in the order in which they were declared."""
        self.messages.append(
            FunctionExecutionResultMessage(content=[as_result(result) for result in results])
        )

    @staticmethod
    def exchange(
        agent: str, reply: ModelCompleted, others: Sequence[tuple[FunctionCall, ToolCompleted]]
    ) -> list[LLMMessage]:
        """What goes with a handoff: the reply's other calls with their results, or, where there
        are none, what the model said beside the handoff."""
        thought = reply.content or reply.thought
        if not others:
            return [AssistantMessage(content=thought, source=agent)] if thought else []
        calls = [call for call, _ in others]
        return [
            AssistantMessage(content=calls, thought=thought, source=agent),
            FunctionExecutionResultMessage(content=[as_result(result) for _, result in others]),
        ]

    @classmethod
    def restore(cls, agent: str, path: str, history: History) -> Transcript:
        transcript = cls(agent)
        batch: dict[str, ToolCompleted | None] = {}
        for event in history.of_agent(path):
            payload = event.payload
            if isinstance(payload, TurnStarted):
                transcript.hear(history.heard(path, payload))
            elif isinstance(payload, ModelCompleted):
                transcript.said(payload)
                batch = {call.id: None for call in payload.tool_calls}
            elif isinstance(payload, ToolCompleted) and payload.tool == CODE_CALL:
                transcript.note(payload.result, agent)
            elif isinstance(payload, ToolCompleted) and payload.call_id in batch:
                batch[payload.call_id] = payload
                results = [result for result in batch.values() if result is not None]
                if len(results) == len(batch):
                    transcript.got(results)
        return transcript


def as_result(result: ToolCompleted) -> FunctionExecutionResult:
    return FunctionExecutionResult(
        call_id=result.call_id, name=result.tool, content=result.result, is_error=result.is_error
    )
