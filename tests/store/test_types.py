"""The column types, and what they become on SQL Server, for which there is not always a server to ask."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Dialect, Select, create_mock_engine, select
from sqlalchemy.schema import CreateTable

from boms_tui.model.states import TaskState
from boms_tui.store import dialects, tables
from boms_tui.store.engines import make_engine
from boms_tui.store.types import Bytes, micros, moment, storable
from tests.store.house import NOW

SQL_SERVER = "mssql+pymssql://boms@127.0.0.1:1/boms"
PLAIN = NOW.replace(tzinfo=None)
ZONES = st.integers(-12 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@pytest.fixture
def mssql() -> Dialect:
    return make_engine(SQL_SERVER).dialect


@given(st.datetimes(PLAIN.replace(year=2), PLAIN.replace(year=9_998), timezones=ZONES))
def test_an_instant_is_exact_whatever_its_zone(at: datetime) -> None:
    back = moment(micros(at))
    assert back == at
    assert back.tzinfo is UTC


@given(st.text())
def test_any_text_becomes_storable_and_stays_so(text: str) -> None:
    kept = storable(text)
    assert "\0" not in kept
    assert kept.encode().decode() == kept
    assert storable(kept) == kept


def test_a_member_of_a_set_is_stored_as_plain_text() -> None:
    assert type(storable(TaskState.RUNNING)) is str


def test_sql_server_has_unicode_columns_only(mssql: Dialect) -> None:
    made = "\n".join(str(CreateTable(table).compile(dialect=mssql)) for table in tables.metadata.sorted_tables)
    words = made.replace("(", " ").replace(",", " ").split()
    assert {"TEXT", "NTEXT", "VARCHAR", "IMAGE", "DATETIME"}.isdisjoint(words)
    assert "NVARCHAR(430) COLLATE Latin1_General_BIN2" in made
    assert "VARBINARY(max)" in made


def test_sql_server_has_the_partial_indexes(mssql: Dialect) -> None:
    made: list[str] = []
    server = create_mock_engine(SQL_SERVER, lambda element, *_: made.append(str(element.compile(dialect=mssql))))
    tables.metadata.create_all(server, checkfirst=False)
    partial = {statement.partition(" WHERE ")[2] for statement in made if " WHERE " in statement}
    assert partial == {
        "answered_at IS NULL", "released_at IS NULL", "state IN ('running', 'starting', 'unknown')", "session != ''",
        "state IN ('denied', 'waiting')",
    }  # fmt: skip


def test_sql_server_is_given_bytes_it_takes_for_bytes(mssql: Dialect) -> None:
    assert type(Bytes().process_bind_param(b"ascii", mssql)) is bytearray


def test_sql_servers_own_statements(mssql: Dialect) -> None:
    question: Select[tuple[str]] = select(tables.lease.c.holder)
    locked = str(dialects.shared_lock(question, tables.lease).compile(dialect=mssql))
    absent = str(dialects.insert_absent(mssql, tables.blob).compile(dialect=mssql))
    clock = str(select(dialects.store_now(mssql, NOW)).compile(dialect=mssql))
    assert locked.endswith("FROM lease WITH (HOLDLOCK, ROWLOCK)")
    assert "WHERE NOT (EXISTS (SELECT 1" in absent
    assert "FROM blob WITH (UPDLOCK, HOLDLOCK)" in absent
    assert "SYSUTCDATETIME()" in clock
