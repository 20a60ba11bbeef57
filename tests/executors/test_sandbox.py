"""Each limit of the sandbox, and code that tries to break it (durability-security.md 6.2, A49 to
A53), against a real engine."""

from __future__ import annotations

import json
import time
from pathlib import Path

import docker
import pytest

from runtime.executors import docker_engine as engines
from runtime.executors.docker import DockerCommandLineCodeExecutor, DockerConfig
from runtime.executors.docker_session import DockerSession
from runtime.operator import Operator
from runtime.stores import MemoryBlobs
from tests.executors.support import LIMITS, exists, python, shell

pytestmark = pytest.mark.docker

HOST_FILES = {"/etc/resolv.conf", "/etc/hostname", "/etc/hosts", "/sbin/docker-init"}
"""What Docker itself puts into every container, read-only here."""
HOST_FILES |= {"/usr/sbin/docker-init", "/usr/bin/docker-init"}


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
