"""The spool: on a local disk with room, and fit to start programs under shims."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from boms_tui import clock
from boms_tui.commands.context import Context
from boms_tui.commands.doctor.disk import file_system_of, place_finding
from boms_tui.commands.doctor.finding import Finding, Status, judged

_SCARCE = 0.05
_FEW_INODES = 10_000
_PATIENCE_S = 10.0


def file_system(context: Context) -> Iterator[Finding]:
    folder = context.home.spool
    if folder.is_dir():
        yield place_finding("spool", folder, file_system_of(folder))
    else:
        yield Finding("spool", Status.FAIL, f"there is no {folder}", "`boms init` makes it")


def space(context: Context) -> Iterator[Finding]:
    folder = context.home.spool
    if not folder.is_dir():
        return
    disk, files = shutil.disk_usage(folder), os.statvfs(folder)
    yield judged(
        "disk",
        Status.WARN,
        f"{disk.free / 1e9:.1f} of {disk.total / 1e9:.1f} GB free",
        "make room: nothing starts on a full disk",
        found=disk.free < disk.total * _SCARCE,
    )
    yield judged(
        "inodes",
        Status.WARN,
        f"{files.f_favail:,} more files can be made" if files.f_files else "as many files as there is room for",
        "make room: each attempt takes about seven files for a day",
        found=files.f_files > 0 and files.f_favail < _FEW_INODES,
    )


def shim(context: Context) -> Iterator[Finding]:
    """Start a program that does nothing under a real shim, in a spool of its own on the same disk."""
    if not context.home.spool.is_dir():
        return
    with tempfile.TemporaryDirectory(prefix=".doctor-", dir=context.home.spool) as folder:
        yield _tried(Path(folder))


def _tried(folder: Path) -> Finding:
    from boms_tui.model.facts import Exited, How
    from boms_tui.model.ids import AttemptId
    from boms_tui.runtime.machine.processes import Processes
    from boms_tui.runtime.ports import Spec

    attempt = AttemptId("doctor@2026-01-01.1:try.1")
    until, ended = clock.monotonic() + _PATIENCE_S, None
    with Processes(folder) as processes:
        processes.launch([Spec(attempt, ("true",), {"PATH": os.defpath}, str(folder), timeout=5.0, output_cap=1_000)])
        while ended is None and clock.monotonic() < until:
            ended = next((fact for fact in processes.poll(1.0) if isinstance(fact, Exited)), None)
    if ended is None:
        return Finding("shim", Status.FAIL, f"it recorded nothing within {_PATIENCE_S:.0f} s", "is the disk very slow?")
    if ended.how is not How.EXITED:
        return Finding("shim", Status.FAIL, f"{ended.how.value}: {ended.text}",
                       "the spool must allow programs to be executed and files to be locked")  # fmt: skip
    return Finding("shim", Status.OK, "an attempt was started and its end recorded")
