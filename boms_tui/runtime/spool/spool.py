"""The spool: one folder for each attempt, and what its files prove about the attempt (RELIABILITY.md section 2.3)."""

import errno
import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from boms_tui.clock import boottime_ns
from boms_tui.model.ids import AttemptId
from boms_tui.model.records import CheckVerdict
from boms_tui.runtime.failpoint import failpoint
from boms_tui.runtime.identity import boot_id, start_time
from boms_tui.runtime.output.printed import OutputFile
from boms_tui.runtime.ports import Spec
from boms_tui.runtime.shim.files import WRITE_LOCK, pack, sync_folder, unpack, unseal, write_durably
from boms_tui.runtime.spool import baggage
from boms_tui.runtime.spool.found import Alive, Ended, Found, Lost, Unsupervised, Void
from boms_tui.runtime.spool.protocol import ExitRecord, StartRecord, encode_spec
from boms_tui.runtime.spool.tombstones import Tombstones, is_same_work

_OCCUPIED = frozenset({errno.EEXIST, errno.ENOTEMPTY})
CANCEL = b"CANCEL"
"""The decision that an attempt never starts; any other is the start record of the shim that decided."""


class AlreadyPublishedError(Exception):
    """The attempt has a folder: somebody launched or cancelled it before."""


class Spool:
    """The attempts' folders of one node, on a local file system. `boot` names this boot of the host."""

    def __init__(self, root: Path, *, boot: str = "") -> None:
        self.root = root
        self._boot = boot or boot_id()
        self._agent = -1
        self.pruned = Tombstones(root)
        root.mkdir(mode=0o700, parents=True, exist_ok=True)

    def acquire(self) -> bool:
        """Become this spool's one agent, for life; False where another runtime is. Sweeps what a killed one left."""
        if self._agent >= 0:
            return True
        fd = os.open(self.root / "agent.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(fd)
            return False
        self._agent = fd
        for unfinished in (*self.root.glob(".new-*"), *self.root.glob(".old-*")):
            shutil.rmtree(unfinished, ignore_errors=True)
        return True

    def release(self) -> None:
        if self._agent >= 0:
            os.close(self._agent)
            self._agent = -1

    def folder(self, attempt: AttemptId) -> Path:
        """Where the attempt's files lie; a hash, so that no id can lead elsewhere."""
        return self.root / hashlib.sha256(attempt.encode()).hexdigest()[:32]

    def publish(self, spec: Spec, checked: tuple[CheckVerdict, ...] = (), *, sync: bool = True) -> Path:
        """Put the attempt's folder in place, whole, with what was `checked` before the start.

        Without `sync` the caller must call `sync` before it spawns. The folder's name must survive a power loss, lest
        the attempt be called void; of what is in it, its shim makes durable what proves anything, and only checks at
        the end need the spec itself to be read after one.

        Raises:
            AlreadyPublishedError: it has one.
            ValueError: no operating system could run this.
            OSError: the disk refused; nothing is left behind.
        """
        body = encode_spec(spec, self._boot, boottime_ns()) + baggage.packed(baggage.of(spec, checked))
        self.must_be_new(spec)
        building = self._build({"spec": body}, durably=bool(spec.after), fifo="ctl")
        failpoint("before-publish")
        if not self._place(building, self.folder(spec.attempt)):
            raise AlreadyPublishedError(spec.attempt)
        if sync:
            self.sync()
        return self.folder(spec.attempt)

    def must_be_new(self, spec: Spec) -> None:
        """Where the store went back in time, an attempt may have a folder, or have had one.

        Raises:
            AlreadyPublishedError: it has run, or is running.
            ValueError: what has run under its name was other work.
        """
        if not self.pruned.suspects:
            return
        folder = self.folder(spec.attempt)
        if folder.exists() and not is_same_work(folder, encode_spec(spec, "", 0)):
            raise ValueError(
                "an attempt of this name, which the store forgot when it was brought back, did other work: "
                "what this one is to do was not started"
            )
        if folder.exists() or self.pruned.of(folder.name):
            raise AlreadyPublishedError(spec.attempt)

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
        """Who was to run, once its start has been decided.

        Raises:
            ValueError: the decision cannot be read.
        """
        decision = self._decision(attempt)
        return None if decision in {None, CANCEL} else StartRecord.decode(decision or b"")

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
            write_durably(str(mine), CANCEL)
        except FileNotFoundError:
            return self._cancel_unpublished(attempt)
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

    def output(self, attempt: AttemptId, secrets: Sequence[bytes] = ()) -> OutputFile | None:
        """What the attempt prints, with `secrets` masked; None where it was never published, or its spec is lost."""
        folder = self.folder(attempt)
        try:
            cap = _output_cap(folder)
        except (FileNotFoundError, LookupError, ValueError):
            return None
        return OutputFile(folder, cap, partial(self.read_exit, attempt), secrets)

    def evidence(self, attempt: AttemptId) -> Found | None:
        """What the files prove by now; None where nothing is decided.

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
                return None
            case b"CANCEL":
                return Void("it was cancelled before it started")
            case _:
                return self._without_shim(attempt)

    def _look(self, attempt: AttemptId) -> Found | None:
        """What the files prove; decides where nothing is decided, or None where somebody else does so meanwhile."""
        found = self.evidence(attempt)
        if found is not None:
            return found
        was = self.pruned.of(self.folder(attempt).name)
        if was and not self.folder(attempt).exists():
            return Lost(f"its folder was removed when it was no longer needed, and the store is older: {was}")
        return Void("it was never started") if self.cancel(attempt) else None

    def _without_shim(self, attempt: AttemptId) -> Found:
        """A started attempt whose shim has ended: the record may have come since, else only traces are left."""
        if record := self.read_exit(attempt):
            return Ended(record)
        try:
            started = self.read_started(attempt)
        except ValueError as error:
            return Lost(f"its shim ended without an exit record, and its decision cannot be read: {error}")
        if started is None:
            return Lost("its decision has vanished; somebody edited the spool")
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

    def _cancel_unpublished(self, attempt: AttemptId) -> bool:
        """Take the folder's place with one that is cancelled: a published one must find the name taken."""
        files = {"decision": CANCEL, "id": pack([(b"id", os.fsencode(attempt))])}
        won = self._place(self._build(files, durably=True), self.folder(attempt))
        self.sync()
        return won

    def _build(self, files: dict[str, bytes], *, durably: bool, fifo: str = "") -> Path:
        building = Path(tempfile.mkdtemp(prefix=".new-", dir=self.root))
        try:
            for name, body in files.items():
                (write_durably if durably else _write)(str(building / name), body)
            if fifo:
                os.mkfifo(building / fifo, 0o600)
            if durably:
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


def _write(name: str, body: bytes) -> None:
    with os.fdopen(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(body)


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
