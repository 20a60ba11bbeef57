from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from runtime.testing.model_server import ModelServer
from tests.models.support import Bench


@pytest.fixture
async def server() -> AsyncIterator[ModelServer]:
    server = ModelServer()
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def bench(server: ModelServer) -> AsyncIterator[Bench]:
    bench = Bench(server)
    yield bench
    await bench.pool.close()
