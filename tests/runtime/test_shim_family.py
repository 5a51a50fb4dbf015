"""What a task leaves behind, and what left its group: counted after an end of its own, killed with it otherwise."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from boms_tui.model.facts import How
from boms_tui.runtime.identity import start_time
from boms_tui.runtime.machine import bundle
from boms_tui.runtime.shim import family
from boms_tui.runtime.shim.family import Family
from tests.runtime.house import wait_until
from tests.runtime.processes import read_if_there
from tests.runtime.workshop import Workshop, alive, both_shims, finish, needs_strace

ESCAPE = "(setsid sh -c 'echo $$ > escaped; sleep 61 & echo $! >> escaped; echo up > up; wait' &); read x < up; "
"""Forks twice and leaves the session, as services do; the one that escaped has a child."""


@pytest.fixture
def prison(shop: Workshop) -> Workshop:
    os.mkfifo(shop.folder / "up")
    return shop


def escaped(shop: Workshop) -> list[int]:
    return [int(line) for line in read_if_there(shop.folder / "escaped").split()]


@both_shims
def test_what_escaped_is_counted_and_left_alone_after_an_end_of_its_own(prison: Workshop) -> None:
    record = prison.run("sh", "-c", f"{ESCAPE} exit 3")
    assert (record.how, record.code, record.remain) == (How.EXITED, 3, 2)
    assert [alive(pid) for pid in escaped(prison)] == [True, True]


@both_shims
def test_what_stayed_and_what_escaped_are_counted_together(prison: Workshop) -> None:
    record = prison.run("sh", "-c", f"sleep 62 & {ESCAPE} exit 0")
    assert record.remain == 3


@both_shims
def test_a_kill_reaches_what_escaped(prison: Workshop) -> None:
    prison.publish("sh", "-c", f"{ESCAPE} echo ready; exec sleep 60")
    shim = prison.shim()
    prison.wait_for_output()
    prison.spool.request_kill(prison.attempt, "mina")
    assert finish(shim) == 0
    record = prison.record()
    assert (record.how, record.signal, record.remain) == (How.KILLED, 15, 0)
    assert not [pid for pid in escaped(prison) if Path(f"/proc/{pid}").exists()], "ended and reaped"


@both_shims
def test_a_kill_after_the_grace_reaches_what_escaped(prison: Workshop) -> None:
    prison.publish("sh", "-c", f"trap '' TERM; {ESCAPE} echo ready; while :; do sleep 1; done", grace=0.2)
    shim = prison.shim()
    prison.wait_for_output()
    prison.spool.request_kill(prison.attempt, "mina")
    assert finish(shim) == 0
    assert (prison.record().signal, prison.record().remain) == (9, 0)
    assert not [pid for pid in escaped(prison) if alive(pid)]


@both_shims
def test_a_timeout_reaches_what_escaped(prison: Workshop) -> None:
    record = prison.run("sh", "-c", f"{ESCAPE} exec sleep 60", timeout=1.0)
    assert (record.how, record.remain) == (How.TIMEOUT, 0)
    assert not [pid for pid in escaped(prison) if alive(pid)]


@both_shims
def test_what_escaped_and_ended_is_reaped_while_the_task_runs(prison: Workshop) -> None:
    prison.publish("sh", "-c", "(sh -c 'echo $$ > escaped' &); exec sleep 60")
    prison.shim()
    (pid,) = wait_until(lambda: escaped(prison), "the escape")
    wait_until(lambda: not Path(f"/proc/{pid}").exists(), "its end to be seen")


@both_shims
@needs_strace
def test_where_processes_cannot_be_listed_those_left_behind_count_as_one(shop: Workshop) -> None:
    shop.publish("sh", "-c", "sleep 60 & sleep 60 & exit 0")
    inject = ("-e", "trace=openat", "-P", "/proc", "-e", "inject=openat:error=EMFILE")
    assert finish(shop.shim("strace", "-qq", "-o", "/dev/null", *inject)) == 0
    assert (shop.record().code, shop.record().remain) == (0, 1)


def test_without_a_way_to_adopt_orphans_the_group_is_counted(prison: Workshop) -> None:
    command = list(bundle.shim_command(prison.spool.root, "python"))
    at = command.index("-c") + 1
    command[at] = f"import sys; sys.modules['_ctypes'] = None; {command[at]}"
    prison.command = tuple(command)
    assert prison.run("sh", "-c", f"sleep 62 & {ESCAPE} exit 0").remain == 1


def test_a_stranger_with_the_number_of_one_that_ended_is_not_killed() -> None:
    with subprocess.Popen(["/bin/sleep", "60"]) as stranger:
        started = start_time(stranger.pid)
        assert started is not None
        family._kill_exactly(stranger.pid, b"%d" % (started - 1))
        assert stranger.poll() is None
        family._kill_exactly(stranger.pid, b"%d" % started)
        assert stranger.wait(30) == -9
        family._kill_exactly(stranger.pid, b"%d" % started)


def publish_in(shop: Workshop, cgroup: Path, script: str) -> None:
    folder = shop.publish("sh", "-c", script)
    with (folder / "spec").open("ab") as spec:
        spec.write(b"cgroup\0" + bytes(cgroup) + b"\0")


@both_shims
def test_a_task_lives_in_the_cgroup_of_its_spec_and_its_shim_does_not(shop: Workshop, cgroup: Path) -> None:
    publish_in(shop, cgroup, "echo $$; cat /proc/self/cgroup; sleep 60 & exit 0")
    shim = shop.shim()
    assert finish(shim) == 0
    assert f"/{cgroup.name}\n" in shop.out().decode()
    assert shop.record().remain == 1
    assert len((cgroup / "cgroup.procs").read_text().split()) == 1


@both_shims
def test_a_kill_empties_the_cgroup(shop: Workshop, cgroup: Path) -> None:
    publish_in(shop, cgroup, "echo ready; exec sleep 60")
    shim = shop.shim()
    shop.wait_for_output()
    with subprocess.Popen([sys.executable, "-c", JOIN, cgroup], stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"in\n"
        shop.spool.request_kill(shop.attempt, "mina")
        assert finish(shim) == 0
        assert other.wait(30) == -9, "it came from elsewhere, and belongs to the cgroup"
    assert (shop.record().how, shop.record().remain) == (How.KILLED, 0)


JOIN = """
import pathlib, signal, sys
(pathlib.Path(sys.argv[1]) / "cgroup.procs").write_text("0")
print("in", flush=True)
signal.pause()
"""


@both_shims
def test_a_cgroup_that_is_not_there_keeps_nothing_from_running(shop: Workshop, tmp_path: Path) -> None:
    publish_in(shop, tmp_path / "nowhere", "exit 4")
    assert finish(shop.shim()) == 0
    assert (shop.record().code, shop.record().remain) == (4, 0)


def test_a_group_that_nobody_leads_yet_is_signalled_through_its_leader() -> None:
    with subprocess.Popen(["/bin/sleep", "60"]) as task:
        Family(task.pid, b"").ask()
        assert task.wait(30) == -15
