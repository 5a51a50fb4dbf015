"""A store that is lost, locked or slow: nothing is lost, nothing is done twice, and the user is told."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine, PoolProxiedConnection
from sqlalchemy.exc import DBAPIError, OperationalError

from boms_tui.errors import BomsError, NoAnswerError
from boms_tui.model.decision import Decision
from boms_tui.model.lease import DeposedError
from boms_tui.model.views import BoardQuery
from boms_tui.store.access import UncertainError
from boms_tui.store.dialects import is_passing
from boms_tui.store.engines import make_engine
from boms_tui.store.leader import Leader
from boms_tui.store.reader import Reader
from tests import stores
from tests.store.house import NOW, House, a_request, a_run, an_entry


@contextmanager
def losing(engine: Engine, times: int, *, after: bool, meanwhile: Callable[[], object] = bool) -> Iterator[list[int]]:
    """Cut the next commits off: `after` they were done, or before. Gives the list of those that were cut."""
    cut: list[int] = []
    real = engine.dialect.do_commit

    def commit(connection: PoolProxiedConnection) -> None:
        if after or len(cut) >= times:
            real(connection)
        if len(cut) < times:
            cut.append(len(cut))
            if not after:
                engine.dialect.do_rollback(connection)
            meanwhile()
            raise engine.dialect.loaded_dbapi.OperationalError("server closed the connection unexpectedly")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine.dialect, "do_commit", commit)
        yield cut


@pytest.mark.parametrize("after", [True, False], ids=["done", "not-done"])
def test_a_commit_whose_answer_is_lost_is_there_once(house: House, *, after: bool) -> None:
    house.commit(journal=(an_entry("before"),))
    with losing(house.engine, 1, after=after) as cut:
        house.commit(runs=(a_run(),), journal=(an_entry("order"),))
    assert cut == [0]
    house.commit(journal=(an_entry("after"),))
    assert [row.run.id for row in house.reader.board(BoardQuery())] == [a_run().id]
    assert [row.entry.object for row in house.reader.journal()] == ["before", "order", "after"]


def test_a_store_that_stays_lost_is_told_and_serves_again_later(house: House) -> None:
    with losing(house.engine, 99, after=False), pytest.raises(NoAnswerError, match="was lost while it saved"):
        house.commit(runs=(a_run(),))
    assert house.reader.board(BoardQuery()) == []
    house.commit(runs=(a_run(),))
    assert house.reader.pulse().sequence == 1


@pytest.mark.parametrize("place", ["file", "postgresql"], indirect=True)
def test_a_leader_deposed_while_its_answer_was_lost_writes_nothing(house: House) -> None:
    successor = Leader(house.outside)
    seen = successor.lease()
    taken: list[int | None] = []
    with (
        losing(house.engine, 1, after=False, meanwhile=lambda: taken.append(successor.take("node-2", seen, NOW, {}))),
        pytest.raises(DeposedError),
    ):
        house.commit(runs=(a_run(),))
    assert taken == [house.epoch + 1]
    assert house.reader.board(BoardQuery()) == []


def test_what_leaves_no_journal_row_stays_uncertain(house: House) -> None:
    with losing(house.engine, 1, after=True), pytest.raises(UncertainError):
        house.leader.commit(Decision(runs=(a_run(),)), house.epoch)


@pytest.mark.parametrize("after", [True, False], ids=["done", "not-done"])
def test_a_request_whose_answer_is_lost_is_kept_once(house: House, *, after: bool) -> None:
    with losing(house.outside, 1, after=after):
        house.inbox.submit(a_request("r-1"))
    with losing(house.outside, 1, after=after):
        house.inbox.submit_login("l-1", b"sealed")
    assert [request.id for request in house.leader.pending(10)] == ["r-1"]
    assert [login.id for login in house.leader.pending_logins(10)] == ["l-1"]


def test_a_write_that_finds_the_store_locked_gives_up_in_words(
    file_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("boms_tui.store.engines.OTHERS_WAIT", 0.02)
    house = House(file_engine)
    other = sqlite3.connect(str(file_engine.url.database), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(NoAnswerError, match="locked") as told:
        house.inbox.submit(a_request("r-1"))
    assert told.value.next_step
    assert house.reader.pulse().sequence == 0
    other.execute("ROLLBACK")
    other.close()
    house.inbox.submit(a_request("r-1"))
    house.close()


@pytest.mark.parametrize("place", ["postgresql"], indirect=True)
def test_a_connection_that_the_server_ended_is_replaced(house: House) -> None:
    with house.engine.connect() as leading, house.outside.connect() as looking:
        ended = [used.exec_driver_sql("SELECT pg_backend_pid()").scalar_one() for used in (leading, looking)]
    other = stores.second_engine(house.engine)
    with other.connect() as connection:
        for process in ended:
            connection.exec_driver_sql("SELECT pg_terminate_backend(%(pid)s)", {"pid": process})
    other.dispose()
    house.commit(runs=(a_run(),))
    assert house.reader.pulse().sequence == 1


@pytest.mark.parametrize(
    "url", ["postgresql://boms:s3cret@127.0.0.1:1/boms", "mssql+pymssql://boms:s3cret@127.0.0.1:1/boms"]
)
def test_a_server_that_is_not_there_is_told_without_its_password(url: str) -> None:
    engine = make_engine(url)
    with pytest.raises(NoAnswerError, match="does not answer") as told:
        Reader(engine).pulse()
    assert "s3cret" not in told.value.title
    engine.dispose()


def test_a_file_that_is_no_store_is_told(tmp_path: Path) -> None:
    file = tmp_path / "boms.db"
    file.write_bytes(b"not a database at all, but long enough to look at" * 100)
    engine = make_engine(f"sqlite:///{file}")
    with pytest.raises(BomsError, match="not a database"):
        Reader(engine).pulse()
    engine.dispose()


def _failure(*arguments: object, **attributes: object) -> DBAPIError:
    cause = Exception(*arguments)
    for name, value in attributes.items():
        setattr(cause, name, value)
    return OperationalError("SELECT 1", {}, cause)


@pytest.mark.parametrize(
    ("error", "passing"),
    [
        (_failure("database is locked", sqlite_errorcode=sqlite3.SQLITE_BUSY), True),
        (_failure("snapshot", sqlite_errorcode=sqlite3.SQLITE_BUSY_SNAPSHOT), True),
        (_failure("disk full", sqlite_errorcode=sqlite3.SQLITE_FULL), False),
        (_failure("deadlock", sqlstate="40P01"), True),
        (_failure("serialization", sqlstate="40001"), True),
        (_failure("syntax", sqlstate="42601"), False),
        (_failure(1205, b"deadlock victim"), True),
        (_failure(208, b"invalid object name"), False),
        (_failure(), False),
    ],
)
def test_what_may_pass_is_tried_again(error: DBAPIError, *, passing: bool) -> None:
    assert is_passing(error) is passing


def test_a_leader_that_cannot_see_whether_it_is_waited_for_looks_properly(place: stores.Place, tmp_path: Path) -> None:
    with stores.made(place, tmp_path) as engine:
        leader = Leader(engine)
        with engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE login RENAME TO lost")
        assert leader.is_waited_for()
        with pytest.raises(BomsError):
            leader.pending_logins(1)


@pytest.mark.parametrize("kind", sorted(stores.PLACES.keys() - {"memory"}))
def test_a_connection_that_was_cut_is_not_looked_through_again(kind: str, tmp_path: Path) -> None:
    with stores.made(stores.PLACES[kind], tmp_path) as engine:
        leader = Leader(engine)
        assert not leader.is_waited_for()
        with engine.connect() as connection:
            raw = connection.connection.dbapi_connection
        assert raw is not None
        raw.close()
        assert leader.is_waited_for()
        assert not leader.is_waited_for()


@pytest.mark.parametrize("url", ["postgresql://boms@127.0.0.1:1/boms", "sqlite:////nowhere/boms.db"])
def test_a_leader_without_its_store_looks_properly(url: str) -> None:
    engine = make_engine(url)
    leader = Leader(engine)
    assert leader.is_waited_for()
    with pytest.raises(NoAnswerError):
        leader.pending(1)
    engine.dispose()
