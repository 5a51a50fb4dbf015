"""Fixtures of the runtime's tests."""

import os
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest

from boms_tui.runtime.machine.bundle import Kind
from tests.runtime.house import wait_until
from tests.runtime.machine import Machine
from tests.runtime.workshop import Workshop


@pytest.fixture
def kind() -> Kind:
    """Which shim a `shop` has; `both_shims` runs a test with each."""
    return "auto"


@pytest.fixture
def shop(tmp_path: Path, kind: Kind) -> Iterator[Workshop]:
    workshop = Workshop(tmp_path, kind)
    yield workshop
    workshop.clear_away()


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    machine = Machine(tmp_path)
    yield machine
    machine.gate.touch()
    machine.processes.close()
    machine.shop.clear_away()


@pytest.fixture
def cgroup(tmp_path: Path) -> Iterator[Path]:
    """A cgroup of our own, where the machine lets us make one."""
    mounts = [line.split() for line in Path("/proc/self/mountinfo").read_text().splitlines()]
    tops = [Path(fields[4]) for fields in mounts if fields[fields.index("-") + 1] == "cgroup2"]
    ours = [top / f"boms-{os.getpid()}-{tmp_path.name}" for top in tops]
    made = []
    for folder in ours:
        with suppress(OSError):
            folder.mkdir()
            made.append(folder)
    if not made or not (made[0] / "cgroup.kill").exists():
        pytest.skip("no cgroup can be made here")
    yield made[0]
    for folder in (*made[0].iterdir(), *made):
        if folder.is_dir():
            (folder / "cgroup.kill").write_text("1")
            wait_until(partial(is_empty, folder), "the cgroup to be empty")
            folder.rmdir()


def is_empty(cgroup: Path) -> bool:
    return not (cgroup / "cgroup.procs").read_text()
