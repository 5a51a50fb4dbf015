"""What an attempt has printed so far: its `out.log`, of which the shim keeps the first and the last half of the cap.

Where the shim can punch the middle out, an offset in the file is one in all that was printed. Where it had to move the
end down instead, or where somebody cut the file, what was read of it before is not true any more: another edition.
"""

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from boms_tui.model.output import Extent, Range
from boms_tui.runtime.output.redaction import EVERYTHING, Values, redact
from boms_tui.runtime.spool.protocol import ExitRecord

Record = Callable[[], ExitRecord | None]


class OutputFile:
    """One attempt's output, redacted. `record` reads its exit record; `secrets` tells the values to mask.

    All may raise an `OSError`: it cannot be read now. What cannot be found any more is not there, which is no error.
    """

    def __init__(self, folder: Path, cap: int, record: Record, secrets: Values = tuple) -> None:
        self._file = str(folder / "out.log")
        self._record = record
        self._look_up = secrets
        self._secrets = secrets()
        self._around = _longest(self._secrets) - 1
        self._half, self._rest = cap // 2, cap - cap // 2
        self._length = self._moved = self._edition = 0
        self._extent = Extent(0, 0, 0)
        self._ended = False

    def length(self) -> int:
        """How long the file is; costs next to nothing."""
        try:
            return os.stat(self._file).st_size  # noqa: PTH116 - a Path costs more than the call
        except FileNotFoundError:
            return 0

    def extent(self, *, ended: bool) -> Extent:
        """What is kept by now; before it has `ended`, without what may be the beginning of a secret."""
        self._learn()
        record = self._record() if ended else None
        self._ended = ended
        self._extent = self._by_file() if record is None else self._by_record(record)
        return self._extent if ended or not self._around else _shorter(self._extent, self._held_back())

    def read(self, part: Range) -> bytes:
        """The bytes of `part`, which lies within what is kept; fewer where they are not there any more."""
        cut = self._extent
        first, end = cut.kept[0] if part.end <= cut.head else cut.kept[1]
        around = Range(max(first, part.start - self._around), min(end, part.end + self._around))
        is_torn = cut.dropped > 0 and (around.start == cut.tail or around.end == cut.head)
        data = redact(self._raw(around), self._secrets, torn=is_torn)
        return data[part.start - around.start : part.end - around.start]

    def _learn(self) -> None:
        """What to mask by now. What was masked whole can be read again once the values are known: another edition."""
        before, self._secrets = self._secrets, self._look_up()
        if EVERYTHING in before and EVERYTHING not in self._secrets:
            self._edition += 1
        self._around = _longest(self._secrets) - 1

    def _by_file(self) -> Extent:
        length = self.length()
        self._use(length, self._moved + max(0, self._length - length))
        size = length + self._moved
        if size <= self._half + self._rest:
            return Extent(size, size, size, self._edition)
        return Extent(size, self._half, max(size - self._rest, self._half + self._moved), self._edition)

    def _by_record(self, record: ExitRecord) -> Extent:
        size, dropped = record.output_bytes, record.output_dropped
        length = self.length()
        self._use(length, max(0, size - length) if dropped else 0)
        if not dropped:
            return Extent(size, size, size, self._edition)
        return Extent(size, self._half, self._half + dropped, self._edition)

    def _use(self, length: int, moved: int) -> None:
        if moved != self._moved:
            self._moved, self._edition = moved, self._edition + 1
        self._length = length

    def _held_back(self) -> int:
        """How many bytes at the end may be the beginning of a secret, of which the rest is still to come."""
        start, end = self._extent.kept[1] if self._extent.dropped else self._extent.kept[0]
        last = Range(max(start, end - self._around), end)
        data = self._raw(last)
        if len(data) < last.end - last.start:
            return last.end - last.start
        return max(_beginning(data, value) for value in self._secrets)

    def _raw(self, part: Range) -> bytes:
        """The bytes as they were printed; none where the shim may have cut them out while they were read."""
        at = part.start - self._moved if part.start >= self._extent.tail else part.start
        if at < 0:
            return b""
        try:
            with open(self._file, "rb", buffering=0) as file:  # noqa: PTH123 - as above
                data = _read(file.fileno(), part.end - part.start, at)
                length = os.fstat(file.fileno()).st_size
        except FileNotFoundError:
            return b""
        cut_to = length + self._moved - self._rest
        if self._ended or (
            length >= self._length and (cut_to <= max(part.start, self._half) or part.end <= self._half)
        ):
            return data
        return b""


def _read(fd: int, length: int, at: int) -> bytes:
    parts: list[bytes] = []
    while length and (part := os.pread(fd, length, at)):
        parts.append(part)
        at, length = at + len(part), length - len(part)
    return b"".join(parts)


def _longest(values: Sequence[bytes]) -> int:
    """The length of the longest value; 1 where there is none, since each byte then stands for itself."""
    return max((1, *map(len, values)))


def _shorter(extent: Extent, by: int) -> Extent:
    size = extent.size - by
    return extent._replace(size=size, head=min(extent.head, size), tail=min(extent.tail, size))


def _beginning(data: bytes, value: bytes) -> int:
    """The length of the longest end of `data` with which `value` begins, but which is not all of it."""
    at = data.find(value[:1], max(0, len(data) - len(value) + 1)) if value else -1
    while at >= 0:
        if value.startswith(data[at:]):
            return len(data) - at
        at = data.find(value[:1], at + 1)
    return 0
