"""A real Docker engine for tests: one that runs already, or one of our own on a socket of its own.
The image is made of Debian's packages, once, and kept in the user's cache."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.support.services import skip_or_fail

IMAGE = "troupe-sandbox:debian"
ROOT = Path(__file__).resolve().parents[2]
MAKER = ROOT / ".ci" / "sandbox-image"


@pytest.fixture(scope="session")
def docker_engine(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Its URL; the image `IMAGE` is there. Shared by the processes of a test run, which a file in
    their common folder tells of it."""
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if worker else base
    with locked(shared / "docker.lock"):
        told = shared / "docker.url"
        if not told.exists():
            url = running_engine() or start_engine(os.getppid() if worker else os.getpid())
            load_image(url)
            told.write_text(url)
        return told.read_text()


@contextmanager
def locked(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def answers(url: str) -> bool:
    import docker
    from docker.errors import DockerException

    if url.startswith("unix://") and not _listens(url.removeprefix("unix://")):
        return False  # where nobody listens the SDK leaves a socket unclosed
    try:
        with closing(docker.DockerClient(base_url=url, timeout=5)) as client:
            return bool(client.ping())
    except DockerException:
        return False


def _listens(path: str) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(path) == 0


def running_engine() -> str | None:
    url = os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock")
    return url if answers(url) else None


def start_engine(owner: int) -> str:
    """One that ends with the process `owner`."""
    if shutil.which("dockerd") is None or os.geteuid() != 0:
        skip_or_fail("docker")
    folder = Path(tempfile.mkdtemp(prefix="troupe-docker-"))
    url = f"unix://{folder}/docker.sock"
    watcher = subprocess.Popen(
        [sys.executable, "-m", "tests.support.dockerd", str(folder), str(owner)],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    deadline = time.monotonic() + 60
    while not answers(url):
        if watcher.poll() is not None or time.monotonic() > deadline:
            log = folder / "log"
            text = log.read_text(errors="replace")[-2000:] if log.exists() else ""
            skip_or_fail("docker", f"The Docker engine did not start. {text}")
        time.sleep(0.1)
    # It is not ours to wait for: it ends after us.
    watcher.returncode = 0
    return url


def load_image(url: str) -> None:
    import docker
    from docker.errors import ImageNotFound

    with closing(docker.DockerClient(base_url=url, timeout=120)) as client:
        try:
            client.images.get(IMAGE)
        except ImageNotFound:
            name, tag = IMAGE.split(":")
            client.api.import_image_from_file(str(image_file()), repository=name, tag=tag)


def image_file() -> Path:
    """The image's files, made at first use: a minute."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "troupe"
    cache.mkdir(parents=True, exist_ok=True)
    made = cache / f"sandbox-{hashlib.sha256(MAKER.read_bytes()).hexdigest()[:12]}.tar"
    with locked(cache / "sandbox.lock"):
        if not made.exists():
            if shutil.which("debootstrap") is None or os.geteuid() != 0:
                skip_or_fail("docker")
            done = subprocess.run([str(MAKER), str(made)], capture_output=True, text=True)
            if done.returncode != 0:
                text = f"The sandbox image could not be made. {done.stderr[-2000:]}"
                skip_or_fail("docker", text)
    return made
