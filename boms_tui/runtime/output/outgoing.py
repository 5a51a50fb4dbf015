"""One output on its way into the store: what the next shipment of it takes along."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from boms_tui.model.facts import Said
from boms_tui.model.ids import AttemptId
from boms_tui.model.output import Extent, Piece, Range, Shipment, Shipped
from boms_tui.runtime.output.hearing import Hearing
from boms_tui.runtime.output.mirror import Mirror
from boms_tui.runtime.ports import Printout

EVERYTHING = Range(0, 1 << 62)


class MovedError(Exception):
    """The output was cut while it was read; look again later."""


@dataclass(frozen=True, slots=True)
class Room:
    """How much there is time for, in bytes: to ship, and to look through for what the task says of itself."""

    ship: int
    hear: int


class Outgoing:
    """An output, and what the store has of it once all that was loaded has arrived.

    `is_known` says that it has something, `complete` that it will get nothing more.
    """

    def __init__(self, attempt: AttemptId, printed: Printout, shipped: Shipped | None) -> None:
        known = shipped or Shipped()
        self.attempt = attempt
        self.complete = known.complete
        self._printed = printed
        self._mirror = Mirror(known.pieces)
        self._hearing = Hearing(known.progress)
        self.is_known = shipped is not None
        self._length = 0
        self._edition = 0
        self._lacks = False
        self._told: int | None = None

    def said(self) -> list[Said]:
        """What the task has said of itself since this was last asked."""
        progress, labels = self._hearing.progress, self._hearing.labels()
        if progress is None or (not labels and progress.meter == self._told):
            return []
        self._told = progress.meter
        return [Said(self.attempt, progress.meter, label) for label in labels or [progress.label]]

    def has_more(self) -> bool:
        """Whether there is something to load; costs next to nothing."""
        try:
            return self._lacks or self._printed.length() != self._length
        except OSError:
            return True  # whoever loads it is told why

    def load(self, room: Room, now: datetime, *, ended: bool = False) -> Shipment | None:
        """The newest that the store lacks; None where it lacks nothing, and nothing will come.

        Raises:
            MovedError: the output was cut in this moment; nothing of it can be said now.
            OSError: it cannot be read now.
        """
        self._length = self._printed.length()
        extent = self._printed.extent(ended=ended)
        gone = self._gone(extent)
        news = self._hear(extent, room.hear, now, ended=ended)
        pieces = self._pieces(extent, room.ship, ended=ended)
        self._lacks = self._mirror.lacks(extent)
        self.complete = ended and not self._lacks
        if not (pieces or gone or news or (self.complete and self.is_known)):
            return None
        self.is_known = True
        return Shipment(self.attempt, extent, self._hearing.progress, self.complete, now, pieces, gone)

    def _gone(self, extent: Extent) -> Range | None:
        """What the store is to forget: what the cap has cut since, or all of another edition."""
        cut = Range(extent.head, extent.tail)
        if extent.edition != self._edition:
            self._edition, self._mirror = extent.edition, Mirror()
            return EVERYTHING
        return cut if self._mirror.forget(cut) else None

    def _pieces(self, extent: Extent, room: int, *, ended: bool) -> Sequence[Piece]:
        pieces: list[Piece] = []
        for part in self._mirror.newest(extent, room):
            piece = self._piece(self._mirror.grown(part, extent)) or self._piece(part)
            if piece is None and not ended:
                raise MovedError
            whole = piece.range if piece is not None else part  # what is lost is not looked for again
            self._mirror.add(whole)
            pieces = [one for one in pieces if not whole.start <= one.start < whole.end]
            pieces += [piece] if piece is not None else []
        return pieces

    def _piece(self, part: Range) -> Piece | None:
        data = self._printed.read(part)
        return Piece(part.start, data) if len(data) == part.end - part.start else None

    def _hear(self, extent: Extent, room: int, now: datetime, *, ended: bool) -> bool:
        """Look through what is new for what the task says of itself; whether it said something."""
        start = max(self._hearing.at, extent.size - room)
        if extent.dropped and start < extent.tail:
            start = extent.tail
        if start > self._hearing.at:
            self._hearing.skip_to(start)
        if start >= extent.size:
            return False
        data = self._printed.read(Range(start, extent.size))
        return len(data) == extent.size - start and self._hearing.hear(data, now, last=ended)
