"""The journal is one chain without gaps, whoever writes it and however often the store is opened."""

import pytest
from sqlalchemy import Engine

from boms_tui.model.decision import Decision
from boms_tui.model.journal import first_broken
from boms_tui.model.lease import ConflictError
from boms_tui.store import maintain
from boms_tui.store.leader import Leader
from boms_tui.store.maintain import Finding
from tests import stores
from tests.store.house import NOW, House, a_run, an_entry


def write(leader: Leader, epoch: int, *names: str) -> None:
    leader.commit(Decision(journal=tuple(an_entry(name, reason="Причина · कारण · 🚀") for name in names)), epoch)


def edit(engine: Engine, statement: str) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql(statement)


def test_the_chain_has_no_gaps_over_commits_conflicts_and_leaders(house: House) -> None:
    epochs = []
    for round_ in range(4):
        leader = Leader(house.engine)
        epoch = leader.take(f"node-{round_}", leader.lease(), NOW, {})
        assert epoch is not None
        epochs.append(epoch)
        write(leader, epoch, "one")
        with pytest.raises(ConflictError):
            leader.commit(Decision(runs=(a_run(version=2),), journal=(an_entry("lost"),)), epoch)
        write(leader, epoch, "two", "three")
        leader.commit(Decision(), epoch)
    rows = house.reader.journal()
    assert [row.sequence for row in rows] == list(range(1, 13))
    assert [row.entry.object for row in rows] == ["one", "two", "three"] * 4
    assert [row.epoch for row in rows] == [epoch for epoch in epochs for _ in range(3)]
    assert first_broken(rows, stores.DEPLOYMENT) is None
    assert maintain.check(house.outside) == ()


def test_a_head_that_another_writer_moved_is_noticed(house: House) -> None:
    write(house.leader, house.epoch, "one")
    write(Leader(house.engine), house.epoch, "two")
    with pytest.raises(ConflictError, match="journal does not end"):
        write(house.leader, house.epoch, "three")
    write(house.leader, house.epoch, "three")
    assert [row.entry.object for row in house.reader.journal()] == ["one", "two", "three"]


@pytest.mark.parametrize(
    ("statement", "code", "sequence"),
    [
        ("UPDATE journal SET reason = 'other' WHERE sequence = 3", "journal-hash", 3),
        ("UPDATE journal SET epoch = 9 WHERE sequence = 1", "journal-hash", 1),
        ("DELETE FROM journal WHERE sequence = 3", "journal-gap", 3),
        ("DELETE FROM journal WHERE sequence = 5", "journal-head", 4),
        ("DELETE FROM journal", "journal-head", 0),
        ("UPDATE journal SET sequence = 9 WHERE sequence = 2", "journal-gap", 2),
        ("UPDATE journal_head SET sequence = 4", "journal-head", 5),
    ],
)
def test_what_was_done_to_it_is_found(house: House, statement: str, code: str, sequence: int) -> None:
    write(house.leader, house.epoch, "one", "two", "three", "four", "five")
    edit(house.engine, statement)
    (finding,) = maintain.check(house.outside)
    assert (finding.code, finding.sequence) == (code, sequence)


def test_a_new_store_has_nothing_to_find(engine: Engine) -> None:
    assert maintain.check(engine) == ()


def test_a_reference_to_nothing_is_found(file_engine: Engine) -> None:
    house = House(file_engine)
    house.order(a_run(), "load")
    house.close()
    with file_engine.connect() as connection:
        raw = connection.connection.cursor()
        raw.execute("PRAGMA foreign_keys = OFF")
        raw.execute("DELETE FROM run")
        raw.execute("PRAGMA foreign_keys = ON")
        raw.close()
    (finding,) = maintain.check(file_engine)
    assert finding == Finding("damage", "task_run refers to a run that is missing")
