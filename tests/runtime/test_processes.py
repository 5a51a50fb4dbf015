"""The watcher: what becomes of attempts comes back as facts, over restarts, losses and refusals."""

import os
import shutil
import signal
import subprocess
import sys
import threading

import pytest

from boms_tui import clock
from boms_tui.errors import BomsError
from boms_tui.model.facts import How, Lost, Started, Voided
from boms_tui.model.ids import AttemptId
from boms_tui.runtime.machine import processes as processes_module
from boms_tui.runtime.machine import watching
from boms_tui.runtime.machine.processes import Processes
from tests.runtime.house import wait_until
from tests.runtime.machine import Machine
from tests.runtime.processes import processes_naming
from tests.runtime.workshop import ATTEMPT, alive


def test_a_life_is_told_as_started_and_exited(machine: Machine) -> None:
    machine.launch(*machine.gated_work())
    started = machine.wait_started()
    machine.gate.touch()
    exited = machine.exited()
    assert (exited.attempt, exited.how, exited.code) == (ATTEMPT, How.EXITED, 7)
    assert exited.pid == started.pid
    assert exited.started_at is not None
    assert started.at < exited.started_at < exited.ended_at, "the record knows better than what came before the start"
    assert exited.ended_at > started.at
    assert exited.output_bytes == len("at work\n")
    tail = machine.shop.tail()
    assert tail is not None
    assert tail.data == b"at work\n"


def test_sixteen_at_once_all_come_back(machine: Machine) -> None:
    names = [AttemptId(f"ops/many@2026-11-20.1:t{index}.1") for index in range(16)]
    machine.processes.launch([machine.spec(attempt=name) for name in names])
    over = machine.wait_over(16)
    assert {fact.attempt for fact in over} == set(names)
    assert sorted(machine.shop.words()) == ["end 0"] * 16 + ["start"] * 16


def test_a_program_that_is_missing_is_a_failed_start_and_never_started(machine: Machine) -> None:
    machine.launch("no-such-program")
    exited = machine.exited()
    assert (exited.how, exited.text) == (How.START_FAILED, "no-such-program: ENOENT No such file or directory")
    assert exited.started_at is None
    assert not any(isinstance(fact, Started) for fact in machine.facts)


def test_what_cannot_be_run_at_all_is_a_failed_start(machine: Machine) -> None:
    machine.launch("a\0b")
    assert machine.exited().text == "the command, its folder or its environment holds a NUL character"


def test_a_process_that_cannot_be_made_is_a_failed_start_for_ever(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> int:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    with monkeypatch.context() as patch:
        patch.setattr(os, "posix_spawn", refuse)
        machine.launch()
    exited = machine.exited()
    assert (exited.how, exited.text) == (How.START_FAILED, "[Errno 11] Resource temporarily unavailable")
    assert (machine.shop.spool.folder(ATTEMPT) / "decision").read_bytes() == b"CANCEL"
    machine.restart()
    machine.launch()
    assert isinstance(machine.wait_over()[0], Voided)
    assert machine.shop.words() == []


def test_a_disk_that_refuses_the_spool_is_a_failed_start(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(machine.processes.spool, "sync", refuse)
        machine.launch()
    assert machine.exited().text == "[Errno 28] No space left on device"
    assert machine.shop.words() == []


def test_a_shim_that_cannot_work_says_why(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    machine.processes.launch([])
    folder = machine.shop.publish()
    (folder / "spec").write_bytes(b"nonsense")
    monkeypatch.setattr(machine.processes.spool, "publish", lambda *_, **__: folder)
    machine.launch()
    exited = machine.exited()
    assert exited.how is How.START_FAILED
    assert exited.text == "its shim could not work (status 94): before the start: the spec is cut off"


def test_launching_twice_starts_once(machine: Machine) -> None:
    machine.launch(*machine.gated_work())
    machine.wait_started()
    machine.launch(*machine.gated_work())
    machine.gate.touch()
    assert machine.exited().code == 7
    assert machine.shop.words() == ["start", "end 7"]


def test_a_living_attempt_is_adopted_and_its_end_seen(machine: Machine) -> None:
    machine.launch(*machine.gated_work())
    pid = machine.wait_started().pid
    machine.restart()
    machine.processes.adopt(ATTEMPT)
    assert machine.wait_started().pid == pid
    machine.gate.touch()
    assert machine.exited().code == 7
    assert machine.shop.words() == ["start", "end 7"]


def test_an_end_that_nobody_saw_is_found(machine: Machine) -> None:
    machine.launch()
    machine.until(lambda: len(machine.shop.words()) == 2)
    machine.restart()
    machine.processes.adopt(ATTEMPT, ran=True)
    assert machine.exited().code == 0


def test_a_claim_that_was_never_published_is_void(machine: Machine) -> None:
    machine.processes.adopt(ATTEMPT)
    assert machine.wait_over() == [Voided(ATTEMPT, "it was never started")]


def test_a_shim_killed_before_it_decided_makes_the_attempt_void(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BOMS_SHIM_FAILPOINT", "before-link")
    machine.launch()
    assert machine.wait_over() == [Voided(ATTEMPT, "it was never started")]
    assert machine.shop.words() == []


def test_a_shim_killed_after_it_decided_proves_nothing(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOMS_SHIM_FAILPOINT", "decided")
    machine.launch()
    (over,) = machine.wait_over()
    assert isinstance(over, Lost)
    assert "without an exit record" in over.evidence
    assert machine.shop.words() == []


def test_a_shim_stopped_before_its_start_is_watched_until_it_goes_on(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BOMS_SHIM_FAILPOINT", "locked:1:stop")
    machine.launch()
    (pid,) = wait_until(lambda: processes_naming(machine.shop.spool.folder(ATTEMPT)), "the shim to execute")
    os.waitid(os.P_PID, pid, os.WSTOPPED)
    machine.restart()
    machine.processes.adopt(ATTEMPT)
    machine.processes.poll(0.1)
    os.kill(pid, signal.SIGCONT)
    assert machine.exited().code == 0
    assert machine.shop.words() == ["start", "end 0"]


LAUNCH = """
import sys
from pathlib import Path
from boms_tui.runtime.machine.processes import Processes
from tests.runtime.workshop import ATTEMPT, spec_for
root, folder, *argv = sys.argv[1:]
Processes(Path(root)).launch([spec_for(ATTEMPT, argv, Path(folder))])
"""


@pytest.mark.parametrize("point", ["before-publish", "published", "spawned"])
def test_a_runtime_killed_while_it_launches_is_followed_by_the_truth(machine: Machine, point: str) -> None:
    shop = machine.shop
    script = [sys.executable, "-c", LAUNCH, *map(str, (shop.spool.root, shop.folder, *shop.witnessed_work()))]
    killed = subprocess.run(script, env={**os.environ, "BOMS_FAILPOINT": point}, check=False)
    assert killed.returncode == -signal.SIGKILL
    machine.processes.adopt(ATTEMPT)
    (fact,) = machine.wait_over()
    assert shop.words() == ([] if isinstance(fact, Voided) else ["start", "end 0"])
    assert isinstance(fact, Voided) or point == "spawned"


def test_a_program_without_its_shim_is_watched_and_lost_when_it_ends(machine: Machine) -> None:
    machine.launch(*machine.gated_work())
    machine.wait_started()
    machine.kill_shim()
    assert not machine.processes.poll(0.2), "nothing is over while the program runs"
    machine.restart()
    machine.processes.adopt(ATTEMPT)
    machine.wait_started()
    machine.gate.touch()
    (lost,) = machine.wait_over()
    assert isinstance(lost, Lost)
    assert "ended without an exit record" in lost.evidence
    assert machine.shop.words() == ["start", "end 7"]


def a_deaf_program_without_its_shim(machine: Machine) -> int:
    """The pid of one that ignores SIGTERM."""
    machine.launch("sh", "-c", "trap '' TERM; echo ready; while :; do sleep 1; done")
    pid = machine.wait_started().pid
    machine.until(lambda: machine.shop.tail() == (b"ready\n", 6, 0))
    machine.kill_shim()
    assert not machine.processes.poll(0.2)
    return pid


def test_a_program_without_its_shim_is_killed_through_its_pidfd(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "GRACE_S", 0.2)
    pid = a_deaf_program_without_its_shim(machine)
    machine.processes.kill(ATTEMPT, "mina")
    assert isinstance(machine.wait_over()[0], Lost)
    assert not alive(pid)


def test_a_kill_that_the_shim_did_not_live_to_obey_is_carried_out(machine: Machine) -> None:
    machine.launch("sleep", "60")
    pid = machine.wait_started().pid
    machine.signal_shim(signal.SIGSTOP)
    machine.processes.kill(ATTEMPT, "mina")
    assert alive(pid)
    machine.kill_shim()
    assert isinstance(machine.wait_over()[0], Lost)
    assert not alive(pid)


def test_a_kill_ends_as_the_exit_record_says(machine: Machine) -> None:
    machine.launch("sh", "-c", "trap 'exit 3' TERM; echo ready; sleep 60 & wait")
    machine.until(lambda: machine.shop.tail() == (b"ready\n", 6, 0))
    machine.processes.kill(ATTEMPT, "mina")
    exited = machine.exited()
    assert (exited.how, exited.code, exited.text) == (How.KILLED, 3, "by mina")


def test_a_kill_that_the_disk_refuses_is_tried_again(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    machine.launch("sleep", "60")
    machine.wait_started()
    request, refused = machine.processes.spool.request_kill, threading.Event()

    def refuse_once(attempt: AttemptId, by: str) -> None:
        if not refused.is_set():
            refused.set()
            raise OSError(28, "No space left on device")
        request(attempt, by)

    monkeypatch.setattr(machine.processes.spool, "request_kill", refuse_once)
    machine.processes.kill(ATTEMPT, "mina")
    assert machine.exited().how is How.KILLED


def test_a_kill_of_what_was_never_published_makes_it_void(machine: Machine) -> None:
    machine.processes.launch([])
    machine.processes.kill(ATTEMPT, "mina")
    assert isinstance(machine.wait_over()[0], Voided)


def test_a_folder_taken_away_while_it_ran_is_lost_and_not_void(machine: Machine) -> None:
    machine.launch(*machine.gated_work())
    machine.wait_started()
    shutil.rmtree(machine.shop.spool.folder(ATTEMPT))
    machine.gate.touch()
    (lost,) = machine.wait_over()
    assert isinstance(lost, Lost)
    assert "the spool shows nothing of it any more" in lost.evidence


def test_a_folder_taken_away_while_nobody_looked_is_lost_where_it_had_started(machine: Machine) -> None:
    machine.processes.adopt(ATTEMPT, ran=True)
    assert isinstance(machine.wait_over()[0], Lost)


def test_processes_left_behind_are_named(machine: Machine) -> None:
    machine.launch("sh", "-c", "sleep 60 & exit 0")
    exited = machine.exited()
    assert (exited.code, exited.remain, exited.text) == (0, 1, "")


def test_a_disk_that_cannot_be_read_is_asked_again(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[AttemptId] = []
    adopt = machine.processes.spool.adopt

    def fail_once(attempt: AttemptId) -> object:
        asked.append(attempt)
        if len(asked) == 1:
            raise OSError(5, "Input/output error")
        return adopt(attempt)

    monkeypatch.setattr(machine.processes.spool, "adopt", fail_once)
    machine.processes.adopt(ATTEMPT)
    assert isinstance(machine.wait_over()[0], Voided)
    assert len(asked) == 2


def test_a_spool_that_another_runtime_works_in_is_refused(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes_module, "OWNER_PATIENCE_S", 0.1)
    machine.processes.launch([])
    with Processes(machine.shop.spool.root) as other, pytest.raises(BomsError, match="another runtime works in"):
        other.adopt(ATTEMPT)


def test_another_thread_ends_a_poll(machine: Machine) -> None:
    before = clock.monotonic()
    waker = threading.Timer(0.05, machine.processes.wake)
    waker.start()
    assert machine.processes.poll(20) == []
    waker.join()
    assert clock.monotonic() - before < 10


def test_waking_what_is_closed_does_nothing(machine: Machine) -> None:
    machine.restart()
    other = machine.processes
    machine.restart()
    other.wake()
    assert machine.processes.poll(0) == []


def test_other_descriptors_can_be_waited_for(machine: Machine) -> None:
    read, write = os.pipe()
    heard: list[bytes] = []
    machine.processes.events.on(read, lambda: heard.append(os.read(read, 10)))
    os.write(write, b"hello")
    machine.processes.poll(10)
    assert heard == [b"hello"]
    machine.processes.events.off(read)
    os.close(read)
    os.close(write)


def test_watching_leaves_nothing_open(machine: Machine) -> None:
    machine.launch("true")
    machine.exited()
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208
    for number in range(2, 6):
        machine.launch("true", attempt=AttemptId(f"{ATTEMPT[:-1]}{number}"))
    machine.wait_over(5)
    assert len(os.listdir("/proc/self/fd")) == before  # noqa: PTH208


def test_an_exit_code_on_record_counts_though_a_power_loss_left_the_spec_blank(machine: Machine) -> None:
    machine.launch("sh", "-c", "exit 7")
    machine.until(lambda: machine.shop.spool.at(ATTEMPT).exit_record() is not None)
    machine.restart()
    (machine.shop.spool.folder(ATTEMPT) / "spec").write_bytes(b"")
    machine.processes.adopt(ATTEMPT)
    assert machine.exited().code == 7


def test_a_kill_without_a_folder_still_ends_the_program_and_says_what_is_known(machine: Machine) -> None:
    machine.launch("sleep", "60")
    machine.wait_started()
    machine.restart()
    machine.processes.adopt(ATTEMPT, ran=True)
    pid = machine.shop.spool.at(ATTEMPT).started()
    assert pid is not None
    machine.processes.poll(0)
    shutil.rmtree(machine.shop.spool.folder(ATTEMPT))
    machine.processes.kill(ATTEMPT, "mina")
    (lost,) = machine.wait_over()
    assert isinstance(lost, Lost)
    assert not alive(pid.pid)


def test_a_kill_that_the_disk_refuses_again_and_again_comes_to_the_end_of_its_grace(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "GRACE_S", 1.5)
    pid = a_deaf_program_without_its_shim(machine)

    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(machine.processes.spool, "request_kill", refuse)
    machine.processes.kill(ATTEMPT, "mina")
    assert isinstance(machine.wait_over()[0], Lost)
    assert not alive(pid)
