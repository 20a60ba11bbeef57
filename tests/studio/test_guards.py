"""A start that cannot work says why in one sentence, and leaves what it found as it was."""

from __future__ import annotations

import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.troupe import ROOT, Troupe

pytestmark = pytest.mark.process


@pytest.fixture
def troupe(tmp_path: Path) -> Iterator[Troupe]:
    found = Troupe(tmp_path)
    yield found
    found.stop()


def refused(troupe: Troupe, *, says: str, **env: str) -> str:
    """Starting a server fails with status 1 and one line that has `says` in it."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), "serve"],
        env={**troupe.env, **env},
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    (line,) = done.stderr.strip().splitlines()
    assert says in line
    return line


def data(troupe: Troupe) -> Path:
    folder = Path(troupe.env["DATA_DIR"])
    folder.mkdir(parents=True)
    return folder


def test_a_port_that_is_taken(troupe: Troupe) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", troupe.port))
        other.listen()
        line = refused(troupe, says=f"Port {troupe.port} of 127.0.0.1 is not free")
    assert "PORT=" in line


def test_a_port_that_is_none(troupe: Troupe) -> None:
    refused(troupe, says="PORT must be a number", PORT="http")


def test_a_data_folder_that_is_a_file(troupe: Troupe) -> None:
    path = Path(troupe.env["DATA_DIR"])
    path.write_text("mine")
    assert "DATA_DIR" in refused(troupe, says=str(path))
    assert path.read_text() == "mine"


def test_a_database_that_is_no_database(troupe: Troupe) -> None:
    path = data(troupe) / "troupe.sqlite3"
    path.write_bytes(b"certainly not a database " * 100)
    before = path.read_bytes()
    refused(troupe, says=f"The database {path} cannot be opened")
    assert path.read_bytes() == before


def test_a_database_of_another_program(troupe: Troupe) -> None:
    path = data(troupe) / "troupe.sqlite3"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE songs (name TEXT)")
    database.close()
    refused(troupe, says="tables of another program")
    with sqlite3.connect(path) as database:
        names = database.execute("SELECT name FROM sqlite_master").fetchall()
    database.close()
    assert names == [("songs",)]


def test_an_address_of_the_network_without_a_password(troupe: Troupe) -> None:
    refused(troupe, says="the owner has no password", HOST="0.0.0.0")


def test_a_second_process_on_the_same_data_and_the_wrong_encryption_key(troupe: Troupe) -> None:
    troupe.start()
    line = refused(troupe, says="Troupe is already running on")
    assert troupe.base in line
    assert troupe.call("GET", "/me")["role"] == "owner"

    troupe.call(
        "POST", "/credentials", {"name": "k", "kind": "openai", "api_key": "sk-guard-12345"}
    )
    troupe.stop()
    keys = Path(troupe.env["DATA_DIR"]) / "keys" / "encryption_keys"
    kept = keys.read_text()
    keys.unlink()
    refused(troupe, says="encrypted with another encryption key")
    keys.write_text(kept)
    troupe.start()
    assert [row["name"] for row in troupe.call("GET", "/credentials")["results"]] == ["k"]
