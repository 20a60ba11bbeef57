"""One command on this machine and all that it starts. Not a sandbox: it has our user's rights."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Final, Literal
from uuid import uuid4

from runtime.executors.base import Limits

TICK: Final = 0.05
MARK: Final = "TROUPE_EXECUTION"
PATH: Final = "/usr/local/bin:/usr/bin:/bin"
_ROUNDS = 40

# Limits are set after the fork by a program of its own: Python cannot do it safely between fork
# and exec in a process with threads.
_LAUNCH: Final = """\
import json, os, resource, sys
for name, cap in json.loads(sys.argv[1]).items():
    resource.setrlimit(getattr(resource, name), (cap, cap))
os.execvp(sys.argv[2], sys.argv[2:])
"""


@dataclass(frozen=True)
class Ended:
    how: Literal["exited", "timeout", "enough", "stopped"]
    exit_code: int


def run_process(
    command: list[str],
    folder: Path,
    limits: Limits,
    take: Callable[[bytes], bool],
    timeout: float,
    stop: Event,
) -> Ended:
    """Blocks. When it returns, no process is left that can be found: not of the command's group,
    and none that carries its mark, such as a daemon that left the group."""
    mark = uuid4().hex
    env = {
        "PATH": PATH,
        "HOME": str(folder),
        "LANG": "C.UTF-8",
        "PYTHONUNBUFFERED": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        MARK: mark,
    }
    process = subprocess.Popen(  # noqa: S603 - running it is what the operator switched on
        [sys.executable, "-I", "-S", "-c", _LAUNCH, json.dumps(_caps(limits)), *command],
        cwd=folder,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        how = _watch(process, take, time.monotonic() + timeout, stop)
    finally:
        end_all(process, mark)
    code = process.wait()
    return Ended(how, 128 - code if code < 0 else code)


def _caps(limits: Limits) -> dict[str, int]:
    return {
        "RLIMIT_CORE": 0,
        "RLIMIT_NOFILE": limits.open_files,
        "RLIMIT_FSIZE": limits.work_bytes,
        "RLIMIT_AS": 4 * limits.memory,
    }


def _watch(
    process: subprocess.Popen[bytes], take: Callable[[bytes], bool], deadline: float, stop: Event
) -> Literal["exited", "timeout", "enough", "stopped"]:
    assert process.stdout is not None
    pipe: int | None = process.stdout.fileno()
    while True:
        left = deadline - time.monotonic()
        if stop.is_set():
            return "stopped"
        if left <= 0:
            return "timeout"
        if pipe is None:
            stop.wait(min(TICK, left))
            if process.poll() is not None:
                return "exited"
            continue
        ready, _, _ = select.select([pipe], [], [], min(TICK, left))
        if not ready:
            if process.poll() is not None:  # what it left behind may hold the pipe open
                return "exited"
            continue
        data = os.read(pipe, 65_536)
        if not data:
            pipe = None
        elif not take(data):
            return "enough"


def end_all(process: subprocess.Popen[bytes], mark: str) -> None:
    """SIGKILL to the process group, and to whoever inherited the mark, until nobody is left."""
    for _ in range(_ROUNDS):
        _signal(lambda: os.killpg(process.pid, signal.SIGKILL))
        others = _marked(mark)
        for pid in others:
            _signal(lambda pid=pid: os.kill(pid, signal.SIGKILL))  # type: ignore[misc]
        if process.poll() is not None and not others:
            break
        time.sleep(0.005)
    if process.stdout is not None:
        process.stdout.close()


def _signal(send: Callable[[], None]) -> None:
    try:
        send()
    except ProcessLookupError:
        return
    except PermissionError:
        # A program with rights of its own; nobody but them can end it.
        return


def _marked(mark: str) -> list[int]:
    """Linux only; elsewhere the process group has to do."""
    wanted = f"{MARK}={mark}".encode()
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if wanted in (entry / "environ").read_bytes():
                found.append(int(entry.name))
        except OSError:
            continue
    return found
