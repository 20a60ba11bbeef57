"""Where the data lives and what the environment says. No Django here."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parents[2]
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
WILDCARDS = frozenset({"0.0.0.0", "::"})  # noqa: S104 - to recognise them


def default_data_dir() -> Path:
    root = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(root) / "troupe"


@dataclass(frozen=True)
class Environment:
    data_dir: Path
    host: str
    port: int
    database_url: str
    redis_url: str
    public_urls: tuple[str, ...]
    """Origins (scheme://host[:port]) under which people reach us, from TROUPE_PUBLIC_URL."""
    behind_proxy: bool
    debug: bool

    @property
    def production(self) -> bool:
        return bool(self.database_url and self.redis_url)

    def origins(self) -> list[str]:
        """Exact origins that a browser may send; nothing else is accepted by sockets."""
        own = list(self.public_urls)
        here = {"127.0.0.1", "localhost"}
        hosts = here if self.host in LOOPBACK | WILDCARDS else {self.host}
        return own + [f"http://{name}:{self.port}" for name in sorted(hosts)]

    def hosts(self) -> list[str]:
        return [origin.split("://", 1)[1].rsplit(":", 1)[0] for origin in self.origins()]


def _port(text: str) -> int:
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise SystemExit(f"PORT must be a number from 1 to 65535, not {text!r}.")
    return int(text)


def read_environment() -> Environment:
    get = os.environ.get
    urls = tuple(
        u.strip().rstrip("/") for u in get("TROUPE_PUBLIC_URL", "").split(",") if u.strip()
    )
    for url in urls:
        if "://" not in url or "*" in url:
            raise SystemExit(
                f"TROUPE_PUBLIC_URL must be exact origins such as https://troupe.example.org, "
                f"not {url!r}."
            )
    data_dir = get("DATA_DIR")
    return Environment(
        data_dir=Path(data_dir).expanduser().resolve() if data_dir else default_data_dir(),
        host=get("HOST") or "127.0.0.1",
        port=_port(get("PORT") or "8000"),
        database_url=get("DATABASE_URL", ""),
        redis_url=get("REDIS_URL", ""),
        public_urls=urls,
        behind_proxy=get("TROUPE_BEHIND_PROXY") == "1",
        debug=get("TROUPE_DEBUG") == "1",
    )


def private_file(path: Path, make: object = None) -> str:
    """The text of a file that only we may read; made on first use.

    Exclusive creation: of two processes that start at once, both read what one wrote.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return path.read_text().strip()
        with os.fdopen(fd, "w") as file:
            text = make() if callable(make) else secrets.token_urlsafe(50)
            file.write(f"{text}\n")
        return str(text)
    except PermissionError as error:
        raise SystemExit(
            f"Cannot use {error.filename}: permission denied. "
            "Choose another place with DATA_DIR=/path."
        ) from error
    except (NotADirectoryError, FileExistsError) as error:
        raise SystemExit(
            f"Cannot use {path.parent} as a folder for data ({error.strerror}). "
            "Choose another place with DATA_DIR=/path."
        ) from error
