"""The files of a run survive its worker: they are found in its log, and in those of the session's
earlier runs, and restored into whatever runs the code next."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from runtime.durable.scope import ROOT
from runtime.durable.step import StepContext
from runtime.durable.tool_step import ToolStep
from runtime.events.payloads import ToolCompleted
from runtime.executors.base import Executor
from runtime.executors.docker import DockerCommandLineCodeExecutor, DockerConfig
from runtime.executors.local import LocalCommandLineCodeExecutor, LocalConfig
from runtime.executors.sandbox import manifest_of, recorded_files
from runtime.messages import FunctionCall
from runtime.operator import Operator
from runtime.ports import LogRange
from runtime.stores import MemoryBlobs
from runtime.testing import InMemoryJournal, ManualClock, MemoryLog, step_context
from runtime.testing.executor import CodeReply, ScriptedExecutor
from runtime.tools.code_execution import CodeExecutionConfig, PythonCodeExecutionTool

CLOCK = ManualClock()


def code_tool(executor: Executor) -> PythonCodeExecutionTool:
    config = CodeExecutionConfig.model_validate({"executor": {"provider": "x", "config": {}}})
    return PythonCodeExecutionTool(config, executor)


def life(journal: InMemoryJournal, blobs: MemoryBlobs) -> StepContext:
    return step_context(journal=journal, blobs=blobs)


async def call(step: StepContext, executor: Executor, name: str, code: str) -> ToolCompleted:
    """One call of the code tool, recorded as a run does it. The name is the step's place."""
    wish = FunctionCall(id=name, name="CodeExecutor", arguments=json.dumps({"code": code}))
    inner = StepContext(step.run, ROOT.child(name, 1), "agent", 1)
    return await ToolStep(inner, "agent", wish, code_tool(executor)).run()


async def test_another_worker_finds_the_files_in_the_log() -> None:
    blobs, journal = MemoryBlobs(), InMemoryJournal.new(CLOCK)
    executor = ScriptedExecutor()
    first = life(journal, blobs)
    await call(first, executor, "one", 'write "a.txt" "1"')
    await call(first, executor, "two", 'write "b.txt" "2"')
    await first.run.resources.close()
    assert executor.opened[0].closed

    second = life(journal.reopen(), blobs)
    done = await call(second, executor, "three", "list")
    assert done.result == "a.txt\nb.txt\n"
    assert len(executor.opened) == 2

    # What is recorded is served: nothing runs again, and nothing is opened for it.
    third = life(journal.reopen(), blobs)
    assert (await call(third, executor, "three", "list")).result == "a.txt\nb.txt\n"
    assert len(executor.opened) == 2


async def test_a_call_that_was_cut_off_runs_again_from_the_files_before_it() -> None:
    """Its effect is `pure`: no person is asked."""
    blobs, journal = MemoryBlobs(), InMemoryJournal.new(CLOCK)
    executor = ScriptedExecutor()
    first = life(journal, blobs)
    await call(first, executor, "one", 'write "a.txt" "1"')
    await first.run.resources.close()
    code = 'show "a.txt"\nwrite "a.txt" "2"'

    cut = journal.reopen()
    hanging = ScriptedExecutor(lambda code, files: CodeReply(hangs=True))
    second = life(cut, blobs)
    running = asyncio.ensure_future(call(second, hanging, "two", code))
    while not (hanging.opened and hanging.opened[0].running.is_set()):
        await asyncio.sleep(0)
        assert not running.done()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    kinds = [event.kind for event in cut.log.events]
    assert (kinds.count("tool.started"), kinds.count("tool.completed")) == (2, 1)

    third = life(cut.reopen(), blobs)
    assert (await call(third, executor, "two", code)).result == "1"
    assert "approval.requested" not in [event.kind for event in cut.log.events]
    files = await recorded_files(third.run, executor.key)
    assert [await blobs.get(file.digest) for file in files] == [b"2"]


async def test_the_next_run_of_a_session_goes_on_with_the_files() -> None:
    blobs, journal = MemoryBlobs(), InMemoryJournal.new(CLOCK)
    executor = ScriptedExecutor()
    first = life(journal, blobs)
    await call(first, executor, "one", 'write "a.txt" "1"')

    log = MemoryLog("00000000-0000-4000-8000-000000000002", CLOCK)
    log.start_from(journal.log)
    second = life(log.claim(), blobs)
    second.run.state.history.append(LogRange(run_id=journal.run_id, first=1, last=journal.head))
    assert (await call(second, executor, "one", "list")).result == "a.txt\n"


async def test_the_latest_of_many_events_counts() -> None:
    blobs, journal = MemoryBlobs(), InMemoryJournal.new(CLOCK)
    executor = ScriptedExecutor()
    step = life(journal, blobs)
    for number in range(180):
        await call(step, executor, f"call-{number}", f'write "a.txt" "{number}"')
    assert journal.head > 500
    other = life(journal.reopen(), blobs)
    assert (await call(other, executor, "last", 'show "a.txt"')).result == "179"


def test_artifacts_of_others_are_not_taken_for_files() -> None:
    good = {"sandbox": "k", "work_dir": [{"path": "a", "digest": "d", "size": 1}]}
    assert manifest_of(good, "k") is not None
    for odd in (None, 1, [], {}, {"sandbox": "k"}, {"sandbox": "k", "work_dir": [{"path": 1}]}):
        assert manifest_of(odd, "k") is None
    assert manifest_of(good, "other") is None


async def test_executors_of_one_work_directory_share_and_others_do_not() -> None:
    def key(**config: Any) -> str:
        return LocalCommandLineCodeExecutor(LocalConfig.model_validate(config)).key

    assert key(work_dir="a", timeout=5) == key(work_dir="a", timeout=6)
    assert key(work_dir="a") != key(work_dir="b")

    def docker(**config: Any) -> str:
        parsed = DockerConfig.model_validate(config)
        return DockerCommandLineCodeExecutor(parsed, Operator(sandbox_network=True)).key

    assert docker(timeout=5) == docker(timeout=6)
    assert docker(network=True) != docker()
    assert docker(work_dir="a") != docker()


@pytest.mark.docker
async def test_a_real_container_goes_on_where_another_ended(operator: Operator) -> None:
    blobs, journal = MemoryBlobs(), InMemoryJournal.new(CLOCK)
    executor = DockerCommandLineCodeExecutor(DockerConfig(), operator)
    first = life(journal, blobs)
    code = "open('n', 'a').write('x'); print(len(open('n').read()))"
    assert (await call(first, executor, "one", code)).result == "1\n"
    assert (await call(first, executor, "two", code)).result == "2\n"
    await first.run.resources.close()
    second = life(journal.reopen(), blobs)
    assert (await call(second, executor, "three", code)).result == "3\n"
    await second.run.resources.close()
