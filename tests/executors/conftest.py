from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import docker
import pytest

from runtime.executors.docker import DockerCommandLineCodeExecutor, DockerConfig
from runtime.executors.docker_session import DockerSession
from runtime.operator import Operator
from runtime.stores import MemoryBlobs
from tests.executors.support import LIMITS
from tests.support.docker import IMAGE, docker_engine

__all__ = ["docker_engine"]


@pytest.fixture
def operator(docker_engine: str) -> Operator:
    return Operator(
        docker_url=docker_engine, sandbox_image=IMAGE, sandbox_owner="tests", boot_id="boot-1"
    )


@pytest.fixture
def executor(operator: Operator) -> DockerCommandLineCodeExecutor:
    return DockerCommandLineCodeExecutor(DockerConfig(), operator, LIMITS)


@pytest.fixture
async def session(executor: DockerCommandLineCodeExecutor) -> AsyncIterator[DockerSession]:
    session = await executor.open("run-1", MemoryBlobs())
    yield session
    await session.close()


@pytest.fixture
def client(docker_engine: str) -> Iterator[docker.DockerClient]:
    client = docker.DockerClient(base_url=docker_engine)
    yield client
    client.close()
