"""What the store is brought next: the newest first, gaps from behind, in few pieces, no byte more than a few times."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from boms_tui.model.output import Extent, Range
from boms_tui.runtime.output.mirror import STRETCH, Mirror


def uncut(size: int) -> Extent:
    return Extent(size, size, size)


def cut(size: int, cap: int) -> Extent:
    return uncut(size) if size <= cap else Extent(size, cap // 2, size - (cap - cap // 2))


class Held:
    """The pieces that a store holds, as it follows what it is told; `written` counts every byte that it was sent."""

    def __init__(self) -> None:
        self.pieces: dict[int, int] = {}
        self.mirror = Mirror()
        self.written = 0

    def ship(self, extent: Extent, room: int) -> None:
        gone = Range(extent.head, extent.tail)
        if self.mirror.forget(gone):
            self.pieces = {at: end for at, end in self.pieces.items() if at < gone.start or gone.end < end}
        for part in self.mirror.newest(extent, room):
            self.put(self.mirror.grown(part, extent))

    def put(self, piece: Range) -> None:
        assert piece.start // STRETCH == (piece.end - 1) // STRETCH
        self.pieces = {at: end for at, end in self.pieces.items() if not piece.start <= at < piece.end}
        self.pieces[piece.start] = piece.end
        self.mirror.add(piece)
        self.written += piece.end - piece.start

    def has(self, extent: Extent) -> bool:
        """Whether every kept byte is there; pieces never overlap."""
        at, covered = 0, set[int]()
        for start, end in sorted(self.pieces.items()):
            assert start >= at, "two pieces overlap"
            at = end
            covered |= set(range(start, end))
        return all(set(range(*kept)) <= covered for kept in extent.kept)


def test_the_newest_goes_first_and_gaps_are_filled_from_behind() -> None:
    mirror = Mirror()
    assert list(mirror.newest(uncut(1_000), 100)) == [Range(900, 1_000)]
    mirror.add(Range(900, 1_000))
    assert list(mirror.newest(uncut(1_200), 100)) == [Range(1_100, 1_200)]
    mirror.add(Range(1_100, 1_200))
    assert list(mirror.newest(uncut(1_200), 250)) == [Range(1_000, 1_100), Range(750, 900)]
    assert mirror.lacks(uncut(1_200))


def test_pieces_lie_within_stretches() -> None:
    mirror = Mirror()
    assert list(mirror.newest(uncut(2 * STRETCH + 10), 3 * STRETCH)) == [
        Range(2 * STRETCH, 2 * STRETCH + 10), Range(STRETCH, 2 * STRETCH), Range(0, STRETCH)
    ]  # fmt: skip


def test_what_the_cap_cut_is_not_asked_for() -> None:
    mirror = Mirror([Range(0, 100)])
    extent = Extent(1_000, 50, 900)
    assert list(mirror.newest(extent, 1_000)) == [Range(900, 1_000)]
    assert mirror.forget(Range(50, 900))
    assert not mirror.forget(Range(50, 900))


def test_the_end_goes_before_the_head() -> None:
    assert list(Mirror().newest(Extent(1_000, 50, 900), 1_000)) == [Range(900, 1_000), Range(0, 50)]


def test_a_piece_that_reaches_into_the_cut_is_not_joined_to_another() -> None:
    mirror = Mirror([Range(40, 60), Range(850, 905)])
    extent = Extent(1_000, 50, 900)
    assert mirror.grown(Range(905, 1_000), extent) == Range(905, 1_000)
    assert mirror.grown(Range(0, 40), extent) == Range(0, 40)


def test_a_full_stretch_becomes_one_piece() -> None:
    held = Held()
    for size in range(7, STRETCH + 1_000, 997):
        held.ship(uncut(size), STRETCH)
    held.ship(uncut(STRETCH + 5), STRETCH)
    assert held.pieces[0] == STRETCH
    assert held.has(uncut(STRETCH + 5))


def test_a_line_a_second_costs_a_few_times_what_it_is_long() -> None:
    held, line = Held(), 50
    most = 0
    for number in range(1, 2 * STRETCH // line):
        held.ship(uncut(number * line), STRETCH)
        most = max(most, len(held.pieces))
    printed = (2 * STRETCH // line - 1) * line
    assert held.written <= printed * (math.log2(STRETCH / line) + 2)
    assert most <= math.log2(STRETCH / line) + 3


@pytest.mark.parametrize("known", [(Range(0, 10), Range(10, 30), Range(50, 60)), ()])
def test_it_goes_on_from_what_the_store_says_it_has(known: tuple[Range, ...]) -> None:
    mirror = Mirror(known)
    missing = list(mirror.newest(uncut(60), 1_000))
    assert missing == ([Range(30, 50)] if known else [Range(0, 60)])


@given(
    steps=st.lists(st.tuples(st.integers(0, 60_000), st.integers(1, 40_000)), min_size=1, max_size=25),
    cap=st.integers(2, 150_000),
)
def test_however_it_is_printed_and_shipped_all_that_is_kept_arrives(steps: list[tuple[int, int]], cap: int) -> None:
    held, size = Held(), 0
    for printed, room in steps:
        size += printed
        held.ship(cut(size, cap), room)
    extent = cut(size, cap)
    for _ in range(size):
        if not held.mirror.lacks(extent):
            break
        held.ship(extent, 20_000)
    assert held.has(extent)


@given(cuts=st.lists(st.integers(1, 3 * STRETCH - 1), max_size=40, unique=True))
def test_a_restart_in_between_loses_nothing_and_doubles_nothing(cuts: list[int]) -> None:
    held, size = Held(), 3 * STRETCH
    for end in sorted(cuts):
        held.ship(uncut(end), 9_000)
        held.mirror = Mirror(Range(*piece) for piece in sorted(held.pieces.items()))
    while held.mirror.lacks(uncut(size)):
        held.ship(uncut(size), 30_000)
    assert held.has(uncut(size))
