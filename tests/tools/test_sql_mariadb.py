"""SQL tools against a real MariaDB server."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from runtime.errors import ToolError
from runtime.testing import tool_context
from runtime.tools.sql.statement import one_statement
from runtime.tools.sql.tools import SqlSchema
from tests.tools.mariadb import mariadb_server
from tests.tools.test_sql import ENDLESS, ask, build, threads_are_free


@pytest.fixture(scope="module")
def mariadb() -> Iterator[str]:
    pytest.importorskip("pymysql")
    with mariadb_server() as url:
        yield url


async def busy(url: str) -> int:
    """Queries of the tools that the server is still working on."""
    found = await ask(
        build(url),
        "SELECT count(*) FROM information_schema.processlist "
        "WHERE command = 'Query' AND info NOT LIKE '%processlist%'",
    )
    count: int = found["rows"][0][0]
    return count


async def test_mariadb_reads(mariadb: str) -> None:
    assert await ask(build(mariadb), "SELECT * FROM item WHERE name LIKE '%a%'") == {
        "columns": ["id", "name"],
        "rows": [[1, "tea"]],
    }
    none = await ask(build(mariadb), "SELECT id FROM item WHERE id > 9")
    assert none == {"columns": ["id"], "rows": []}
    said = await build(mariadb, kind=SqlSchema).call({"table": "item"}, tool_context())
    assert "- id: INTEGER, not null, key" in said


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM item",
        "CREATE TABLE made (x INT)",
        "SELECT 1; DELETE FROM item",
        "COMMIT; DELETE FROM item",
        "SELECT 1 /*! ; DELETE FROM item */",
        "LOAD DATA LOCAL INFILE '/etc/passwd' INTO TABLE item",
    ],
)
async def test_mariadb_itself_refuses_to_write(
    mariadb: str, statement: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runtime.tools.sql.tools.one_statement", lambda text, read_only: text)
    with pytest.raises(ToolError, match="The database said"):
        await ask(build(mariadb), statement)
    assert (await ask(build(mariadb), "SELECT count(*) FROM item"))["rows"] == [[2]]


@pytest.mark.parametrize(
    "statement",
    ["SELECT 1 INTO OUTFILE '{path}'", "SELECT 1 /*! into/**/dumpfile '{path}' */"],
)
async def test_a_query_writes_no_file(mariadb: str, statement: str, tmp_path: Path) -> None:
    path = tmp_path / "out"
    with pytest.raises(ToolError, match="written into a file"):
        await ask(build(mariadb), statement.format(path=path))
    assert not path.exists()
    assert one_statement("SELECT 1 INTO OUTFILE 'x'", read_only=False)


async def test_mariadb_writes_where_it_is_allowed(mariadb: str) -> None:
    tool = build(mariadb, allow_write=True)
    assert await ask(tool, "INSERT INTO item VALUES (3, 'x')") == {"rows_changed": 1}
    assert await ask(tool, "DELETE FROM item WHERE id = 3") == {"rows_changed": 1}
    assert (await ask(build(mariadb), "SELECT count(*) FROM item"))["rows"] == [[2]]


async def test_mariadb_limits(mariadb: str) -> None:
    many = ENDLESS.replace("max(i)", "repeat('x', 1000)").replace(
        "FROM n) SELECT", "FROM n WHERE i < 1000000) SELECT"
    )
    output = await ask(build(mariadb, max_rows=2), many)
    assert len(output["rows"]) == 2
    assert "more rows" in output["more"]
    with pytest.raises(ToolError, match="longer than 1 s and was stopped"):
        await ask(build(mariadb, timeout=1), "SELECT sleep(300)")
    assert await busy(mariadb) == 0


async def test_mariadb_cancelled(mariadb: str) -> None:
    call = asyncio.ensure_future(ask(build(mariadb, timeout=300), "SELECT sleep(299)"))
    while await busy(mariadb) == 0:
        assert not call.done()
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    await threads_are_free()
    assert await busy(mariadb) == 0


async def test_a_wrong_password_is_not_shown(mariadb: str) -> None:
    with pytest.raises(ToolError, match="Access denied") as caught:
        await ask(build(mariadb.replace("p4ss", "wr0ng")), "SELECT 1")
    assert "wr0ng" not in caught.value.detail
