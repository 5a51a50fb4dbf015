"""Every campaign, in the order in which they are played, and how much of each is thrown at either scale."""

import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.chaos import crowds, escapes, floods, fulls, kills, reboots, refusals, rollbacks, stops, syscalls
from tests.chaos.campaign import Campaign
from tests.chaos.mounts import may_mount

CAMPAIGNS: dict[str, Campaign] = {
    "failpoints": Campaign("kill -9 of the runtime at every named failpoint", kills.at_failpoints, 1, 20),
    "random-kills": Campaign("kill -9 of the runtime at random moments", kills.at_random, 10, 1_000),
    "pruning": Campaign("kill -9 of the runtime while it clears out old folders", kills.while_pruning, 1, 10),
    "frozen": Campaign(
        "the runtime frozen at every named failpoint, a second one beside it", stops.at_failpoints, 2, 40
    ),
    "shim-calls": Campaign("the shim killed or failed at every system call", syscalls.of_shim, 0, 1),
    "full-disks": Campaign("no room: the spool's bytes, its inodes, the store's bytes", fulls.of_room, 1, 6),
    "fsync": Campaign("the N-th fsync or fdatasync of every process fails", refusals.of_fsync, 2, 20),
    "fork": Campaign("the N-th fork of every process fails", refusals.of_fork, 1, 8),
    "exec": Campaign("programs that cannot be executed", refusals.of_exec, 1, 10),
    "floods": Campaign("tasks that print without measure", floods.of_output, 20, 1_000),
    "adoption": Campaign("live tasks adopted after kill -9", crowds.adopted, 30, 500),
    "upgrade": Campaign("an upgrade under live tasks", crowds.upgraded, 20, 200),
    "escapes": Campaign("tasks whose children leave them and are deaf", escapes.of_children, 0, 3),
    "host-restart": Campaign("the host restarts under live tasks", reboots.of_host, 1, 5),
    "roll-back": Campaign("the store brought back from an older copy of itself", rollbacks.of_store, 1, 10),
}


@cache
def _mounts() -> str:
    with TemporaryDirectory() as folder:
        return "" if may_mount(Path(folder) / "small") else "this machine does not let us mount"


@cache
def _traces() -> str:
    may = subprocess.run(["/bin/sh", "-c", "strace -qq -o /dev/null true"], capture_output=True, check=False)
    return "" if may.returncode == 0 else "there is no strace, or it may not trace"


_NEEDS: dict[str, Callable[[], str]] = {
    "full-disks": _mounts,
    "host-restart": _mounts,
    "shim-calls": _traces,
    "fsync": _traces,
    "fork": _traces,
}


def why_not(name: str) -> str:
    """Why this machine cannot play a campaign; empty where it can."""
    return _NEEDS.get(name, lambda: "")()
