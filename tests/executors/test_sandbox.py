"""Each limit of the sandbox, and code that tries to break it (durability-security.md 6.2, A49 to
A53), against a real engine."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path

import docker
import pytest

from runtime.executors import docker_engine as engines
from runtime.executors.base import CodeOutcome, Limits
from runtime.executors.docker import DockerCommandLineCodeExecutor, DockerConfig
from runtime.executors.docker_session import DockerSession
from runtime.messages import CodeBlock
from runtime.operator import Operator
from runtime.stores import MemoryBlobs

pytestmark = pytest.mark.docker

LIMITS = Limits(
    memory=128 * 1024 * 1024,
    processes=40,
    work_bytes=16 * 1024 * 1024,
    work_inodes=2_000,
    tmp_bytes=4 * 1024 * 1024,
    tmp_inodes=500,
    output_total=2_000_000,
)


HOST_FILES = {"/etc/resolv.conf", "/etc/hostname", "/etc/hosts", "/sbin/docker-init"}
"""What Docker itself puts into every container, read-only here."""
HOST_FILES |= {"/usr/sbin/docker-init", "/usr/bin/docker-init"}


@pytest.fixture
def executor(operator: Operator) -> DockerCommandLineCodeExecutor:
    return DockerCommandLineCodeExecutor(DockerConfig(), operator, LIMITS)


@pytest.fixture
async def session(executor: DockerCommandLineCodeExecutor) -> AsyncIterator[DockerSession]:
    session = await executor.open("run-1", MemoryBlobs())
    yield session
    await session.close()


@pytest.fixture
def client(docker_engine: str) -> AsyncIterator[docker.DockerClient]:
    client = docker.DockerClient(base_url=docker_engine)
    yield client
    client.close()


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


# Confinement -----------------------------------------------------------------------------------


async def test_a51_there_is_no_network(session: DockerSession) -> None:
    """Internet, host, metadata service, Docker's own address, its socket, names."""
    outcome = await python(
        session,
        "import os, socket\n"
        "for where in [('1.1.1.1', 53), ('169.254.169.254', 80), ('172.17.0.1', 22),\n"
        "              ('192.168.65.7', 2375)]:\n"
        "    try: socket.create_connection(where, timeout=2); print('reached', where)\n"
        "    except OSError as error: print('refused', error.errno)\n"
        "try: print('resolved', socket.getaddrinfo('deb.debian.org', 80))\n"
        "except OSError: print('no names')\n"
        "print(sorted(os.listdir('/sys/class/net')), os.path.exists('/var/run/docker.sock'))\n",
    )
    assert outcome.output.splitlines() == ["refused 101"] * 4 + ["no names", "['lo'] False"]


async def test_rights_are_gone(session: DockerSession) -> None:
    """No capability, no new privileges, seccomp, somebody who is nobody."""
    outcome = await shell(session, "id -u; id -g; cat /proc/self/status")
    lines = outcome.output.splitlines()
    assert lines[:2] == ["65532", "65532"]
    status = dict(line.split(":\t", 1) for line in lines[2:] if ":\t" in line)
    for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
        assert int(status[name], 16) == 0, name
    assert status["NoNewPrivs"] == "1"
    assert status["Seccomp"] == "2"


async def test_what_needs_rights_is_refused(session: DockerSession) -> None:
    outcome = await python(
        session,
        "import ctypes, os\n"
        "libc = ctypes.CDLL(None, use_errno=True)\n"
        "def attempt(name, *args):\n"
        "    print(name, getattr(libc, name)(*args), ctypes.get_errno())\n"
        "attempt('setuid', 0)\n"
        "attempt('mount', b'none', b'/tmp', b'tmpfs', 0, None)\n"
        "attempt('unshare', 0x10000000)\n"  # a user namespace
        "attempt('chroot', b'/tmp')\n"
        "attempt('mknod', b'/work/disk', 0o60666, 0xfe00)\n"
        "attempt('sethostname', b'x', 1)\n",
    )
    results = [line.split() for line in outcome.output.splitlines()]
    assert [name for name, _, _ in results] == [
        "setuid", "mount", "unshare", "chroot", "mknod", "sethostname",
    ]  # fmt: skip
    assert {(result, errno) for _, result, errno in results} == {("-1", "1")}


async def test_the_system_is_read_only(session: DockerSession) -> None:
    outcome = await shell(
        session,
        "for f in /x /etc/x /usr/bin/x /var/x /root/x /dev/x /proc/sys/kernel/x /sys/x; do\n"
        "  (echo x > $f) 2> /dev/null && echo wrote $f; done\n"
        "cp /bin/true /tmp/true; chmod +x /tmp/true; /tmp/true 2> /dev/null; echo $?\n"
        "ln -s / /work/root; ls /work/root/proc > /dev/null && echo end",
    )
    assert outcome.output.endswith("126\nend\n"), outcome.output
    assert "wrote" not in outcome.output


async def test_a52_environment_and_mounts_tell_nothing(
    docker_engine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, operator: Operator
) -> None:
    """Not of the worker's environment, nor of proxies in Docker's own settings."""
    settings = {"proxies": {"default": {"httpProxy": "http://user:canary@proxy:1"}}}
    (tmp_path / "config.json").write_text(json.dumps(settings))
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    monkeypatch.setenv("OPENAI_API_KEY", "canary")
    monkeypatch.setenv("HTTP_PROXY", "http://user:canary@proxy:1")
    engines.engine_at.cache_clear()
    executor = DockerCommandLineCodeExecutor(DockerConfig(), operator, LIMITS)
    session = await executor.open("run-1", MemoryBlobs())
    try:
        outcome = await shell(
            session,
            "env; tr '\\0' '\\n' < /proc/self/environ; cat /proc/1/environ | tr '\\0' '\\n'\n"
            "echo ---; cat /proc/self/mountinfo",
        )
    finally:
        await session.close()
        engines.engine_at.cache_clear()
    environment, _, mounts = outcome.output.partition("---\n")
    names = {line.split("=")[0] for line in environment.splitlines() if "=" in line}
    # The last two are the shell's own.
    assert names == {
        "HOME", "HOSTNAME", "LANG", "PATH", "PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED", "PWD",
    }  # fmt: skip
    assert "canary" not in outcome.output
    places = {line.split()[4] for line in mounts.splitlines()}
    writable = {line.split()[4] for line in mounts.splitlines() if line.split()[5].startswith("rw")}
    assert writable >= {"/work", "/tmp"}
    mine = {place for place in places if not place.startswith(("/proc", "/sys", "/dev"))}
    assert mine <= {"/", "/work", "/tmp", *HOST_FILES}


async def test_the_container_is_made_as_the_design_says(
    session: DockerSession, client: docker.DockerClient
) -> None:
    found = client.api.inspect_container(session.container)
    host, config = found["HostConfig"], found["Config"]
    assert host["NetworkMode"] == "none"
    assert host["CapDrop"] == ["ALL"]
    assert host["SecurityOpt"] == ["no-new-privileges"]
    assert host["ReadonlyRootfs"] is True
    assert host["Privileged"] is False
    assert host["Memory"] == host["MemorySwap"] == LIMITS.memory
    assert host["NanoCpus"] == 1_000_000_000
    assert host["PidsLimit"] == LIMITS.processes
    assert host["IpcMode"] == "none"
    assert host["Init"] is True
    assert host["AutoRemove"] is True
    assert host["LogConfig"]["Type"] == "none"
    assert not host["Binds"]
    assert not host["Devices"]
    assert {one["Name"]: one["Hard"] for one in host["Ulimits"]} == {
        "nofile": 256,
        "fsize": LIMITS.work_bytes,
        "core": 0,
    }
    assert config["Hostname"] == "sandbox"
    assert config["StopTimeout"] == 1
    labels = config["Labels"]
    assert int(labels.pop("troupe.deadline")) > time.time()
    assert labels == {
        "troupe": "1",
        "troupe.owner": "tests",
        "troupe.run": "run-1",
        "troupe.boot": "boot-1",
    }


# Limits ----------------------------------------------------------------------------------------


async def test_a49_memory(session: DockerSession, client: docker.DockerClient) -> None:
    outcome = await python(session, "data = bytearray(1_000_000_000)\nprint('has it')")
    assert outcome.out_of_memory
    assert outcome.exit_code == 137
    assert outcome.output.endswith("Out of memory: the code was stopped.")
    assert not session.usable
    assert not exists(client, session)


async def test_a49_an_endless_loop(session: DockerSession, client: docker.DockerClient) -> None:
    begun = time.monotonic()
    outcome = await python(session, "while True: pass", timeout=1)
    assert outcome.timed_out
    assert time.monotonic() - begun < 10
    assert not exists(client, session)


async def test_a49_a_fork_bomb(session: DockerSession, client: docker.DockerClient) -> None:
    outcome = await python(
        session,
        "import os\nwhile True:\n    try: os.fork()\n    except OSError: pass\n",
        timeout=2,
    )
    assert outcome.timed_out
    assert not exists(client, session)


async def test_a49_too_many_processes_are_refused_and_said(
    session: DockerSession, client: docker.DockerClient
) -> None:
    outcome = await python(
        session,
        "import os, sys, time\n"
        "made = 0\n"
        "try:\n"
        "    while made < 1000:\n"
        "        if os.fork() == 0:\n"
        "            time.sleep(60); os._exit(0)\n"
        "        made += 1\n"
        "except BlockingIOError:\n"
        "    print(made)\n"
        "    sys.stdout.flush()\n"
        "os._exit(0)\n",
    )
    assert int(outcome.output) < LIMITS.processes
    assert outcome.too_many_processes
    assert not exists(client, session)


async def test_a49_the_disk(session: DockerSession) -> None:
    outcome = await python(
        session,
        "def fill(folder):\n"
        "    written = 0\n"
        "    try:\n"
        "        for number in range(100):\n"
        "            with open(f'{folder}/{number}', 'wb', buffering=0) as out:\n"
        "                for _ in range(10): written += out.write(b'x' * 1_000_000)\n"
        "    except OSError as error: print(folder, error.errno, written)\n"
        "fill('/tmp'); fill('/work')\n",
    )
    found = [line.split() for line in outcome.output.splitlines()]
    assert [(folder, errno) for folder, errno, _ in found] == [("/tmp", "28"), ("/work", "28")]
    assert int(found[0][2]) <= LIMITS.tmp_bytes
    assert int(found[1][2]) <= LIMITS.work_bytes


async def test_a49_a_million_files(session: DockerSession) -> None:
    outcome = await python(
        session,
        "try:\n"
        "    for number in range(1_000_000): open(f'{number}', 'w').close()\n"
        "except OSError as error: print(error.errno, number)\n",
    )
    errno, number = outcome.output.split()
    assert errno == "28"
    assert int(number) < LIMITS.work_inodes
    assert outcome.exit_code == 1
    assert "there are more than 1,000" in outcome.text()


async def test_a49_a_flood_of_output(session: DockerSession, client: docker.DockerClient) -> None:
    begun = time.monotonic()
    outcome = await shell(session, "yes 0123456789")
    assert time.monotonic() - begun < 20
    assert outcome.exit_code == 1
    assert outcome.truncated
    assert len(outcome.output) < 140_000
    assert "larger than 2,000,000 bytes" in outcome.text()
    assert not exists(client, session)


async def test_open_files_and_core_dumps(session: DockerSession) -> None:
    outcome = await shell(
        session, "ulimit -n; ulimit -Hn; ulimit -c; (ulimit -n 10000) 2> /dev/null || echo no"
    )
    assert outcome.output.splitlines() == ["256", "256", "0", "no"]


# Survivors -------------------------------------------------------------------------------------

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


@pytest.mark.parametrize("name", SURVIVORS)
async def test_a50_nothing_outlives_its_execution(
    session: DockerSession, client: docker.DockerClient, name: str
) -> None:
    before = processes(client, session)
    outcome = await python(session, SURVIVORS[name] + "\nprint('done')")
    assert (outcome.exit_code, outcome.output) == (0, "done\n")
    assert session.usable
    assert processes(client, session) == before


@pytest.mark.parametrize("name", SURVIVORS)
async def test_a50_nothing_outlives_a_timeout(
    session: DockerSession, client: docker.DockerClient, name: str
) -> None:
    outcome = await python(session, SURVIVORS[name] + "\nwhile True: pass", timeout=1)
    assert outcome.timed_out
    assert not exists(client, session)


async def test_the_code_cannot_end_the_sandbox_of_others(
    session: DockerSession, client: docker.DockerClient
) -> None:
    """Nor stop its keeper: that is somebody else's process."""
    outcome = await shell(session, "kill -9 1; kill -9 -1; echo alive")
    assert exists(client, session)
    assert (await shell(session, "echo again")).output == "again\n"
    assert outcome.output.endswith("alive\n")


async def test_streams_that_are_closed_early_do_not_end_the_wait(session: DockerSession) -> None:
    outcome = await python(
        session,
        "import os, time\n"
        "os.close(1); os.close(2); time.sleep(0.5); open('late.txt', 'w').write('x')\n",
    )
    assert [file.path for file in outcome.files] == ["late.txt"]


async def test_the_state_of_an_execution_is_its_files_alone(session: DockerSession) -> None:
    """What another container could not restore does not stay in this one either."""
    await shell(session, "echo x > /tmp/hidden; ln -s /etc/passwd link; mkfifo pipe")
    outcome = await shell(session, "ls -A /tmp; ls | grep -v tmp_code; echo end")
    assert outcome.output == "end\n"


async def test_output_and_errors_come_in_order(session: DockerSession) -> None:
    outcome = await shell(session, "for n in 1 2 3; do echo out$n; echo err$n >&2; done")
    assert outcome.output.split() == ["out1", "err1", "out2", "err2", "out3", "err3"]


# Cancelling, in parallel -----------------------------------------------------------------------


async def test_cancelling_while_it_runs(
    session: DockerSession, client: docker.DockerClient
) -> None:
    running = asyncio.ensure_future(python(session, SURVIVORS["setsid"] + "\nwhile True: pass"))
    while not any(
        "sleep 1000" in line for line in await asyncio.to_thread(processes, client, session)
    ):
        assert not running.done()
    begun = time.monotonic()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert time.monotonic() - begun < 5
    assert not exists(client, session)


async def test_runs_in_parallel_do_not_see_each_other(
    executor: DockerCommandLineCodeExecutor,
) -> None:
    blobs = MemoryBlobs()

    async def one(number: int) -> str:
        session = await executor.open(f"run-{number}", blobs)
        try:
            await shell(session, f"echo {number} > mine.txt")
            block = CodeBlock(code="cat *.txt; ls /proc | grep -c '^[0-9]'", language="sh")
            first = await shell(session, f"echo {number} > mine.txt")
            return (await session.run([block], timeout=30, files=first.files)).output
        finally:
            await session.close()

    found = await asyncio.gather(*[one(number) for number in range(4)])
    assert [output.split()[0] for output in found] == ["0", "1", "2", "3"]
    assert {int(output.split()[1]) for output in found} <= {5, 6}


async def test_the_loop_goes_on_while_code_runs(session: DockerSession) -> None:
    """Docker's SDK blocks; it must not block us."""
    running = asyncio.ensure_future(shell(session, "sleep 1"))
    longest, last = 0.0, time.monotonic()
    while not running.done():
        await asyncio.sleep(0.01)
        now = time.monotonic()
        longest, last = max(longest, now - last), now
    assert longest < 0.5


async def test_short_output_is_never_lost(session: DockerSession) -> None:
    """It can arrive together with the head of Docker's answer."""
    blocks = [CodeBlock(code=f"echo {number}", language="sh") for number in range(60)]
    outcome = await session.run(blocks, timeout=30, files=())
    assert outcome.output.split() == [str(number) for number in range(60)]
