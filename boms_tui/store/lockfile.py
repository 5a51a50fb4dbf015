"""The lock beside an embedded store: whoever holds it leads, and the kernel drops it when its holder dies."""

import fcntl
import os
from pathlib import Path
from types import TracebackType
from typing import Self


class StoreLock:
    """An exclusive lock on `<store file>.lock`. Its descriptor is never inherited by a program that is launched."""

    def __init__(self, store: Path) -> None:
        self._path = store.with_name(f"{store.name}.lock")
        self._descriptor: int | None = None

    def acquire(self, holder: str) -> bool:
        """Take the lock without waiting, and write down who has it; False where somebody else does."""
        if self._descriptor is not None:
            return True
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        os.truncate(descriptor, 0)
        os.pwrite(descriptor, holder.encode(), 0)
        self._descriptor = descriptor
        return True

    def release(self) -> None:
        """Give the lock back; nothing happens where it is not held.

        It is unlocked before it is closed: a program being launched has the descriptor until its exec is over.
        """
        if self._descriptor is not None:
            os.truncate(self._descriptor, 0)
            fcntl.flock(self._descriptor, fcntl.LOCK_UN)
            os.close(self._descriptor)
            self._descriptor = None

    @property
    def held(self) -> bool:
        return self._descriptor is not None

    def holder(self) -> str:
        """Who wrote down last that they have it: a hint for people, not a proof."""
        try:
            return self._path.read_text(encoding="utf-8", errors="replace")
        except FileNotFoundError:
            return ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()
