"""The SQLite warehouse that all jobs compute in. Several write at the same time, so each does it in one short go.

It keeps a rollback journal: with a write-ahead log and several writers, SQLite up to 3.51.2 can lose what was committed.
See https://sqlite.org/wal.html#walresetbug.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from brokerage.night import ROOT

FILE = ROOT / "warehouse.db"
PATIENCE = 30.0  # seconds to wait for another job's write


def connect() -> sqlite3.Connection:
    connection = sqlite3.connect(FILE, timeout=PATIENCE, isolation_level=None)
    connection.execute("PRAGMA synchronous = NORMAL")
    return connection


@contextmanager
def writing() -> Iterator[sqlite3.Connection]:
    """One transaction: all of it, or nothing."""
    connection = connect()
    try:
        connection.execute("BEGIN IMMEDIATE")
        yield connection
        connection.execute("COMMIT")
    finally:
        connection.close()


def replace(
    connection: sqlite3.Connection,
    table: str,
    key: Mapping[str, str],
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
) -> int:
    """Put `rows` in the place of those that `key` names, so that a second run leaves the same; how many there are."""
    where = " AND ".join(f"{column} = :{column}" for column in key)
    connection.execute(f"DELETE FROM {table} WHERE {where}", key)
    names = ", ".join([*key, *columns])
    marks = ", ".join("?" * (len(key) + len(columns)))
    fixed = tuple(key.values())
    connection.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", ((*fixed, *row) for row in rows))
    found: int = connection.execute(f"SELECT count(*) FROM {table} WHERE {where}", key).fetchone()[0]
    return found


def statements(script: str) -> Iterator[str]:
    """The statements of an SQL script, one by one, so that each can be given parameters."""
    pending = ""
    for line in script.splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            yield pending
            pending = ""
