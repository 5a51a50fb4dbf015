"""One attempt's folder: what lies in it, and what that proves (RELIABILITY.md section 2.3). Nothing is changed here."""

import fcntl
import os
from dataclasses import dataclass
from pathlib import Path

from boms_tui.runtime.identity import start_time
from boms_tui.runtime.shim.files import WRITE_LOCK, read, unpack, unseal
from boms_tui.runtime.spool.found import Alive, Ended, Found, Lost, Unsupervised, Void
from boms_tui.runtime.spool.protocol import ExitRecord, StartRecord

CANCEL = b"CANCEL"
"""The decision that an attempt never starts; any other is the start record of the shim that decided."""


@dataclass(frozen=True, slots=True)
class Folder:
    """The folder at `path`, on a host in its boot `boot`. Paths are text: a hundred thousand are read in a night."""

    path: str
    boot: str

    @property
    def name(self) -> str:
        return os.path.basename(self.path)  # noqa: PTH119

    def exists(self) -> bool:
        return os.path.isdir(self.path)  # noqa: PTH112

    def exit_record(self) -> ExitRecord | None:
        """The exit record, also one that its shim could write but not rename; None where no valid one exists."""
        return self._sealed("exit.rec") or self._unnamed_record()

    def decision(self) -> bytes | None:
        """What was decided; empty where somebody has put something unreadable in its place."""
        try:
            return read(f"{self.path}/decision")
        except FileNotFoundError:
            return b"" if os.path.islink(f"{self.path}/decision") else None  # noqa: PTH114
        except IsADirectoryError:
            return b""

    def started(self) -> StartRecord | None:
        """Who was to run, once its start has been decided.

        Raises:
            ValueError: the decision cannot be read.
        """
        decision = self.decision()
        return None if decision in {None, CANCEL} else StartRecord.decode(decision or b"")

    def lock_held(self) -> bool:
        """Whether the attempt's shim lives. Asks the kernel who holds the lock, and never takes it."""
        try:
            fd = os.open(f"{self.path}/lock", os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return False
        try:
            holder: bytes = fcntl.fcntl(fd, fcntl.F_OFD_GETLK, WRITE_LOCK)
        finally:
            os.close(fd)
        return int.from_bytes(holder[:2], "little") != fcntl.F_UNLCK

    def kill_requested(self) -> bool:
        return os.path.exists(f"{self.path}/kill.req")  # noqa: PTH110

    def output_cap(self) -> int:
        """Raises:
        FileNotFoundError: it was never published.
        LookupError, ValueError: its spec is lost.
        """
        return int(dict(unpack(read(f"{self.path}/spec")))[b"output_cap"])

    def evidence(self) -> Found | None:
        """What the files prove by now; None where nothing is decided.

        The decision is read before the lock is asked for: a shim decides while it holds the lock, so a START
        without a lock behind it is one whose shim has ended.
        """
        if record := self.exit_record():
            return Ended(record)
        decision = self.decision()
        if self.lock_held():
            return Alive(self._started_so_far())
        match decision:
            case None:
                return None
            case b"CANCEL":
                return Void("it was cancelled before it started")
            case _:
                return self._without_shim()

    def _without_shim(self) -> Found:
        """A started attempt whose shim has ended: the record may have come since, else only traces are left."""
        if record := self.exit_record():
            return Ended(record)
        try:
            started = self.started()
        except ValueError as error:
            return Lost(f"its shim ended without an exit record, and its decision cannot be read: {error}")
        if started is None:
            return Lost("its decision has vanished; somebody edited the spool")
        if started.boot_id != self.boot:
            return Lost(f"the host restarted while it ran (pid {started.pid}, since {started.at:%H:%M:%S}Z)")
        if start_time(started.pid) == started.start_time:
            return Unsupervised(started)
        return Lost(f"its shim ended without an exit record, and its program (pid {started.pid}) has ended too")

    def _started_so_far(self) -> StartRecord | None:
        try:
            return self.started()
        except ValueError:
            return None

    def _unnamed_record(self) -> ExitRecord | None:
        names = sorted(file.name for file in Path(self.path).glob("exit.*tmp"))
        return next(filter(None, map(self._sealed, names)), None)

    def _sealed(self, name: str) -> ExitRecord | None:
        try:
            payload = unseal(read(f"{self.path}/{name}"))
            return ExitRecord.decode(payload) if payload is not None else None
        except (FileNotFoundError, IsADirectoryError, ValueError):
            return None
