"""Which process is meant: a pid names many in its time, a pid with its start time names one."""

import errno
import os
import signal

from boms_tui.runtime.shim.files import boot_id as _boot_id
from boms_tui.runtime.shim.files import stat_of

_WHOLE_GROUP = 1 << 2
"""PIDFD_SIGNAL_PROCESS_GROUP, which Linux has since 6.9."""


def boot_id() -> str:
    """This boot of this host."""
    return _boot_id().decode()


def start_time(pid: int) -> int | None:
    """When that process started, in clock ticks since boot; None where none lives under that number."""
    try:
        fields = stat_of(pid)
    except OSError:
        return None
    return None if fields[0] in b"ZX" else int(fields[19])


def open_exactly(pid: int, started: int) -> int | None:
    """A pidfd for the process that had this number and start time; None where it has ended, or none is to be had."""
    try:
        fd = os.pidfd_open(pid)
    except OSError:
        return None
    if start_time(pid) == started:
        return fd
    os.close(fd)
    return None


def signal_group(pidfd: int, number: signal.Signals) -> None:
    """Signal a process and, where the kernel can, its whole group; one that ended or is another user's stays."""
    for flags in (_WHOLE_GROUP, 0):
        try:
            signal.pidfd_send_signal(pidfd, number, None, flags)
        except (ProcessLookupError, PermissionError):
            return
        except OSError as error:
            if error.errno != errno.EINVAL:
                raise
        else:
            return
