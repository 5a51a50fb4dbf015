"""`boms init`, and what keeps a store well: upgrade, backup, purge, check, audit, doctor."""

import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from tests.commands.house import PASSWORD, House


def test_init_makes_a_private_home_and_an_admin_whose_password_stays(tmp_path: Path) -> None:
    house = House(tmp_path / "home")
    said = house.boms("init", "--admin", "anna", "--password-stdin", "--json", stdin=f"{PASSWORD}\n")
    assert said.code == 0
    assert said.json == {
        "home": str(house.path), "store": f"sqlite:///{house.path}/boms.db", "created": True, "admin": "anna"
    }  # fmt: skip
    assert stat.S_IMODE(house.path.stat().st_mode) == 0o700
    assert {path.name: stat.S_IMODE(path.stat().st_mode) for path in house.path.glob("keys/*")} == {
        "login.key": 0o600, "login.pub": 0o644, "pepper": 0o600, "audit.key": 0o600, "audit.pub": 0o644
    }  # fmt: skip
    assert (house.path / "work").is_dir()
    assert house.boms("login", "--user", "anna", "--password-stdin", stdin=f"{PASSWORD}\n").out == "anna: admin\n"


def test_init_again_changes_nothing(quiet_house: House) -> None:
    pepper = (quiet_house.path / "keys" / "pepper").read_bytes()
    (quiet_house.path / "something-else").touch()
    said = quiet_house.boms("init")
    assert (said.code, said.out) == (0, f"upgraded {quiet_house.path}\n")
    assert (quiet_house.path / "keys" / "pepper").read_bytes() == pepper
    assert quiet_house.boms("whoami", user="admin").code == 0


@pytest.mark.parametrize("name", ["admin", "bob"])
def test_init_makes_the_first_admin_only(quiet_house: House, name: str) -> None:
    before = quiet_house.boms("users", "--json").json
    said = quiet_house.boms("init", "--admin", name, "--password-stdin", stdin="another password\n")
    assert (said.code, said.out) == (1, "")
    assert "there is an admin already: admin" in said.err
    assert f"boms users add {name} --role admin" in said.err
    assert quiet_house.boms("users", "--json").json == before


def test_init_without_an_admin_says_how_to_make_one(tmp_path: Path) -> None:
    said = House(tmp_path / "home").boms("init")
    assert said.code == 0
    assert "boms init --admin NAME" in said.out


@pytest.mark.parametrize(
    ("password", "says"), [("short", "8 characters"), ("anna-anna-anna", "contains the user name")]
)
def test_init_refuses_a_weak_password_before_it_makes_anything(tmp_path: Path, password: str, says: str) -> None:
    said = House(tmp_path / "home").boms("init", "--admin", "anna", "--password-stdin", stdin=f"{password}\n")
    assert said.code == 1
    assert says in said.err
    assert not (tmp_path / "home").exists()


def test_a_backup_is_a_store_and_never_overwrites(quiet_house: House, tmp_path: Path) -> None:
    target = tmp_path / "copy.db"
    assert quiet_house.boms("store", "backup", str(target)).code == 0
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    users = quiet_house.boms("--store", f"sqlite:///{target}", "users", "--json")
    assert [row["name"] for row in users.json] == ["admin", "operator", "supervisor", "viewer"]
    assert quiet_house.boms("store", "backup", str(target)).code == 1
    assert quiet_house.boms("store", "backup").code == 2
    nowhere = quiet_house.boms("store", "backup", str(tmp_path / "no" / "copy.db"))
    assert (nowhere.code, nowhere.err.splitlines()[0]) == (1, f"boms: there is no folder {tmp_path / 'no'}")


def test_purge_deletes_old_runs_and_keeps_the_journal_whole(quiet_house: House) -> None:
    quiet_house.apply()
    with quiet_house.runtime():
        for date in ("2020-01-01", "2026-01-01"):
            assert quiet_house.boms("order", "night/good", "--date", date, "--wait", user="operator").code == 0
        refused = quiet_house.boms("store", "purge", "--before", "2025-01-01")
        assert refused.code == 1
        assert "a runtime leads" in refused.err
    purged = quiet_house.boms("store", "purge", "--before", "2025-01-01", "--json")
    assert (purged.code, purged.json) == (0, {"deleted": 1})
    assert [run["business_date"] for run in quiet_house.boms("runs", "--json").json] == ["2026-01-01"]
    assert quiet_house.boms("audit", "verify").code == 0
    assert quiet_house.boms("store", "check").out == "the store is sound\n"
    assert quiet_house.boms("store", "upgrade").code == 0
    assert quiet_house.boms("store", "purge").code == 2


EDITS = {
    "edited": ("update journal set actor = 'mallory' where sequence = 2", "hash", 2),
    "deleted": ("delete from journal where sequence = 2", "gap", 2),
    "cut": ("delete from journal where sequence > 2", "truncated", 3),
}


@pytest.mark.parametrize("edit", EDITS)
def test_a_journal_that_somebody_edited_is_found_out(quiet_house: House, edit: str) -> None:
    statement, finding, sequence = EDITS[edit]
    with closing(sqlite3.connect(quiet_house.path / "boms.db", isolation_level=None)) as store:
        for (trigger,) in store.execute("select name from sqlite_master where type = 'trigger'").fetchall():
            store.execute(f"drop trigger {trigger}")
        store.execute(statement)
    said = quiet_house.boms("audit", "verify", "--json")
    assert said.code == 1
    assert (said.json["ok"], said.json["finding"], said.json["sequence"]) == (False, finding, sequence)
    assert quiet_house.boms("store", "check").code == 1


def test_doctor_says_what_is_wrong_and_what_to_do(quiet_house: House) -> None:
    (quiet_house.path / "keys" / "pepper").chmod(0o644)
    (quiet_house.path / "keys" / "login.key").unlink()
    said = quiet_house.boms("doctor", "--json")
    assert said.code == 1
    found = {finding["check"]: finding for finding in said.json}
    assert found["key pepper"]["status"] == "fail"
    assert "chmod" in found["key pepper"]["next_step"]
    assert found["key login.key"]["status"] == "fail"
    assert found["runtime"]["status"] == "warn"
    assert found["users"]["status"] == "ok"


def test_doctor_works_where_there_is_nothing(tmp_path: Path) -> None:
    said = House(tmp_path / "nothing").boms("doctor")
    assert said.code == 1
    assert "boms init" in said.out
    assert not (tmp_path / "nothing").exists()
