"""The spool: one folder for each attempt, and what its files prove about the attempt (RELIABILITY.md section 2.3)."""

import errno
import fcntl
import hashlib
import os
import shutil
import tempfile
from pathlib import Path

from boms_tui.clock import boottime_ns
from boms_tui.model.ids import AttemptId
from boms_tui.runtime.failpoint import failpoint
from boms_tui.runtime.found import Alive, Ended, Found, Lost, StartFailed, Unsupervised, Void
from boms_tui.runtime.identity import boot_id, start_time
from boms_tui.runtime.ports import Spec, Tail
from boms_tui.runtime.protocol import ExitRecord, StartRecord, encode_spec
from boms_tui.runtime.shim.files import WRITE_LOCK, sync_folder, unpack, unseal, write_durably

_OCCUPIED = frozenset({errno.EEXIST, errno.ENOTEMPTY})


class AlreadyPublishedError(Exception):
    """The attempt has a folder: somebody launched or cancelled it before."""


class Spool:
    """The attempts' folders of one node, on a local file system. `boot` names this boot of the host."""

    def __init__(self, root: Path, *, boot: str = "") -> None:
        self.root = root
        self._boot = boot or boot_id()
        self._agent = -1
        root.mkdir(mode=0o700, parents=True, exist_ok=True)

    def acquire(self) -> bool:
        """Become this spool's one agent, for life; False where another runtime is. Sweeps what a killed one left."""
        fd = os.open(self.root / "agent.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(fd)
            return False
        self._agent = fd
        for unfinished in self.root.glob(".new-*"):
            shutil.rmtree(unfinished, ignore_errors=True)
        return True

    def release(self) -> None:
        if self._agent >= 0:
            os.close(self._agent)
            self._agent = -1

    def folder(self, attempt: AttemptId) -> Path:
        """Where the attempt's files lie; a hash, so that no id can lead elsewhere."""
        return self.root / hashlib.sha256(attempt.encode()).hexdigest()[:32]

    def publish(self, spec: Spec, *, sync: bool = True) -> Path:
        """Put the attempt's folder in place, whole. Without `sync` the caller must call `sync` before it spawns.

        Raises:
            AlreadyPublishedError: it has one.
            ValueError: no operating system could run this.
            OSError: the disk refused; nothing is left behind.
        """
        body = encode_spec(spec, self._boot, boottime_ns())
        building = self._build({"spec": body}, fifo="ctl")
        failpoint("before-publish")
        if not self._place(building, self.folder(spec.attempt)):
            raise AlreadyPublishedError(spec.attempt)
        if sync:
            self.sync()
        return self.folder(spec.attempt)

    def sync(self) -> None:
        """Wait until every published folder is on disk: what may run must be found after a power loss."""
        sync_folder(str(self.root))

    def read_exit(self, attempt: AttemptId) -> ExitRecord | None:
        """The exit record, also one that its shim could write but not rename; None where no valid one exists."""
        folder = self.folder(attempt)
        for file in (folder / "exit.rec", folder / "exit.tmp", *folder.glob("exit.*.tmp")):
            try:
                payload = unseal(file.read_bytes())
                if payload is not None:
                    return ExitRecord.decode(payload)
            except (FileNotFoundError, ValueError):
                continue
        return None

    def read_started(self, attempt: AttemptId) -> StartRecord | None:
        """Raises:
        ValueError: there is one, and it cannot be read.
        """
        try:
            return StartRecord.decode((self.folder(attempt) / "started").read_bytes())
        except FileNotFoundError:
            return None

    def lock_held(self, attempt: AttemptId) -> bool:
        """Whether the attempt's shim lives. Asks the kernel who holds the lock, and never takes it."""
        try:
            fd = os.open(self.folder(attempt) / "lock", os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return False
        try:
            holder: bytes = fcntl.fcntl(fd, fcntl.F_OFD_GETLK, WRITE_LOCK)
        finally:
            os.close(fd)
        return int.from_bytes(holder[:2], "little") != fcntl.F_UNLCK

    def cancel(self, attempt: AttemptId) -> bool:
        """Make CANCEL the one decision, so that no shim ever starts it; False where a decision stands already."""
        folder = self.folder(attempt)
        mine = folder / f"decision.cancel.{os.getpid()}"
        try:
            write_durably(str(mine), b"CANCEL")
        except FileNotFoundError:
            return self._cancel_unpublished(folder)
        try:
            os.link(mine, folder / "decision")
        except FileExistsError:
            return False
        finally:
            mine.unlink(missing_ok=True)
        sync_folder(str(folder))
        return True

    def adopt(self, attempt: AttemptId) -> Found:
        """What the files prove. Where nothing was decided, decides that it never starts.

        May be killed anywhere and called again; the next call says the same or what has happened since.
        """
        while True:
            found = self._look(attempt)
            if found is not None:
                return found

    def request_kill(self, attempt: AttemptId, by: str) -> None:
        """Ask the attempt's shim to end the program, durably.

        Raises:
            FileNotFoundError: it was never published.
        """
        folder, name = self.folder(attempt), by.encode(errors="replace")[:100]
        try:
            if not self.kill_requested(attempt):
                asked = folder / "kill.new"
                asked.unlink(missing_ok=True)
                write_durably(str(asked), name)
                asked.rename(folder / "kill.req")
                sync_folder(str(folder))
        finally:
            _poke(folder / "ctl", name)

    def kill_requested(self, attempt: AttemptId) -> bool:
        return (self.folder(attempt) / "kill.req").exists()

    def tail(self, attempt: AttemptId, limit: int = 65_536) -> Tail | None:
        """The last `limit` bytes that the attempt printed; None where it has no output file."""
        folder = self.folder(attempt)
        try:
            cap = _output_cap(folder)
            with (folder / "out.log").open("rb") as file:
                size = os.fstat(file.fileno()).st_size
                kept_from = 0 if size <= cap else size - (cap - cap // 2)
                file.seek(max(kept_from, size - limit))
                data = file.read(limit)
        except OSError:
            return None
        record = self.read_exit(attempt)
        if record is None:
            return Tail(data, size, max(0, size - cap))
        return Tail(data, record.output_bytes, record.output_dropped)

    def _look(self, attempt: AttemptId) -> Found | None:
        """What the files prove, or None where they changed between two looks.

        The decision is read before the lock is asked for: a shim decides while it holds the lock, so a START
        without a lock behind it is one whose shim has ended.
        """
        if record := self.read_exit(attempt):
            return Ended(record)
        decision = self._decision(attempt)
        if self.lock_held(attempt):
            return Alive(self._started_so_far(attempt))
        match decision:
            case None:
                return Void("it was never started") if self.cancel(attempt) else None
            case b"CANCEL":
                return Void("it was cancelled before it started")
            case b"START":
                return self._without_shim(attempt)
            case _:
                return Lost("its decision cannot be read; somebody edited the spool")

    def _without_shim(self, attempt: AttemptId) -> Found:
        """A started attempt whose shim has ended: the record may have come since, else only traces are left."""
        if record := self.read_exit(attempt):
            return Ended(record)
        try:
            started = self.read_started(attempt)
        except ValueError as error:
            return Lost(f"its shim ended without an exit record, and {error}")
        if started is None:
            return StartFailed("its shim ended before it started the program")
        if started.boot_id != self._boot:
            return Lost(f"the host restarted while it ran (pid {started.pid}, since {started.at:%H:%M:%S}Z)")
        if start_time(started.pid) == started.start_time:
            return Unsupervised(started)
        return Lost(f"its shim ended without an exit record, and its program (pid {started.pid}) has ended too")

    def _started_so_far(self, attempt: AttemptId) -> StartRecord | None:
        try:
            return self.read_started(attempt)
        except ValueError:
            return None

    def _decision(self, attempt: AttemptId) -> bytes | None:
        try:
            return (self.folder(attempt) / "decision").read_bytes()
        except FileNotFoundError:
            return None

    def _cancel_unpublished(self, folder: Path) -> bool:
        """Take the folder's place with one that is cancelled: a published one must find the name taken."""
        won = self._place(self._build({"decision": b"CANCEL"}), folder)
        self.sync()
        return won

    def _build(self, files: dict[str, bytes], fifo: str = "") -> Path:
        building = Path(tempfile.mkdtemp(prefix=".new-", dir=self.root))
        try:
            for name, body in files.items():
                write_durably(str(building / name), body)
            if fifo:
                os.mkfifo(building / fifo, 0o600)
            sync_folder(str(building))
        except OSError:
            shutil.rmtree(building, ignore_errors=True)
            raise
        return building

    def _place(self, building: Path, folder: Path) -> bool:
        """Rename into place; False where the place is taken, which is never an empty folder."""
        try:
            building.rename(folder)
        except OSError as error:
            shutil.rmtree(building, ignore_errors=True)
            if error.errno in _OCCUPIED:
                return False
            raise
        return True


def _output_cap(folder: Path) -> int:
    return int(dict(unpack((folder / "spec").read_bytes()))[b"output_cap"])


def _poke(control: Path, by: bytes) -> None:
    """Tell the shim who kills, where it listens: a full disk must not save a program. Else it will read the file."""
    try:
        fd = os.open(control, os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return
    try:
        os.write(fd, by)
    except BlockingIOError:
        return
    finally:
        os.close(fd)
