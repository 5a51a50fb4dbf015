"""`boms doctor`: each thing that can be wrong is found, with what to do about it."""

import fcntl
import os
import resource
from pathlib import Path

import pytest

from boms_tui.commands.context import Context
from boms_tui.commands.doctor import disk, machine, service, spool
from boms_tui.commands.doctor.finding import Finding, Status
from boms_tui.commands.out import Out
from tests.commands.house import House


def look(house: House) -> Context:
    return Context(Out(), home=str(house.path))


MOUNTS = """\
22 1 254:0 / / rw,relatime - ext4 /dev/vda rw
40 22 0:30 / /mnt/jobs rw,relatime shared:5 - nfs4 files:/jobs rw
41 22 0:31 / /mnt/jobs/fast\\040disk rw - xfs /dev/vdb rw
42 22 0:32 / /dev/shm rw - tmpfs tmpfs rw
"""


@pytest.mark.parametrize(
    ("folder", "kind", "status"),
    [
        ("/home/boms", "ext4", Status.OK),
        ("/mnt/jobs/spool", "nfs4", Status.FAIL),
        ("/mnt/jobs/fast disk/spool", "xfs", Status.OK),
        ("/dev/shm/boms", "tmpfs", Status.WARN),
    ],
)
def test_what_a_folder_lies_on(folder: str, kind: str, status: Status) -> None:
    assert disk.file_system_of(Path(folder), MOUNTS) == kind
    found = disk.place_finding("spool", Path(folder), kind)
    assert found.status is status
    assert bool(found.next_step) == (status is not Status.OK)


@pytest.mark.parametrize(
    ("cgroup", "unit"),
    [
        ("0::/system.slice/boms-runtime.service", "boms-runtime.service"),
        ("0::/user.slice/user-1000.slice/session-4.scope", "session-4.scope"),
        ("0::/user.slice/user-0.slice/user@0.service/app.slice/boms.service/tasks", "boms.service"),
        ("8:pids:/\n1:name=systemd:/system.slice/boms.service\n", "boms.service"),
        ("0::/", ""),
    ],
)
def test_the_unit_that_a_process_lives_in(cgroup: str, unit: str) -> None:
    assert service.unit_of(cgroup) == unit


def test_who_owns_the_spool_is_read_from_the_kernel(tmp_path: Path) -> None:
    lock = tmp_path / "agent.lock"
    assert service.owner_of(lock) is None
    with lock.open("w") as file:
        assert service.owner_of(lock) is None
        fcntl.flock(file, fcntl.LOCK_EX)
        assert service.owner_of(lock) == os.getpid()
    assert service.owner_of(lock) is None


@pytest.mark.parametrize(
    ("mode", "status"),
    [("process", Status.OK), ("mixed", Status.FAIL), ("control-group", Status.FAIL), ("", Status.WARN)],
)
def test_a_unit_that_would_kill_the_tasks_is_found(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: str, status: Status
) -> None:
    """A stand-in for systemctl answers; the runtime that is looked at is real."""
    fake = tmp_path / "systemctl"
    fake.write_text(f'#!/bin/sh\ntest "$4" = boms.service && echo "{mode}"\n')
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setattr(service, "unit_of", lambda _: "boms.service")
    (found,) = service.kill_mode(look(house))
    assert found.status is status
    assert ("KillMode" in found.next_step) == (status is not Status.OK)


def test_a_login_session_is_no_place_for_a_runtime(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "unit_of", lambda _: "session-4.scope")
    (found,) = service.kill_mode(look(house))
    assert found.status is Status.WARN
    assert "session-4.scope" in found.detail


def test_without_a_runtime_there_is_no_unit_to_judge(quiet_house: House) -> None:
    assert list(service.kill_mode(look(quiet_house))) == []


def test_the_shim_is_tried_for_real_and_leaves_nothing(quiet_house: House) -> None:
    before = sorted(look(quiet_house).home.spool.iterdir())
    (found,) = spool.shim(look(quiet_house))
    assert found == Finding("shim", Status.OK, "an attempt was started and its end recorded")
    assert sorted(look(quiet_house).home.spool.iterdir()) == before


def test_too_few_descriptors(quiet_house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: (256, 4_096))
    (found,) = machine.descriptors(look(quiet_house))
    assert found.status is Status.WARN
    assert "78 live attempts" in found.detail
    assert "4096" in found.next_step


@pytest.mark.parametrize(("word", "status"), [(0x40, Status.WARN), (0x2001, Status.OK)])
def test_a_clock_that_nothing_keeps_in_step(
    quiet_house: House, monkeypatch: pytest.MonkeyPatch, word: int, status: Status
) -> None:
    monkeypatch.setattr(machine, "_clock_status", lambda: word)
    (found,) = machine.clock_in_step(look(quiet_house))
    assert found.status is status


def test_a_key_that_this_account_cannot_read(quiet_house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda path, _: Path(path).name != "pepper")
    found = {finding["check"]: finding for finding in quiet_house.boms("doctor", "--json").json}
    assert found["key pepper"]["status"] == "fail"
    assert "chown" in found["key pepper"]["next_step"]
