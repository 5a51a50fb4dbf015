"""Where the service manager has left us a part of the tree, each attempt has a control group, and no child escapes."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from boms_tui.model.facts import Lost
from boms_tui.runtime.machine import processes as processes_module
from boms_tui.runtime.spool.cgroups import Cgroups
from tests.runtime.house import wait_until
from tests.runtime.machine import Machine
from tests.runtime.processes import read_if_there
from tests.runtime.workshop import ATTEMPT, alive

JOINED = """
import pathlib, sys
(pathlib.Path(sys.argv[1]) / "cgroup.procs").write_text("0")
from boms_tui.runtime.spool.cgroups import delegated
print(delegated())
"""
LEAVES = "(setsid sh -c 'echo $$ > left; echo up > up; exec sleep 61' &); read x < up; "


@pytest.fixture
def grouped(cgroup: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Machine]:
    """A machine whose runtime has that group for its own."""
    monkeypatch.setattr(processes_module, "delegated", lambda: cgroup)
    machine = Machine(tmp_path)
    os.mkfifo(machine.shop.folder / "up")
    yield machine
    machine.processes.close()
    machine.shop.clear_away()


def groups(cgroup: Path) -> list[Path]:
    return [folder for folder in cgroup.iterdir() if folder.is_dir()]


def seen_from_within(cgroup: Path) -> str:
    done = subprocess.run([sys.executable, "-c", JOINED, cgroup], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_a_group_is_ours_only_when_it_says_so(cgroup: Path) -> None:
    assert seen_from_within(cgroup) == "None"
    os.setxattr(cgroup, "user.delegate", b"1")
    assert seen_from_within(cgroup) == str(cgroup)


def test_an_attempt_has_a_group_for_its_life(grouped: Machine, cgroup: Path) -> None:
    grouped.launch("sh", "-c", "cat /proc/self/cgroup")
    assert grouped.exited().code == 0
    name = grouped.processes.spool.at(ATTEMPT).name
    assert f"/{cgroup.name}/boms-{name}\n" in grouped.shop.out().decode()
    assert groups(cgroup) == []


def test_what_stays_behind_keeps_its_group_until_it_has_ended(grouped: Machine, cgroup: Path) -> None:
    grouped.launch("sh", "-c", f"{LEAVES} exit 0")
    assert grouped.exited().remain == 1
    (group,) = groups(cgroup)
    Cgroups(cgroup).sweep()
    assert groups(cgroup) == [group]
    Cgroups(cgroup).kill(group.name.removeprefix("boms-"))
    wait_until(lambda: not (group / "cgroup.procs").read_text(), "the group to be empty")
    Cgroups(cgroup).sweep()
    assert groups(cgroup) == []


def test_a_kill_reaches_what_left_a_program_whose_shim_has_died(grouped: Machine) -> None:
    grouped.launch("sh", "-c", f"{LEAVES} exec sleep 62")
    grouped.wait_started()
    left = grouped.shop.folder / "left"
    wait_until(lambda: read_if_there(left), "the child that leaves")
    grouped.kill_shim()
    assert not grouped.processes.poll(0.2)
    grouped.processes.kill(ATTEMPT, "mina")
    assert isinstance(grouped.wait_over()[0], Lost)
    wait_until(lambda: not alive(int(left.read_text())), "what left to be ended")


def test_without_a_group_of_our_own_none_is_made() -> None:
    assert Cgroups(None).make("x") == ""
