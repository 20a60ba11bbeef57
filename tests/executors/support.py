"""What the tests of the sandbox share."""

from __future__ import annotations

import docker

from runtime.executors.base import CodeOutcome, Limits
from runtime.executors.docker_session import DockerSession
from runtime.messages import CodeBlock

LIMITS = Limits(
    memory=128 * 1024 * 1024,
    processes=40,
    work_bytes=16 * 1024 * 1024,
    work_inodes=2_000,
    tmp_bytes=4 * 1024 * 1024,
    tmp_inodes=500,
    output_total=2_000_000,
)

SURVIVORS = {
    "background": "import subprocess; subprocess.Popen(['sleep', '1000'])",
    "setsid": "import subprocess; subprocess.Popen(['sleep', '1000'], start_new_session=True)",
    "double fork": (
        "import os, time\n"
        "if os.fork() == 0:\n"
        "    os.setsid()\n"
        "    if os.fork() == 0:\n"
        "        for fd in (0, 1, 2): os.close(fd)\n"
        "        time.sleep(1000)\n"
        "    os._exit(0)\n"
    ),
    "ignores signals": (
        "import os, signal, time\n"
        "for number in range(1, 65):\n"
        "    if number not in (9, 19, 32, 33): signal.signal(number, signal.SIG_IGN)\n"
        "if os.fork() == 0: time.sleep(1000)\n"
    ),
}


async def python(session: DockerSession, code: str, timeout: float = 30.0) -> CodeOutcome:
    return await session.run([CodeBlock(code=code, language="python")], timeout=timeout, files=())


async def shell(session: DockerSession, code: str, timeout: float = 30.0) -> CodeOutcome:
    return await session.run([CodeBlock(code=code, language="sh")], timeout=timeout, files=())


def processes(client: docker.DockerClient, session: DockerSession) -> list[str]:
    """As the host sees them, whatever the code did inside."""
    top = client.containers.get(session.container).top()
    column = top["Titles"].index("CMD")
    return [" ".join(row[column:]) for row in top["Processes"]]


def exists(client: docker.DockerClient, session: DockerSession) -> bool:
    return bool(client.containers.list(all=True, filters={"id": session.container}))
