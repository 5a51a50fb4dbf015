"""What is left of attempts whose folders were removed: a line each, a file for each month.

While the store goes only forward, no attempt is claimed twice and nobody reads them. From the day on which a store went
back in time, an attempt may be claimed again whose folder is gone; its line then proves that it must not be started.
"""

import errno
import os
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

from boms_tui.runtime.shim.files import Pairs, sync_folder, unpack

MONTHS = 13
"""How many months are kept; an older backup must not be brought back into production."""

_OF_THE_RUNTIME = frozenset({b"PATH", b"HOME", b"LANG", b"TZ"})
"""Variables that a task inherits from its runtime, and the next runtime may have otherwise."""


class Tombstones:
    """Those of one spool. `suspects` says that the store went back in time at least once."""

    def __init__(self, root: Path) -> None:
        self._folder = root / "pruned"
        self._flag = root / "strayed"
        self.suspects = self._flag.exists()
        self._known: Mapping[str, str] | None = None

    def suspect(self, why: str) -> None:
        """From now on, look before anything is started.

        Raises:
            OSError: the disk refuses.
        """
        _append(self._flag, f"{why}\n")
        sync_folder(str(self._flag.parent))
        self.suspects = True

    def of(self, name: str) -> str:
        """What is known of an attempt whose folder of this name was removed; "" where nothing is."""
        if not self.suspects:
            return ""
        if self._known is None:
            self._known = dict(_lines(self._folder))
        return self._known.get(name, "")

    def add(self, lines: Mapping[str, str], now: datetime) -> None:
        """Keep a line for each name, durably.

        Raises:
            OSError: the disk refuses.
        """
        self._folder.mkdir(mode=0o700, exist_ok=True)
        file = self._folder / f"{now:%Y-%m}"
        is_new = not file.exists()
        _append(file, "".join(f"\n{name} {text}" for name, text in lines.items()) + "\n")
        if is_new:
            sync_folder(str(self._folder))
            sync_folder(str(self._folder.parent))
            for old in sorted(self._folder.iterdir())[:-MONTHS]:
                old.unlink()
        self._known = None


def is_same_work(folder: Path, spec: bytes) -> bool:
    """Whether the spec in a folder says to run the same program in the same way. One that was cancelled has none."""
    try:
        known = (folder / "spec").read_bytes()
    except FileNotFoundError:
        return True
    return _work(known) == _work(spec)


def _work(spec: bytes) -> tuple[Pairs, set[bytes]]:
    pairs = unpack(spec)
    own = {value for key, value in pairs if key == b"env" and value.partition(b"=")[0] not in _OF_THE_RUNTIME}
    return [pair for pair in pairs if pair[0] in {b"arg", b"cwd"}], own


def _append(file: Path, text: str) -> None:
    """A line that was cut off before ends where this begins.

    Raises:
        OSError: the disk refuses, or has taken a part of it.
    """
    fd = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    try:
        line = text.encode()
        if os.write(fd, line) != len(line):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        os.fsync(fd)
    finally:
        os.close(fd)


def _lines(folder: Path) -> Iterator[tuple[str, str]]:
    for file in sorted(folder.iterdir()) if folder.is_dir() else ():
        with file.open(encoding="utf-8", errors="replace") as lines:
            for line in lines:
                name, _, text = line.rstrip("\n").partition(" ")
                if text:
                    yield name, text
