"""What tables there are, told by SQLAlchemy for every dialect alike."""

from __future__ import annotations

from typing import Any

from runtime.errors import ToolError
from runtime.tools.sql.engine import (
    QueryLimits,
    Running,
    postgresql_connection,
    sqlite_connection,
)
from runtime.tools.sql.mysql import mysql_engine
from runtime.tools.sql.target import Target

MAX_TABLES = 200
MAX_COLUMNS = 300


def describe(target: Target, table: str, limits: QueryLimits, running: Running) -> str:
    """All tables with their columns, or one with keys and types. Raises ToolError."""
    import sqlalchemy as sa

    engine = _engine(target, limits)
    try:
        with engine.connect() as connection, running.cancellable(lambda: None):
            found = sa.inspect(connection)
            names = [*found.get_table_names(), *found.get_view_names()]
            if table:
                if table not in names:
                    raise ToolError(f"There is no table {table!r}")
                return _whole(found, table)
            lines = [_brief(found, name) for name in names[:MAX_TABLES]]
            if len(names) > MAX_TABLES:
                lines.append(f"[cut: {len(names) - MAX_TABLES} more tables]")
            return "\n".join(lines) or "There are no tables."
    except sa.exc.SQLAlchemyError as error:
        said = getattr(error, "orig", None) or error
        raise ToolError(f"The database said: {str(said).strip()[:2_000]}") from error
    finally:
        engine.dispose()


def _engine(target: Target, limits: QueryLimits) -> Any:
    import sqlalchemy as sa
    from sqlalchemy.pool import NullPool

    if target.driver == "sqlite+pysqlite":
        return sa.create_engine(
            "sqlite://", creator=lambda: sqlite_connection(target, True), poolclass=NullPool
        )
    if target.driver == "postgresql+psycopg":
        return sa.create_engine(
            "postgresql+psycopg://",
            creator=lambda: postgresql_connection(target, limits),
            poolclass=NullPool,
        )
    return mysql_engine(target)


def _brief(found: Any, name: str) -> str:
    columns = [column["name"] for column in found.get_columns(name)]
    more = f", … ({len(columns)} in all)" if len(columns) > MAX_COLUMNS else ""
    return f"{name}({', '.join(columns[:MAX_COLUMNS])}{more})"


def _whole(found: Any, name: str) -> str:
    keys = set(found.get_pk_constraint(name).get("constrained_columns") or ())
    lines = [f"Table {name}"]
    for column in found.get_columns(name)[:MAX_COLUMNS]:
        notes = [str(column["type"])]
        notes += ["not null"] if not column.get("nullable", True) else []
        notes += ["key"] if column["name"] in keys else []
        lines.append(f"- {column['name']}: {', '.join(notes)}")
    for foreign in found.get_foreign_keys(name):
        here = ", ".join(foreign["constrained_columns"])
        there = ", ".join(foreign["referred_columns"])
        lines.append(f"- {here} refers to {foreign['referred_table']}({there})")
    return "\n".join(lines)
