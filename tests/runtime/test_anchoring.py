"""Anchors are dropped now and then, and a second place that is away keeps nothing from going on."""

import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from nacl.signing import SigningKey

from boms_tui.model.anchors import EVERY, MANY, read_anchor
from boms_tui.runtime.anchoring import KeptAnchors

NOW = datetime(2026, 11, 20, 18, tzinfo=UTC)
KEY = SigningKey(bytes(32))


def sequences(file: Path) -> list[int]:
    return [read_anchor(line).sequence for line in file.read_text(encoding="utf-8").splitlines()]


def test_one_is_dropped_after_some_time_or_many_rows_and_only_where_something_happened(tmp_path: Path) -> None:
    file = tmp_path / "elsewhere" / "journal.jsonl"
    anchors = KeptAnchors(file, "", KEY, "here")
    anchors.beat((0, ""), 1, NOW)
    assert not file.exists()
    anchors.beat((7, "a"), 1, NOW)
    anchors.beat((8, "b"), 1, NOW + timedelta(minutes=1))
    anchors.beat((9, "c"), 1, NOW + EVERY)
    anchors.beat((9, "c"), 1, NOW + 3 * EVERY)
    anchors.beat((9 + MANY, "d"), 1, NOW + 3 * EVERY + timedelta(seconds=1))
    anchors.drop((9 + MANY, "d"), 1, NOW + 4 * EVERY)
    assert sequences(file) == [7, 9, 9 + MANY]
    assert file.stat().st_mode & 0o077 == 0


def test_each_is_signed_over_all_that_it_says(tmp_path: Path) -> None:
    anchors = KeptAnchors(tmp_path / "a", "", KEY, "here")
    anchors.drop((7, "ab"), 3, NOW)
    anchor = read_anchor((tmp_path / "a").read_text(encoding="utf-8").strip())
    assert (anchor.deployment, anchor.sequence, anchor.hash, anchor.epoch, anchor.at) == ("here", 7, "ab", 3, NOW)
    assert KEY.verify_key.verify(anchor.said, bytes.fromhex(anchor.signature)) == anchor.said


def test_a_place_that_fails_is_told_of_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    anchors = KeptAnchors(tmp_path / "file" / "journal.jsonl", "", KEY, "here")
    with caplog.at_level(logging.WARNING):
        anchors.drop((7, "a"), 1, NOW)
        anchors.drop((8, "b"), 1, NOW)
    assert len([record for record in caplog.records if "anchor" in record.getMessage()]) == 1


def test_it_is_sent_to_a_syslog_where_one_is_named(tmp_path: Path) -> None:
    import socket

    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as log:
        log.bind(str(tmp_path / "log"))
        KeptAnchors(tmp_path / "a", str(tmp_path / "log"), KEY, "here").drop((7, "a"), 1, NOW)
        log.settimeout(10)
        assert b"boms-anchor {" in log.recv(4096)
