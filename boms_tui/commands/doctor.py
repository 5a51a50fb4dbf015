"""`boms doctor`: what is wrong, or will go wrong, with this installation."""

import os
import shutil
from argparse import Namespace
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

from boms_tui.commands.command import Command
from boms_tui.commands.context import Context
from boms_tui.errors import BomsError, ExitCode

_MOUNTS = Path("/proc/self/mountinfo")
_NETWORK = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "fuse.sshfs", "glusterfs"})
_FLEETING = frozenset({"tmpfs", "ramfs", "overlay"})
_SCARCE = 0.05
_PRIVATE = ("login.key", "pepper")


class Status(StrEnum):
    """How bad a finding is."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `next_step` is "" where nothing needs doing."""

    check: str
    status: Status
    detail: str
    next_step: str = ""


def doctor(context: Context, _given: Namespace) -> int:
    findings = [finding for check in _CHECKS for finding in _guarded(check, context)]
    if context.out.as_json:
        context.out.json([asdict(finding) for finding in findings])
    else:
        context.out.table(
            ("CHECK", "STATUS", "FOUND", "NEXT STEP"),
            [(one.check, one.status, one.detail, one.next_step) for one in findings],
        )
    failed = any(finding.status is Status.FAIL for finding in findings)
    return ExitCode.REFUSED if failed else ExitCode.DONE


def _guarded(check: Callable[[Context], Iterator[Finding]], context: Context) -> Iterator[Finding]:
    """A check's findings; an error in it is one of them and keeps nothing from the other checks."""
    try:
        yield from check(context)
    except BomsError as error:
        yield Finding(check.__name__.strip("_"), Status.FAIL, error.title, error.next_step)


def _home(context: Context) -> Iterator[Finding]:
    path = context.home.path
    if not path.is_dir():
        yield Finding("home", Status.FAIL, f"there is no {path}", "`boms init` makes it")
        return
    yield _private("home", path, needed=0o077)


def _keys(context: Context) -> Iterator[Finding]:
    for name in _PRIVATE:
        file = context.home.keys / name
        if file.exists():
            yield _private(f"key {name}", file, needed=0o077)
        else:
            yield Finding(f"key {name}", Status.FAIL, f"there is no {file}", "`boms init` makes it")


def _store(context: Context) -> Iterator[Finding]:
    deployment = context.reader.deployment()
    yield Finding("store", Status.OK, f"it answers: deployment {deployment}")


def _sqlite(context: Context) -> Iterator[Finding]:
    from boms_tui.store.engines import wal_reset_fault

    if context.home.embedded_file is None:
        return
    if wal_reset_fault():
        yield Finding(
            "sqlite", Status.WARN, "this SQLite can lose pages when a checkpoint meets a commit (the WAL-reset fault)",
            "use a Python whose SQLite is newer than 3.51.2; until then nothing but BOMS may write to the store",
        )  # fmt: skip
    else:
        yield Finding("sqlite", Status.OK, "this SQLite does not have the WAL-reset fault")


def _runtime(context: Context) -> Iterator[Finding]:
    pulse = context.reader.pulse()
    if not pulse.led or pulse.beat_at is None:
        yield Finding("runtime", Status.WARN, "none leads", "start one with `boms runtime`")
        return
    age = (pulse.store_now - pulse.beat_at).total_seconds()
    late = age > 3
    yield Finding(
        "runtime", Status.FAIL if late else Status.OK,
        f"{pulse.node} leads, epoch {pulse.epoch}, last sign of life {age:.1f} s ago",
        "look at its log, and start it again with `boms runtime`" if late else "",
    )  # fmt: skip


def _people(context: Context) -> Iterator[Finding]:
    admins = [row for row in context.reader.users() if "admin" in row.roles and not row.disabled]
    if admins:
        yield Finding("users", Status.OK, f"{len(admins)} active with the role admin")
    else:
        yield Finding("users", Status.WARN, "nobody is an admin", "`boms init --admin NAME` makes one")


def _spool(context: Context) -> Iterator[Finding]:
    folder = context.home.spool
    if not folder.is_dir():
        yield Finding("spool", Status.FAIL, f"there is no {folder}", "`boms init` makes it")
        return
    kind = file_system(folder)
    if kind in _NETWORK:
        yield Finding("spool", Status.FAIL, f"{folder} is on {kind}", "put the home on a local disk")
    elif kind in _FLEETING:
        yield Finding("spool", Status.WARN, f"{folder} is on {kind}: a restart of the host may empty it",
                      "put the home on a disk of its own")  # fmt: skip
    else:
        yield Finding("spool", Status.OK, f"{folder} is on {kind}")
    disk = shutil.disk_usage(folder)
    scarce = disk.free < disk.total * _SCARCE
    yield Finding(
        "disk", Status.WARN if scarce else Status.OK, f"{disk.free / 1e9:.1f} of {disk.total / 1e9:.1f} GB free",
        "make room: nothing starts on a full disk" if scarce else "",
    )  # fmt: skip


def file_system(folder: Path) -> str:
    """The kind of file system that `folder` lies on, "unknown" where the system does not say."""
    try:
        lines = _MOUNTS.read_text(encoding="utf-8").splitlines()
    except OSError:
        return "unknown"
    real = folder.resolve()
    best, kind = -1, "unknown"
    for line in lines:
        fields, _, rest = line.partition(" - ")
        mount = Path(fields.split()[4].encode().decode("unicode_escape"))
        if real.is_relative_to(mount) and len(mount.parts) >= best:
            best, kind = len(mount.parts), rest.split()[0]
    return kind


def _private(check: str, path: Path, *, needed: int) -> Finding:
    mode = path.stat().st_mode & 0o777
    if mode & needed:
        return Finding(check, Status.FAIL, f"{path} has mode {mode:o}: others can read it", f"chmod go= {path}")
    if path.stat().st_uid != os.geteuid():
        return Finding(check, Status.WARN, f"{path} belongs to another account", "run BOMS under one account")
    return Finding(check, Status.OK, f"{path} has mode {mode:o}")


_CHECKS = (_home, _keys, _store, _sqlite, _runtime, _people, _spool)
COMMANDS = {"doctor": Command(doctor)}
