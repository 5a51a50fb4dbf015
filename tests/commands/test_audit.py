"""The journal is proved by its chain and by anchors, wherever it was altered; it is searched, and proved elsewhere."""

import json
import shutil
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest

from boms_tui.model.anchors import read_anchor
from boms_tui.model.journal import genesis, seal
from boms_tui.model.records import Entry
from tests.commands.house import House

DATE = "2026-02-02"


@pytest.fixture(scope="module")
def kept(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> House:
    """A night with its anchors: the runtime has led and gone, and came back once more."""
    house = House(tmp_path_factory.mktemp("kept") / "home")
    shutil.copytree(prepared, house.path)
    with house.runtime():
        assert house.apply().code == 0
        assert house.boms("order", "night/good", "--date", DATE, "--wait", user="operator").code == 0
    with house.runtime():
        house.boms("order", "night/good", "--date", DATE, "--wait", user="admin")
    return house


@pytest.fixture
def copy(kept: House, tmp_path: Path) -> House:
    shutil.copytree(kept.path, tmp_path / "home", ignore=shutil.ignore_patterns("spool"))
    return House(tmp_path / "home")


def alter(house: House, *statements: str | tuple[str, tuple[object, ...]]) -> None:
    with closing(sqlite3.connect(house.path / "boms.db")) as store, store:
        for statement in statements:
            sql, values = (statement, ()) if isinstance(statement, str) else statement
            store.execute(sql, values)


def verdict(house: House, *options: str) -> tuple[int, str, int]:
    said = house.boms("audit", "verify", *options, "--json")
    return said.code, said.json["finding"], said.json["sequence"]


def anchors(house: House) -> list[str]:
    return (house.path / "anchors" / "journal.jsonl").read_text(encoding="utf-8").splitlines()


def test_leaders_anchor_the_journal_when_they_come_and_go(kept: House) -> None:
    found = [read_anchor(line) for line in anchors(kept)]
    assert len(found) >= 4
    assert [one.sequence for one in found] == sorted(one.sequence for one in found)
    assert len({one.epoch for one in found}) >= 2
    said = kept.boms("audit", "verify")
    assert said.code == 0
    assert said.out.startswith("the journal is whole: ")
    assert f"holds {len(found)} anchors" in said.out


def rewritten(house: House) -> None:
    """As if it had been so from the beginning: one row is another, and every hash from there on is made anew."""
    journal = [json.loads(line) for line in _exported(house)]
    deployment, rows = journal[0]["deployment"], journal[1:]
    previous = genesis(deployment)
    for row in rows:
        texts = [row[name] for name in ("action", "object", "before", "after", "reason", "request")]
        actor = "nobody" if row["sequence"] == 3 else row["actor"]
        entry = Entry(datetime.fromisoformat(row["at"]), actor, *texts)
        (sealed,) = seal([entry], sequence=row["sequence"] - 1, previous=previous, epoch=row["epoch"])
        previous = sealed.hash
        change = "UPDATE journal SET actor = ?, hash = ? WHERE sequence = ?"
        alter(house, (change, (actor, previous, row["sequence"])))
    alter(house, ("UPDATE journal_head SET hash = ?", (previous,)))


def _exported(house: House) -> list[str]:
    file = house.path / "exported"
    assert house.boms("audit", "export", str(file)).code == 0
    return file.read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize(
    ("how", "code", "row"),
    [
        (["UPDATE journal SET reason = 'another' WHERE sequence = 5"], "hash", 5),
        (["UPDATE journal SET actor = 'nobody' WHERE sequence = 1"], "hash", 1),
        (["DELETE FROM journal WHERE sequence = 4"], "gap", 4),
        (["DELETE FROM journal WHERE sequence = 1"], "gap", 1),
        (
            [
                "UPDATE journal SET sequence = -1 WHERE sequence = 6",
                "UPDATE journal SET sequence = 6 WHERE sequence = 7",
                "UPDATE journal SET sequence = 7 WHERE sequence = -1",
            ],
            "hash",
            6,
        ),
        (
            [
                "DELETE FROM journal WHERE sequence > 8",
                "UPDATE journal_head SET sequence = 8, hash = (SELECT hash FROM journal WHERE sequence = 8)",
            ],
            "truncated",
            9,
        ),
    ],
)
def test_what_was_altered_is_found_at_its_row(copy: House, how: list[str], code: str, row: int) -> None:
    alter(copy, *how)
    assert verdict(copy) == (1, code, row)


def test_a_journal_that_was_written_anew_is_found_by_its_anchors(copy: House) -> None:
    rewritten(copy)
    first = next(anchor.sequence for anchor in map(read_anchor, anchors(copy)) if anchor.sequence >= 3)
    assert verdict(copy) == (1, "anchor", first)
    (copy.path / "anchors" / "journal.jsonl").unlink()
    assert verdict(copy)[0] == 0, "without anchors nobody can tell"


def test_an_anchor_that_this_installation_did_not_sign_is_told(copy: House) -> None:
    forged = json.loads(anchors(copy)[-1])
    forged["sequence"] -= 1
    with (copy.path / "anchors" / "journal.jsonl").open("a", encoding="utf-8") as stream:
        stream.write(json.dumps(forged) + "\n")
    assert verdict(copy) == (1, "bad-anchor", forged["sequence"])


def test_an_export_is_proved_on_another_machine(copy: House, tmp_path: Path) -> None:
    file, elsewhere = tmp_path / "journal.jsonl", House(tmp_path / "elsewhere")
    assert copy.boms("audit", "export", str(file)).code == 0
    given = (
        "--anchors", str(copy.path / "anchors" / "journal.jsonl"),
        "--public-key", str(copy.path / "keys" / "audit.pub"),
    )  # fmt: skip
    assert verdict(elsewhere, str(file), *given)[0] == 0
    lines = file.read_text(encoding="utf-8").splitlines()
    file.write_text("\n".join(line.replace("operator", "nobody") for line in lines), encoding="utf-8")
    assert verdict(elsewhere, str(file), *given)[:2] == (1, "hash")
    file.write_text("\n".join(lines[:-3]), encoding="utf-8")
    assert verdict(elsewhere, str(file), *given)[:2] == (1, "truncated")
    file.write_text("nothing", encoding="utf-8")
    assert elsewhere.boms("audit", "verify", str(file)).code == 2


def test_the_journal_is_searched_by_person_object_and_time(kept: House) -> None:
    def found(*options: str) -> list[str]:
        return [row["action"] for row in kept.boms("audit", "search", *options, "--json").json]

    assert found("--by", "operator", "--about", "night/good") == ["ordered"]
    run = f"night/good@{DATE}.1"
    assert {"ordered", "started", "succeeded"} <= set(found("--about", run))
    assert found("--about", run, "--until", "2020-01-01T00:00") == []
    assert len(found("--limit", "3")) == 3
    assert "night/good" in kept.boms("audit", "search", "--about", run).out
