"""Real servers for tests, started from what the machine has, on free ports and in own folders."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import pytest

HOW = {
    "redis": "apt install redis-server",
    "postgres": "apt install postgresql",
    "chromium": "apt install chromium",
    "chromadb": "pip install 'chromadb>=1.5,<2'",
    "mariadb": "apt install mariadb-server",
    "docker": "apt install docker.io debootstrap, and run the tests as root",
}


def skip_or_fail(what: str, why: str = "") -> NoReturn:
    """Where a component is missing: a skip that says how to get it; under TROUPE_REQUIRE_ALL,
    as in CI, a failure."""
    text = f"{why or f'{what} is not installed'}; get it with: {HOW[what]}"
    if os.environ.get("TROUPE_REQUIRE_ALL") == "1":
        pytest.fail(text)
    pytest.skip(text)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def wait_for(condition: Callable[[], object], what: str, seconds: float = 30.0) -> None:
    """Polls a state of another process; fails with `what` when it does not come."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds:.0f} s in vain for {what}")
        time.sleep(0.02)


def accepts(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def redis_server() -> Iterator[str]:
    """Yields its URL."""
    binary = shutil.which("redis-server")
    if binary is None:
        skip_or_fail("redis")
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="troupe-redis-") as folder:
        command = [str(binary), "--port", str(port), "--bind", "127.0.0.1", "--save", ""]
        process = subprocess.Popen([*command, "--dir", folder], stdout=subprocess.DEVNULL)
        try:
            wait_for(lambda: accepts(port), "Redis")
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            process.terminate()
            process.wait(timeout=10)


def _postgres_bin() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    on_path = shutil.which("initdb")
    if not found and on_path is None:
        skip_or_fail("postgres")
    return found[-1].parent if found else Path(str(on_path)).parent


@contextmanager
def postgres_server() -> Iterator[str]:
    """Yields the URL of an empty database. PostgreSQL refuses to run as root, so there it runs as
    the user that Debian's package makes."""
    binaries = _postgres_bin()
    port = free_port()
    folder = Path(tempfile.mkdtemp(prefix="troupe-postgres-"))
    as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    if as_user:
        shutil.chown(folder, "postgres")
    data = folder / "data"
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
    control = [*as_user, str(binaries / "pg_ctl"), "-D", str(data)]
    make = ["-D", str(data), "-U", "troupe", "--auth=trust", "-E", "UTF8"]
    try:
        subprocess.run(
            [*as_user, str(binaries / "initdb"), *make], check=True, capture_output=True, cwd=folder
        )
        start = [*control, "-o", options, "-l", str(folder / "log"), "-w", "start"]
        subprocess.run(start, check=True, stdout=subprocess.DEVNULL, cwd=folder)
        yield f"postgres://troupe@127.0.0.1:{port}/postgres"
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], capture_output=True, cwd=folder)
        shutil.rmtree(folder, ignore_errors=True)


class ServerProcess:
    """One of our own processes (`manage.py …`), watched through what it prints."""

    def __init__(self, *command: str, env: dict[str, str], log: Path) -> None:
        self.command = command
        self.env = env
        self.log = log
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, until: str, seconds: float = 60.0) -> None:
        with self.log.open("ab") as out:
            mark = self.log.stat().st_size
            self.process = subprocess.Popen(self.command, stdout=out, stderr=out, env=self.env)
        process = self.process
        wait_for(
            lambda: until in self.text()[mark:] or process.poll() is not None,
            f"{until!r} from {' '.join(self.command)}",
            seconds,
        )
        assert process.poll() is None, f"it ended:\n{self.text()}"

    def text(self) -> str:
        return self.log.read_text(errors="replace")

    def kill(self) -> None:
        """SIGKILL: no goodbye of any kind."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(timeout=10)

    def stop(self, number: int = signal.SIGTERM, seconds: float = 25.0) -> int:
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(timeout=seconds)
