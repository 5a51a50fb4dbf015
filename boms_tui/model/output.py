"""What an attempt prints, on its way into the store; offsets count the bytes that were ever printed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from boms_tui.model.ids import AttemptId
from boms_tui.model.views import Progress


class Range(NamedTuple):
    """The bytes from `start` to just before `end`."""

    start: int
    end: int


class Extent(NamedTuple):
    """What of an output is kept: its first `head` bytes, and those from `tail` on; `size` is all that was printed.

    What was read of another `edition` is to be read again: the file behind it was not only added to.
    """

    size: int
    head: int
    tail: int
    edition: int = 0

    @property
    def dropped(self) -> int:
        return self.tail - self.head

    @property
    def kept(self) -> tuple[Range, Range]:
        return Range(0, self.head), Range(self.tail, self.size)


@dataclass(frozen=True, slots=True)
class Piece:
    """Some bytes of an output, from `start` on; 64 KiB at most."""

    start: int
    data: bytes

    @property
    def range(self) -> Range:
        return Range(self.start, self.start + len(self.data))


@dataclass(frozen=True, slots=True)
class Shipment:
    """What the store is to have of an output from now on.

    `gone` are the bytes it is to forget, before `pieces` each replace what begins where they lie. `complete` says that
    nothing will be added.
    """

    attempt: AttemptId
    extent: Extent
    progress: Progress | None
    complete: bool
    at: datetime
    pieces: Sequence[Piece] = ()
    gone: Range | None = None


@dataclass(frozen=True, slots=True)
class Shipped:
    """What the store has of an output."""

    pieces: tuple[Range, ...] = ()
    progress: Progress | None = None
    complete: bool = False
