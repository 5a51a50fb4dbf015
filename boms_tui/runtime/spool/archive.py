"""The folders of a spool as a whole: which there are, which nobody needs any more, and how they go."""

import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from boms_tui.model.ids import AttemptId
from boms_tui.runtime.failpoint import failpoint
from boms_tui.runtime.shim.files import unpack
from boms_tui.runtime.spool.found import Alive, Ended, Found, Lost, Unsupervised, Void
from boms_tui.runtime.spool.spool import Spool

CLOSED = "closed"
"""The file in an attempt's folder which says that its end is on record and its output in the store."""
_ALWAYS = ("exit.rec", "spec", "decision")
"""One of these is in every folder."""
_LENGTH = 32


class Archive:
    """The attempts' folders of one spool, by name."""

    def __init__(self, spool: Spool) -> None:
        self._spool = spool
        self._root = spool.root

    def names(self) -> list[str]:
        """Of every attempt that has a folder."""
        return [name for name in os.listdir(self._root) if len(name) == _LENGTH and not name.startswith(".")]  # noqa: PTH208

    def attempts(self, names: Iterable[str]) -> dict[AttemptId, str]:
        """The attempts that these folders belong to; those that do not say so are left out."""
        found = ((self._attempt_in(name), name) for name in names)
        return {attempt: name for attempt, name in found if attempt is not None}

    def close(self, attempt: AttemptId) -> None:
        """Mark the folder of an attempt that nobody needs any more. A mark that is lost is made again.

        It is a second name for a file that is there: a new file would cost forty times as much.
        """
        folder = self._spool.folder(attempt)
        for name in _ALWAYS:
            try:
                os.link(f"{folder}/{name}", f"{folder}/{CLOSED}")
            except FileExistsError:
                return
            except FileNotFoundError:
                continue
            os.utime(f"{folder}/{CLOSED}")
            return

    def closed_at(self, name: str) -> datetime | None:
        """When a folder was marked; None where it was not."""
        try:
            return datetime.fromtimestamp(os.stat(f"{self._root}/{name}/{CLOSED}").st_mtime, UTC)  # noqa: PTH116
        except FileNotFoundError:
            return None

    def remove(self, attempts: Mapping[AttemptId, str], now: datetime) -> None:
        """Remove the folders of attempts that are over, for good. Of each that ran, a line stays.

        It may be killed anywhere: until the line is on disk, the folder is whole.

        Raises:
            OSError: the disk refuses.
        """
        found = {name: self._spool.at(attempt).evidence() for attempt, name in attempts.items()}
        over = {name: proof(what) for name, what in found.items() if not isinstance(what, Alive | Unsupervised)}
        failpoint("before-prune")
        lines = {name: text for name, text in over.items() if text}
        if lines:
            self._spool.pruned.add(lines, now)
        failpoint("entombed")
        for name in over:
            aside = self._root / f".old-{name}"
            (self._root / name).rename(aside)
            failpoint("set-aside")
            shutil.rmtree(aside, ignore_errors=True)

    def stray(self, attempts: Iterable[AttemptId]) -> Iterator[tuple[AttemptId, str]]:
        """Those of these attempts that ran, or may have, with what the spool proves of each."""
        for attempt in attempts:
            text = proof(self._spool.at(attempt).evidence())
            if text:
                yield attempt, text

    def _attempt_in(self, name: str) -> AttemptId | None:
        for file in ("spec", "id"):
            try:
                said = dict(unpack((self._root / name / file).read_bytes())).get(b"id")
            except OSError:
                continue
            if said is not None and self._spool.folder(attempt := AttemptId(os.fsdecode(said))).name == name:
                return attempt
        return None


def proof(found: Found | None) -> str:
    """What an attempt did, in words; "" where it provably did nothing."""
    match found:
        case Ended(record):
            code = record.code if record.code is not None else f"signal {record.signal}"
            return f"it ended on {record.ended:%Y-%m-%d at %H:%M:%S} UTC: {record.how} {code}"
        case Alive(started):
            return f"it runs, as process {started.pid}" if started is not None else "its shim runs"
        case Unsupervised(started):
            return f"its program runs, as process {started.pid}"
        case Lost(evidence):
            return evidence
        case Void() | None:
            return ""


def remove_old_shims(root: Path, shim: Sequence[str]) -> None:
    """Remove the pinned shims of other releases that no process runs; `shim` is the command of this one, if any."""
    if not shim:
        return
    old = [home for home in root.glob("shim-*") if not any(word.startswith(str(home)) for word in shim)]
    if not old:
        return
    running = b"\n".join(map(_command_line, Path("/proc").glob("[0-9]*")))
    for home in old:
        if bytes(home) not in running:
            shutil.rmtree(home, ignore_errors=True)


def _command_line(process: Path) -> bytes:
    try:
        return (process / "cmdline").read_bytes()
    except OSError:
        return b""
