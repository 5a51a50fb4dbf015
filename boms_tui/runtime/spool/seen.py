"""The file `store.seen` of a spool: how far this node has seen the store's journal, so that a store which goes back in
time is found out (RELIABILITY.md section 2.6).
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from boms_tui.runtime.shim.files import RECORD_SIZE, pack, seal, unpack, unseal

_VERSION = "1"
_SLOTS = 2


@dataclass(frozen=True, slots=True)
class Mark:
    """A row of the journal of a store, seen at some time."""

    deployment: str
    sequence: int
    hash: str
    at: datetime

    def same_row(self, other: "Mark | None") -> bool:
        return other is not None and (self.deployment, self.sequence, self.hash) == (
            other.deployment, other.sequence, other.hash,
        )  # fmt: skip


class Seen:
    """The newest mark. It is written to two places in turn, so that a write which is cut off leaves the one before."""

    def __init__(self, root: Path) -> None:
        self._file = root / "store.seen"
        self._count, self.mark = _newest(self._file)
        self._durable = self.mark

    def note(self, mark: Mark, *, durably: bool) -> None:
        """Remember a mark; without `durably`, a loss of power may forget it, but no end of this process.

        Raises:
            OSError: the disk refuses.
        """
        if not mark.same_row(self.mark):
            self._write(mark, durably=durably)
        elif durably and not mark.same_row(self._durable):
            self._write(mark, durably=True)

    def _write(self, mark: Mark, *, durably: bool) -> None:
        count = self._count + 1
        fields = (count, mark.deployment, mark.sequence, mark.hash, mark.at.isoformat())
        body = pack((name, str(value).encode()) for name, value in zip(_FIELDS, (_VERSION, *fields), strict=True))
        fd = os.open(self._file, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            os.pwrite(fd, seal(body), count % _SLOTS * RECORD_SIZE)
            if durably:
                os.fsync(fd)
        finally:
            os.close(fd)
        self._count, self.mark = count, mark
        self._durable = mark if durably else self._durable


_FIELDS = (b"version", b"count", b"deployment", b"sequence", b"hash", b"at")


def _newest(file: Path) -> tuple[int, Mark | None]:
    """The newest mark that a file holds whole, and its number."""
    try:
        data = file.read_bytes()
    except FileNotFoundError:
        return 0, None
    found = [_decoded(data[slot * RECORD_SIZE : (slot + 1) * RECORD_SIZE]) for slot in range(_SLOTS)]
    return max(filter(None, found), key=lambda one: one[0], default=(0, None))


def _decoded(record: bytes) -> tuple[int, Mark] | None:
    payload = unseal(record)
    if payload is None:
        return None
    try:
        fields = dict(unpack(payload))
        version, count, deployment, sequence, hash_, at = (fields[name].decode() for name in _FIELDS)
        return (
            (int(count), Mark(deployment, int(sequence), hash_, datetime.fromisoformat(at)))
            if version == _VERSION
            else None
        )
    except (KeyError, ValueError):
        return None


def gone_back(mark: Mark | None, deployment: str, head: tuple[int, str], hash_of: Callable[[int], str | None]) -> str:
    """Why the store cannot be the one that was seen, or is older; "" where it may go on from there."""
    if mark is None:
        return ""
    if deployment != mark.deployment:
        return f"this node has worked for the store {mark.deployment}, and this one is {deployment}"
    sequence, hash_ = head
    row = f"row {mark.sequence} of the journal, which this node saw on {mark.at:%Y-%m-%d at %H:%M:%S} UTC,"
    if sequence < mark.sequence:
        return f"the store is older than it was: {row} is not in it"
    if mark.sequence and (hash_ if sequence == mark.sequence else hash_of(mark.sequence)) != mark.hash:
        return f"the store has gone another way since it was brought back: {row} is another one in it"
    return ""
