"""SQLite by default, PostgreSQL when DATABASE_URL names it."""

from __future__ import annotations

from typing import Any

import dj_database_url

from studio.settings.env import Environment

SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; "
    "PRAGMA busy_timeout=20000"
)


def databases(env: Environment) -> dict[str, dict[str, Any]]:
    if env.database_url:
        config: dict[str, Any] = dict(
            dj_database_url.parse(env.database_url, conn_max_age=60, conn_health_checks=True)
        )
        if config["ENGINE"] != "django.db.backends.postgresql":
            raise SystemExit(
                "DATABASE_URL must be a postgres:// address; without it we use SQLite."
            )
        # A lock that nobody gives back becomes an error that is retried, never a hang.
        limits = "-c lock_timeout=20s -c idle_in_transaction_session_timeout=60s"
        config["OPTIONS"] = {**config.get("OPTIONS", {}), "options": limits}
        return {"default": config}
    return {
        "default": {
            "ENGINE": "studio.core.sqlite",
            "NAME": str(env.data_dir / "troupe.sqlite3"),
            "CONN_MAX_AGE": 60,
            "CONN_HEALTH_CHECKS": True,
            "ATOMIC_REQUESTS": False,
            "OPTIONS": {
                # IMMEDIATE: a transaction that reads and then writes would otherwise fail at
                # once with "database is locked" (measured: 789 of 1,200).
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": SQLITE_PRAGMAS,
            },
            "TEST": {"NAME": str(env.data_dir / "test.sqlite3")},
        }
    }
