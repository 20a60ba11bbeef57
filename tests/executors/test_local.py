"""The local executor: no sandbox, but nothing of ours inside it and nothing left behind."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from runtime.components.describe import describe
from runtime.executors.base import CodeOutcome, Limits
from runtime.executors.local import LocalCommandLineCodeExecutor, LocalConfig, LocalSession
from runtime.executors.local_process import MARK
from runtime.messages import CodeBlock
from runtime.stores import MemoryBlobs
from tests.executors.support import SURVIVORS

LIMITS = Limits(memory=64 * 1024 * 1024, work_bytes=1_000_000)


@pytest.fixture
async def session() -> AsyncIterator[LocalSession]:
    executor = LocalCommandLineCodeExecutor(LocalConfig(), LIMITS)
    session = await executor.open("run-1", MemoryBlobs())
    yield session
    await session.close()
    assert not session.folder.exists()


async def run(
    session: LocalSession, code: str, language: str = "python", timeout: float = 20
) -> CodeOutcome:
    return await session.run([CodeBlock(code=code, language=language)], timeout=timeout, files=())


def left_behind(session: LocalSession) -> list[str]:
    """Processes of this session that still live, by the home that they inherited."""
    home, found = f"HOME={session.folder}".encode(), []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if home in (entry / "environ").read_bytes():
                found.append((entry / "cmdline").read_text())
        except OSError:
            continue
    return found


async def test_its_environment_has_nothing_of_ours(
    session: LocalSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "canary")
    outcome = await run(session, "import os; print(sorted(os.environ)); print(os.getcwd())")
    names, folder, _ = outcome.output.split("\n")
    assert eval(names) == sorted(
        ["HOME", "LANG", "PATH", "PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED", MARK]
    )
    assert Path(folder) == session.folder


@pytest.mark.parametrize("name", SURVIVORS)
async def test_a50_nothing_outlives_its_execution(session: LocalSession, name: str) -> None:
    outcome = await run(session, SURVIVORS[name] + "\nprint('done')")
    assert (outcome.exit_code, outcome.output) == (0, "done\n")
    assert left_behind(session) == []


@pytest.mark.parametrize("name", SURVIVORS)
async def test_a50_nothing_outlives_a_timeout(session: LocalSession, name: str) -> None:
    outcome = await run(session, SURVIVORS[name] + "\nwhile True: pass", timeout=1)
    assert outcome.timed_out
    assert left_behind(session) == []


async def test_cancelling_while_it_runs(session: LocalSession) -> None:
    """AutoGen's local executor runs on to the end."""
    running = asyncio.ensure_future(
        run(session, SURVIVORS["setsid"] + "\nopen('begun', 'w').close()\nwhile True: pass")
    )
    while not (session.folder / "begun").exists():
        await asyncio.sleep(0)
        assert not running.done()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert left_behind(session) == []


async def test_limits(session: LocalSession) -> None:
    outcome = await run(
        session,
        "import resource as r\n"
        "for name in ('AS', 'FSIZE', 'NOFILE', 'CORE'):\n"
        "    print(r.getrlimit(getattr(r, 'RLIMIT_' + name)))\n",
    )
    assert outcome.output.splitlines() == [
        str((4 * LIMITS.memory, 4 * LIMITS.memory)),
        str((1_000_000, 1_000_000)),
        "(256, 256)",
        "(0, 0)",
    ]
    hungry = await run(session, "bytearray(1_000_000_000)")
    assert hungry.exit_code == 1
    assert "MemoryError" in hungry.output
    large = await run(session, "open('x', 'wb').write(b'x' * 2_000_000)")
    assert large.exit_code != 0


async def test_a_link_does_not_lead_a_named_block_outside(
    session: LocalSession, tmp_path: Path
) -> None:
    blocks = [
        CodeBlock(code=f"ln -s {tmp_path} out", language="sh"),
        CodeBlock(code="# filename: out/x.py\nprint(1)", language="python"),
    ]
    outcome = await session.run(blocks, timeout=20, files=())
    assert (outcome.exit_code, outcome.output) == (1, "Filename is not in the workspace")
    assert os.listdir(tmp_path) == []


async def test_a_link_to_a_secret_is_not_kept(session: LocalSession, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("canary")
    outcome = await run(session, f"ln -s {secret} a; mkfifo b; echo x > c", "sh")
    assert [file.path for file in outcome.files] == ["c"]
    assert "'a'" in outcome.text()
    assert secret.read_text() == "canary"


def test_the_palette_says_what_it_is() -> None:
    (entry,) = [
        one for one in describe() if one["provider"].endswith(".LocalCommandLineCodeExecutor")
    ]
    assert entry["summary"].startswith("Not a sandbox")


def test_the_config_is_autogens() -> None:
    config = {
        "timeout": 90,
        "work_dir": "coding",
        "functions_module": "functions",
        "cleanup_temp_files": False,
    }
    parsed = LocalConfig.model_validate(config)
    assert LocalCommandLineCodeExecutor.dump(parsed).config == config
