"""Backups are stores; a purge takes ended runs only, and says so in the journal."""

import stat
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from boms_tui.errors import BomsError
from boms_tui.model.lease import DeposedError
from boms_tui.model.records import Event
from boms_tui.model.states import RunState
from boms_tui.model.views import BoardQuery
from boms_tui.store import maintain
from boms_tui.store.engines import open_store
from boms_tui.store.inbox import Inbox
from boms_tui.store.leader import Leader
from boms_tui.store.reader import Reader
from tests import stores
from tests.store.house import NOW, TODAY, YESTERDAY, House, a_request, a_run, a_shipment, a_task, an_attempt


def test_a_backup_is_a_store_of_that_moment(file_engine: Engine, tmp_path: Path) -> None:
    house = House(file_engine)
    (task,) = house.order(a_run(reason="Сверка · 🚀"), "load")
    target = tmp_path / "backup.db"
    with file_engine.connect() as busy:
        busy.exec_driver_sql("UPDATE journal_head SET sequence = 99")
        maintain.backup(house.outside, target)
        busy.rollback()
    house.commit(attempts=(an_attempt(task),))
    copy = open_store(f"sqlite:///{target}", leads=True)
    assert maintain.check(copy) == ()
    assert Reader(copy).board(BoardQuery())[0].run == a_run(reason="Сверка · 🚀")
    assert Reader(copy).pulse().sequence == 1
    leader = Leader(copy)
    assert leader.take("node-2", leader.lease(), NOW, {}) == house.epoch + 1
    Inbox(copy).submit(a_request("r-1"))
    copy.dispose()
    house.close()
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert not list(tmp_path.glob("*.part"))


def test_a_backup_replaces_nothing(file_engine: Engine, tmp_path: Path) -> None:
    target = tmp_path / "backup.db"
    target.write_text("precious")
    with pytest.raises(BomsError, match="is there already"):
        maintain.backup(file_engine, target)
    assert target.read_text() == "precious"


@pytest.mark.parametrize("place", ["postgresql"], indirect=True)
def test_a_servers_backup_is_its_own_affair(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(BomsError, match="only an embedded store"):
        maintain.backup(engine, tmp_path / "backup.db")


def test_a_purge_takes_old_ended_runs_with_all_that_hangs_on_them(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(maintain, "RUNS_AT_ONCE", 2)
    old = [a_run(day=YESTERDAY, number=number, state=RunState.SUCCEEDED) for number in (1, 10, 2)]
    waiting = a_run(day=YESTERDAY, number=4)
    young = a_run(state=RunState.FAILED)
    runs = (*old, waiting, young)
    tasks = tuple(a_task(run, "load") for run in runs)
    attempts = tuple(an_attempt(task) for task in tasks)
    events = (Event("go", YESTERDAY, "", NOW, "meera"), Event("go", TODAY, "", NOW, "meera"))
    house.commit(runs=runs, tasks=tasks, attempts=attempts, events=events)
    house.ship(*(a_shipment(attempt.id, b"out") for attempt in attempts))
    erased = maintain.purge(house.leader, TODAY, epoch=house.epoch, actor="meera", now=NOW + timedelta(days=1))
    assert erased == 3
    assert [row.run.id for row in house.reader.board(BoardQuery())] == [young.id, waiting.id]
    kept = {attempt.id for attempt in attempts if house.reader.output(attempt.id)}
    assert kept == {attempts[3].id, attempts[4].id}
    assert {attempt.id for attempt in attempts if house.reader.stretch(attempt.id, 0)} == kept
    assert [house.reader.attempts(run.id) == [] for run in runs] == [True, True, True, False, False]
    rows = [(row.entry.action, row.entry.after, row.entry.actor) for row in house.reader.journal(after=1)]
    assert rows == [("purge", "2 runs", "meera"), ("purge", "1 runs", "meera")]
    assert maintain.check(house.outside) == ()
    assert house.leader.picture({YESTERDAY, TODAY}).events == events[1:]


def test_only_the_leader_purges(house: House) -> None:
    house.commit(runs=(a_run(day=YESTERDAY, state=RunState.SUCCEEDED),))
    with pytest.raises(DeposedError):
        maintain.purge(house.leader, TODAY, epoch=house.epoch + 1, actor="meera", now=NOW)
    assert len(house.reader.board(BoardQuery())) == 1


def test_a_store_that_was_made_only_by_half_is_told(place: stores.Place, tmp_path: Path) -> None:
    with stores.made(place, tmp_path) as engine:
        with engine.begin() as connection:
            connection.exec_driver_sql("DELETE FROM deployment")
            connection.exec_driver_sql("DELETE FROM lease")
        with pytest.raises(BomsError, match="no deployment"):
            Reader(engine).deployment()
        with pytest.raises(BomsError, match="no lease"):
            Reader(engine).pulse()
        with pytest.raises(BomsError, match="no lease"):
            Leader(engine).lease()
