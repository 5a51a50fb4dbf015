"""How each database is connected to."""

import stat
from pathlib import Path

import pytest
from sqlalchemy import Engine

from boms_tui.errors import BomsError, UsageError
from boms_tui.store.dialects import sqlite_file
from boms_tui.store.engines import make_engine, wal_reset_fault
from tests import stores


def pragma(engine: Engine, name: str) -> object:
    with engine.connect() as connection:
        return connection.exec_driver_sql(f"PRAGMA {name}").scalar()


def test_a_file_is_set_up_to_lose_nothing_and_only_its_leader_checkpoints(file_engine: Engine) -> None:
    other = stores.second_engine(file_engine)
    settings = {
        name: (pragma(file_engine, name), pragma(other, name))
        for name in ("journal_mode", "synchronous", "foreign_keys", "wal_autocheckpoint")
    }
    other.dispose()
    assert settings == {
        "journal_mode": ("wal", "wal"),
        "synchronous": (2, 2),
        "foreign_keys": (1, 1),
        "wal_autocheckpoint": (1_000, 0),
    }


def test_a_file_is_for_its_owner_only(file_engine: Engine) -> None:
    file = sqlite_file(file_engine)
    assert file is not None
    modes = {path.name.removeprefix(file.name): stat.S_IMODE(path.stat().st_mode) for path in file.parent.glob("*.db*")}
    assert modes[""] == 0o600
    assert set(modes.values()) == {0o600}


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'no' / 'boms.db'}", creates=True)
    with pytest.raises(BomsError, match="cannot be made") as told:
        engine.connect()
    assert told.value.next_step


def test_a_name_with_odd_characters_is_a_file_like_any_other(tmp_path: Path) -> None:
    folder = tmp_path / "Ночь 100% #1"
    folder.mkdir()
    with stores.made(stores.file, folder) as engine:
        file = sqlite_file(engine)
        assert file is not None
        assert file.parent == folder
        assert file.exists()


@pytest.mark.parametrize("url", ["nonsense", "oracle://x/y", "mysql://x/y", ""])
def test_a_url_of_no_known_database_is_told(url: str) -> None:
    with pytest.raises(UsageError) as told:
        make_engine(url)
    assert "sqlite:" in told.value.next_step


def test_a_store_in_memory_is_one_connection(tmp_path: Path) -> None:
    with stores.made(stores.memory, tmp_path) as engine:
        assert sqlite_file(engine) is None
        with engine.connect() as first:
            raw = first.connection.dbapi_connection
        with engine.connect() as second:
            assert second.connection.dbapi_connection is raw


@pytest.mark.parametrize(
    ("version", "faulty"),
    [
        ((3, 6, 23), False),
        ((3, 7, 0), True),
        ((3, 40, 1), True),
        ((3, 44, 5), True),
        ((3, 44, 6), False),
        ((3, 45, 0), True),
        ((3, 50, 7), False),
        ((3, 51, 2), True),
        ((3, 51, 3), False),
        ((3, 53, 0), False),
    ],
)
def test_the_fault_of_older_sqlite_is_known(version: tuple[int, ...], *, faulty: bool) -> None:
    assert wal_reset_fault(version) is faulty
