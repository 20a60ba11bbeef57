"""A real MariaDB server for tests, in a folder of its own."""

from __future__ import annotations

import getpass
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.services import HOW, accepts, free_port, skip_or_fail, wait_for

HOW.setdefault("mariadb", "apt install mariadb-server")


@contextmanager
def mariadb_server() -> Iterator[str]:
    """Yields the URL of a database with a table `item`, for a user who may do everything there."""
    server, install = shutil.which("mariadbd"), shutil.which("mariadb-install-db")
    client = shutil.which("mariadb")
    if server is None or install is None or client is None:
        skip_or_fail("mariadb")
    port, user = free_port(), getpass.getuser()
    folder = Path(tempfile.mkdtemp(prefix="troupe-mariadb-"))
    options = [f"--datadir={folder}/data", f"--user={user}"]
    socket = folder / "s"
    make = [str(install), "--no-defaults", *options, "--skip-test-db"]
    subprocess.run(make, check=True, capture_output=True)
    listen = [
        f"--port={port}",
        "--bind-address=127.0.0.1",
        f"--socket={socket}",
        "--secure-file-priv=",
    ]
    process = subprocess.Popen(
        [str(server), "--no-defaults", *options, *listen],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(lambda: accepts(port), "MariaDB")
        setup = (
            "CREATE DATABASE shop; USE shop; CREATE TABLE item (id INT PRIMARY KEY, name TEXT);"
            "INSERT INTO item VALUES (1, 'tea'), (2, '100%');"
            "CREATE USER 'reader'@'127.0.0.1' IDENTIFIED BY 'p4ss';"
            "GRANT ALL ON *.* TO 'reader'@'127.0.0.1';"
        )
        command = [
            str(client),
            "--no-defaults",
            f"--socket={socket}",
            f"--user={user}",
            "-e",
            setup,
        ]
        subprocess.run(command, check=True, capture_output=True)
        yield f"mariadb://reader:p4ss@127.0.0.1:{port}/shop"
    finally:
        process.terminate()
        process.wait(timeout=30)
        shutil.rmtree(folder, ignore_errors=True)
