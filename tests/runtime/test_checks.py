"""Checks around an attempt: made on real files and real output, beside the loop, and lost by no kill -9."""

import os
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from boms_tui import clock
from boms_tui.model.checks import DueFile, FileSeen, NotSeen, judge_file
from boms_tui.model.condition import FileCheck
from boms_tui.model.definition import OutputCheck
from boms_tui.model.facts import Checked, Exited, Fact, How, Lost, Started, Voided
from boms_tui.model.ids import AttemptId
from boms_tui.model.planning import Hours
from boms_tui.model.records import CheckVerdict, Phase
from boms_tui.runtime.machine import checks
from boms_tui.runtime.machine.checks import look_at
from tests.runtime.machine import Machine
from tests.runtime.workshop import ATTEMPT

OTHER = AttemptId("ops/one@2026-11-20.1:other.1")
HOUR = timedelta(hours=1)


def a_file(machine: Machine, name: str, text: str = "", **conditions: object) -> DueFile:
    """A check of a file in the workshop, which is made here where it has a text, and was changed an hour ago."""
    place = machine.shop.folder / name
    if text:
        place.write_text(text)
        an_hour_ago(place)
    return DueFile(FileCheck(name, **conditions), str(place))  # type: ignore[arg-type]


def an_hour_ago(place: Path) -> None:
    then = (clock.now() - HOUR).timestamp()
    os.utime(place, (then, then))


def told(verdicts: tuple[CheckVerdict, ...]) -> list[tuple[Phase, int, bool, str]]:
    return [(verdict.phase, verdict.place, verdict.passed, verdict.saw) for verdict in verdicts]


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda _: None, "is not there"),
        (Path.mkdir, "is a folder"),
        (os.mkfifo, "is no regular file"),
        (lambda place: place.symlink_to("nowhere"), "is not there"),
        (lambda place: place.symlink_to(place), "cannot be looked at: Too many levels of symbolic links"),
    ],
)
def test_what_is_no_file_is_told(tmp_path: Path, make: Callable[[Path], None], why: str) -> None:
    make(tmp_path / "x")
    assert look_at(str(tmp_path / "x")) == NotSeen(why)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("/etc/passwd/x", "is not there"),
        ("/tmp/a\0b", "cannot be looked at: embedded null byte"),
        ("/tmp/" + "x" * 300, "cannot be looked at: File name too long"),
    ],
)
def test_a_path_that_cannot_be_is_told(name: str, why: str) -> None:
    assert look_at(name) == NotSeen(why)


def test_a_file_is_seen_through_a_link_with_its_size_and_time(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("12345")
    os.utime(tmp_path / "file", ns=(0, 1_795_200_000_123_456_789))
    (tmp_path / "link").symlink_to("file")
    seen = look_at(str(tmp_path / "link"))
    assert isinstance(seen, FileSeen)
    assert (seen.size, seen.changed.isoformat()) == (5, "2026-11-20T18:40:00.123456+00:00")


@pytest.mark.parametrize("nanoseconds", [1 << 80, -(1 << 80)])
def test_a_time_that_no_calendar_has_is_in_the_future(monkeypatch: pytest.MonkeyPatch, nanoseconds: int) -> None:
    told = SimpleNamespace(st_mode=stat.S_IFREG, st_size=1, st_mtime_ns=nanoseconds)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "stat", lambda _: told)
        seen = look_at("/x")
    finding = judge_file(DueFile(FileCheck("x", newer_than=HOUR), "/x"), seen, clock.now())
    assert not finding.passed
    assert finding.saw.endswith("in the future: its time cannot be true")


def test_a_file_system_that_does_not_answer_is_given_up(monkeypatch: pytest.MonkeyPatch, hung: threading.Event) -> None:
    monkeypatch.setattr(checks, "PATIENCE_S", 0.05)
    assert look_at("/away/far") == NotSeen("gave no answer within 0.05 s")
    hung.set()


@pytest.fixture
def hung(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """A network file system for all that is called far; it answers when the event is set."""
    answers, look = threading.Event(), Path.stat

    def hang(path: Path, **more: bool) -> os.stat_result:
        if path.name.startswith("far"):
            answers.wait(60)
        return look(path, **more)

    monkeypatch.setattr(Path, "stat", hang)
    yield answers
    answers.set()


FAR = DueFile(FileCheck("away/far"), "/away/far")


def test_checks_that_pass_are_told_just_before_the_start(machine: Machine) -> None:
    now = clock.now()
    window = Hours(now - HOUR, now + HOUR)
    machine.launch(before=(a_file(machine, "in.csv", "12345", min_size=5), window))
    assert machine.exited().code == 0
    checked, started, exited = machine.facts
    assert isinstance(checked, Checked)
    assert (type(started), type(exited)) == (Started, Exited)
    file, hours = checked.checks
    assert (file.check, file.passed, file.saw) == (
        "file in.csv, at least 5 bytes", True, "in.csv: 5 bytes, changed 1 h ago",
    )  # fmt: skip
    assert (hours.phase, hours.place, hours.passed, hours.saw[:6]) == (Phase.BEFORE, 1, True, "it is ")
    assert now <= file.at <= started.at  # type: ignore[union-attr]
    assert machine.shop.words() == ["start", "end 0"]


def test_a_check_that_fails_keeps_the_attempt_from_starting(machine: Machine) -> None:
    machine.launch(before=(a_file(machine, "in.csv", "12345"), a_file(machine, "gone.csv")))
    exited = machine.exited()
    assert (exited.how, exited.code, exited.started_at) == (How.CHECK_FAILED, None, None)
    assert told(exited.checks) == [
        (Phase.BEFORE, 0, True, "in.csv: 5 bytes, changed 1 h ago"),
        (Phase.BEFORE, 1, False, "gone.csv is not there"),
    ]
    assert machine.facts == [exited]
    assert not machine.shop.spool.folder(ATTEMPT).exists()
    machine.restart()
    machine.processes.adopt(ATTEMPT)
    assert isinstance(machine.wait_over()[0], Voided)
    assert machine.shop.words() == []


def test_a_program_that_is_missing_was_checked_all_the_same(machine: Machine) -> None:
    machine.launch("no-such-program", before=(a_file(machine, "in.csv", "12345"),))
    assert machine.exited().how is How.START_FAILED
    assert [type(fact) for fact in machine.facts] == [Checked, Exited]


def test_a_disk_that_refuses_the_folder_is_a_failed_start(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(machine.processes.spool, "sync", refuse)
    machine.launch(before=(a_file(machine, "in.csv", "12345"),))
    assert machine.exited().text == "[Errno 28] No space left on device"
    assert [type(fact) for fact in machine.facts] == [Checked, Exited]
    assert machine.shop.words() == []


def test_a_file_system_that_hangs_holds_up_nobody_else(machine: Machine, hung: threading.Event) -> None:
    machine.processes.launch([machine.spec(attempt=OTHER), machine.spec(before=(FAR,))])
    assert machine.exited().attempt == OTHER
    machine.processes.adopt(ATTEMPT)
    assert not machine.processes.poll(0.1), "what is being prepared is not taken for lost"
    hung.set()
    assert [fact.attempt for fact in machine.wait_over(2)] == [OTHER, ATTEMPT]
    assert told(machine.facts[-1].checks) == [(Phase.BEFORE, 0, False, "away/far is not there")]  # type: ignore[union-attr]


def test_what_is_killed_while_it_is_checked_never_starts(machine: Machine, hung: threading.Event) -> None:
    machine.processes.launch([])
    threads = threading.active_count()
    machine.launch(before=(a_file(machine, "far.csv", "12345"),))
    machine.processes.kill(ATTEMPT, "mina")
    assert isinstance(machine.wait_over()[0], Voided)
    hung.set()
    machine.until(lambda: threading.active_count() == threads)
    assert not machine.processes.poll(0.1)
    assert machine.shop.words() == []


def test_what_is_published_twice_is_adopted(machine: Machine) -> None:
    machine.processes.adopt(ATTEMPT)
    assert isinstance(machine.wait_over()[0], Voided)
    machine.launch(before=(a_file(machine, "in.csv", "12345"),))
    machine.wait_over(2)
    assert [type(fact) for fact in machine.facts] == [Voided, Voided]
    assert machine.shop.words() == []


def test_a_runtime_that_stops_while_it_checks_does_not_wait(machine: Machine, hung: threading.Event) -> None:
    machine.launch(before=(FAR,))
    before = clock.monotonic()
    machine.restart()
    assert clock.monotonic() - before < 10
    hung.set()
    machine.processes.adopt(ATTEMPT)
    assert isinstance(machine.wait_over()[0], Voided)


def test_a_machine_without_threads_checks_later(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    start, refused = threading.Thread.start, threading.Event()

    def refuse_once(thread: threading.Thread) -> None:
        if not refused.is_set():
            refused.set()
            raise RuntimeError("can't start new thread")
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", refuse_once)
    machine.launch(before=(a_file(machine, "in.csv", "12345"),))
    assert machine.exited().code == 0


LAUNCH = """
import sys
from datetime import timedelta
from pathlib import Path
from boms_tui.model.checks import DueFile
from boms_tui.model.condition import FileCheck
from boms_tui.model.definition import OutputCheck
from boms_tui.model.facts import Exited, Voided, Lost
from boms_tui.runtime.machine.processes import Processes
from tests.runtime.workshop import ATTEMPT, spec_for
root, folder, *argv = sys.argv[1:]
file = DueFile(FileCheck("in.csv"), str(Path(folder) / "in.csv"))
checks = {"before": (file,), "after": (OutputCheck(require="at work"), file)}
processes = Processes(Path(root))
processes.launch([spec_for(ATTEMPT, argv, Path(folder), **checks)])
while not any(isinstance(fact, Exited | Voided | Lost) for fact in processes.poll(10)):
    pass
"""
BEFORE_THE_SHIM = ("checked-before", "before-publish", "published")
BEHIND_IT = ("spawned", "before-checks-after", "checked-after")


@pytest.mark.parametrize("point", [*BEFORE_THE_SHIM, *BEHIND_IT])
def test_a_runtime_killed_around_its_checks_is_followed_by_the_truth_with_every_verdict(
    machine: Machine, point: str
) -> None:
    shop = machine.shop
    (shop.folder / "in.csv").write_text("12345")
    an_hour_ago(shop.folder / "in.csv")
    script = [sys.executable, "-c", LAUNCH, *map(str, (shop.spool.root, shop.folder, *shop.witnessed_work()))]
    killed = subprocess.run(script, env={**os.environ, "BOMS_FAILPOINT": point}, check=False)
    assert killed.returncode == -signal.SIGKILL
    machine.processes.adopt(ATTEMPT)
    (over,) = machine.wait_over()
    if isinstance(over, Voided):
        assert point != "checked-after"
        assert shop.words() == []
        assert machine.facts == [over]
        return
    assert point in BEHIND_IT
    assert shop.words() == ["start", "end 0"]
    assert isinstance(over, Exited)
    found = [verdict for fact in machine.facts if isinstance(fact, Checked) for verdict in fact.checks]
    assert told((*found, *over.checks)) == [
        (Phase.BEFORE, 0, True, "in.csv: 5 bytes, changed 1 h ago"),
        (Phase.AFTER, 0, True, 'printed "at work"'),
        (Phase.AFTER, 1, True, "in.csv: 5 bytes, changed 1 h before the end"),
    ]


def test_output_and_files_are_checked_at_the_end(machine: Machine) -> None:
    after = (
        OutputCheck("ORA-", "^done$"),
        OutputCheck(require="^ready$"),
        a_file(machine, "out.csv", newer_than=HOUR),
        a_file(machine, "none.csv"),
    )
    script = f"echo fine; echo ORA-00942: no table; echo done; echo 1,2 > {machine.shop.folder}/out.csv; exit 3"
    machine.launch("sh", "-c", script, after=after)
    exited = machine.exited()
    assert (exited.how, exited.code) == (How.EXITED, 3), "what the code means is not for the executor to say"
    saw = exited.checks[2].saw
    assert told(exited.checks) == [
        (Phase.AFTER, 0, False, 'printed "ORA-00942: no table"'),
        (Phase.AFTER, 1, False, f"no such line in {exited.output_bytes} bytes"),
        (Phase.AFTER, 2, True, saw),
        (Phase.AFTER, 3, False, "none.csv is not there"),
    ]
    assert saw.startswith("out.csv: 4 bytes, changed ")
    assert exited.checks[0].at >= exited.ended_at


@pytest.mark.parametrize("restarts", [1, 3])
def test_an_end_that_nobody_saw_is_checked_from_the_spool_alone(machine: Machine, restarts: int) -> None:
    machine.launch(after=(OutputCheck(require="at work"), a_file(machine, "in.csv", "1", settled_for=2 * HOUR)))
    machine.until(lambda: len(machine.shop.words()) == 2)
    for _ in range(restarts):
        machine.restart()
        machine.processes.adopt(ATTEMPT, ran=True)
    exited = machine.exited()
    assert [verdict.passed for verdict in exited.checks] == [True, False]
    assert exited.checks[1].saw.endswith(": may still be changing")


def test_while_checks_are_made_the_attempt_is_neither_over_nor_adopted_again(
    machine: Machine, hung: threading.Event
) -> None:
    machine.launch(after=(FAR,))
    machine.until(lambda: machine.shop.spool.at(ATTEMPT).exit_record() is not None)
    machine.wait_started()
    machine.processes.adopt(ATTEMPT, ran=True)
    machine.processes.kill(ATTEMPT, "mina")
    assert not machine.processes.poll(0.1)
    hung.set()
    exited = machine.exited()
    assert (exited.how, told(exited.checks)) == (How.EXITED, [(Phase.AFTER, 0, False, "away/far is not there")])
    assert not machine.processes.poll(0.1), "it is told once"


def test_a_program_that_did_not_end_by_itself_is_not_checked(machine: Machine) -> None:
    machine.launch("sleep", "60", after=(a_file(machine, "none.csv"),), timeout=0.2)
    exited = machine.exited()
    assert (exited.how, exited.checks) == (How.TIMEOUT, ())


def make_fifo(log: Path) -> None:
    log.unlink()
    os.mkfifo(log)


def make_link(log: Path) -> None:
    log.unlink()
    log.symlink_to("/etc/passwd")


@pytest.mark.parametrize(
    ("change", "saw"),
    [
        (Path.unlink, "the output is lost"),
        (lambda log: os.truncate(log, 3), "the output is lost"),
        (make_fifo, "the output is lost"),
        (make_link, "it could not be made: Too many levels of symbolic links"),
    ],
)
def test_output_that_is_lost_proves_nothing(machine: Machine, change: Callable[[Path], None], saw: str) -> None:
    machine.launch(after=(OutputCheck("ERROR"),))
    machine.until(lambda: len(machine.shop.words()) == 2 and machine.shop.spool.at(ATTEMPT).exit_record() is not None)
    machine.restart()
    change(machine.shop.spool.folder(ATTEMPT) / "out.log")
    machine.processes.adopt(ATTEMPT)
    assert told(machine.exited().checks) == [(Phase.AFTER, 0, False, saw)]


def test_what_the_cap_cut_is_not_guessed(machine: Machine) -> None:
    script = "import sys; [sys.stdout.write('line %06d\\n' % n) for n in range(100_000)]"
    after = (OutputCheck("ERROR"), OutputCheck(require="^line 000001$"), OutputCheck(require="^line 099999$"),
             OutputCheck(require="^line 050000$"), OutputCheck("^line 000002$"))  # fmt: skip
    machine.launch(sys.executable, "-c", script, after=after, output_cap=10_000)
    exited = machine.exited()
    cut = f"{exited.output_dropped:,} of 1,200,000 bytes printed were cut"
    guess = f"no such line in what was kept, but {cut}: raise output_cap"
    assert [(verdict.passed, verdict.saw) for verdict in exited.checks] == [
        (False, guess), (True, 'printed "line 000001"'), (True, 'printed "line 099999"'), (False, guess),
        (False, 'printed "line 000002"'),
    ]  # fmt: skip


def test_a_secret_in_the_line_that_is_quoted_is_masked_also_after_a_restart(machine: Machine) -> None:
    vault = machine.shop.folder / "vault"
    vault.write_text("hunter2-hunter2\n")
    vault.chmod(0o600)
    script = "import json, os; print('ERROR: bad password', json.load(os.fdopen(3))['PASSWORD'])"
    more = {"after": (OutputCheck("ERROR"),), "secrets": {"PASSWORD": f"file:{vault}"}}
    machine.launch(sys.executable, "-c", script, **more)
    masked = f'printed "ERROR: bad password {"*" * 15}"'
    assert [verdict.saw for verdict in machine.exited().checks] == [masked]
    machine.restart()
    machine.processes.adopt(ATTEMPT)
    assert [verdict.saw for verdict in machine.exited().checks] == [masked]
    machine.restart()
    vault.unlink()
    machine.processes.adopt(ATTEMPT)
    assert [verdict.saw for verdict in machine.exited().checks] == [f'printed "{"*" * 35}"']


@pytest.mark.parametrize("damage", [Path.unlink, lambda spec: spec.write_bytes(b"nonsense")])
def test_an_end_of_which_nobody_knows_what_to_check_proves_nothing(
    machine: Machine, damage: Callable[[Path], None]
) -> None:
    machine.launch("sh", "-c", "exit 7", after=(OutputCheck("ERROR"),))
    machine.until(lambda: machine.shop.spool.at(ATTEMPT).exit_record() is not None)
    machine.restart()
    damage(machine.shop.spool.folder(ATTEMPT) / "spec")
    machine.processes.adopt(ATTEMPT)
    (lost,) = machine.wait_over()
    assert isinstance(lost, Lost)
    assert lost.evidence.startswith("it ended with exit code 7, but which checks were due is not known: ")


def test_a_check_that_breaks_has_failed_and_stops_nobody(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise LookupError("a defect")

    monkeypatch.setattr(checks, "judge_file", broken)
    machine.launch(after=(a_file(machine, "in.csv", "1"), OutputCheck(require="at work")))
    assert told(machine.exited().checks) == [
        (Phase.AFTER, 0, False, "it could not be made: LookupError"),
        (Phase.AFTER, 1, True, 'printed "at work"'),
    ]


def test_without_checks_no_thread_is_started_and_no_spec_read_again(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("there is nothing to check")

    machine.processes.launch([])
    monkeypatch.setattr(threading.Thread, "start", refuse)
    monkeypatch.setattr("boms_tui.runtime.spool.baggage.read", refuse)
    machine.launch()
    assert machine.exited().checks == ()
    assert [type(fact) for fact in machine.facts] == [Started, Exited]


def test_facts_of_many_checked_attempts_all_come_back(machine: Machine) -> None:
    names = [AttemptId(f"ops/many@2026-11-20.1:t{n}.1") for n in range(24)]
    file = a_file(machine, "in.csv", "1")
    machine.processes.launch(
        [machine.spec(attempt=name, before=(file,), after=(OutputCheck(require="at work"),)) for name in names]
    )
    machine.wait_over(24)
    by_attempt: dict[AttemptId, list[type[Fact]]] = {name: [] for name in names}
    for fact in machine.facts:
        by_attempt[fact.attempt].append(type(fact))  # type: ignore[union-attr]
    assert set(map(tuple, by_attempt.values())) == {(Checked, Started, Exited)}
