"""Which bytes of an output the store has, and which it is to be brought next: the newest that it lacks."""

from bisect import insort
from collections import defaultdict
from collections.abc import Iterable, Iterator

from boms_tui.model.output import Extent, Range

STRETCH = 65_536
"""Pieces lie within stretches of so many bytes; a whole one is a single piece."""


class Mirror:
    """What the store has of one output.

    A task that prints a line a second must not have 64 KiB rewritten for each: a new piece takes its neighbours in only
    where they are no longer than itself, so that each byte is written a few times and the pieces stay few.
    """

    def __init__(self, pieces: Iterable[Range] = ()) -> None:
        self._covered: list[Range] = []
        self._small: defaultdict[int, list[Range]] = defaultdict(list)
        for piece in pieces:
            self.add(piece)

    def lacks(self, extent: Extent) -> bool:
        return next(self._missing(extent), None) is not None

    def newest(self, extent: Extent, room: int) -> Iterator[Range]:
        """The newest bytes that are missing, `room` at the most: parts of one stretch each, the newest first."""
        for missing in list(self._missing(extent)):
            end = missing.end
            while end > missing.start and room > 0:
                start = max(missing.start, (end - 1) // STRETCH * STRETCH, end - room)
                yield Range(start, end)
                room -= end - start
                end = start

    def grown(self, part: Range, extent: Extent) -> Range:
        """`part` with the pieces beside it that one new piece is to replace."""
        first, last = next(kept for kept in reversed(extent.kept) if kept.start <= part.start)
        beside = [piece for piece in self._small[part.start // STRETCH] if first <= piece.start and piece.end <= last]
        is_whole = sum(piece.end - piece.start for piece in (part, *beside)) == STRETCH
        while True:
            longest = STRETCH if is_whole else part.end - part.start
            near = [one for one in beside if one.end == part.start or one.start == part.end]
            taken = next((one for one in near if one.end - one.start <= longest), None)
            if taken is None:
                return part
            beside.remove(taken)
            part = Range(min(part.start, taken.start), max(part.end, taken.end))

    def add(self, piece: Range) -> None:
        """The store has this now, in place of the pieces that lie within it."""
        number = piece.start // STRETCH
        kept = [one for one in self._small.pop(number, []) if one.end <= piece.start or piece.end <= one.start]
        if piece.end - piece.start < STRETCH:
            insort(kept, piece)
        if kept:
            self._small[number] = kept
        self._covered = list(_union([*self._covered, piece]))

    def forget(self, gone: Range) -> bool:
        """The store is to lose the pieces that lie within `gone`; whether there may be any."""
        before = self._covered
        self._covered = list(_without(before, gone))
        if self._covered == before:
            return False
        for number, pieces in list(self._small.items()):
            self._small[number] = [one for one in pieces if one.start < gone.start or gone.end < one.end]
        return True

    def _missing(self, extent: Extent) -> Iterator[Range]:
        """The newest first."""
        for kept in reversed(extent.kept):
            lacking = [kept] if kept.end > kept.start else []
            for covered in self._covered:
                lacking = list(_without(lacking, covered))
            yield from reversed(lacking)


def _union(ranges: Iterable[Range]) -> Iterator[Range]:
    """The same bytes as few ranges in order."""
    last: Range | None = None
    for one in sorted(ranges):
        if last is not None and one.start <= last.end:
            last = Range(last.start, max(last.end, one.end))
            continue
        if last is not None:
            yield last
        last = one
    if last is not None:
        yield last


def _without(ranges: Iterable[Range], gone: Range) -> Iterator[Range]:
    """`ranges`, in order, but for the bytes of `gone`."""
    for one in ranges:
        for rest in (Range(one.start, min(one.end, gone.start)), Range(max(one.start, gone.end), one.end)):
            if rest.end > rest.start:
                yield rest
