"""Outputs come back as they were shipped: in pieces, with gaps, cut by the cap, with what the task said of itself."""

import itertools
import zlib
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from boms_tui.model.ids import AttemptId
from boms_tui.model.lease import DeposedError
from boms_tui.model.output import Extent, Piece, Range, Shipment, Shipped
from boms_tui.model.views import Output, Progress, Stretch
from boms_tui.store import tables
from tests.store.house import NOW, House, a_run, a_shipment, an_attempt
from tests.store.test_records import thorough

ONE, TWO = AttemptId("a/b@2026-11-20.1:load.1"), AttemptId("a/b@2026-11-20.1:load.2")
SAID = Progress(42, "copying — 清算", NOW)


def shipment(*pieces: Piece, extent: Extent, attempt: AttemptId = ONE, gone: Range | None = None) -> Shipment:
    return Shipment(attempt, extent, None, complete=False, at=NOW, pieces=pieces, gone=gone)


def uncut(size: int) -> Extent:
    return Extent(size, size, size)


def stretches(house: House, attempt: AttemptId = ONE) -> list[Stretch]:
    found: list[Stretch] = []
    at = 0
    while stretch := house.reader.stretch(attempt, at):
        found.append(stretch)
        at = stretch.start + len(stretch.data)
    return found


def test_an_output_comes_back_with_all_that_is_known_of_it(house: House) -> None:
    house.ship(a_shipment(ONE, b"\x00\xff\r\nend", progress=SAID))
    assert house.reader.output(ONE) == Output(ONE, b"\x00\xff\r\nend", 7, 0, NOW, 7, complete=True, progress=SAID)
    assert house.reader.output(ONE, last=3) == Output(ONE, b"end", 7, 0, NOW, 7, complete=True, progress=SAID)
    assert house.reader.output(TWO) is None
    assert house.reader.stretch(TWO, 0) is None


def test_the_end_goes_back_only_to_the_first_gap(house: House) -> None:
    house.ship(shipment(Piece(0, b"begin"), Piece(10, b"fgh"), Piece(13, b"ij"), extent=uncut(15)))
    found = house.reader.output(ONE)
    assert found is not None
    assert (found.tail, found.size) == (b"fghij", 15)
    assert stretches(house) == [Stretch(0, b"begin"), Stretch(10, b"fghij")]
    assert house.reader.stretch(ONE, 11) == Stretch(11, b"ghij")


def test_an_end_that_is_not_there_is_no_end(house: House) -> None:
    house.ship(shipment(Piece(0, b"begin"), extent=uncut(15)))
    found = house.reader.output(ONE)
    assert found is not None
    assert found.tail == b""


def test_a_piece_replaces_those_that_begin_where_it_lies(house: House) -> None:
    house.ship(shipment(*(Piece(at, b"x") for at in range(8)), extent=uncut(8)))
    house.ship(shipment(Piece(2, b"abcd"), extent=uncut(8)))
    assert stretches(house) == [Stretch(0, b"xxabcdxx")]
    assert house.leader.shipped([ONE]) == {
        ONE: Shipped((Range(0, 1), Range(1, 2), Range(2, 6), Range(6, 7), Range(7, 8)), None, complete=False)
    }


def test_shipping_the_same_again_changes_nothing(house: House) -> None:
    one = shipment(Piece(0, b"abc"), Piece(3, b"def"), extent=uncut(6), gone=Range(3, 6))
    house.ship(one)
    before = house.leader.shipped([ONE])
    house.ship(one)
    assert house.leader.shipped([ONE]) == before
    assert stretches(house) == [Stretch(0, b"abcdef")]


def test_what_is_gone_takes_whole_pieces_of_its_own_attempt_only(house: House) -> None:
    for attempt in (ONE, TWO):
        house.ship(shipment(*(Piece(at, b"1234") for at in (0, 4, 8, 12)), extent=uncut(16), attempt=attempt))
    house.ship(shipment(extent=Extent(16, 4, 14), gone=Range(4, 14)))
    assert house.leader.shipped([ONE])[ONE].pieces == (Range(0, 4), Range(12, 16))
    assert len(house.leader.shipped([TWO])[TWO].pieces) == 4


def test_what_the_cap_has_cut_is_not_shown_where_a_piece_reaches_into_it(house: House) -> None:
    house.ship(shipment(Piece(0, b"abcdef"), Piece(90, b"0123456789"), extent=Extent(100, 4, 94)))
    found = house.reader.output(ONE)
    assert found is not None
    assert (found.tail, found.head, found.dropped) == (b"456789", 4, 90)
    assert stretches(house) == [Stretch(0, b"abcd"), Stretch(94, b"456789")]
    assert house.reader.stretch(ONE, 50) == Stretch(94, b"456789")


def test_a_long_output_is_read_a_page_at_a_time(house: House) -> None:
    pieces = [Piece(at * 1_000, bytes([65 + at % 26]) * 1_000) for at in range(40)]
    house.ship(shipment(*pieces, extent=uncut(40_000)))
    found = stretches(house)
    assert len(found) > 1
    assert b"".join(stretch.data for stretch in found) == b"".join(piece.data for piece in pieces)


def test_pieces_are_compressed(house: House) -> None:
    house.ship(a_shipment(ONE, b"all the same line\n" * 1_000))
    with house.engine.connect() as connection:
        ((length, packed),) = connection.execute(select(tables.output_piece.c.length, tables.output_piece.c.packed))
    assert length == 18_000
    assert len(packed) < 300
    assert len(zlib.decompress(packed)) == 18_000


def test_what_tasks_say_is_read_for_several_at_once(house: House) -> None:
    later = Progress(None, "waits", NOW + timedelta(seconds=3))
    three = AttemptId(f"{ONE[:-1]}3")
    house.ship(a_shipment(ONE, b"", progress=SAID), a_shipment(TWO, b"", progress=later), a_shipment(three, b"x"))
    assert house.reader.progress([ONE, TWO, three, AttemptId("no@2026-11-20.1:such.1")]) == {ONE: SAID, TWO: later}
    assert house.reader.progress([]) == {}


def test_only_the_leader_ships(house: House) -> None:
    with pytest.raises(DeposedError):
        house.leader.ship([a_shipment(ONE, b"x")], house.epoch + 1)
    assert house.reader.output(ONE) is None


def test_attempts_are_found_by_their_ids(house: House) -> None:
    first, second = house.order(a_run(), "load", "copy")
    attempts = [an_attempt(first), an_attempt(first, 2), an_attempt(second)]
    house.commit(attempts=tuple(attempts))
    unknown = AttemptId("settlement/eod-margin@2026-11-20.1:load.3")
    assert house.leader.known([attempts[0].id, attempts[2].id, unknown]) == {
        attempts[0].id: attempts[0], attempts[2].id: attempts[2]
    }  # fmt: skip
    assert house.leader.known([]) == {}


def test_the_journals_head_and_rows_are_known_by_their_hashes(house: House) -> None:
    assert house.leader.hash_of(1) is None
    house.order(a_run(), "load")
    (row,) = house.reader.journal()
    assert house.leader.head() == (1, row.hash)
    assert house.leader.hash_of(1) == row.hash


@thorough
@given(data=st.binary(max_size=400), cuts=st.lists(st.integers(0, 400), max_size=8))
def test_any_pieces_of_any_bytes_are_joined_again(house: House, data: bytes, cuts: list[int]) -> None:
    borders = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
    pieces = [Piece(start, data[start:end]) for start, end in itertools.pairwise(borders)]
    house.ship(shipment(*pieces, extent=uncut(len(data)), gone=Range(0, 1_000)))
    assert b"".join(stretch.data for stretch in stretches(house)) == data
    found = house.reader.output(ONE)
    assert found is not None
    assert found.tail == data
