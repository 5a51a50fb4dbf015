"""A store that this release cannot work with: every command says so and what to do, and changes nothing."""

import sqlite3
from contextlib import closing

import pytest

from boms_tui.store import migrations
from boms_tui.store.lockfile import StoreLock
from tests.commands.house import House

COMMANDS = (
    ["runs"],
    ["runtime"],
    ["why", "x"],
    ["users"],
    ["audit", "verify"],
    ["store", "purge", "--before", "2020-01-01"],
)


@pytest.mark.parametrize("argv", COMMANDS, ids=" ".join)
def test_a_newer_schema_is_refused(quiet_house: House, argv: list[str]) -> None:
    stamp(quiet_house, "9999")
    said = quiet_house.boms(*argv)
    assert (said.code, said.out) == (1, "")
    assert "newer than this release" in said.err
    assert "install the release" in said.err


@pytest.mark.parametrize("argv", [["init"], ["store", "upgrade"]], ids=" ".join)
def test_a_newer_schema_is_not_turned_back(quiet_house: House, argv: list[str]) -> None:
    stamp(quiet_house, "9999")
    said = quiet_house.boms(*argv)
    assert (said.code, said.out) == (1, "")
    assert "newer than this release" in said.err
    assert stamped(quiet_house) == "9999"


@pytest.mark.parametrize("argv", COMMANDS, ids=" ".join)
def test_an_older_schema_is_to_be_upgraded(
    quiet_house: House, monkeypatch: pytest.MonkeyPatch, argv: list[str]
) -> None:
    make_older(quiet_house, monkeypatch)
    said = quiet_house.boms(*argv)
    assert (said.code, said.out) == (1, "")
    assert "older than this release" in said.err
    assert "boms store upgrade" in said.err


def test_an_older_store_is_not_upgraded_under_its_runtime(quiet_house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    make_older(quiet_house, monkeypatch)
    with StoreLock(quiet_house.path / "boms.db") as lock:
        assert lock.acquire("n1")
        for argv in (["store", "upgrade"], ["init"]):
            said = quiet_house.boms(*argv)
            assert said.code == 1
            assert "a runtime leads this store" in said.err
    assert stamped(quiet_house) == "0000"


def test_doctor_finds_a_schema_of_another_release(quiet_house: House) -> None:
    stamp(quiet_house, "9999")
    found = {finding["check"]: finding for finding in quiet_house.boms("doctor", "--json").json}
    assert found["store"]["status"] == "fail"
    assert "newer" in found["store"]["detail"]
    assert found["spool"]["status"] != "fail"


def test_upgrade_makes_no_store(quiet_house: House) -> None:
    (quiet_house.path / "boms.db").unlink()
    said = quiet_house.boms("store", "upgrade")
    assert said.code == 3
    assert "boms init" in said.err
    assert not (quiet_house.path / "boms.db").exists()


def test_a_server_that_is_not_there_is_no_answer(quiet_house: House) -> None:
    said = quiet_house.boms("--store", "postgresql://boms:s3cret@127.0.0.1:1/boms", "runs")
    assert (said.code, said.out) == (3, "")
    assert "does not answer" in said.err
    assert "s3cret" not in said.err


def test_a_file_that_is_no_store_is_refused(quiet_house: House) -> None:
    file = quiet_house.path / "other.db"
    file.write_bytes(b"not a database at all, but long enough to look at" * 100)
    for argv in (["runs"], ["init"]):
        said = quiet_house.boms("--store", f"sqlite:///{file}", *argv)
        assert (said.code, said.out) == (1, "")
        assert "not a database" in said.err


def make_older(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have this release know of an earlier schema, and the store be at it."""
    monkeypatch.setattr(migrations, "REVISIONS", ("0000", *migrations.REVISIONS))
    stamp(house, "0000")


def stamp(house: House, revision: str) -> None:
    with closing(sqlite3.connect(house.path / "boms.db", isolation_level=None)) as store:
        store.execute("update alembic_version set version_num = ?", [revision])


def stamped(house: House) -> str:
    with closing(sqlite3.connect(house.path / "boms.db")) as store:
        return str(store.execute("select version_num from alembic_version").fetchone()[0])
