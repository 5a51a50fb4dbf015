"""The service manager: whether it would end the tasks together with the runtime."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

from boms_tui.commands.context import Context
from boms_tui.commands.doctor.finding import Finding, Status, judged
from boms_tui.config import Home

_LOCKS = Path("/proc/locks")
_UNIT = "use docs/service/boms-runtime.service, which says KillMode=process"
_SPARES_TASKS = frozenset({"process", "none"})


def kill_mode(context: Context) -> Iterator[Finding]:
    """How the unit of the runtime that leads this store, or owns this spool, is stopped."""
    pid = next(filter(None, map(owner_of, _locks(context.home))), None)
    if pid is None:
        return
    unit = unit_of(_read(Path(f"/proc/{pid}/cgroup")))
    if unit.endswith(".scope") and unit.startswith("session-"):
        yield Finding("service", Status.WARN, f"the runtime (pid {pid}) lives in the login session {unit}",
                      f"it and its tasks end with the session where KillUserProcesses=yes; {_UNIT}")  # fmt: skip
    elif unit.endswith(".service"):
        yield _judged(unit, _asked_of_systemd(unit))


def _locks(home: Home) -> Iterator[Path]:
    yield home.spool / "agent.lock"
    if home.embedded_file is not None:
        yield home.embedded_file.with_name(f"{home.embedded_file.name}.lock")


def owner_of(lock: Path, locks: str | None = None) -> int | None:
    """The process that holds a flock on that file, as /proc/locks tells; None where none does."""
    try:
        file = lock.stat()
    except OSError:
        return None
    ours = f"{os.major(file.st_dev):02x}:{os.minor(file.st_dev):02x}:{file.st_ino}"
    for line in (_read(_LOCKS) if locks is None else locks).splitlines():
        fields = line.split()
        if "FLOCK" in fields and ours in fields:
            return int(fields[fields.index(ours) - 1])
    return None


def unit_of(cgroup: str) -> str:
    """The innermost systemd unit in the text of /proc/PID/cgroup, "" where there is none."""
    parts = [part for line in cgroup.splitlines() for part in line.split(":", 2)[-1].split("/")]
    units = [part for part in parts if part.endswith((".service", ".scope"))]
    return units[-1] if units else ""


def _judged(unit: str, mode: str) -> Finding:
    if not mode:
        return Finding("service", Status.WARN, f"systemd does not say how it stops {unit}", _UNIT)
    return judged(
        "service",
        Status.FAIL,
        f"{unit} has KillMode={mode}" + ("" if mode in _SPARES_TASKS else ": a restart kills every task"),
        _UNIT,
        found=mode not in _SPARES_TASKS,
    )


def _asked_of_systemd(unit: str) -> str:
    command = ["systemctl", "show", "--property=KillMode", "--value", unit]
    try:
        said = subprocess.run(command, capture_output=True, text=True, timeout=5, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return said.stdout.strip()


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
