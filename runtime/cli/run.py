"""run: a team on a task, at the terminal."""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from runtime.cli.files import complain, read, say
from runtime.cli.terminal import Desk, Transcript
from runtime.components.load import Loaded
from runtime.components.models import SCRIPTED_MODEL, is_scripted, with_model
from runtime.components.spec import Component
from runtime.components.validate import validate
from runtime.errors import RuntimeFault, SpecError
from runtime.events import Event
from runtime.facade import Session, TaskResult
from runtime.facade.environment import WORKSPACE_MODEL, EnvironmentSecrets
from runtime.files import FolderFiles
from runtime.messages import JsonObject, TeamMessage


def run(arguments: argparse.Namespace) -> int:
    loaded = read(arguments.file)
    component = _with_chosen_model(loaded, arguments.model)
    errors = [problem for problem in validate(component) if problem.severity == "error"]
    if errors:
        for problem in errors:
            sys.stderr.write(f"{say(arguments.file, problem)}\n")
        return 1
    return asyncio.run(_run(component, arguments))


def _with_chosen_model(loaded: Loaded, model: str | None) -> Component:
    component = loaded.component
    if model is not None:
        chosen: Component | JsonObject = SCRIPTED_MODEL
        if model != "scripted":
            if not Path(model).is_file():
                raise SpecError(
                    f"{model!r} is neither `scripted` nor a file with a model's component"
                )
            chosen = read(model).component
        component = with_model(component, chosen)
    filled = EnvironmentSecrets().fill_in(component)
    if WORKSPACE_MODEL in json.dumps(filled.model_dump(mode="json")):
        raise SpecError(
            "The file leaves the choice of a model to you",
            hint="Set OPENAI_API_KEY or ANTHROPIC_API_KEY, or try --model scripted.",
        )
    return component


async def _run(component: Component, arguments: argparse.Namespace) -> int:
    aside = sys.stderr if arguments.json else sys.stdout
    transcript = Transcript(aside)
    desk = Desk(transcript, aside, sys.stdin)
    options: dict[str, Any] = {"ask": desk.ask}
    if not arguments.yes:
        options["approve"] = desk.approve
    if arguments.files is not None:
        options["files"] = FolderFiles(Path(arguments.files))
    if arguments.json:
        options["on_event"] = _write_event
    session = Session(component, state=_saved(arguments.state), **options)
    if is_scripted(component.model_dump()):
        transcript.note("No model writes this: replies are scripted.")
    async with session:
        _stop_on_signal(session, transcript)
        try:
            return await _shown(session, transcript, arguments)
        finally:
            _save(session, arguments.state)


async def _shown(session: Session, transcript: Transcript, arguments: argparse.Namespace) -> int:
    last: TeamMessage | TaskResult | None = None
    try:
        async for last in session.stream(arguments.task):
            if not arguments.json and not isinstance(last, TaskResult):
                transcript.show(last)
    except RuntimeFault as fault:
        transcript.rest()
        complain(fault)
        return 1
    transcript.rest()
    if not isinstance(last, TaskResult):
        return 1
    if not arguments.json:
        transcript.note("")
        transcript.note(f"[{last.outcome}] {last.stop_reason or ''}")
    return 130 if last.outcome == "stopped" else 0


def _stop_on_signal(session: Session, transcript: Transcript) -> None:
    """The first Ctrl-C stops the run, which closes what is open; a second one ends it at once."""
    loop = asyncio.get_running_loop()
    task = asyncio.current_task()

    def stop() -> None:
        loop.remove_signal_handler(signal.SIGINT)
        transcript.note("stopping …")
        session.stop("Ctrl-C")
        if task is not None:
            loop.add_signal_handler(signal.SIGINT, task.cancel)

    with suppress(NotImplementedError):  # Windows: Ctrl-C then ends it at once
        loop.add_signal_handler(signal.SIGINT, stop)


def _write_event(event: Event) -> None:
    sys.stdout.write(event.model_dump_json() + "\n")
    sys.stdout.flush()


def _save(session: Session, name: str | None) -> None:
    """Whole or not at all: a full disk must not cost what was saved before."""
    if name is not None:
        new = Path(f"{name}.new")
        new.write_text(json.dumps(session.save_state()))
        new.replace(name)


def _saved(name: str | None) -> JsonObject | None:
    if name is None or not Path(name).exists():
        return None
    try:
        state: JsonObject = json.loads(Path(name).read_text())
    except (OSError, ValueError) as error:
        raise SpecError(f"{name} holds no saved state: {error!s:.200}") from error
    return state
