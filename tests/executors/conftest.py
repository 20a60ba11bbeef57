from __future__ import annotations

import pytest

from runtime.operator import Operator
from tests.support.docker import IMAGE, docker_engine

__all__ = ["docker_engine"]


@pytest.fixture
def operator(docker_engine: str) -> Operator:
    return Operator(
        docker_url=docker_engine, sandbox_image=IMAGE, sandbox_owner="tests", boot_id="boot-1"
    )
