"""Outputs in the store: compressed pieces keyed by where they begin, and beside them a row of what is known."""

import zlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Column, Connection, Dialect, Select, bindparam, delete, select

from boms_tui.model.ids import AttemptId
from boms_tui.model.output import Range, Shipment, Shipped
from boms_tui.model.views import Output, Progress, Stretch
from boms_tui.store import tables
from boms_tui.store.content import AT_ONCE
from boms_tui.store.rows import Statement, added

LONGEST = 65_536
"""The most bytes of a piece before it is compressed."""
PAGE_PIECES = 16
"""How many pieces are read at once: a MiB at most."""
_LEVEL = 1
"""Higher ones make a tenth less of a log, at more than twice the cost."""

output, piece = tables.output, tables.output_piece


class _Piece(NamedTuple):
    attempt: AttemptId
    start: int
    length: int
    packed: bytes

    @property
    def end(self) -> int:
        return self.start + self.length


class _Gone(NamedTuple):
    attempt: AttemptId
    start: int
    end: int


class _Row(NamedTuple):
    attempt: AttemptId
    size: int
    head: int
    dropped: int
    complete: bool
    meter: int | None
    label: str
    said_at: datetime | None
    at: datetime


class Packed(NamedTuple):
    """Shipments as rows, ready to be written."""

    rows: Sequence[_Row]
    gone: Sequence[_Gone]
    pieces: Sequence[_Piece]


def pack(shipments: Sequence[Shipment]) -> Packed:
    """Compress what is shipped; before the transaction, which others wait for."""
    return Packed(
        rows=[_row(one) for one in shipments],
        gone=[_Gone(one.attempt, *one.gone) for one in shipments if one.gone is not None],
        pieces=[
            _Piece(one.attempt, part.start, len(part.data), zlib.compress(part.data, _LEVEL))
            for one in shipments
            for part in one.pieces
        ],
    )


class Outputs:
    """The statements that write outputs, for one engine. Writing the same again changes nothing."""

    def __init__(self, dialect: Dialect) -> None:
        same = piece.c.attempt == bindparam("attempt")
        end = bindparam("end", type_=piece.c.start.type)
        from_start = piece.c.start >= bindparam("start", type_=piece.c.start.type)
        self._within = Statement[_Gone](
            delete(piece).where(same, from_start, piece.c.start + piece.c.length <= end), dialect
        )
        self._replaced = Statement[_Piece](delete(piece).where(same, from_start, piece.c.start < end), dialect)
        self._piece: Statement[_Piece] = added(piece, dialect)
        self._known = Statement[_Row](delete(output).where(output.c.attempt == bindparam("attempt")), dialect)
        self._row: Statement[_Row] = added(output, dialect)

    def put(self, connection: Connection, packed: Packed) -> None:
        """Forget what is gone, replace what begins where a new piece lies, and renew what is known."""
        self._within.run(connection, packed.gone)
        self._replaced.run(connection, packed.pieces)
        self._piece.run(connection, packed.pieces)
        self._known.run(connection, packed.rows)
        self._row.run(connection, packed.rows)


def tail(connection: Connection, attempt: AttemptId, last: int) -> Output | None:
    """The end of an output, `last` bytes at most, as far back as there is no gap."""
    known = _known(connection, attempt)
    if known is None:
        return None
    found = _end(_parts(connection, known, max(0, known.size - last)), known.size)
    return Output(attempt, found, known.size, known.dropped, known.at, known.head, known.complete, _progress(known))


def stretch(connection: Connection, attempt: AttemptId, start: int) -> Stretch | None:
    """The first bytes from `start` on that are there, about a MiB without a gap at the most; None behind the last."""
    known = _known(connection, attempt)
    data = b""
    begin = start
    for at, part in _parts(connection, known, start, limit=PAGE_PIECES) if known is not None else ():
        if data and at != begin + len(data):
            break
        begin = begin if data else at
        data += part
    return Stretch(begin, data) if data else None


def progress(connection: Connection, attempts: Collection[AttemptId]) -> dict[AttemptId, Progress]:
    """What attempts said of themselves; those that said nothing are left out."""
    said = select(output).where(output.c.said_at.is_not(None))
    rows = (_Row(*row) for row in _of(connection, said, output.c.attempt, attempts))
    return {row.attempt: found for row in rows if (found := _progress(row)) is not None}


def shipped(connection: Connection, attempts: Collection[AttemptId]) -> dict[AttemptId, Shipped]:
    """What the store has of some outputs; those of which it has nothing are left out."""
    pieces: defaultdict[AttemptId, list[Range]] = defaultdict(list)
    spans = select(piece.c.attempt, piece.c.start, piece.c.length).order_by(piece.c.attempt, piece.c.start)
    for attempt, start, length in _of(connection, spans, piece.c.attempt, attempts):
        pieces[attempt].append(Range(start, start + length))
    rows = (_Row(*row) for row in _of(connection, select(output), output.c.attempt, attempts))
    return {row.attempt: Shipped(tuple(pieces[row.attempt]), _progress(row), row.complete) for row in rows}


def _row(one: Shipment) -> _Row:
    said, extent = one.progress, one.extent
    meter, label, said_at = (said.meter, said.label, said.at) if said is not None else (None, "", None)
    return _Row(one.attempt, extent.size, extent.head, extent.dropped, one.complete, meter, label, said_at, one.at)


def _progress(row: _Row) -> Progress | None:
    return None if row.said_at is None else Progress(row.meter, row.label, row.said_at)


def _known(connection: Connection, attempt: AttemptId) -> _Row | None:
    row = connection.execute(select(output).where(output.c.attempt == attempt)).first()
    return None if row is None else _Row(*row)


def _parts(connection: Connection, known: _Row, begin: int, limit: int | None = None) -> Iterator[tuple[int, bytes]]:
    """What is there of an output from `begin` on, a piece at a time, without what the cap has cut since."""
    behind = (piece.c.start > begin - LONGEST, piece.c.start + piece.c.length > begin)
    rows = select(piece.c.start, piece.c.packed).where(piece.c.attempt == known.attempt, *behind)
    for start, packed in connection.execute(rows.order_by(piece.c.start).limit(limit)):
        data = zlib.decompress(packed)
        for first, end in ((0, known.head), (known.head + known.dropped, known.size)):
            at = max(first, begin, start)
            part = data[at - start : max(0, end - start)]
            if part:
                yield at, part


def _end(parts: Iterable[tuple[int, bytes]], size: int) -> bytes:
    """The bytes before `size` that lie there without a gap."""
    joined: list[bytes] = []
    begin = size
    for at, part in reversed(list(parts)):
        if at + len(part) != begin:
            break
        joined.append(part)
        begin = at
    return b"".join(reversed(joined))


def _of(
    connection: Connection, rows: Select[Any], column: Column[str], attempts: Collection[AttemptId]
) -> Iterator[Sequence[Any]]:
    """The rows of some attempts, a few hundred in each question."""
    named = sorted(attempts)
    for first in range(0, len(named), AT_ONCE):
        yield from connection.execute(rows.where(column.in_(named[first : first + AT_ONCE])))
