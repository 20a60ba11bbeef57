"""A run on a terminal: the transcript as it is written, and questions to whoever sits there."""

from __future__ import annotations

import asyncio
import json
import threading
from typing import TextIO

from runtime.cli.text import line, shown
from runtime.errors import RuntimeFault
from runtime.events.payloads import ApprovalRequested, InputRequested
from runtime.facade import Decision
from runtime.messages import (
    BaseChatMessage,
    CodeExecutionEvent,
    CodeGenerationEvent,
    MemoryQueryEvent,
    ModelClientStreamingChunkEvent,
    SelectSpeakerEvent,
    TeamMessage,
    ThoughtEvent,
    ToolCallExecutionEvent,
    ToolCallRequestEvent,
    ToolCallSummaryMessage,
)

_ANSWERS = "[y]es, [n]o, [e]dit the arguments, [s]top the run"


class Transcript:
    """Writes who speaks and what, text as it comes."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._writing: str | None = None
        self._written: set[str] = set()

    def show(self, item: TeamMessage) -> None:
        if isinstance(item, ModelClientStreamingChunkEvent):
            self._chunk(item)
        elif isinstance(item, BaseChatMessage):
            self._message(item)
        else:
            self._event(item)
        self._out.flush()

    def rest(self) -> None:
        """Ends a line that is being written."""
        if self._writing is not None:
            self._out.write("\n")
            self._writing = None

    def note(self, text: str) -> None:
        self.rest()
        self._out.write(f"{line(text)}\n")
        self._out.flush()

    def _chunk(self, chunk: ModelClientStreamingChunkEvent) -> None:
        key = f"{chunk.full_message_id}:{chunk.source}:{chunk.metadata.get('attempt', '1')}"
        if key != self._writing:
            self._head(chunk.source)
            self._writing = key
            if chunk.full_message_id is not None:
                self._written.add(chunk.full_message_id)
        self._out.write(shown(chunk.content))

    def _message(self, message: BaseChatMessage) -> None:
        was_written = message.id in self._written
        self.rest()
        if was_written and not isinstance(message, ToolCallSummaryMessage):
            return
        self._head(message.source)
        self._out.write(f"{shown(message.to_text())}\n")

    def _event(self, item: TeamMessage) -> None:
        if isinstance(item, ToolCallRequestEvent):
            for call in item.content:
                self.note(f"{item.source} calls {call.name}({call.arguments})")
        elif isinstance(item, ToolCallExecutionEvent):
            for result in item.content:
                mark = "failed" if result.is_error else "gave"
                self.note(f"{result.name} {mark}: {line(result.content, 500)}")
        elif isinstance(item, CodeGenerationEvent):
            self._head(f"{item.source} (code)")
            self._out.write(f"{shown(item.content)}\n")
        elif isinstance(item, CodeExecutionEvent):
            self.note(f"{item.source} ran code, exit code {item.result.exit_code}:")
            self._out.write(f"{shown(item.result.output)}\n")
        elif isinstance(item, ThoughtEvent):
            self.note(f"{item.source} thinks: {item.content}")
        elif isinstance(item, MemoryQueryEvent):
            self.note(f"{item.source} remembers {len(item.content)} things")
        elif isinstance(item, SelectSpeakerEvent):
            self.note(f"next: {', '.join(item.content)}")

    def _head(self, source: str) -> None:
        self.rest()
        self._out.write(f"\n--- {line(source)} ---\n")


class Desk:
    """Asks, one question at a time. The end of the input is no answer: it fails the run."""

    def __init__(self, transcript: Transcript, out: TextIO, source: TextIO) -> None:
        self._transcript = transcript
        self._out = out
        self._source = source
        self._lock = asyncio.Lock()

    async def ask(self, request: InputRequested) -> str:
        async with self._lock:
            self._transcript.rest()
            prompt = line(request.prompt) or "Your turn"
            return await self._read(f"\n{line(request.agent)} asks: {prompt}\n> ")

    async def approve(self, request: ApprovalRequested) -> Decision:
        async with self._lock:
            self._transcript.rest()
            self._out.write(_question(request))
            while True:
                said = (await self._read(f"{_ANSWERS}: ")).strip().lower()
                if said in ("y", "yes"):
                    return Decision("approve")
                if said in ("n", "no"):
                    reason = await self._read("Why, for the model (may be empty): ")
                    return Decision("deny", reason=reason.strip() or None)
                if said in ("s", "stop"):
                    return Decision("stop", reason="Stopped at the terminal")
                if said in ("e", "edit"):
                    decision = self._edited(await self._read("Arguments as JSON: "))
                    if decision is not None:
                        return decision

    def _edited(self, text: str) -> Decision | None:
        try:
            arguments = json.loads(text)
        except ValueError as error:
            self._out.write(f"That is no JSON: {error}\n")
            return None
        if not isinstance(arguments, dict):
            self._out.write("The arguments are a JSON object.\n")
            return None
        return Decision("edit", arguments=arguments)

    async def _read(self, prompt: str) -> str:
        """In a thread that nobody waits for: a run that is stopped must not wait for a key."""
        self._out.write(prompt)
        self._out.flush()
        loop = asyncio.get_running_loop()
        future: asyncio.Future[str] = loop.create_future()

        def read() -> None:
            said = self._source.readline()
            loop.call_soon_threadsafe(_set, future, said)

        threading.Thread(target=read, name="troupe-terminal", daemon=True).start()
        said = await future
        if not said:
            raise RuntimeFault(
                "The run asks, and there is no more input to answer it",
                hint="Run it at a terminal, or with --yes where it only asks for approvals.",
            )
        return said.rstrip("\n")


def _question(request: ApprovalRequested) -> str:
    arguments = shown(json.dumps(request.arguments, indent=2, ensure_ascii=False))
    head = f"{line(request.agent)} wants to call {line(request.tool)}"
    if request.purpose == "in_doubt":
        head = f"{line(request.tool)} was started, and whether it happened is not known. Run it?"
    return f"\n{head} with\n{arguments}\n"


def _set(future: asyncio.Future[str], said: str) -> None:
    if not future.done():
        future.set_result(said)
