"""Known values made unreadable in what a program printed: each byte of them becomes an asterisk, so that offsets stay.

Only the value as it is, or as JSON has it, is found; a program that encodes it first (base64, a URL) defeats this.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence

SHORTEST = 4
"""Bytes. A shorter value is left alone: masking it would shred the output, and the gaps would tell it."""
EVERYTHING = b""
"""Among the values: one of them is not known any more, so nothing of the output may be shown."""
Values = Callable[[], Sequence[bytes]]
"""The values to mask, as far as they are known at the time of the call. May raise `NotYetError`."""


class NotYetError(OSError):
    """What to mask in an output is not known yet: look again later."""


def needles(values: Iterable[str]) -> tuple[bytes, ...]:
    """What to look for: each value, each line of one that has several, and both as JSON has them; longest first."""
    pieces = {piece for value in values for piece in (value.encode(), *value.encode().splitlines())}
    found = {form for piece in pieces if len(piece) >= SHORTEST for form in _forms(piece)}
    return tuple(sorted(found, key=len, reverse=True))


def redact(data: bytes, values: Sequence[bytes], *, torn: bool = False) -> bytes:
    """`data` with each of `values` masked; as long as before, its line ends kept.

    With `torn`, it was cut out of more: what may be the rest of a value at its start, or the beginning of one at its
    end, is masked too.
    """
    if not values or not data:
        return data
    mask = bytearray(len(data))
    _mark(data, values, mask)
    if torn:
        _mark_edges(data, values, mask)
    return _masked(data, mask)


class Redactor:
    """The same for data that comes in pieces, whose borders may lie within a value."""

    def __init__(self, values: Sequence[bytes]) -> None:
        self._values = values
        self._hold = max(map(len, values), default=1) - 1
        self._held = b""
        self._mask = bytearray()

    def feed(self, piece: bytes) -> bytes:
        """What can be shown by now: all but the last bytes, with which a value may begin."""
        data, mask = self._held + piece, self._mask + bytes(len(piece))
        _mark(data, self._values, mask)
        sure = max(0, len(data) - max(0, self._hold))
        self._held, self._mask = data[sure:], mask[sure:]
        return _masked(data[:sure], mask[:sure])

    def finish(self) -> bytes:
        """The rest, when no more comes."""
        rest, self._held = _masked(self._held, self._mask), b""
        self._mask = bytearray()
        return rest


def _forms(piece: bytes) -> Iterator[bytes]:
    """As it is, and within a JSON string: what a task is handed, and what it may print again, is JSON."""
    yield piece
    for is_ascii in (False, True):
        yield json.dumps(piece.decode(), ensure_ascii=is_ascii)[1:-1].encode()


def _mark(data: bytes, values: Sequence[bytes], mask: bytearray) -> None:
    for value in values:
        if value == EVERYTHING:
            mask[:] = b"\1" * len(mask)
            return
        at, done = data.find(value), 0
        while at >= 0:
            start, done = max(at, done), at + len(value)
            mask[start:done] = b"\1" * (done - start)
            at = data.find(value, at + 1)


def _mark_edges(data: bytes, values: Sequence[bytes], mask: bytearray) -> None:
    for value in values:
        lengths = range(min(len(value) - 1, len(data)), SHORTEST - 1, -1)
        first = next((length for length in lengths if data.startswith(value[-length:])), 0)
        last = next((length for length in lengths if data.endswith(value[:length])), 0)
        mask[:first] = b"\1" * first
        mask[len(mask) - last :] = b"\1" * last


def _masked(data: bytes, mask: bytearray) -> bytes:
    """`data` with an asterisk where the mask is 1, but for line ends."""
    parts, at = [], 0
    while (start := mask.find(1, at)) >= 0:
        end = mask.find(0, start)
        end = len(mask) if end < 0 else end
        parts += [data[at:start], b"\n".join(b"*" * len(line) for line in data[start:end].split(b"\n"))]
        at = end
    return b"".join((*parts, data[at:]))
