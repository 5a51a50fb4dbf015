"""Folders that nobody needs go after their time, whole or not at all; those that may be needed stay."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from boms_tui import clock
from boms_tui.errors import BomsError
from boms_tui.model.facts import Strayed
from boms_tui.model.ids import AttemptId
from boms_tui.model.records import Attempt
from boms_tui.model.states import AttemptState
from boms_tui.runtime.shim.files import RECORD_SIZE, pack, seal
from boms_tui.runtime.spool import custody as custody_module
from boms_tui.runtime.spool.archive import Archive
from boms_tui.runtime.spool.custody import SpoolCustody
from boms_tui.runtime.spool.found import Lost, Void
from boms_tui.runtime.spool.spool import AlreadyPublishedError, Spool
from tests import stores
from tests.runtime.workshop import spec_for
from tests.store.house import NOW, House, a_run, a_task, an_attempt

DAY = timedelta(days=1)
ENDED = pack(
    [
        (b"version", b"1"),
        (b"how", b"exited"),
        (b"ended", b"%d" % (NOW.timestamp() * 1e9)),
        (b"text", b""),
        (b"code", b"7"),
    ]
)


@dataclass
class Keep:
    """A store, a spool, and who looks after it."""

    house: House
    folder: Path

    def __post_init__(self) -> None:
        self.restart()
        self.attempts: list[Attempt] = []
        self.run = a_run()
        self.house.commit(runs=(self.run,))

    def restart(self) -> None:
        self.spool = Spool(self.folder / "spool")
        self.custody = SpoolCustody(self.spool, self.house.leader, rest=0.0)

    def attempt(
        self, state: AttemptState = AttemptState.SUCCEEDED, *, known: bool = True, ran: bool = True
    ) -> AttemptId:
        """An attempt with a folder; `ran` says that it has an exit record, `known` that the store knows it."""
        task = a_task(self.run, f"t{len(self.attempts)}")
        ended_at = None if state in {AttemptState.STARTING, AttemptState.RUNNING, AttemptState.UNKNOWN} else NOW
        attempt = an_attempt(task, state=state, ended_at=ended_at)
        self.attempts.append(attempt)
        if known:
            self.house.commit(tasks=(task,), attempts=(attempt,))
        folder = self.publish(attempt.id)
        if ran:
            (folder / "decision").write_bytes(b"START")
            (folder / "exit.rec").write_bytes(seal(ENDED).ljust(RECORD_SIZE, b"\0"))
        return attempt.id

    def publish(self, attempt: AttemptId, *argv: str) -> Path:
        return self.spool.publish(spec_for(attempt, argv or ("/bin/true",), self.folder))

    def close(self, attempt: AttemptId, age: timedelta = 2 * DAY) -> None:
        """Mark a folder, as of a time ago."""
        Archive(self.spool).close(attempt)
        at = (NOW - age).timestamp()
        os.utime(self.spool.folder(attempt) / "closed", (at, at))

    def beat(self, times: int = 2) -> list[AttemptId]:
        return [attempt.id for _ in range(times) for attempt in self.custody.beat(NOW)]

    def has(self, attempt: AttemptId) -> bool:
        return self.spool.folder(attempt).exists()

    def tombstones(self) -> str:
        return "".join(file.read_text() for file in sorted(self.spool.root.glob("pruned/*")))


@pytest.fixture
def keep(tmp_path: Path) -> Iterator[Keep]:
    with stores.made(stores.memory, tmp_path) as engine:
        keep = Keep(House(engine), tmp_path)
        yield keep
        keep.spool.release()


def test_closed_books_are_marked_and_go_after_a_day(keep: Keep) -> None:
    young, old = keep.attempt(), keep.attempt()
    keep.custody.close_books(young)
    keep.close(old)
    assert keep.beat() == []
    assert (keep.spool.folder(young) / "closed").exists()
    assert (keep.has(young), keep.has(old)) == (True, False)
    assert keep.spool.folder(old).name in keep.tombstones()


def test_a_mark_is_as_old_as_the_marking(keep: Keep) -> None:
    attempt = keep.attempt()
    os.utime(keep.spool.folder(attempt) / "exit.rec", (0, 0))
    archive = Archive(keep.spool)
    archive.close(attempt)
    first = archive.closed_at(keep.spool.folder(attempt).name)
    assert first is not None
    assert clock.now() - first < timedelta(minutes=5)
    archive.close(attempt)
    assert archive.closed_at(keep.spool.folder(attempt).name) == first


def test_what_is_not_marked_stays_however_old(keep: Keep) -> None:
    states = (AttemptState.SUCCEEDED, AttemptState.RUNNING, AttemptState.UNKNOWN)
    kept = [*(keep.attempt(state) for state in states), keep.attempt(known=False)]
    for attempt in kept:
        os.utime(keep.spool.folder(attempt), (0, 0))
    keep.beat(5)
    assert all(map(keep.has, kept))


def test_ended_attempts_with_open_books_are_found_again(keep: Keep) -> None:
    ended, unknown = keep.attempt(), keep.attempt(AttemptState.UNKNOWN)
    keep.attempt(AttemptState.RUNNING)
    keep.attempt(known=False)
    marked = keep.attempt()
    keep.close(marked, age=timedelta())
    keep.restart()
    assert sorted(keep.beat(1)) == [ended, unknown]


def test_a_folder_whose_shim_lives_is_not_removed(keep: Keep) -> None:
    attempt = keep.attempt(ran=False)
    folder = keep.spool.folder(attempt)
    (folder / "decision").write_bytes(b"START")
    program = (
        "import fcntl, sys; lock = (1).to_bytes(2, 'little') + bytes(30); fd = open(sys.argv[1], 'w');"
        "fcntl.fcntl(fd, fcntl.F_OFD_SETLK, lock); print('held', flush=True); sys.stdin.read()"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", program, folder / "lock"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"held\n"
    keep.close(attempt)
    keep.beat()
    assert keep.has(attempt)
    holder.communicate()
    keep.beat()
    assert not keep.has(attempt)


def test_a_beat_removes_no_more_than_it_may(keep: Keep, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(custody_module, "REMOVALS_PER_BEAT", 2)
    monkeypatch.setattr(custody_module, "LOOKS_PER_BEAT", 3)
    attempts = [keep.attempt() for _ in range(7)]
    for attempt in attempts:
        keep.close(attempt)
    left = []
    for _ in range(7):
        keep.beat(1)
        left.append(sum(map(keep.has, attempts)))
    assert left == [7, 5, 3, 1, 0, 0, 0]


def test_the_next_walk_comes_after_a_rest(keep: Keep) -> None:
    keep.custody = SpoolCustody(keep.spool, keep.house.leader, rest=3_600)
    keep.beat()
    old = keep.attempt()
    keep.close(old)
    keep.beat(5)
    assert keep.has(old)


def test_an_attempt_that_never_ran_leaves_no_line(keep: Keep) -> None:
    attempt = keep.attempt(AttemptState.VOID, ran=False)
    shutil.rmtree(keep.spool.folder(attempt))
    assert keep.spool.cancel(attempt)
    keep.close(attempt)
    keep.beat()
    assert not keep.has(attempt)
    assert keep.tombstones() == ""


POINTS = ("before-prune", "entombed", "set-aside")


@pytest.mark.parametrize("point", POINTS)
def test_a_removal_that_was_killed_is_finished_later(keep: Keep, monkeypatch: pytest.MonkeyPatch, point: str) -> None:
    """Killed at any point, the folder is there whole or its line is, and nothing is left lying about."""
    attempt = keep.attempt()
    keep.close(attempt)

    class Killed(BaseException):
        pass

    def failpoint(name: str) -> None:
        if name == point:
            raise Killed

    with monkeypatch.context() as patch:
        patch.setattr("boms_tui.runtime.spool.archive.failpoint", failpoint)
        with pytest.raises(Killed):
            keep.beat()
    folder = keep.spool.folder(attempt)
    assert (folder / "exit.rec").exists() if folder.exists() else folder.name in keep.tombstones()
    keep.spool.release()
    keep.restart()
    keep.beat()
    assert not keep.has(attempt)
    assert not list(keep.spool.root.glob(".old-*"))
    assert folder.name in keep.tombstones()


def test_the_shims_of_other_releases_go_when_nothing_runs_them(keep: Keep) -> None:
    names = ("shim-current", "shim-used", "shim-old")
    current, used, old = (keep.spool.root / name for name in names)
    for home in (current, used, old):
        home.mkdir()
    user = subprocess.Popen([sys.executable, "-c", "input()", used], stdin=subprocess.PIPE)
    keep.custody = SpoolCustody(keep.spool, keep.house.leader, ("python", "-c", "x", str(current)), rest=0.0)
    keep.attempt()
    keep.beat()
    assert [home.exists() for home in (current, used, old)] == [True, True, False]
    user.communicate()
    keep.beat(3)
    assert [home.exists() for home in (current, used)] == [True, False]


def test_a_full_disk_keeps_nobody_from_leading(keep: Keep, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    attempt = keep.attempt()
    with monkeypatch.context() as patch:
        patch.setattr(os, "pwrite", refuse)
        patch.setattr(Archive, "close", refuse)
        keep.custody.close_books(attempt)
        keep.beat(3)
    keep.beat()
    assert (keep.spool.folder(attempt) / "closed").exists()


def strayed(keep: Keep) -> Strayed:
    found = keep.custody.strayed()
    assert found is not None
    return found


def test_a_store_that_is_as_it_was_has_not_strayed(keep: Keep) -> None:
    assert keep.custody.strayed() is None
    keep.attempt()
    keep.custody.saw(durably=True)
    keep.restart()
    assert keep.custody.strayed() is None
    assert not keep.spool.pruned.suspects


@pytest.fixture
def gone_back(keep: Keep, tmp_path: Path) -> Iterator[Keep]:
    """The store is as it was before it knew any of these attempts: two that ran, one not removed yet."""
    kept, removed = keep.attempt(), keep.attempt()
    keep.attempt(AttemptState.VOID, ran=False)
    keep.close(removed)
    keep.beat()
    assert (keep.has(kept), keep.has(removed)) == (True, False)
    with stores.made(stores.memory, tmp_path) as older:
        keep.house = House(older)
        keep.spool.release()
        keep.restart()
        yield keep


def test_a_store_that_went_back_is_told_with_what_the_spool_proves(gone_back: Keep) -> None:
    kept = gone_back.attempts[0].id
    found = strayed(gone_back)
    assert "older than it was" in found.why
    assert found.found == ((kept, "it ended on 2026-11-20 at 18:30:00 UTC: exited 7"),)
    assert strayed(gone_back) == found


def test_what_the_store_forgot_is_never_started_again(gone_back: Keep) -> None:
    kept, removed = (attempt.id for attempt in gone_back.attempts[:2])
    strayed(gone_back)
    for attempt in (kept, removed):
        with pytest.raises(AlreadyPublishedError):
            gone_back.publish(attempt)
    assert gone_back.spool.adopt(kept) != Void("it was never started")
    found = gone_back.spool.adopt(removed)
    assert isinstance(found, Lost)
    assert "exited 7" in found.evidence
    gone_back.restart()
    assert isinstance(gone_back.spool.adopt(removed), Lost)


def test_other_work_under_the_name_of_an_attempt_is_not_taken_for_it(gone_back: Keep) -> None:
    strayed(gone_back)
    with pytest.raises(ValueError, match="did other work"):
        gone_back.publish(gone_back.attempts[0].id, "/bin/false")


def test_where_the_store_went_back_only_what_it_knows_again_is_removed(gone_back: Keep) -> None:
    kept = gone_back.attempts[0]
    strayed(gone_back)
    gone_back.close(kept.id)
    gone_back.custody.saw(durably=True)
    gone_back.beat(3)
    assert gone_back.has(kept.id)
    gone_back.house.commit(runs=(gone_back.run,), tasks=(a_task(gone_back.run, kept.task),), attempts=(replace(kept),))
    gone_back.beat(3)
    assert not gone_back.has(kept.id)


def test_a_spool_that_cannot_remember_lets_nobody_lead(gone_back: Keep, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(BomsError, match="went back in time"):
        gone_back.custody.strayed()
