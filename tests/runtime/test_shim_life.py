"""One shim and its files: it starts a program once, without a runtime, and records how that ended."""

import errno
import fcntl
import os
import signal
import stat
import sys
import termios

import pytest

from boms_tui.clock import boottime_ns
from boms_tui.model.facts import How
from boms_tui.runtime.shim.files import DECIDED, LATE, LOCKED, UNPREPARED, UNRECORDED, unpack
from boms_tui.runtime.spool import protocol
from boms_tui.runtime.spool.found import Alive, Lost, Void
from boms_tui.runtime.spool.spool import Spool
from tests.runtime.house import wait_until
from tests.runtime.workshop import Workshop, alive, both_shims, finish

pytestmark = both_shims
TERM_IGNORING = "trap '' TERM; echo ready; while :; do sleep 1; done"


def pid_of(shop: Workshop) -> int:
    started = shop.spool.at(shop.attempt).started()
    assert started is not None
    return started.pid


def test_a_task_leaves_its_true_code_and_its_output(shop: Workshop) -> None:
    record = shop.run("sh", "-c", "echo out; echo err >&2; exit 3")
    assert (record.how, record.code, record.signal, record.remain) == (How.EXITED, 3, None, 0)
    assert (shop.out(), record.output_bytes, record.output_dropped) == (b"out\nerr\n", 8, 0)
    started = shop.spool.at(shop.attempt).started()
    assert started is not None
    assert started.at <= record.ended


def test_a_task_ended_by_a_signal_is_told_apart(shop: Workshop) -> None:
    record = shop.run("sh", "-c", "kill -9 $$")
    assert (record.how, record.code, record.signal) == (How.SIGNALLED, None, 9)


def test_the_task_sees_three_descriptors_and_its_own_session(shop: Workshop) -> None:
    leaked, other = os.pipe()
    os.set_inheritable(leaked, True)  # noqa: FBT003
    program = (
        "import os; fds = os.listdir('/proc/self/fd')\n"
        "print(sorted(fd for fd in fds if os.path.lexists('/proc/self/fd/' + fd)))\n"
        "print(os.readlink('/proc/self/fd/0'), os.getcwd(), os.getsid(0) == os.getpid() == os.getpgrp())\n"
    )
    shop.publish(sys.executable, "-I", "-S", "-c", program)
    assert finish(shop.shim(pass_fds=[leaked])) == 0
    os.close(leaked)
    os.close(other)
    assert shop.out().decode() == f"['0', '1', '2']\n/dev/null {shop.folder} True\n"


def test_the_shim_keeps_nothing_open_that_a_runtime_leaked(shop: Workshop) -> None:
    read, write = os.pipe()
    os.set_inheritable(write, True)  # noqa: FBT003
    shop.publish("sleep", "60")
    shop.shim(pass_fds=[write])
    os.close(write)
    wait_until(lambda: shop.spool.at(shop.attempt).started(), "the task to start")
    assert os.read(read, 1) == b"", "nobody holds the other end"
    os.close(read)


def test_the_task_has_the_environment_of_its_spec_and_no_other(shop: Workshop) -> None:
    shop.publish("env")
    assert finish(shop.shim(environment={"SECRET": "1"})) == 0
    assert sorted(shop.out().decode().splitlines()) == [
        "BOMS_ATTEMPT=1", "BOMS_RUN=ops/one@2026-11-20.1", "BOMS_TASK=only", "PATH=/usr/bin:/bin",
    ]  # fmt: skip


_OF_THE_C_LIBRARY = 0b11 << 31
"""Signals 32 and 33, which no program can set: what the tests were started with is what the task gets."""


def test_no_signal_is_blocked_or_ignored_in_the_task(shop: Workshop) -> None:
    shop.publish("grep", "-E", "Sig(Blk|Ign)", "/proc/self/status")
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})
    try:
        assert finish(shop.shim()) == 0
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    blocked, ignored = (int(mask, 16) & ~_OF_THE_C_LIBRARY for mask in shop.out().split()[1::2])
    assert (blocked, ignored) == (0, 0)


def test_the_folder_is_the_services_alone(shop: Workshop) -> None:
    shop.run("true")
    folder = shop.spool.folder(shop.attempt)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o600}


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("no-such-program", errno.ENOENT),
        ("./no-such-program", errno.ENOENT),
        ("./not-executable", errno.EACCES),
        ("./no-format", errno.ENOEXEC),
        ("./bad-interpreter", errno.ENOENT),
    ],
)
def test_a_program_that_cannot_be_executed_is_named_with_the_reason(shop: Workshop, name: str, number: int) -> None:
    for file, body, mode in (
        ("not-executable", "#!/bin/sh\n", 0o600),
        ("no-format", "no format", 0o700),
        ("bad-interpreter", "#!/no/such/interpreter\n", 0o700),
    ):
        (shop.folder / file).write_text(body)
        (shop.folder / file).chmod(mode)
    record = shop.run(name)
    assert (record.how, record.code, record.elapsed) == (How.START_FAILED, None, None)
    assert record.text == f"{name}: {errno.errorcode[number]} {os.strerror(number)}"


def test_arguments_that_are_too_big_fail_the_start(shop: Workshop) -> None:
    record = shop.run("true", "x" * 3_000_000)
    assert (record.how, record.text) == (How.START_FAILED, "true: E2BIG Argument list too long")


def test_a_missing_working_folder_fails_the_start(shop: Workshop) -> None:
    shop.folder = shop.folder / "nowhere"
    record = shop.run("true")
    assert record.how is How.START_FAILED
    assert record.text == f"folder {shop.folder}: ENOENT No such file or directory"


def test_a_timeout_holds_without_a_runtime(shop: Workshop) -> None:
    record = shop.run("sleep", "60", timeout=0.3)
    assert (record.how, record.code, record.signal) == (How.TIMEOUT, None, signal.SIGTERM)
    assert record.elapsed is not None
    assert 0.3 <= record.elapsed.total_seconds() < 5


def test_a_program_that_ignores_sigterm_is_killed_after_its_grace(shop: Workshop) -> None:
    shop.publish("sh", "-c", TERM_IGNORING, grace=0.3)
    shim = shop.shim()
    shop.wait_for_output()
    shop.spool.request_kill(shop.attempt, "mina")
    assert finish(shim) == 0
    record = shop.record()
    assert (record.how, record.signal, record.remain) == (How.KILLED, signal.SIGKILL, 0)


def test_a_kill_takes_the_whole_group(shop: Workshop) -> None:
    shop.publish("sh", "-c", f"trap 'exit 4' TERM; sh -c \"{TERM_IGNORING}\" & echo $!; wait")
    shim = shop.shim()
    shop.wait_for_output()
    grandchild = int(shop.out().split()[0])
    assert alive(grandchild)
    shop.spool.request_kill(shop.attempt, "mina")
    assert finish(shim) == 0
    record = shop.record()
    assert (record.how, record.code, record.text, record.remain) == (How.KILLED, 4, "by mina", 0)
    assert not alive(grandchild)


def test_a_kill_is_obeyed_without_the_fifo(shop: Workshop) -> None:
    folder = shop.publish("sh", "-c", "echo ready; sleep 60")
    (folder / "ctl").unlink()
    shop.shim()
    shop.wait_for_output()
    shop.spool.request_kill(shop.attempt, "mina")
    assert shop.record().how is How.KILLED


def test_a_kill_is_heard_once_and_not_for_as_long_as_the_program_resists(shop: Workshop) -> None:
    folder = shop.publish("sh", "-c", TERM_IGNORING, grace=60)
    shop.shim()
    shop.wait_for_output()
    shop.spool.request_kill(shop.attempt, "mina")
    fd = os.open(folder / "ctl", os.O_RDWR | os.O_NONBLOCK)
    wait_until(lambda: _unread(fd) == 0, "the shim to have read what it was told")
    os.close(fd)


def _unread(fifo: int) -> int:
    return int.from_bytes(fcntl.ioctl(fifo, termios.FIONREAD, bytes(4)), sys.byteorder)


def test_a_kill_is_obeyed_over_the_fifo_alone(shop: Workshop) -> None:
    folder = shop.publish("sh", "-c", "echo ready; sleep 60")
    shop.shim()
    shop.wait_for_output()
    (folder / "ctl").write_bytes(b"mina")
    assert shop.record().text == "by mina"


def test_a_kill_before_the_start_leaves_nothing_to_run(shop: Workshop) -> None:
    shop.publish()
    shop.spool.request_kill(shop.attempt, "mina")
    assert finish(shop.shim()) == 0
    record = shop.record()
    assert (record.how, record.text, record.elapsed) == (How.KILLED, "before it ran, by mina", None)
    assert shop.words() == []


def test_a_natural_end_wins_over_a_kill_that_comes_after_it(shop: Workshop) -> None:
    shop.run("sh", "-c", "exit 5")
    shop.spool.request_kill(shop.attempt, "mina")
    assert (shop.record().how, shop.record().code) == (How.EXITED, 5)


def test_processes_left_behind_are_counted(shop: Workshop) -> None:
    record = shop.run("sh", "-c", "sleep 60 >/dev/null 2>&1 & exit 0")
    assert (record.how, record.code, record.remain) == (How.EXITED, 0, 1)


def test_a_shim_outlives_what_ends_terminals_and_services(shop: Workshop) -> None:
    shop.publish("sh", "-c", "echo ready; read x < gate; exit 6")
    os.mkfifo(shop.folder / "gate")
    shim = shop.shim()
    shop.wait_for_output()
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        shim.send_signal(number)
    (shop.folder / "gate").write_text("go\n")
    assert finish(shim) == 0
    assert shop.record().code == 6


def test_a_second_shim_leaves_the_first_alone(shop: Workshop) -> None:
    shop.publish(*shop.witnessed_work(f"gate={shop.folder / 'gate'}"))
    first = shop.shim()
    wait_until(shop.words, "the task to start")
    assert finish(shop.shim()) == LOCKED
    (shop.folder / "gate").touch()
    assert finish(first) == 0
    assert finish(shop.shim()) == DECIDED
    assert shop.words() == ["start", "end 0"]


def test_a_cancelled_attempt_is_never_started(shop: Workshop) -> None:
    shop.publish()
    assert shop.spool.cancel(shop.attempt)
    assert finish(shop.shim()) == DECIDED
    assert shop.over() == Void("it was cancelled before it started")
    assert shop.words() == []


def test_a_cancel_wins_until_the_very_moment_of_the_decision(shop: Workshop) -> None:
    shop.publish()
    shim = shop.shim(environment={"BOMS_SHIM_FAILPOINT": "before-link:1:stop"})
    os.waitid(os.P_PID, shim.pid, os.WSTOPPED)
    assert shop.spool.cancel(shop.attempt)
    shim.send_signal(signal.SIGCONT)
    assert finish(shim) == DECIDED
    assert shop.words() == []


def test_a_shim_that_comes_too_late_starts_nothing(shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "START_WITHIN_S", -1)
    shop.publish()
    assert finish(shop.shim()) == LATE
    assert isinstance(shop.over(), Void)
    assert shop.words() == []


def test_a_shim_of_another_boot_starts_nothing(shop: Workshop) -> None:
    shop.spool = Spool(shop.spool.root, boot="another boot")
    shop.publish()
    assert finish(shop.shim()) == LATE
    assert shop.words() == []


def test_a_shim_stopped_until_it_is_too_late_starts_nothing(shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "START_WITHIN_S", 1)
    shop.publish()
    shim = shop.shim(environment={"BOMS_SHIM_FAILPOINT": "locked:1:stop"})
    os.waitid(os.P_PID, shim.pid, os.WSTOPPED)
    assert shop.spool.adopt(shop.attempt) == Alive(None), "a stopped shim still owns its attempt"
    spec = dict(unpack((shop.spool.folder(shop.attempt) / "spec").read_bytes()))
    wait_until(lambda: boottime_ns() > int(spec[b"start_by_ns"]), "the last moment to pass")
    shim.send_signal(signal.SIGCONT)
    assert finish(shim) == LATE
    assert shop.words() == []


def test_a_spec_of_another_version_is_refused_with_the_reason(shop: Workshop) -> None:
    folder = shop.publish()
    spec = (folder / "spec").read_bytes()
    (folder / "spec").write_bytes(spec.replace(b"version\x001\x00", b"version\x009\x00"))
    shim = shop.shim()
    _, said = shim.communicate(timeout=30)
    assert (shim.returncode, said) == (UNPREPARED, b"before the start: the spec has version 9, this shim knows 1\n")


def test_a_folder_taken_away_ends_the_shim_after_its_task(shop: Workshop) -> None:
    folder = shop.publish(*shop.witnessed_work(f"gate={shop.folder / 'gate'}"))
    shim = shop.shim()
    wait_until(shop.words, "the task to start")
    for file in folder.iterdir():
        file.unlink()
    folder.rmdir()
    (shop.folder / "gate").touch()
    assert finish(shim) == UNRECORDED


def test_a_shim_speaks_when_the_program_runs_and_not_when_it_cannot(shop: Workshop) -> None:
    shop.publish("sh", "-c", "read x < gate")
    os.mkfifo(shop.folder / "gate")
    shim = shop.shim()
    assert shim.stderr is not None
    assert shim.stderr.readline() == b"started\n"
    (shop.folder / "gate").write_text("go\n")
    assert finish(shim) == 0


@pytest.mark.parametrize(
    ("point", "verdict"),
    [
        ("before-lock", Void),
        ("locked", Void),
        ("forked", Void),
        ("before-link", Void),
        ("linked", Lost),
        ("decided", Lost),
        ("before-go", Lost),
    ],
)
def test_a_shim_killed_before_the_word_has_started_nothing(shop: Workshop, point: str, verdict: type) -> None:
    shop.publish()
    assert finish(shop.shim(environment={"BOMS_SHIM_FAILPOINT": point})) == -signal.SIGKILL
    assert isinstance(shop.over(), verdict)
    assert finish(shop.shim()) == DECIDED, "no later shim starts it either"
    assert shop.words() == []


def test_the_held_process_does_not_keep_the_lock_of_a_dead_shim(shop: Workshop) -> None:
    shop.publish()
    shim = shop.shim(environment={"BOMS_SHIM_FAILPOINT": "before-go:1:stop"})
    os.waitid(os.P_PID, shim.pid, os.WSTOPPED)
    held = pid_of(shop)
    wait_until(lambda: os.getsid(held) == held, "the held process to be on its own")
    os.kill(held, signal.SIGSTOP)
    shim.kill()
    shim.wait(30)
    try:
        assert not shop.spool.at(shop.attempt).lock_held()
    finally:
        os.kill(held, signal.SIGCONT)
    assert isinstance(shop.over(), Lost)
    assert shop.words() == []


@pytest.mark.parametrize("point", ["gone", "ended", "before-record", "mid-record"])
def test_a_shim_killed_while_its_task_runs_leaves_it_unknown(shop: Workshop, point: str) -> None:
    shop.publish()
    assert finish(shop.shim(environment={"BOMS_SHIM_FAILPOINT": point})) == -signal.SIGKILL
    assert isinstance(shop.over(), Lost)
    assert shop.words() == ["start", "end 0"]


@pytest.mark.parametrize("point", ["recorded", "renamed"])
def test_a_shim_killed_after_the_record_loses_nothing(shop: Workshop, point: str) -> None:
    shop.publish(*shop.witnessed_work("code=7"))
    assert finish(shop.shim(environment={"BOMS_SHIM_FAILPOINT": point})) == -signal.SIGKILL
    assert shop.record().code == 7
    assert shop.words() == ["start", "end 7"]


def test_the_spec_may_set_the_umask(shop: Workshop) -> None:
    folder = shop.publish("sh", "-c", "umask")
    with (folder / "spec").open("ab") as spec:
        spec.write(b"umask\x00027\x00")
    finish(shop.shim())
    assert shop.out() == b"0027\n"


def test_the_program_is_found_by_its_own_path(shop: Workshop) -> None:
    tool = shop.folder / "tool"
    tool.write_text("#!/bin/sh\nexit 8\n")
    tool.chmod(0o700)
    folder = shop.publish("tool")
    spec = (folder / "spec").read_bytes()
    (folder / "spec").write_bytes(spec.replace(b"PATH=/usr/bin:/bin", b"PATH=/nowhere:" + bytes(shop.folder)))
    assert finish(shop.shim()) == 0
    assert shop.record().code == 8
