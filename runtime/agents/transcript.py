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
    FunctionExecutionResult,
    FunctionExecutionResultMessage,
    HandoffMessage,
    LLMMessage,
    UserMessage,
)


class Transcript:
    def __init__(self, agent: str) -> None:
        self._agent = agent
        self.messages: list[LLMMessage] = []

    def hear(self, heard: Sequence[ChatMessage]) -> None:
        for message in heard:
            if isinstance(message, HandoffMessage):
                self.messages.extend(message.context)
            self.messages.append(UserMessage(content=message.to_text(), source=message.source))

    def said(self, reply: ModelCompleted) -> None:
        content = list(reply.tool_calls) if reply.tool_calls else reply.content or ""
        thought = (reply.content or reply.thought) if reply.tool_calls else reply.thought
        self.messages.append(AssistantMessage(content=content, thought=thought, source=self._agent))

    def got(self, results: Sequence[ToolCompleted]) -> None:
        """The results of one reply's calls, in the order in which they were declared."""
        self.messages.append(
            FunctionExecutionResultMessage(content=[as_result(result) for result in results])
        )

    @classmethod
    def restore(cls, agent: str, path: str, history: History) -> Transcript:
        team_path = path.rpartition("/")[0]
        thread = history.thread(team_path)
        transcript = cls(agent)
        batch: dict[str, ToolCompleted | None] = {}
        for event in history.of_agent(path):
            payload = event.payload
            if isinstance(payload, TurnStarted):
                first, end = payload.heard
                transcript.hear(thread[first:end])
            elif isinstance(payload, ModelCompleted):
                transcript.said(payload)
                batch = {call.id: None for call in payload.tool_calls}
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
