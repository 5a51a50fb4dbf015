"""A control group for each attempt, where the service manager has left us a part of the tree: no child escapes that.

It is systemd's `Delegate=` that leaves it to us, and says so on the folder. Without it tasks stay where the runtime is.
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_PREFIX = "boms-"
_MARKS = ("user.delegate", "trusted.delegate")
"""How systemd marks a group that it has left to the service in it."""


class Cgroups:
    """Those under `base`, the runtime's own group; none are made where there is no base."""

    def __init__(self, base: Path | None) -> None:
        self._base = base

    def make(self, name: str) -> str:
        """The folder of a new group; "" where there can be none, since it only makes a kill surer."""
        if self._base is None:
            return ""
        folder = self._base / f"{_PREFIX}{name}"
        try:
            folder.mkdir(exist_ok=True)
        except OSError:
            return ""
        return str(folder)

    def kill(self, name: str) -> None:
        """End whatever is in it."""
        if self._base is not None:
            with suppress(OSError):
                (self._base / f"{_PREFIX}{name}" / "cgroup.kill").write_text("1")

    def remove(self, name: str) -> None:
        """Remove it, unless something still runs in it."""
        if self._base is not None:
            with suppress(OSError):
                (self._base / f"{_PREFIX}{name}").rmdir()

    def sweep(self) -> None:
        """Remove all in which nothing runs any more: what was left in one may have ended while nobody looked."""
        for folder in self._base.glob(f"{_PREFIX}*") if self._base is not None else ():
            with suppress(OSError):
                folder.rmdir()


NO_CGROUPS = Cgroups(None)


def delegated() -> Path | None:
    """The group of this process, if it has been left to us."""
    return next((folder for folder in _own() if _is_ours(folder)), None)


def _own() -> Iterator[Path]:
    """The folder of this process's group in each place where the tree is mounted; none without cgroup v2."""
    with suppress(OSError):
        groups = [line.split(":", 2) for line in Path("/proc/self/cgroup").read_text(encoding="utf-8").splitlines()]
        mounts = [line.split() for line in Path("/proc/self/mountinfo").read_text(encoding="utf-8").splitlines()]
        tops = [Path(fields[4]) for fields in mounts if fields[fields.index("-") + 1] == "cgroup2"]
        yield from (top / path.lstrip("/") for _, kinds, path in groups if not kinds for top in tops)


def _is_ours(folder: Path) -> bool:
    for mark in _MARKS:
        with suppress(OSError):
            if os.getxattr(folder, mark) == b"1":
                return os.access(folder, os.W_OK) and os.access(folder / "cgroup.procs", os.W_OK)
    return False
