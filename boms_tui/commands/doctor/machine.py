"""The machine: an interpreter that stays, descriptors enough, clocks that agree."""

import ctypes
import resource
import sys
from collections.abc import Iterator
from pathlib import Path

from boms_tui import clock
from boms_tui.commands.context import Context
from boms_tui.commands.doctor.finding import Finding, Status, judged

_OPEN_FILES = 1_024
_APART_S = 5.0
_UNSYNCHRONISED = 0x40
_TIMEX_SIZE, _STATUS_AT = 208, 40


def interpreter(_context: Context) -> Iterator[Finding]:
    """Shims in Python run on this interpreter for as long as their tasks do: an upgrade must not pull it away."""
    program = Path(sys.executable)
    mode = program.resolve().stat().st_mode
    yield judged(
        "interpreter",
        Status.FAIL,
        f"{program} is Python {sys.version.split()[0]}",
        f"others may write to it; chmod go-w {program.resolve()}",
        found=bool(mode & 0o022),
    )
    fleeting = program.is_relative_to("/tmp") or program.is_relative_to("/var/tmp")  # noqa: S108
    if fleeting:
        yield Finding("interpreter", Status.WARN, f"{program} lies in a folder that is cleaned up by age",
                      "install BOMS where nothing is tidied away under a running night")  # fmt: skip


def descriptors(_context: Context) -> Iterator[Finding]:
    """Two for each live attempt, and some for the runtime itself."""
    limit, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    yield judged(
        "open files",
        Status.WARN,
        f"{limit} may be open: enough for {max(0, limit - 100) // 2} live attempts",
        f"raise it: LimitNOFILE= in the unit, or ulimit -n (at most {most} now)",
        found=limit < _OPEN_FILES,
    )


def clock_in_step(_context: Context) -> Iterator[Finding]:
    """What the kernel knows of its clock: schedules follow it, though no promise depends on it."""
    status = _clock_status()
    if status is None:
        return
    yield judged(
        "clock",
        Status.WARN,
        "the kernel's clock is kept in step"
        if not status & _UNSYNCHRONISED
        else "nothing keeps the clock in step: schedules fire by it",
        "run chrony, systemd-timesyncd or another time service",
        found=bool(status & _UNSYNCHRONISED),
    )


def clock_of_store(context: Context) -> Iterator[Finding]:
    """The store's clock beside ours, and the newest journal row beside both."""
    ours = clock.now()
    pulse = context.reader.pulse()
    apart = abs((pulse.store_now - ours).total_seconds())
    if apart > _APART_S:
        yield Finding("clock of the store", Status.WARN, f"it is {apart:.0f} s apart from this machine's",
                      "set both by the same time service")  # fmt: skip
    newest = context.reader.journal(after=max(0, pulse.sequence - 1), limit=1)
    ahead = (newest[-1].entry.at - ours).total_seconds() if newest else 0.0
    if ahead > _APART_S:
        yield Finding("journal", Status.WARN, f"its newest row is {ahead:.0f} s ahead of the clock: it was set back",
                      "let the clock catch up; what is due before then waits for it")  # fmt: skip


def _clock_status() -> int | None:
    """The `status` word of adjtimex(2), asked for without setting anything; None where there is no such call."""
    try:
        library = ctypes.CDLL(None, use_errno=True)
        answer = ctypes.create_string_buffer(_TIMEX_SIZE)
        if library.adjtimex(answer) < 0:
            return None
    except (OSError, AttributeError):
        return None
    return int.from_bytes(answer.raw[_STATUS_AT : _STATUS_AT + 4], sys.byteorder)
