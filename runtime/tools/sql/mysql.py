"""MySQL and MariaDB."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from runtime.tools.sql.engine import CONNECT_SECONDS, QueryLimits, Rows, Running, taken
from runtime.tools.sql.target import Target


def mysql_engine(target: Target) -> Any:
    """To the address that was checked; the driver takes one statement at a time and sends no files
    of ours."""
    from sqlalchemy import create_engine
    from sqlalchemy.pool import NullPool

    arguments = {"connect_timeout": CONNECT_SECONDS, "local_infile": False}
    url = target.url.set(host=target.address)
    return create_engine(url, poolclass=NullPool, connect_args=arguments)


def run_mysql(target: Target, statement: str, limits: QueryLimits, running: Running) -> Rows:
    from sqlalchemy.exc import DBAPIError

    engine = mysql_engine(target)
    with engine.connect() as connection:
        say = connection.exec_driver_sql
        number = int(say("SELECT CONNECTION_ID()").scalar_one())

        def stop() -> None:
            with engine.connect() as other:
                other.exec_driver_sql(f"KILL QUERY {number}")

        with running.cancellable(stop):
            _limit(say, connection.dialect.is_mariadb, limits)
            options = {"stream_results": True, "no_parameters": True}
            result = say(statement, execution_options=options)
            columns = [(name,) for name in list(result.keys())] if result.returns_rows else None
            rows = taken(columns, result if columns else (), limits, result.rowcount)
            if rows.more:
                # Closing would read all that is left, so the query is ended first.
                stop()
                with suppress(DBAPIError):
                    result.close()
                connection.invalidate()
                return rows
            result.close()
        say("ROLLBACK" if limits.read_only else "COMMIT")
        return rows


def _limit(say: Any, is_mariadb: bool, limits: QueryLimits) -> None:
    """MySQL's own limit is for SELECT alone; for the rest there is the one from outside."""
    if is_mariadb:
        say(f"SET SESSION max_statement_time = {max(limits.seconds, 0.001):.3f}")
    else:
        say(f"SET SESSION MAX_EXECUTION_TIME = {max(1, int(limits.seconds * 1_000))}")
    say("ROLLBACK")
    if limits.read_only:
        say("SET SESSION TRANSACTION READ ONLY")
        say("START TRANSACTION READ ONLY")
