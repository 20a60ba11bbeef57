"""Every executor keeps the contract that tools and agents rely on."""

from __future__ import annotations

import json

import pytest

from runtime.executors.base import CodeSession, Executor, Limits
from runtime.executors.docker import DockerCommandLineCodeExecutor, DockerConfig
from runtime.executors.local import LocalCommandLineCodeExecutor, LocalConfig
from runtime.operator import Operator
from runtime.testing.conformance import ExecutorConformance
from runtime.testing.executor import ScriptedExecutor, ScriptedSession


class TestScripted(ExecutorConformance):
    def new_executor(self, limits: Limits) -> Executor:
        return ScriptedExecutor(limits=limits)

    async def until_running(self, session: CodeSession) -> None:
        assert isinstance(session, ScriptedSession)
        await session.running.wait()

    def prints(self, text: str) -> str:
        return f"print {json.dumps(text)}\n"

    def repeats(self, count: int, text: str) -> str:
        return f"repeat {count} {json.dumps(text)}\n"

    def writes(self, path: str, text: str) -> str:
        return f"write {json.dumps(path)} {json.dumps(text)}\n"

    def shows(self, path: str) -> str:
        return f"show {json.dumps(path)}\n"

    def lists(self) -> str:
        return "list\n"

    def fails(self, code: int) -> str:
        return f"exit {code}\n"

    def endless(self) -> str:
        return "hang\n"

    def too_slow(self) -> str:
        return "time-out\n"


class TestLocal(ExecutorConformance):
    def new_executor(self, limits: Limits) -> Executor:
        return LocalCommandLineCodeExecutor(LocalConfig(), limits)


@pytest.mark.docker
class TestDocker(ExecutorConformance):
    @pytest.fixture(autouse=True)
    def _use(self, operator: Operator) -> None:
        self.operator = operator

    def new_executor(self, limits: Limits) -> Executor:
        return DockerCommandLineCodeExecutor(DockerConfig(), self.operator, limits)
