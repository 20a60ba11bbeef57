"""Docker's SDK behind coroutines: blocking calls run in threads of their own, errors say what to
do. Nothing else imports the SDK."""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
import struct
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from threading import Event, Lock
from typing import Any, Final, Literal, TypeVar

from runtime.errors import ToolError

T = TypeVar("T")
CALL_TIMEOUT: Final = 30
MAX_CALLS: Final = 16
MAX_STREAMS: Final = 64
"""Executions at once in this process; more wait for their turn."""
TICK: Final = 0.5
USUAL_PLACE: Final = "unix:///var/run/docker.sock"

How = Literal["exited", "timeout", "enough", "gone"]


@dataclass(frozen=True)
class Exec:
    """How a command in a container ended. `exit_code` is None unless it exited by itself."""

    how: How
    exit_code: int | None


@cache
def _calls() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(MAX_CALLS, thread_name_prefix="troupe-docker")


@cache
def _streams() -> ThreadPoolExecutor:
    """Apart from the calls: what ends a stream must never wait behind streams."""
    return ThreadPoolExecutor(MAX_STREAMS, thread_name_prefix="troupe-docker-exec")


@cache
def engine_at(url: str | None) -> DockerEngine:
    """One connection pool per engine. None: what the environment says."""
    return DockerEngine(url)


class DockerEngine:
    def __init__(self, url: str | None) -> None:
        self.url = url
        self._api: Any = None
        self._making = Lock()

    async def call(self, work: Callable[[Any], T]) -> T:
        """`work` gets the SDK's API client. Raises ToolError when Docker cannot be reached, and
        lets through what the SDK raises for a refusal."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(_calls(), lambda: self._guarded(work))

    async def in_thread(self, work: Callable[[], T]) -> T:
        """For work that blocks and is not the engine's."""
        return await asyncio.get_running_loop().run_in_executor(_calls(), work)

    async def execute(
        self,
        container: str,
        command: list[str],
        *,
        user: str,
        env: dict[str, str],
        feed: bytes = b"",
        take: Callable[[int, bytes], bool],
        timeout: float,
        stop: Event,
    ) -> Exec:
        """Runs a command to its end. Output goes to `take(stream, data)` as it comes (1 is standard
        output, 2 errors), which says False for enough. Ending the wait leaves the command running:
        whoever cancels must end the container, and sets `stop`."""

        def work(api: Any) -> Exec:
            reading = _Reading(api, container, take, time.monotonic() + timeout, stop)
            return reading.run(command, user, env, feed)

        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(_streams(), lambda: self._guarded(work))

    async def lives(self, container: str) -> bool:
        """Takes a second for a yes: an engine reports the end of a container late."""

        def work(api: Any) -> bool:
            from docker.errors import APIError

            until = time.monotonic() + 1.0
            try:
                while api.inspect_container(container)["State"]["Running"]:
                    if time.monotonic() > until:
                        return True
                    time.sleep(0.1)
            except APIError:
                return False
            return False

        return await self.call(work)

    async def remove(self, container: str) -> None:
        """Kills everything in it; nothing happens when it is gone. Raises ToolError."""

        def work(api: Any) -> None:
            from docker.errors import APIError, NotFound

            try:
                api.remove_container(container, force=True, v=True)
            except NotFound:
                return
            except APIError as error:
                if error.status_code != 409:  # it is being removed already
                    raise ToolError(
                        f"Docker could not remove the sandbox {container[:12]}: {error}"
                    ) from error

        await self.call(work)

    def _guarded(self, work: Callable[[Any], T]) -> T:
        import requests
        from docker.errors import APIError, DockerException

        try:
            return work(self._client())
        except APIError:
            raise
        except (DockerException, requests.RequestException, OSError) as error:
            raise unreachable(self.url, error) from error

    def _client(self) -> Any:
        with self._making:
            if self._api is None:
                self._api = _connect(self.url)
            return self._api


def _connect(url: str | None) -> Any:
    try:
        import docker
    except ImportError as error:
        raise ToolError(
            "Code cannot run: the docker package is not installed.",
            hint="Install it with: pip install docker",
        ) from error
    where = url or os.environ.get("DOCKER_HOST") or USUAL_PLACE
    if where.startswith("unix://"):
        # The SDK would say it in a longer way, and leave the socket unclosed.
        with socket.socket(socket.AF_UNIX) as probe:
            probe.connect(where.removeprefix("unix://"))
    options = {"timeout": CALL_TIMEOUT, "max_pool_size": MAX_CALLS + MAX_STREAMS}
    if url is None:
        return docker.DockerClient.from_env(**options).api
    return docker.DockerClient(base_url=url, **options).api


def unreachable(url: str | None, error: BaseException) -> ToolError:
    where = url or "the usual place"
    cause = str(error).replace("\n", " ")[:200] or type(error).__name__
    return ToolError(
        f"Code cannot run: Docker is not reachable at {where} ({cause}).",
        hint="Start Docker, or ask the operator to; nothing runs without the sandbox.",
    )


class _Reading:
    """One command and its streams, in one thread."""

    def __init__(
        self,
        api: Any,
        container: str,
        take: Callable[[int, bytes], bool],
        deadline: float,
        stop: Event,
    ) -> None:
        self._api = api
        self._container = container
        self._take = take
        self._deadline = deadline
        self._stop = stop
        self._exec = ""
        self._buffer = bytearray()

    def run(self, command: list[str], user: str, env: dict[str, str], feed: bytes) -> Exec:
        from docker.errors import APIError

        try:
            made = self._api.exec_create(
                self._container, command, stdin=bool(feed), user=user, environment=env
            )
            self._exec = made["Id"]
            raw = self._api.exec_start(self._exec, socket=True)
        except APIError:
            return Exec("gone", None)
        response = raw._response
        try:
            return self._read(raw, response, feed)
        finally:
            response.close()

    def _read(self, raw: Any, response: Any, feed: bytes) -> Exec:
        connection = getattr(raw, "_sock", raw)
        early = _already_read(connection, response)
        connection.settimeout(CALL_TIMEOUT)
        try:
            connection.sendall(feed)
            if early and not self._frames(early):
                return Exec("enough", None)
            ended = self._until_end(connection)
        except ConnectionError:
            ended = None
        return ended or self._exit()

    def _until_end(self, connection: Any) -> Exec | None:
        """None: the streams ended, or the command did."""
        while True:
            left = self._deadline - time.monotonic()
            if left <= 0:
                return Exec("timeout", None)
            connection.settimeout(min(TICK, left))
            try:
                data = connection.recv(65_536)
            except TimeoutError:
                # What it left behind may hold the streams open for ever.
                if self._stop.is_set() or self._state() is not None:
                    return None
                continue
            if not data:
                return None
            if not self._frames(data):
                return Exec("enough", None)

    def _frames(self, data: bytes) -> bool:
        self._buffer += data
        while len(self._buffer) >= 8:
            stream, size = struct.unpack(">BxxxL", self._buffer[:8])
            if len(self._buffer) < 8 + size:
                return True
            frame = bytes(self._buffer[8 : 8 + size])
            del self._buffer[: 8 + size]
            if not self._take(stream, frame):
                return False
        return True

    def _exit(self) -> Exec:
        """Streams can be closed long before a command ends."""
        pause = 0.01
        while True:
            state = self._state()
            if state is not None:
                return state
            if time.monotonic() > self._deadline:
                return Exec("timeout", None)
            if self._stop.wait(pause):
                return Exec("gone", None)
            pause = min(pause * 2, TICK)

    def _state(self) -> Exec | None:
        """None: it is running."""
        from docker.errors import APIError

        try:
            found = self._api.exec_inspect(self._exec)
        except APIError:
            return Exec("gone", None)
        if found.get("Running"):
            return None
        code = found.get("ExitCode")
        return Exec("gone", None) if code is None else Exec("exited", int(code))


def _already_read(connection: Any, response: Any) -> bytes:
    """Output that came in one piece with the answer's head lies in the buffer of the SDK's HTTP
    reader, and reading from the socket alone would lose it."""
    reader = response.raw._fp.fp
    connection.setblocking(False)
    try:
        waiting = reader.peek()
        return bytes(reader.read(len(waiting))) if waiting else b""
    except (BlockingIOError, ssl.SSLWantReadError):
        return b""
    finally:
        connection.setblocking(True)
