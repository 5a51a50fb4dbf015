"""What the task prints: `out.log`, to which it writes directly, held down to its cap from beside."""

import fcntl
import os
import sys

from .files import PIECE

PUNCH_HOLE = 1 << 30 | 48 << 16 | ord("X") << 8 | 43
"""FS_IOC_UNRESVSP64: give a range of a file back to the file system; the file's size stays."""


class Output:
    """The first and the last half of the cap are kept.

    The middle is punched out while the task appends, so that the size of the file stays the bytes ever printed.
    Where the file system cannot do that, the end is moved down, and what comes in that moment is lost uncounted.
    """

    def __init__(self, cap: int) -> None:
        self._fd = os.open("out.log", os.O_RDWR | os.O_CREAT, 0o600)
        self._cap = cap
        self._hole_end = self._head = cap // 2
        self._tail = cap - self._head
        self._moved = self._last = 0
        self.pause = 200
        """After how many milliseconds to look again."""

    def trim(self) -> None:
        """Cut the middle where the file is a quarter of the cap too long."""
        size = os.fstat(self._fd).st_size
        grown, self._last = size - self._last, size
        self.pause = max(20, self.pause // 2) if grown > self._cap // 8 else min(2_000, self.pause * 2)
        if size - self._tail - self._hole_end > max(self._cap // 4, PIECE):
            self._cut_to(size - self._tail)

    def finish(self) -> tuple[int, int]:
        """Cut to the cap; the bytes ever printed, and how many of them are gone."""
        size = os.fstat(self._fd).st_size
        printed = size + self._moved
        if size - self._tail > self._hole_end:
            self._cut_to(size - self._tail)
        return printed, self._hole_end - self._head + self._moved

    def _cut_to(self, end: int) -> None:
        """Cut what lies between the head and `end`; output that cannot be cut stays, and the result comes first."""
        for cut in (self._punch, self._move_down):
            try:
                cut(end)
            except OSError:
                continue
            return

    def _punch(self, end: int) -> None:
        where = self._hole_end.to_bytes(8, sys.byteorder) + (end - self._hole_end).to_bytes(8, sys.byteorder)
        fcntl.ioctl(self._fd, PUNCH_HOLE, bytes(8) + where + bytes(24))
        self._hole_end = end

    def _move_down(self, start: int) -> None:
        at = start
        while piece := os.pread(self._fd, PIECE, at):
            at += os.pwrite(self._fd, piece, at - start + self._head)
        os.ftruncate(self._fd, at - start + self._head)
        self._hole_end = self._head
        self._moved += start - self._head
