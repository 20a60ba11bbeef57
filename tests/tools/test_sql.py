"""SQL tools against a real SQLite file and a real PostgreSQL server: read-only, one statement,
limits on rows, size and time, and nothing but the database that was meant."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from runtime.components import Component
from runtime.components.builder import Builder
from runtime.errors import ToolError
from runtime.model_clients.pool import ModelClientPool
from runtime.operator import Operator
from runtime.ports import Secret
from runtime.testing import StaticSecrets, tool_context
from runtime.tools.sql import engine
from runtime.tools.sql.statement import one_statement
from runtime.tools.sql.tools import SqlQuery, SqlSchema
from tests.support.services import postgres_server

ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    path = tmp_path / "data" / "shop.db"
    path.parent.mkdir()
    with sqlite3.connect(path) as made:
        made.executescript(
            "CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT NOT NULL, photo BLOB);"
            "CREATE TABLE sale (item INTEGER REFERENCES item(id), amount REAL);"
            "INSERT INTO item VALUES (1, 'tea', x'00ff'), (2, 'cüp', NULL);"
        )
    made.close()
    return path


def build(
    url: str,
    *,
    folders: tuple[str, ...] = (),
    kind: Any = SqlQuery,
    sort: str = "sql",
    **config: Any,
) -> Any:
    secrets = StaticSecrets({"db": Secret(kind=sort, values={"api_key": url})})
    operator = Operator(private_hosts=("127.0.0.1",), sqlite_folders=folders)
    component = Component(provider=kind.provider, config={"credential": "db", **config})
    return Builder(secrets, ModelClientPool(), operator=operator).build(component, kind)


def on(path: Path, **config: Any) -> Any:
    return build(f"sqlite:///{path}", folders=(str(path.parent),), **config)


async def ask(tool: Any, statement: str) -> Any:
    return json.loads((await tool.call({"statement": statement}, tool_context())).text)


async def test_a_query(shop: Path) -> None:
    tool = on(shop, description="The shop.")
    assert (tool.name, tool.effect, tool.side_effects) == ("query_database", "pure", False)
    assert tool.schema.description == "Runs one SQL query. The shop."
    assert await ask(tool, "SELECT * FROM item ORDER BY id; ") == {
        "columns": ["id", "name", "photo"],
        "rows": [[1, "tea", "[2 bytes] 00ff"], [2, "cüp", None]],
    }
    assert await ask(tool, "SELECT name FROM item WHERE id > 5") == {
        "columns": ["name"],
        "rows": [],
    }
    with pytest.raises(ToolError, match="no such table"):
        await ask(tool, "SELECT * FROM missing")


async def test_the_schema(shop: Path) -> None:
    tool = on(shop, kind=SqlSchema)
    said = await tool.call({}, tool_context())
    assert said == "item(id, name, photo)\nsale(item, amount)"
    one = await tool.call({"table": "item"}, tool_context())
    assert one.splitlines()[:3] == ["Table item", "- id: INTEGER, key", "- name: TEXT, not null"]
    other = await tool.call({"table": "sale"}, tool_context())
    assert other.endswith("- item refers to item(id)")
    with pytest.raises(ToolError, match="no table"):
        await tool.call({"table": "x"}, tool_context())


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO item VALUES (3, 'x', NULL)",
        "DELETE FROM item",
        "DROP TABLE item",
        "ATTACH DATABASE '{other}' AS x",
        "VACUUM INTO '{other}'",
        "/* harmless */ -- SELECT\n DELETE FROM item",
        "REPLACE INTO item VALUES (1, 'x', NULL)",
    ],
)
async def test_what_writes_is_refused_in_words(shop: Path, statement: str) -> None:
    other = shop.parent / "other.db"
    with pytest.raises(ToolError, match="This tool only reads"):
        await ask(on(shop), statement.format(other=other))
    assert not other.exists()


@pytest.mark.parametrize(
    "statement",
    [
        "WITH x AS (SELECT 1) DELETE FROM item",
        "WITH x AS (SELECT 1) INSERT INTO item SELECT 9, 'x', NULL",
        "EXPLAIN SELECT 1; DELETE FROM item",
        "PRAGMA query_only = 0; DELETE FROM item",
        "SELECT ';'; DELETE FROM item",
        "SELECT 1 /* ; */; DELETE FROM item",
        "SELECT load_extension('x')",
        "SELECT writefile('{other}', 'x')",
        "SELECT randomblob(1000000000)",
    ],
)
async def test_the_database_itself_refuses_the_rest(
    shop: Path, statement: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also when our own look at the statement is out of the way."""
    other = shop.parent / "other.db"
    text = statement.format(other=other)
    with pytest.raises(ToolError):
        await ask(on(shop), text)
    monkeypatch.setattr("runtime.tools.sql.tools.one_statement", lambda text, read_only: text)
    for hostile in (text, "DELETE FROM item", f"VACUUM INTO '{other}'", f"ATTACH '{other}' AS x"):
        with pytest.raises(ToolError):
            await ask(on(shop), hostile)
    assert not other.exists()
    assert (await ask(on(shop), "SELECT count(*) FROM item"))["rows"] == [[2]]


async def test_writing_where_it_is_allowed(shop: Path) -> None:
    tool = on(shop, allow_write=True)
    assert (tool.effect, tool.side_effects) == ("at_most_once", True)
    assert await ask(tool, "UPDATE item SET name = 'x'") == {"rows_changed": 2}
    assert (await ask(on(shop), "SELECT DISTINCT name FROM item"))["rows"] == [["x"]]
    for statement in (f"ATTACH '{shop.parent}/o.db' AS x", f"VACUUM INTO '{shop.parent}/o.db'"):
        with pytest.raises(ToolError):
            await ask(tool, statement)
    assert [path.name for path in shop.parent.iterdir()] == ["shop.db"]


async def test_rows_and_characters_are_limited(shop: Path) -> None:
    many = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n"
    output = await ask(on(shop, max_rows=3), many)
    assert output["rows"] == [[1], [2], [3]]
    assert "more rows" in output["more"]
    wide = (
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT hex(zeroblob(400))"
    )
    output = await ask(on(shop, max_characters=5_000), f"{wide} FROM n")
    assert len(output["rows"]) == 6
    long = await ask(on(shop), "SELECT hex(zeroblob(50000))")
    assert long["rows"][0][0].endswith("[cut: 90,000 more characters]")


async def test_a_query_that_takes_too_long_really_ends(shop: Path) -> None:
    with pytest.raises(ToolError, match=r"longer than 0\.2 s and was stopped"):
        await ask(on(shop, timeout=0.2), ENDLESS)
    await threads_are_free()


async def test_a_cancelled_query_really_ends(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    began = threading.Event()
    connect = engine.sqlite_connection

    def mark() -> int:
        began.set()
        return 1

    def connecting(*args: Any) -> sqlite3.Connection:
        made = connect(*args)
        made.create_function("began", 0, mark)
        return made

    monkeypatch.setattr(engine, "sqlite_connection", connecting)
    statement = ENDLESS.replace("max(i)", "max(i + began())")
    call = asyncio.ensure_future(ask(on(shop, timeout=300), statement))
    assert await asyncio.to_thread(began.wait, 10)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    await threads_are_free()


async def threads_are_free() -> None:
    """Every thread of the tools can be at one place at the same time, so none is still busy."""
    from runtime.tools.threads import MAX_THREADS, in_tool_thread

    together = threading.Barrier(MAX_THREADS)
    async with asyncio.timeout(20):
        await asyncio.gather(*(in_tool_thread(together.wait) for _ in range(MAX_THREADS)))


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("sqlite:////etc/passwd", "may not be opened"),
        ("sqlite:///{folder}/../secret.db", "may not be opened"),
        ("sqlite:///{folder}/link.db", "may not be opened"),
        ("sqlite:///file:{folder}/../secret.db?uri=true", "may not be opened"),
        ("sqlite://", "may not be opened"),
        ("sqlite:///:memory:", "may not be opened"),
        ("sqlite:///{folder}/missing.db", "no such SQLite file"),
        ("oracle://u:p4ss@h/d", "Only PostgreSQL"),
        ("not a url p4ss", "not a connection URL"),
        ("", "not a connection URL"),
        ("postgresql://u:p4ss@10.0.0.1/d", "public internet"),
        ("postgresql://u:p4ss@169.254.169.254/d", "public internet"),
        ("postgresql://u:p4ss@8.8.8.8/d?host=10.0.0.1", "option 'host'"),
        ("postgresql://u:p4ss@8.8.8.8/d?hostaddr=10.0.0.1", "option 'hostaddr'"),
        ("postgresql://u:p4ss@8.8.8.8/d?service=x", "option 'service'"),
        ("postgresql://u:p4ss@%2Fvar%2Frun/d", "one host"),
        ("postgresql://u:p4ss@8.8.8.8,10.0.0.1/d", "one host|not a connection"),
        ("postgresql:///d", "one host"),
        ("mysql://u:p4ss@8.8.8.8/d?unix_socket=/x", "option 'unix_socket'"),
        ("mysql://u:p4ss@192.168.0.1/d", "public internet"),
    ],
)
async def test_nothing_else_is_connected_to(tmp_path: Path, url: str, words: str) -> None:
    folder = tmp_path / "allowed"
    folder.mkdir()
    (tmp_path / "secret.db").write_bytes(b"")
    (folder / "link.db").symlink_to(tmp_path / "secret.db")
    tool = build(url.format(folder=folder), folders=(str(folder),))
    with pytest.raises(ToolError, match=words) as caught:
        await ask(tool, "SELECT 1")
    assert "p4ss" not in f"{caught.value.detail}{caught.value.hint}{caught.value.__cause__}"


async def test_a_credential_of_another_kind(shop: Path) -> None:
    with pytest.raises(ToolError, match="for openai, not for sql"):
        await ask(on(shop, sort="openai"), "SELECT 1")


@pytest.mark.parametrize(
    ("text", "statement"),
    [
        (" select 1 ; ", "select 1"),
        ("SELECT ';' , \"a;b\", `c;d`", "SELECT ';' , \"a;b\", `c;d`"),
        ("SELECT $$a;b$$, $x$;$x$", "SELECT $$a;b$$, $x$;$x$"),
        ("-- why; not\nSELECT 1", "-- why; not\nSELECT 1"),
        ("(SELECT 1)", "(SELECT 1)"),
    ],
)
def test_one_statement(text: str, statement: str) -> None:
    assert one_statement(text, read_only=True) == statement


@pytest.mark.parametrize("text", ["", ";", "1", "SELECT 1; SELECT 2", "SELECT 'a\0b'", "-- only"])
def test_not_one_statement(text: str) -> None:
    with pytest.raises(ToolError):
        one_statement(text, read_only=True)


# PostgreSQL ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    with postgres_server() as url:
        import psycopg

        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("CREATE TABLE item (id serial PRIMARY KEY, name text NOT NULL)")
            connection.execute("INSERT INTO item (name) VALUES ('tea'), ('100%')")
        yield url


@pytest.mark.postgres
async def test_postgresql_reads(postgres: str) -> None:
    tool = build(postgres)
    assert await ask(tool, "SELECT id, name FROM item WHERE name LIKE '%a%' ORDER BY id") == {
        "columns": ["id", "name"],
        "rows": [[1, "tea"]],
    }
    assert (await ask(tool, "SHOW transaction_read_only"))["rows"] == [["on"]]
    assert await ask(tool, "SELECT 1 AS x WHERE false") == {"rows": []}
    kinds = await ask(tool, "SELECT now()::date IS NOT NULL, 1.5::numeric, ARRAY[1,2], '{}'::jsonb")
    assert kinds["rows"] == [[True, "1.5", [1, 2], {}]]
    said = await build(postgres, kind=SqlSchema).call({"table": "item"}, tool_context())
    assert "- id: INTEGER, not null, key" in said


@pytest.mark.postgres
@pytest.mark.parametrize(
    "statement",
    [
        "WITH x AS (DELETE FROM item RETURNING *) SELECT * FROM x",
        "EXPLAIN ANALYZE DELETE FROM item",
        "SELECT nextval('item_id_seq')",
        "SELECT 1; COMMIT; DELETE FROM item",
        "COMMIT; DELETE FROM item",
        "SET TRANSACTION READ WRITE; DELETE FROM item",
        "DELETE FROM item",
    ],
)
async def test_postgresql_itself_refuses_to_write(
    postgres: str, statement: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runtime.tools.sql.tools.one_statement", lambda text, read_only: text)
    with pytest.raises(ToolError, match=r"read-only transaction|multiple commands"):
        await ask(build(postgres), statement)
    assert (await ask(build(postgres), "SELECT count(*) FROM item"))["rows"] == [[2]]


@pytest.mark.postgres
async def test_postgresql_writes_where_it_is_allowed(postgres: str) -> None:
    tool = build(postgres, allow_write=True)
    assert await ask(tool, "CREATE TABLE made (x int)") == {"rows_changed": 0}
    assert await ask(tool, "INSERT INTO made VALUES (1), (2)") == {"rows_changed": 2}
    assert (await ask(tool, "UPDATE made SET x = 5 RETURNING x"))["rows"] == [[5], [5]]
    assert (await ask(build(postgres), "SELECT sum(x) FROM made"))["rows"] == [[10]]
    inside = "WITH x AS (SELECT 7 AS n) INSERT INTO made SELECT n FROM x"
    assert await ask(tool, inside) == {"rows_changed": 1}
    assert (await ask(build(postgres), "SELECT sum(x) FROM made"))["rows"] == [[17]]
    with pytest.raises(ToolError, match="does not exist"):
        await ask(tool, "DELETE FROM missing")


@pytest.mark.postgres
async def test_postgresql_limits(postgres: str) -> None:
    huge = ENDLESS.replace("max(i)", "repeat('x', 1000)")
    output = await ask(build(postgres, max_rows=2), huge)
    assert len(output["rows"]) == 2
    assert "more rows" in output["more"]
    with pytest.raises(ToolError, match="longer than 1 s and was stopped"):
        await ask(build(postgres, timeout=1), "SELECT pg_sleep(300)")
    assert await busy(postgres) == 0


@pytest.mark.postgres
async def test_postgresql_cancelled(postgres: str) -> None:
    call = asyncio.ensure_future(ask(build(postgres, timeout=300), "SELECT pg_sleep(299)"))
    while await busy(postgres) == 0:
        assert not call.done()
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    await threads_are_free()
    assert await busy(postgres) == 0


async def busy(postgres: str) -> int:
    import psycopg

    async with await psycopg.AsyncConnection.connect(postgres) as connection:
        cursor = await connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%%' "
            "AND state = 'active'"
        )
        row = await cursor.fetchone()
    assert row is not None
    return int(row[0])
