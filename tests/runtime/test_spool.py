"""The spool's referee: what the files of an attempt prove, whatever state they are found in."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from boms_tui import clock
from boms_tui.model.facts import How
from boms_tui.model.ids import AttemptId
from boms_tui.runtime import identity
from boms_tui.runtime.identity import boot_id, open_exactly, signal_group, start_time
from boms_tui.runtime.machine import bundle
from boms_tui.runtime.ports import Spec
from boms_tui.runtime.shim.files import WRITE_LOCK, Pairs, pack, seal
from boms_tui.runtime.spool import spool as spool_module
from boms_tui.runtime.spool.archive import Archive
from boms_tui.runtime.spool.found import Alive, Ended, Found, Lost, Unsupervised, Void
from boms_tui.runtime.spool.spool import AlreadyPublishedError, Spool
from tests.runtime.house import wait_until
from tests.runtime.workshop import Workshop, spec_for

RECORD: Pairs = [
    (b"version", b"1"),
    (b"how", b"exited"),
    (b"ended", b"1795356148000000000"),
    (b"text", b""),
    (b"code", b"7"),
]

DEAD = 1 << 21
"""A number that no process has."""


def started(pid: int, *, start: int | None = None, boot: str = "") -> bytes:
    """A start record of the process `pid`, whose shim has ended."""
    at = start if start is not None else start_time(pid)
    fields = {
        "version": "1", "pid": pid, "starttime": at, "boot_id": boot or boot_id(), "shim_pid": 1, "shim_starttime": 1,
        "at": 1_795_356_100_000_000_000,
    }  # fmt: skip
    return pack((key.encode(), str(value).encode()) for key, value in fields.items())


def test_publish_makes_one_folder_whole_and_named_by_a_hash(shop: Workshop) -> None:
    folder = shop.publish("true")
    assert folder.parent == shop.spool.root
    assert len(folder.name) == 32
    assert {file.name for file in folder.iterdir()} == {"spec", "ctl"}
    assert f"id\0{shop.attempt}\0" in (folder / "spec").read_text()
    assert [path.name for path in shop.spool.root.glob(".*")] == []


def test_publish_again_is_refused_and_changes_nothing(shop: Workshop) -> None:
    folder = shop.publish("true")
    before = (folder / "spec").read_bytes()
    with pytest.raises(AlreadyPublishedError):
        shop.publish("false")
    assert (folder / "spec").read_bytes() == before
    assert list(shop.spool.root.glob(".new-*")) == []


@pytest.mark.parametrize(
    ("argv", "environment"),
    [((), {}), (("",), {}), (("a\0b",), {}), (("a",), {"K": "v\0"}), (("a",), {"": "v"}), (("a",), {"K=": "v"})],
)
def test_what_no_system_could_run_is_refused(
    shop: Workshop, argv: tuple[str, ...], environment: dict[str, str]
) -> None:
    with pytest.raises(ValueError, match=r"the command|the environment"):
        shop.spool.publish(Spec(shop.attempt, argv, environment, "/", None, 1_000))
    assert not shop.spool.folder(shop.attempt).exists()


def test_a_disk_that_refuses_leaves_nothing_behind(shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "mkfifo", refuse)
    with pytest.raises(OSError, match="No space left"):
        shop.publish("true")
    assert {path.name for path in shop.spool.root.iterdir() if not path.name.startswith("shim-")} == set()


def test_cancel_takes_the_place_of_what_was_never_published(shop: Workshop) -> None:
    assert shop.spool.cancel(shop.attempt)
    assert not shop.spool.cancel(shop.attempt), "it is decided already"
    with pytest.raises(AlreadyPublishedError):
        shop.publish("true")
    assert shop.spool.adopt(shop.attempt) == Void("it was cancelled before it started")


def test_cancel_decides_what_nobody_decided(shop: Workshop) -> None:
    folder = shop.publish("true")
    assert shop.spool.cancel(shop.attempt)
    assert (folder / "decision").read_bytes() == b"CANCEL"
    assert {file.name for file in folder.iterdir()} == {"spec", "ctl", "decision"}


def test_cancel_loses_against_a_start(shop: Workshop) -> None:
    folder = shop.publish("true")
    (folder / "decision").write_bytes(started(DEAD, start=1))
    assert not shop.spool.cancel(shop.attempt)
    assert (folder / "decision").read_bytes() == started(DEAD, start=1)


def test_adopting_what_was_never_published_makes_it_void_for_ever(shop: Workshop) -> None:
    assert shop.spool.adopt(shop.attempt) == Void("it was never started")
    with pytest.raises(AlreadyPublishedError):
        shop.publish("true")


def test_adopting_looks_again_where_somebody_was_faster(shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = shop.publish("true")
    cancel = Spool.cancel

    def lose(self: Spool, attempt: AttemptId) -> bool:
        (folder / "exit.rec").write_bytes(seal(pack(RECORD)))
        (folder / "decision").write_bytes(started(DEAD, start=1))
        return cancel(self, attempt)

    monkeypatch.setattr(Spool, "cancel", lose)
    assert isinstance(shop.spool.adopt(shop.attempt), Ended)


WHOLE, TORN = seal(pack(RECORD)), seal(pack(RECORD))[:20]
UNSEEN = {"decision": started(DEAD, start=1)}
CASES: dict[str, tuple[Callable[[], dict[str, bytes]], type[Found]]] = {
    "undecided": (dict, Void),
    "cancelled": (lambda: {"decision": b"CANCEL"}, Void),
    "an unreadable decision": (lambda: {"decision": b"PERHAPS"}, Lost),
    "decided and no more": (lambda: {**UNSEEN, "exit.tmp": bytes(512)}, Lost),
    "a recorded end": (lambda: {**UNSEEN, "exit.rec": WHOLE}, Ended),
    "an end not renamed": (lambda: {**UNSEEN, "exit.tmp": WHOLE}, Ended),
    "an end in a second file": (lambda: {**UNSEEN, "exit.tmp": bytes(512), "exit.9.tmp": WHOLE}, Ended),
    "a torn record before a whole one": (lambda: {**UNSEEN, "exit.rec": TORN, "exit.tmp": WHOLE}, Ended),
    "a torn record": (lambda: {**UNSEEN, "exit.rec": TORN}, Lost),
    "an empty record": (lambda: {**UNSEEN, "exit.rec": b""}, Lost),
    "a damaged record": (lambda: {**UNSEEN, "exit.rec": WHOLE.replace(b"7", b"0")}, Lost),
    "a record of another version": (lambda: {**UNSEEN, "exit.rec": seal(pack([(b"version", b"9")]))}, Lost),
    "a program that ended unseen": (lambda: UNSEEN, Lost),
    "a program that lives": (lambda: {"decision": started(os.getpid())}, Unsupervised),
    "another process with its number": (lambda: {"decision": started(os.getpid(), start=1)}, Lost),
    "another boot": (lambda: {"decision": started(os.getpid(), boot="another")}, Lost),
    "a decision of another version": (lambda: {"decision": pack([(b"version", b"9")])}, Lost),
}


@pytest.mark.parametrize("name", CASES)
def test_what_the_files_prove(shop: Workshop, name: str) -> None:
    files, kind = CASES[name]
    folder = shop.publish("true")
    for file, body in files().items():
        (folder / file).write_bytes(body)
    first = shop.spool.adopt(shop.attempt)
    assert isinstance(first, kind)
    assert isinstance(shop.spool.adopt(shop.attempt), kind), "asked again it says the same"


def test_a_record_is_read_in_full(shop: Workshop) -> None:
    folder = shop.publish("true")
    more: Pairs = [(b"out_bytes", b"20"), (b"dropped", b"5"), (b"elapsed_ns", b"1500000000"), (b"remain", b"2")]
    (folder / "exit.rec").write_bytes(seal(pack([*RECORD, *more])))
    record = shop.spool.at(shop.attempt).exit_record()
    assert record is not None
    assert (record.how, record.code, record.output_bytes, record.output_dropped, record.remain) == (
        How.EXITED,
        7,
        20,
        5,
        2,
    )
    assert record.ended == datetime(2026, 11, 22, 14, 2, 28, tzinfo=UTC)
    assert record.elapsed is not None
    assert record.elapsed.total_seconds() == 1.5


def test_evidence_names_what_is_known(shop: Workshop) -> None:
    folder = shop.publish("true")
    (folder / "decision").write_bytes(started(4711, start=1, boot="another"))
    assert shop.spool.adopt(shop.attempt) == Lost("the host restarted while it ran (pid 4711, since 14:01:40Z)")


HOLD_LOCK = """
import fcntl, os, signal, sys
fd = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT)
fcntl.fcntl(fd, fcntl.F_OFD_SETLK, bytes.fromhex(sys.argv[2]))
print(flush=True)
signal.pause()
"""


@pytest.mark.parametrize("edit", [lambda file: file.symlink_to("/nowhere"), Path.mkdir], ids=["a-link", "a-folder"])
def test_a_decision_that_somebody_put_something_else_for_proves_nothing(
    shop: Workshop, edit: Callable[[Path], None]
) -> None:
    edit(shop.publish() / "decision")
    found = shop.spool.adopt(shop.attempt)
    assert isinstance(found, Lost)
    assert "its decision cannot be read" in found.evidence


def test_output_whose_spec_somebody_put_a_folder_for_is_lost_and_no_more(shop: Workshop) -> None:
    spec = shop.publish() / "spec"
    spec.unlink()
    spec.mkdir()
    assert shop.spool.output(shop.attempt) is None
    assert Archive(shop.spool).attempts([spec.parent.name]) == {}


def test_a_tombstone_of_which_the_disk_takes_a_part_is_refused(shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", lambda fd, data: write(fd, data[:5]))
        with pytest.raises(OSError, match="No space left"):
            shop.spool.pruned.add({"a" * 32: "it ended"}, clock.now())
    shop.spool.pruned.add({"b" * 32: "it ended"}, clock.now())
    shop.spool.pruned.suspect("the test says so")
    assert shop.spool.pruned.of("b" * 32) == "it ended"


def test_the_lock_tells_a_stopped_shim_from_a_dead_one(shop: Workshop) -> None:
    folder = shop.publish("true")
    assert not shop.spool.at(shop.attempt).lock_held()
    command = [sys.executable, "-c", HOLD_LOCK, str(folder / "lock"), WRITE_LOCK.hex()]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        assert shop.spool.at(shop.attempt).lock_held()
        holder.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, holder.pid, os.WSTOPPED)
        assert shop.spool.adopt(shop.attempt) == Alive(None)
        holder.kill()
    assert not shop.spool.at(shop.attempt).lock_held()
    assert isinstance(shop.spool.adopt(shop.attempt), Void)


def test_one_agent_to_a_spool(tmp_path: Path) -> None:
    first, second = Spool(tmp_path / "spool"), Spool(tmp_path / "spool")
    assert first.acquire()
    assert not second.acquire()
    first.release()
    (tmp_path / "spool" / ".new-left").mkdir()
    assert second.acquire()
    assert not (tmp_path / "spool" / ".new-left").exists(), "a new agent sweeps what a killed one was building"
    second.release()


def test_the_agents_lock_is_inherited_by_nothing(tmp_path: Path) -> None:
    spool, next_one = Spool(tmp_path / "spool"), Spool(tmp_path / "spool")
    assert spool.acquire()
    child = subprocess.Popen(["/bin/sleep", "60"], close_fds=False)
    try:
        spool.release()
        wait_until(next_one.acquire, "the child to let go of what it inherited until it executed")
    finally:
        child.kill()
        child.wait()
        next_one.release()


def test_a_kill_is_asked_for_once_and_names_the_first_who_asked(shop: Workshop) -> None:
    folder = shop.publish("true")
    assert not shop.spool.at(shop.attempt).kill_requested()
    shop.spool.request_kill(shop.attempt, "mina")
    shop.spool.request_kill(shop.attempt, "jonas")
    assert shop.spool.at(shop.attempt).kill_requested()
    assert (folder / "kill.req").read_bytes() == b"mina"


def test_a_kill_of_what_was_never_published_says_so(shop: Workshop) -> None:
    with pytest.raises(FileNotFoundError):
        shop.spool.request_kill(shop.attempt, "mina")


def test_a_kill_that_cannot_be_written_is_still_told_to_the_shim(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = shop.publish("true")
    shim = os.open(folder / "ctl", os.O_RDWR | os.O_NONBLOCK)

    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(spool_module, "write_durably", refuse)
    with pytest.raises(OSError, match="No space left"):
        shop.spool.request_kill(shop.attempt, "mina")
    assert os.read(shim, 100) == b"mina"
    os.close(shim)


def test_ids_cannot_lead_out_of_the_spool(shop: Workshop) -> None:
    for evil in ("../../etc", "/etc/passwd", "a\nb", "x" * 5_000):
        folder = shop.spool.publish(spec_for(AttemptId(evil), ["true"], shop.folder))
        assert folder.parent == shop.spool.root


def test_a_process_is_known_by_its_number_and_its_start() -> None:
    me, since = os.getpid(), start_time(os.getpid())
    assert since is not None
    fd = open_exactly(me, since)
    assert fd is not None
    os.close(fd)
    assert open_exactly(me, since + 1) is None
    assert open_exactly(DEAD, 1) is None


def test_a_process_that_only_waits_to_be_reaped_has_no_start() -> None:
    child = subprocess.Popen(["/bin/true"])
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert start_time(child.pid) is None
    child.wait()


@pytest.mark.parametrize("flag", [identity._WHOLE_GROUP, 1 << 20])
def test_a_signal_through_a_pidfd_arrives_and_ends_are_no_errors(monkeypatch: pytest.MonkeyPatch, flag: int) -> None:
    monkeypatch.setattr(identity, "_WHOLE_GROUP", flag)
    with subprocess.Popen(["/bin/sleep", "60"], start_new_session=True) as child:
        pidfd = os.pidfd_open(child.pid)
        signal_group(pidfd, signal.SIGKILL)
        assert child.wait(10) == -signal.SIGKILL
        signal_group(pidfd, signal.SIGKILL)
        os.close(pidfd)


def test_a_shim_is_compiled_once_and_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("py_compile.compile", refuse)
        with pytest.raises(OSError, match="No space left"):
            bundle.shim_command(tmp_path, "python")
    assert list(tmp_path.iterdir()) == []
    command = bundle.shim_command(tmp_path, "python")
    monkeypatch.setattr("py_compile.compile", refuse)
    assert bundle.shim_command(tmp_path, "python") == command


def test_looking_takes_little_time(shop: Workshop) -> None:
    folder = shop.publish("true")
    (folder / "decision").write_bytes(started(os.getpid()))
    before = clock.monotonic()
    for _ in range(500):
        shop.spool.adopt(shop.attempt)
    assert clock.monotonic() - before < 5, "five hundred attempts are adopted within five seconds"
