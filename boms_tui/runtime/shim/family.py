"""The processes of a task: its group, and what left the group and fell to this shim when its parent ended."""

import os
import select

from .files import read, stat_of
from .report import SECOND, since_boot

TYPE_CHECKING = False
if TYPE_CHECKING:
    import signal
    from collections.abc import Iterator
else:
    import _signal as signal  # `signal` imports `enum`, which is a fifth of a shim's start

try:
    import _ctypes  # `ctypes` itself costs five times as much to import
except ImportError:
    _ctypes = None  # type: ignore[assignment]

PR_SET_CHILD_SUBREAPER = 36
GENERATIONS = 1_000
"""How far up ancestors are asked for: more of them only a loop could have, read while numbers change hands."""


def adopt_orphans() -> None:
    """Inherit every descendant whose parent ends. Where that is not to be had, groups and cgroups must do."""
    if _ctypes is None:
        return
    try:
        prctl = _ctypes.dlsym(_ctypes.dlopen(None, 0), "prctl")  # type: ignore[arg-type]
        _ctypes.call_cdeclfunction(prctl, (PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0))
    except (OSError, AttributeError):
        return


class Family:
    """All that come from the task `leader`. Its number is its group's, and ours until it is reaped."""

    def __init__(self, leader: int, cgroup: bytes) -> None:
        self._leader = leader
        self._cgroup = os.fsdecode(cgroup)

    def bury(self, spared: int = 0) -> bool:
        """Reap the children that have ended; whether one is left. Stops where it meets the one that is `spared`."""
        try:
            while ended := os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT):
                if ended.si_pid == spared:
                    return True
                os.waitpid(ended.si_pid, 0)
        except ChildProcessError:
            return False
        return True

    def ask(self) -> None:
        """Ask the group to end; what has left it is not asked."""
        self._signal(signal.SIGTERM)
        self._signal(signal.SIGCONT)

    def kill(self) -> bool:
        """Kill the group and whatever escaped from it; whether any may have lived."""
        self._signal(signal.SIGKILL)
        self._kill_cgroup()
        lived = False
        try:
            for pid, started in self._members():
                _kill_exactly(pid, started)
                lived = True
        except OSError:
            return True
        return lived or self._in_cgroup() > 0

    def end(self) -> None:
        """Kill what a stopped task leaves before its number is given up; for a second at most."""
        until, pause = since_boot() + SECOND, 0.001
        while self.kill() and since_boot() < until:
            select.select((), (), (), pause)
            pause = min(2 * pause, 0.05)
            self.bury(self._leader)

    def left(self) -> int:
        """How many processes outlive a task that has been reaped. Where /proc cannot be read, they count as one."""
        in_cgroup = self._in_cgroup()
        if not self.bury() and not self._is_led() and not in_cgroup:
            return 0
        try:
            return max(in_cgroup, sum(1 for _ in self._members()))
        except OSError:
            return max(in_cgroup, 1)

    def _signal(self, number: int) -> None:
        """Signal the group, or the leader alone where it does not lead one yet."""
        for send in (os.killpg, os.kill):
            try:
                send(self._leader, number)
            except ProcessLookupError:
                continue
            except PermissionError:
                return  # it runs as another user; the record will say how it really ended
            return

    def _is_led(self) -> bool:
        try:
            os.killpg(self._leader, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            return True
        return True

    def _members(self) -> "Iterator[tuple[int, bytes]]":
        """The pid and the start time of each that lives, without those that only wait to be reaped."""
        ours = os.getpid()
        for name in os.listdir("/proc"):
            if not name.isdigit() or int(name) == ours:
                continue
            try:
                fields = stat_of(int(name))
            except OSError:
                continue
            if fields[0] not in b"ZX" and (int(fields[2]) == self._leader or _descends(int(fields[1]), ours)):
                yield int(name), fields[19]

    def _kill_cgroup(self) -> None:
        if self._cgroup:
            try:
                with open(f"{self._cgroup}/cgroup.kill", "wb", buffering=0) as file:
                    file.write(b"1")
            except OSError:
                return

    def _in_cgroup(self) -> int:
        if not self._cgroup:
            return 0
        try:
            return read(f"{self._cgroup}/cgroup.procs").count(b"\n")
        except OSError:
            return 0


def _descends(parent: int, ancestor: int) -> bool:
    """Whether a process with this parent comes from `ancestor`."""
    for _ in range(GENERATIONS):
        if parent in {0, ancestor}:
            return parent == ancestor
        try:
            parent = int(stat_of(parent)[1])
        except OSError:
            return False
    return False


def _kill_exactly(pid: int, started: bytes) -> None:
    """Kill the process that had this number and start time, and no stranger that got the number since."""
    try:
        fd = os.pidfd_open(pid)
    except OSError:
        return
    try:
        if stat_of(pid)[19] == started:
            signal.pidfd_send_signal(fd, signal.SIGKILL)
    except OSError:
        return
    finally:
        os.close(fd)
