"""The mark of how far the journal was seen: it survives what files suffer, and finds out a store that went back."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from boms_tui.runtime.shim.files import RECORD_SIZE
from boms_tui.runtime.spool.seen import Mark, Seen, gone_back

NOW = datetime(2026, 11, 20, 18, 30, tzinfo=UTC)


def mark(sequence: int, hash_: str = "") -> Mark:
    return Mark("here", sequence, hash_ or f"hash-{sequence}", NOW)


def test_the_newest_mark_is_read_again(tmp_path: Path) -> None:
    assert Seen(tmp_path).mark is None
    for sequence in (1, 2, 3, 9):
        Seen(tmp_path).note(mark(sequence), durably=sequence % 2 == 0)
    assert Seen(tmp_path).mark == mark(9)


def test_a_mark_may_be_older_than_the_one_before(tmp_path: Path) -> None:
    seen = Seen(tmp_path)
    seen.note(mark(9), durably=True)
    seen.note(mark(3), durably=True)
    assert Seen(tmp_path).mark == mark(3)


@pytest.mark.parametrize("torn", [b"", b"\xff" * RECORD_SIZE, b"\0" * 4])
def test_a_write_that_was_cut_off_leaves_the_mark_before(tmp_path: Path, torn: bytes) -> None:
    seen = Seen(tmp_path)
    seen.note(mark(1), durably=True)
    seen.note(mark(2), durably=True)
    data = (tmp_path / "store.seen").read_bytes()
    newer = 0 if b"hash-2" in data[:RECORD_SIZE] else RECORD_SIZE
    other = data[RECORD_SIZE - newer : 2 * RECORD_SIZE - newer]
    spoiled = torn.ljust(RECORD_SIZE, b"\0")
    (tmp_path / "store.seen").write_bytes(spoiled + other if newer == 0 else other + spoiled)
    assert Seen(tmp_path).mark == mark(1)


def test_the_same_mark_is_written_once(tmp_path: Path) -> None:
    seen, file = Seen(tmp_path), tmp_path / "store.seen"
    seen.note(mark(1), durably=False)
    before = file.read_bytes()
    seen.note(Mark("here", 1, "hash-1", NOW.replace(hour=20)), durably=False)
    assert file.read_bytes() == before
    seen.note(mark(1), durably=True)
    after = file.read_bytes()
    assert after != before
    seen.note(mark(1), durably=True)
    assert file.read_bytes() == after


@pytest.mark.parametrize(
    ("seen", "deployment", "head", "says"),
    [
        (None, "here", 0, ""),
        (mark(5), "here", 5, ""),
        (mark(5), "here", 9, ""),
        (Mark("here", 0, "genesis", NOW), "here", 0, ""),
        (mark(5), "there", 5, "worked for the store here, and this one is there"),
        (mark(5), "here", 4, "older than it was: row 5 of the journal"),
        (mark(5), "here", 0, "is not in it"),
        (mark(5, "other"), "here", 5, "is another one in it"),
        (mark(5, "other"), "here", 9, "is another one in it"),
    ],
)
def test_a_store_that_went_back_is_found_out(seen: Mark | None, deployment: str, head: int, says: str) -> None:
    why = gone_back(seen, deployment, (head, f"hash-{head}"), lambda sequence: f"hash-{sequence}")
    assert (says in why) if says else why == ""
