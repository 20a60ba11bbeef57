"""The SQL tools."""

from __future__ import annotations

import json
from typing import Annotated, Any, ClassVar, Self

from pydantic import Field

from runtime.components.base import ComponentConfig, Palette
from runtime.components.builder import Builder
from runtime.durable.tool import ToolOutput
from runtime.errors import ToolError
from runtime.messages import JsonObject
from runtime.operator import Operator
from runtime.ports import Secrets
from runtime.tools.base import GROUP, ConfiguredTool
from runtime.tools.naming import valid_name
from runtime.tools.secrets import open_secret
from runtime.tools.sql.engine import QueryLimits, query, run_in_thread
from runtime.tools.sql.schema import describe
from runtime.tools.sql.statement import one_statement
from runtime.tools.sql.target import Target, find_target

GRACE = 15.0
"""Seconds beyond the query's own limit, whose words are better: for connecting and ending."""


class SqlConfig(ComponentConfig):
    credential: str = Field(
        title="Database",
        description="A credential of the kind sql: a connection URL such as "
        "postgresql://user:password@host/database.",
        json_schema_extra={"x-widget": "credential"},
    )
    name: str = Field("query_database", title="Name")
    description: str | None = Field(
        None, title="Description", description="Tells a model what is in this database."
    )
    timeout: float = Field(30.0, gt=0, le=600, title="Timeout (s)")


class SqlQueryConfig(SqlConfig):
    allow_write: bool = Field(
        False,
        title="May write",
        description="Off: the database itself refuses everything that writes.",
    )
    max_rows: int = Field(100, ge=1, le=10_000, title="Rows at most")
    max_characters: int = Field(50_000, ge=1_000, le=200_000, title="Characters at most")


class SqlSchemaConfig(SqlConfig):
    name: str = Field("describe_database", title="Name")


class _Database:
    def __init__(self, secrets: Secrets, operator: Operator, credential: str) -> None:
        self._secrets = secrets
        self._operator = operator
        self._credential = credential

    async def target(self) -> Target:
        """Raises ToolError."""
        from importlib.util import find_spec

        from runtime.net.egress import EgressGuard

        if find_spec("sqlalchemy") is None:
            raise ToolError(
                "SQL tools need the package `sqlalchemy`, which is not installed",
                hint="Install it with: pip install 'troupe[sql]'",
            )
        secret = await open_secret(self._secrets, self._credential, {"sql"})
        url = secret.values.get("url") or secret.values.get("api_key") or ""
        guard = EgressGuard.of(self._operator)
        return await find_target(url, guard, self._operator.sqlite_folders)


class SqlQuery(ConfiguredTool[SqlQueryConfig]):
    provider = "troupe.tools.SqlQuery"
    Config = SqlQueryConfig
    palette = Palette("SQL query", "Asks a database, read-only by default.", GROUP, "database")
    defaults: ClassVar[JsonObject] = {"credential": "", "max_rows": 100, "timeout": 30.0}

    def __init__(self, config: SqlQueryConfig, database: _Database) -> None:
        self.config = config
        self._database = database
        what = "Runs one SQL statement" if config.allow_write else "Runs one SQL query"
        said = f"{what}. {config.description or ''}".strip()
        self._use(
            self._query,
            name=valid_name(config.name),
            description=said,
            effect="at_most_once" if config.allow_write else "pure",
            side_effects=config.allow_write,
            timeout=config.timeout + GRACE,
        )

    @classmethod
    def build(cls, config: SqlQueryConfig, builder: Builder) -> Self:
        return cls(config, _Database(builder.secrets, builder.operator, config.credential))

    async def _query(
        self, statement: Annotated[str, "One SQL statement, in the database's dialect"]
    ) -> ToolOutput:
        config = self.config
        limits = QueryLimits(
            read_only=not config.allow_write,
            rows=config.max_rows,
            characters=config.max_characters,
            seconds=config.timeout,
        )
        clean = one_statement(statement, read_only=limits.read_only)
        target = await self._database.target()
        rows = await run_in_thread(
            config.timeout, lambda running: query(target, clean, limits, running)
        )
        text = json.dumps(rows.as_json(), ensure_ascii=False)
        return ToolOutput(text, artifacts={"rows": len(rows.rows), "more": rows.more})


class SqlSchema(ConfiguredTool[SqlSchemaConfig]):
    provider = "troupe.tools.SqlSchema"
    Config = SqlSchemaConfig
    palette = Palette("SQL schema", "Tells what tables there are.", GROUP, "table")
    defaults: ClassVar[JsonObject] = {"credential": ""}

    def __init__(self, config: SqlSchemaConfig, database: _Database) -> None:
        self.config = config
        self._database = database
        said = f"Tells what tables and columns there are. {config.description or ''}".strip()
        self._use(
            self._describe,
            name=valid_name(config.name),
            description=said,
            effect="pure",
            side_effects=False,
            timeout=config.timeout + GRACE,
        )

    @classmethod
    def build(cls, config: SqlSchemaConfig, builder: Builder) -> Self:
        return cls(config, _Database(builder.secrets, builder.operator, config.credential))

    async def _describe(
        self, table: Annotated[str, "One table, to see its types and keys; empty for all"] = ""
    ) -> Any:
        limits = QueryLimits(True, 0, 0, self.config.timeout)
        target = await self._database.target()
        return await run_in_thread(
            self.config.timeout, lambda running: describe(target, table, limits, running)
        )
