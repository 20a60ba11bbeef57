"""From a connection URL to what may be connected to."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runtime.errors import ToolError

if TYPE_CHECKING:
    from runtime.net.egress import EgressGuard

DRIVERS = {
    "sqlite": "sqlite+pysqlite",
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "mysql": "mysql+pymysql",
    "mariadb": "mysql+pymysql",
}
PORTS = {"postgresql+psycopg": 5432, "mysql+pymysql": 3306}
_OPTIONS = {"postgresql+psycopg": {"sslmode"}, "mysql+pymysql": {"charset"}}
"""The others of a URL can name other hosts, sockets and files."""
_HOST = re.compile(r"[A-Za-z0-9._:-]+")


@dataclass(frozen=True)
class Target:
    """Never printed: `url` has the password."""

    driver: str
    url: Any
    """SQLAlchemy's."""
    address: str | None = None
    """Checked, to be connected to in place of the name."""
    path: Path | None = None

    def __repr__(self) -> str:
        return f"Target({self.driver})"


async def find_target(text: str, guard: EgressGuard, folders: Iterable[str]) -> Target:
    """Raises ToolError, never with the URL in it."""
    from sqlalchemy import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise ToolError(
            "The credential is not a connection URL",
            hint="It looks like postgresql://user:password@host/database.",
        ) from None
    driver = DRIVERS.get(url.drivername.partition("+")[0])
    if driver is None:
        raise ToolError("Only PostgreSQL, MySQL, MariaDB and SQLite databases can be asked")
    url = url.set(drivername=driver)
    if driver == "sqlite+pysqlite":
        return Target(driver, url, path=_file(url.database, folders))
    for option in url.query:
        if option not in _OPTIONS[driver]:
            raise ToolError(f"The connection URL has the option {option!r}, which is not allowed")
    if not url.host or not _HOST.fullmatch(url.host):
        raise ToolError("The connection URL must name one host")
    found = await guard.addresses(url.host, url.port or PORTS[driver])
    return Target(driver, url, address=found[0])


def _file(database: str | None, folders: Iterable[str]) -> Path:
    """SQLite's files are files of the server: only those in the operator's folders."""
    allowed = [Path(folder).resolve() for folder in folders]
    path = Path(database or "").resolve()
    if not database or not any(path.is_relative_to(folder) for folder in allowed):
        raise ToolError(
            "This SQLite file may not be opened",
            hint="Whoever runs this installation names the folders of SQLite files.",
        )
    if not path.is_file():
        raise ToolError("There is no such SQLite file")
    return path
