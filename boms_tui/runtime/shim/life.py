"""The life of a shim, top-down: lock, prepare, fork, decide, start, watch, record."""

import os
import select
import sys

from .become import SECRETS
from .failpoint import failpoint
from .family import adopt_orphans
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
    set_aside,
    stat_of,
    sync_folder,
    take_lock,
    write_durably,
)
from .output import Output
from .report import explain, failed_start, result, since_boot, tell, wall_clock
from .spec import Spec
from .task import Child, who_kills

TYPE_CHECKING = False
if TYPE_CHECKING:
    import signal
    from typing import NoReturn

    Claim = tuple[Spec, Output, tuple[int, ...], Child]
else:
    import _signal as signal


def main() -> "NoReturn":
    """Guard the attempt whose folder is the last argument; the exit status says why where nothing is recorded."""
    umask, handed = os.umask(0o077), close_leaks()
    set_signals()
    adopt_orphans()
    os._exit(guard(umask, handed=handed))


def close_leaks() -> bool:
    """Close what a runtime forgot to: it must not live as long as a task. Whether one seems to hand over secrets."""
    for fd in {int(name) for name in os.listdir("/proc/self/fd")} - {0, 1, 2, SECRETS}:
        try:
            os.close(fd)
        except OSError:
            continue  # the one that listed the others
    try:
        os.set_inheritable(SECRETS, False)  # noqa: FBT003
    except OSError:
        return False
    return True


def set_signals() -> None:
    """A shim ends after its task, never because a terminal or a service does; and it is told of ends."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)


def guard(umask: int, *, handed: bool) -> int:
    try:
        os.chdir(sys.argv[-1])
        claimed = claim(umask, handed=handed)
    except (OSError, ValueError) as error:
        tell(explain(b"before the start", error))
        return UNPREPARED
    return claimed if isinstance(claimed, int) else keep(run(*claimed))


def claim(umask: int, *, handed: bool) -> "int | Claim":
    """Lock, prepare, fork and decide to start; the exit status where this shim must not.

    Raises:
        OSError, ValueError: nothing was decided, and the forked child ends with this process.
    """
    failpoint("before-lock")
    lock = take_lock()
    if lock is None:
        return LOCKED
    failpoint("locked")
    if os.path.lexists("decision"):
        return DECIDED  # and what the shim that decided has recorded stays as it is
    prepared = prepare(umask, handed=handed)
    if prepared is None:
        return LATE
    child = Child(prepared[0], lock)
    failpoint("forked")
    if not decide(child.pid, prepared[0].boot):
        child.dismiss()
        return DECIDED
    failpoint("decided")
    return *prepared, child


def prepare(umask: int, *, handed: bool) -> "tuple[Spec, Output, tuple[int, ...]] | None":
    """Everything that may fail while failing is harmless; None where it is too late to start."""
    spec = Spec(read("spec"), umask)
    if spec.secrets and not handed:
        raise ValueError("the task's secrets were not handed over")
    if handed and not spec.secrets:
        os.close(SECRETS)
    set_aside("exit.tmp", RECORD_SIZE)
    output, control = Output(spec.output_cap), open_control()
    late = boot_id() != spec.boot or since_boot() > spec.start_by
    return None if late else (spec, output, control)


def open_control() -> tuple[int, ...]:
    """The FIFO over which a kill is heard at once; none where it is missing, and `kill.req` alone must do."""
    try:
        return (os.open("ctl", os.O_RDWR | os.O_NONBLOCK),)
    except OSError:
        return ()


def decide(pid: int, boot: bytes) -> bool:
    """Make the start of this child the one decision; False where a decision stands already."""
    mine = f"decision.{os.getpid()}"
    write_durably(mine, pack(start_record(pid, boot)))
    failpoint("before-link")
    try:
        os.link(mine, "decision")
    except FileExistsError:
        return False
    failpoint("linked")
    try:
        os.unlink(mine)
    except OSError:
        return True  # its other name does no harm
    return True


def start_record(pid: int, boot: bytes) -> Pairs:
    """Who would run: with their start times, two numbers that name these processes for ever."""
    return [
        (b"version", VERSION),
        (b"pid", b"%d" % pid),
        (b"starttime", stat_of(pid)[19]),
        (b"boot_id", boot),
        (b"shim_pid", b"%d" % os.getpid()),
        (b"shim_starttime", stat_of(os.getpid())[19]),
        (b"at", wall_clock()),
    ]


def run(spec: Spec, output: Output, control: tuple[int, ...], child: Child) -> Pairs:
    """Start the task, see it to its end, and say how that was."""
    try:
        sync_folder()  # whoever finds no decision after a power loss must be right that nothing ran
    except OSError as error:
        child.dismiss()
        return failed_start(b"the decision", error)
    failpoint("before-go")
    killer = who_kills()
    if killer:
        child.dismiss()
        return result(b"killed", wall_clock(), b"before it ran, by " + killer)
    child.go()
    failpoint("gone")
    return child.see_to_its_end(spec, output, control)


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
            tell(explain(b"the exit record", error))
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
