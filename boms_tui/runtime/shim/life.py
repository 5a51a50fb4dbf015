"""The life of a shim, top-down: lock, prepare, decide, start, watch, record."""

import os
import select
import sys

from .failpoint import failpoint
from .files import (
    DECIDED,
    LATE,
    LOCKED,
    RECORD_SIZE,
    UNPREPARED,
    UNRECORDED,
    VERSION,
    Pairs,
    boot_id,
    pack,
    read,
    seal,
    stat_of,
    sync_folder,
    take_lock,
    write_durably,
)
from .output import Output
from .report import failed_start, result, since_boot, tell, wall_clock
from .task import Child, Spec, close_all_but, ignore_signals, who_kills

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn


def main() -> "NoReturn":
    """Guard the attempt whose folder is the last argument; the exit status says why where nothing is recorded."""
    os.chdir(sys.argv[-1])
    umask = os.umask(0o077)
    close_all_but(0, 1, 2)  # nothing that a runtime forgot to close may live as long as a task
    ignore_signals()
    os._exit(guard(umask))


def guard(umask: int) -> int:
    failpoint("before-lock")
    lock = take_lock()
    if lock is None:
        return LOCKED
    failpoint("locked")
    if os.path.lexists("decision"):
        return DECIDED  # and what the shim that decided has recorded stays as it is
    try:
        prepared = prepare(umask)
        if prepared is None:
            return LATE
        failpoint("before-decision")
        if not decide():
            return DECIDED
    except (OSError, ValueError, LookupError) as error:
        tell(f"{type(error).__name__}: {error}")
        return UNPREPARED
    failpoint("decided")
    return keep(run(*prepared, lock=lock))


def prepare(umask: int) -> tuple[Spec, Output, tuple[int, ...]] | None:
    """Everything that may fail while failing is harmless; None where it is too late to start."""
    spec = Spec(read("spec"), umask)
    if spec.version != VERSION:
        raise ValueError(f"the spec has version {spec.version!r}, this shim knows {VERSION!r}")
    write_durably("exit.tmp", bytes(RECORD_SIZE))
    output, control = Output(spec.output_cap), open_control()
    late = boot_id() != spec.boot or since_boot() > spec.start_by
    return None if late else (spec, output, control)


def open_control() -> tuple[int, ...]:
    """The FIFO over which a kill is heard at once; none where it is missing, and `kill.req` alone must do."""
    try:
        return (os.open("ctl", os.O_RDWR | os.O_NONBLOCK),)
    except OSError:
        return ()


def decide() -> bool:
    """Make START the one decision; False where a decision stands already."""
    mine = f"decision.{os.getpid()}"
    write_durably(mine, b"START")
    failpoint("before-link")
    try:
        os.link(mine, "decision")
    except FileExistsError:
        return False
    failpoint("linked")
    os.unlink(mine)
    sync_folder()
    return True


def run(spec: Spec, output: Output, control: tuple[int, ...], *, lock: int) -> Pairs:
    """Start the task, see it to its end, and say how that was."""
    try:
        child = Child(spec, lock)
    except OSError as error:
        return failed_start(b"fork", error)
    failpoint("forked")
    try:
        write_started(child.pid)
    except OSError as error:
        child.dismiss()
        return failed_start(b"the start record", error)
    failpoint("before-go")
    killer = who_kills()
    if killer:
        child.dismiss()
        return result(b"killed", wall_clock(), b"before it ran, by " + killer)
    child.go()
    failpoint("gone")
    return child.see_to_its_end(spec, output, control)


def write_started(pid: int) -> None:
    fields = (
        (b"version", VERSION),
        (b"pid", b"%d" % pid),
        (b"starttime", stat_of(pid)[19]),
        (b"boot_id", boot_id()),
        (b"shim_pid", b"%d" % os.getpid()),
        (b"shim_starttime", stat_of(os.getpid())[19]),
        (b"pgid", b"%d" % pid),
        (b"at", wall_clock()),
    )
    write_durably("started.tmp", pack(fields))
    failpoint("before-started")
    os.rename("started.tmp", "started")
    failpoint("started")
    sync_folder()


def keep(pairs: Pairs) -> int:
    """Make the result durable. While the disk refuses, it lives on in this process, unless the folder is gone."""
    record, name, pause = seal(pack(pairs)), "exit.tmp", 0.1
    failpoint("before-record")
    while True:
        try:
            write_durably(name, record, lambda: failpoint("mid-record"))
            failpoint("recorded")
            os.rename(name, "exit.rec")
            failpoint("renamed")
            sync_folder()
        except OSError as error:
            tell(f"the exit record: {error}")
            if folder_is_gone():
                return UNRECORDED
            name = f"exit.{os.getpid()}.tmp"
            select.select((), (), (), pause)
            pause = min(2 * pause, 5.0)
        else:
            return 0


def folder_is_gone() -> bool:
    try:
        os.getcwd()
    except FileNotFoundError:
        return True
    return False
