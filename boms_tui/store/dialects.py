"""The few things that SQLite, PostgreSQL and SQL Server do differently; all of them live here."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Dialect,
    Engine,
    Select,
    Table,
    bindparam,
    insert,
    literal_column,
    select,
    type_coerce,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.dml import Insert

from boms_tui.store.types import Instant

Row = tuple[Any, ...] | Mapping[str, Any]
"""The values of one run of a prepared statement, by place or by name as the driver takes them."""

BEGIN = "boms_begin"
"""The execution option with which SQLite begins a transaction: BEGIN, or BEGIN IMMEDIATE to write."""

_CLOCKS = {
    "postgresql": "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT)",
    "mssql": "(SELECT CAST(DATEDIFF(SECOND, '2020-01-01', t.u) AS BIGINT) * 1000000 + DATEPART(MICROSECOND, t.u)"
    " + 1577836800000000 FROM (SELECT SYSUTCDATETIME() AS u) AS t)",
}
_PASSING_STATES = frozenset({"40001", "40P01", "55P03"})  # serialization, deadlock, lock not available
_PASSING_NUMBERS = frozenset({1205, 1222, 3960})  # deadlock, lock time-out, snapshot conflict
_SQLITE_BUSY, _SQLITE_LOCKED = 5, 6


def prepare(engine: Engine) -> None:
    """Settings of the whole database that reads rely on."""
    if engine.dialect.name == "mssql":
        with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            connection.exec_driver_sql("ALTER DATABASE CURRENT SET ALLOW_SNAPSHOT_ISOLATION ON")


def sqlite_file(engine: Engine) -> Path | None:
    """The file behind a SQLite engine; None for one in memory and for the other databases."""
    name = engine.url.database
    return Path(name) if engine.dialect.name == "sqlite" and name else None


def damage(connection: Connection) -> list[str]:
    """What SQLite finds wrong with its own pages and references; the servers watch over theirs themselves."""
    if connection.dialect.name != "sqlite":
        return []
    pages = [str(row[0]) for row in connection.exec_driver_sql("PRAGMA integrity_check")]
    loose = [
        f"{row[0]} refers to a {row[2]} that is missing"
        for row in connection.exec_driver_sql("PRAGMA foreign_key_check")
    ]
    return [text for text in pages if text != "ok"] + loose


def to_read(engine: Engine) -> Engine:
    """The engine as reads use it: each transaction sees one moment and blocks nobody."""
    options: dict[str, dict[str, Any]] = {
        "sqlite": {BEGIN: "BEGIN"},
        "postgresql": {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True},
        "mssql": {"isolation_level": "SNAPSHOT"},
    }
    return engine.execution_options(**options[engine.dialect.name])


def to_write(engine: Engine) -> Engine:
    """The engine as writes use it: a transaction holds SQLite's write lock from its start."""
    return engine.execution_options(**{BEGIN: "BEGIN IMMEDIATE"}) if engine.dialect.name == "sqlite" else engine


def store_now(dialect: Dialect, now: datetime) -> ColumnElement[Any]:
    """The store's own clock. SQLite has none: there it is `now`, read on the machine that holds the file."""
    clock = _CLOCKS.get(dialect.name)
    return bindparam("now", now, Instant) if clock is None else type_coerce(literal_column(clock), Instant)


def shared_lock(question: Select[Any], table: Table) -> Select[Any]:
    """`question`, keeping its rows from being changed until the transaction ends.

    SQLite needs nothing: its write lock is already held.
    """
    return question.with_for_update(read=True).with_hint(table, "WITH (HOLDLOCK, ROWLOCK)", "mssql")


def insert_absent(dialect: Dialect, table: Table) -> Insert:
    """An insert that leaves a row with the same primary key as it is."""
    if dialect.name == "sqlite":
        from sqlalchemy.dialects import sqlite

        return sqlite.insert(table).on_conflict_do_nothing()
    if dialect.name == "postgresql":
        from sqlalchemy.dialects import postgresql

        return postgresql.insert(table).on_conflict_do_nothing()
    given = {column.name: bindparam(column.name, type_=column.type) for column in table.c}
    known: Select[Any] = (
        select(literal_column("1")).select_from(table).with_hint(table, "WITH (UPDLOCK, HOLDLOCK)", "mssql")
    )
    same = [column == given[column.name] for column in table.primary_key]
    values = select(*given.values()).where(~known.where(*same).exists())
    return insert(table).from_select(list(given), values)


def run_many(connection: Connection, sql: str, rows: Sequence[Row]) -> int:
    """Run a statement for each row; how many rows it touched. pymssql counts only the last row's."""
    if connection.dialect.name == "mssql":
        return sum(connection.exec_driver_sql(sql, row).rowcount for row in rows)
    return connection.exec_driver_sql(sql, rows).rowcount


def is_passing(error: DBAPIError) -> bool:
    """Whether the same transaction may well succeed when it is run again."""
    cause = error.orig
    if error.connection_invalidated or cause is None:
        return True
    code = getattr(cause, "sqlite_errorcode", None)
    number = cause.args[0] if cause.args else None
    return (
        (code is not None and code & 0xFF in {_SQLITE_BUSY, _SQLITE_LOCKED})
        or getattr(cause, "sqlstate", None) in _PASSING_STATES
        or number in _PASSING_NUMBERS
    )
