"""What must hold before the server starts; each failure is one sentence that says what to do."""

from __future__ import annotations

import fcntl
import os
import socket
from pathlib import Path
from typing import IO

from django.conf import settings
from django.core.management.base import CommandError
from django.db import DatabaseError, connection
from django.db.migrations.recorder import MigrationRecorder

from studio.accounts.services import owner_has_password
from studio.settings.env import LOOPBACK, WILDCARDS


def hold_data_dir(address: str) -> IO[str]:
    """The lock on the data directory, for as long as the file stays open.

    Two embedded processes on one database would both believe themselves alone.
    """
    path = Path(settings.DATA_DIR) / "lock"
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = path.open("a+")
    except OSError as error:
        raise CommandError(
            f"The data folder {settings.DATA_DIR} cannot be used: {error.strerror}. "
            "Choose another with DATA_DIR=/path."
        ) from error
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        file.seek(0)
        who = file.read().strip() or "another process"
        raise CommandError(
            f"Troupe is already running on {settings.DATA_DIR} ({who}). "
            "Stop it first, or choose another folder with DATA_DIR=/path."
        ) from error
    file.seek(0)
    file.truncate()
    file.write(f"process {os.getpid()} at {address}")
    file.flush()
    return file


def check_port(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CommandError(
                f"Port {port} of {host} is not free ({error.strerror}). "
                f"Choose another: make run PORT={port + 1 if port < 65535 else port - 1}"
            ) from error


def check_database() -> None:
    """The database opens and is ours or empty."""
    try:
        tables = set(connection.introspection.table_names())
    except DatabaseError as error:
        where = settings.DATABASES["default"]["NAME"]
        raise CommandError(
            f"The database {where} cannot be opened: {error}. "
            "Check the file and its permissions, or choose another folder with DATA_DIR=/path."
        ) from error
    if not tables:
        return
    ours = MigrationRecorder.Migration._meta.db_table
    if ours not in tables or not tables & {"accounts_user", "runs_run"}:
        raise CommandError(
            "The database has tables of another program. "
            "Give Troupe one of its own (DATA_DIR=/path, or DATABASE_URL)."
        )


def check_exposure(host: str) -> None:
    if host not in LOOPBACK and not owner_has_password():
        raise CommandError(
            f"Listening on {host} would show Troupe to the network, and the owner has no password. "
            "Set one first: python manage.py set_password"
        )
    if host in WILDCARDS and not settings.ENV.public_urls:
        raise CommandError(
            f"Listening on {host} needs the address that people will open, such as "
            "TROUPE_PUBLIC_URL=http://troupe.local:8000; requests by other names are refused."
        )
