"""The spool: who owns it, how attempts get their folders, and how it is decided that one never starts."""

import errno
import fcntl
import hashlib
import os
import shutil
from itertools import count
from pathlib import Path

from boms_tui.clock import boottime_ns
from boms_tui.model.ids import AttemptId
from boms_tui.model.records import CheckVerdict
from boms_tui.runtime.failpoint import failpoint
from boms_tui.runtime.identity import boot_id
from boms_tui.runtime.output.printed import OutputFile
from boms_tui.runtime.output.redaction import Values
from boms_tui.runtime.ports import Spec
from boms_tui.runtime.shim.files import pack, sync_folder, write_durably
from boms_tui.runtime.spool import baggage
from boms_tui.runtime.spool.cgroups import NO_CGROUPS, Cgroups
from boms_tui.runtime.spool.folder import CANCEL, Folder
from boms_tui.runtime.spool.found import Found, Lost, Void
from boms_tui.runtime.spool.protocol import encode_spec
from boms_tui.runtime.spool.tombstones import Tombstones, is_same_work

_OCCUPIED = frozenset({errno.EEXIST, errno.ENOTEMPTY})
_BUILT = count()
"""Numbers for folders that have no place yet."""


class AlreadyPublishedError(Exception):
    """The attempt has a folder: somebody launched or cancelled it before."""


class Spool:
    """The attempts' folders of one node, on a local file system, and their control groups.

    `boot` names this boot of the host.
    """

    def __init__(self, root: Path, *, boot: str = "", cgroups: Cgroups = NO_CGROUPS) -> None:
        self.root, self._root = root, str(root)
        self._boot = boot or boot_id()
        self._agent = -1
        self._cgroups = cgroups
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
        self._cgroups.sweep()
        return True

    def release(self) -> None:
        if self._agent >= 0:
            os.close(self._agent)
            self._agent = -1

    def at(self, attempt: AttemptId) -> Folder:
        """The attempt's folder, which may not be there; its name is a hash, so that no id can lead elsewhere."""
        return Folder(f"{self._root}/{hashlib.sha256(attempt.encode()).hexdigest()[:32]}", self._boot)

    def folder(self, attempt: AttemptId) -> Path:
        """Where the attempt's files lie."""
        return Path(self.at(attempt).path)

    def publish(
        self, spec: Spec, checked: tuple[CheckVerdict, ...] = (), proof: str = "", *, sync: bool = True
    ) -> Path:
        """Put the attempt's folder in place, whole, with what was `checked` before and the `proof` of its secrets.

        Without `sync` the caller must call `sync` before it spawns. The folder's name must survive a power loss, lest
        the attempt be called void; of what is in it, its shim makes durable what proves anything, and only checks at
        the end need the spec itself to be read after one.

        Raises:
            AlreadyPublishedError: it has one.
            ValueError: no operating system could run this.
            OSError: the disk refused; nothing is left behind.
        """
        self.must_be_new(spec)
        folder = self.at(spec.attempt)
        body = encode_spec(spec, self._boot, boottime_ns(), self._cgroups.make(folder.name))
        body += baggage.packed(baggage.of(spec, checked, proof))
        building = self._build({"spec": body}, durably=bool(spec.after), fifo="ctl")
        failpoint("before-publish")
        if not self._place(building, folder):
            raise AlreadyPublishedError(spec.attempt)
        if sync:
            self.sync()
        return Path(folder.path)

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
        self.over(attempt)
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
            if not self.at(attempt).kill_requested():
                asked = folder / "kill.new"
                asked.unlink(missing_ok=True)
                write_durably(str(asked), name)
                asked.rename(folder / "kill.req")
                sync_folder(str(folder))
        finally:
            _poke(folder / "ctl", name)

    def kill_group(self, attempt: AttemptId) -> None:
        """End whatever is in the attempt's control group, if it has one."""
        self._cgroups.kill(self.at(attempt).name)

    def over(self, attempt: AttemptId) -> None:
        """The attempt needs its control group no more."""
        self._cgroups.remove(self.at(attempt).name)

    def output(self, attempt: AttemptId, secrets: Values = tuple) -> OutputFile | None:
        """What the attempt prints, with `secrets` masked; None where it was never published, or its spec is lost.

        Raises:
            OSError: it cannot be read now.
        """
        folder = self.at(attempt)
        try:
            cap = folder.output_cap()
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError, LookupError, ValueError):
            return None
        return OutputFile(Path(folder.path), cap, folder.exit_record, secrets)

    def _look(self, attempt: AttemptId) -> Found | None:
        """What the files prove; decides where nothing is decided, or None where somebody else does so meanwhile."""
        folder = self.at(attempt)
        found = folder.evidence()
        if found is not None:
            return found
        was = self.pruned.of(folder.name)
        if was and not folder.exists():
            return Lost(f"its folder was removed when it was no longer needed, and the store is older: {was}")
        return Void("it was never started") if self.cancel(attempt) else None

    def _cancel_unpublished(self, attempt: AttemptId) -> bool:
        """Take the folder's place with one that is cancelled: a published one must find the name taken."""
        files = {"decision": CANCEL, "id": pack([(b"id", os.fsencode(attempt))])}
        won = self._place(self._build(files, durably=True), self.at(attempt))
        self.sync()
        return won

    def _build(self, files: dict[str, bytes], *, durably: bool, fifo: str = "") -> str:
        building = f"{self._root}/.new-{os.getpid()}-{next(_BUILT)}"
        os.mkdir(building, 0o700)  # noqa: PTH102
        try:
            for name, body in files.items():
                (write_durably if durably else _write)(f"{building}/{name}", body)
            if fifo:
                os.mkfifo(f"{building}/{fifo}", 0o600)
            if durably:
                sync_folder(building)
        except OSError:
            shutil.rmtree(building, ignore_errors=True)
            raise
        return building

    def _place(self, building: str, folder: Folder) -> bool:
        """Rename into place; False where the place is taken, which is never an empty folder."""
        try:
            os.rename(building, folder.path)  # noqa: PTH104
        except OSError as error:
            shutil.rmtree(building, ignore_errors=True)
            if error.errno in _OCCUPIED:
                return False
            raise
        return True


def _write(name: str, body: bytes) -> None:
    fd = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        if os.write(fd, body) != len(body):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    finally:
        os.close(fd)


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
