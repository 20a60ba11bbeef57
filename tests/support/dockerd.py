"""A Docker engine of its own, for as long as a process lives: `python -m tests.support.dockerd
FOLDER PID`. It ends, and its folder goes, when that process is gone, however it went."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path


def main(folder: Path, owner: int) -> None:
    command = [
        "dockerd",
        f"--host=unix://{folder}/docker.sock",
        f"--data-root={folder}/data",
        f"--exec-root={folder}/exec",
        f"--pidfile={folder}/pid",
        "--bridge=none",
        "--iptables=false",
        "--ip6tables=false",
        "--log-level=warn",
    ]
    with (folder / "log").open("ab") as log:
        engine = subprocess.Popen(command, stdout=log, stderr=log)
    while engine.poll() is None and _lives(owner):
        time.sleep(0.5)
    engine.terminate()
    try:
        engine.wait(timeout=20)
    except subprocess.TimeoutExpired:
        engine.kill()
        engine.wait()
    shutil.rmtree(folder, ignore_errors=True)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
