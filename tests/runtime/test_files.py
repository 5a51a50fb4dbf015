"""Files that come, on a real file system: seen at once, told once, taken away; hanging folders hold up nobody."""

import errno
import os
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from boms_tui import clock
from boms_tui.model.checks import FileSeen, NotSeen
from boms_tui.model.condition import FileCheck
from boms_tui.model.decision import Take
from boms_tui.model.facts import Fact, FileCame, Sighted
from boms_tui.model.ids import ProcessId, RunId
from boms_tui.model.trigger import FileStart
from boms_tui.runtime.files import looking, notices, watcher
from boms_tui.runtime.files.looking import Asking, SilentError
from boms_tui.runtime.files.watcher import Watcher
from boms_tui.runtime.ports import Wanted, Wish

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
PROCESS = ProcessId("a/prices")
RUN = frozenset({RunId("a/one@2026-11-20.1")})
PATIENCE_S = 20.0


class Watch:
    """A watcher with its facts, and somebody to wait for them."""

    def __init__(self, work: Path) -> None:
        self.work = work
        self._woken = threading.Event()
        self.watcher = Watcher(str(work), self._woken.set)

    def want(
        self, *starts: FileStart, since: datetime = LONG_AGO, place: str = "", runs: frozenset[RunId] = RUN
    ) -> None:
        wishes = tuple(Wish(PROCESS, start, since) for start in starts)
        self.watcher.want(Wanted({place: runs} if place else {}, wishes))

    def told(self, count: int = 1) -> list[Fact]:
        """The next facts, as soon as there are so many."""
        facts: list[Fact] = []
        until = clock.monotonic() + PATIENCE_S
        while len(facts) < count:
            assert self._woken.wait(max(0.0, until - clock.monotonic())), f"only {facts} came"
            self._woken.clear()
            facts += self.watcher.facts()
        return facts

    def came(self) -> FileCame:
        (fact,) = self.told()
        assert isinstance(fact, FileCame)
        return fact

    def sight(self) -> FileSeen | NotSeen:
        (fact,) = self.told()
        assert isinstance(fact, Sighted)
        return fact.seen

    def write(self, name: str, text: str = "x") -> Path:
        file = self.work / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[Watch]:
    made = Watch(tmp_path)
    yield made
    made.watcher.close()


def by(path: str, **changes: object) -> FileStart:
    return FileStart(FileCheck(path, **changes))  # type: ignore[arg-type]


def test_a_file_that_comes_is_told_with_the_date_in_its_name(watch: Watch) -> None:
    watch.write("in/readme.txt")
    watch.want(by("in/p_${business_date:%Y%m%d}.csv"))
    watch.write("in/p_20261120.csv", "seven..")
    came = watch.came()
    assert (came.process, came.path, came.size) == (PROCESS, "in/p_20261120.csv", 7)
    assert f"{came.date}" == "2026-11-20"


def test_files_that_lie_there_are_told_too_unless_nobody_waited_for_them_then(watch: Watch) -> None:
    watch.write("in/a.csv")
    watch.want(by("in/*.csv"))
    assert watch.came().path == "in/a.csv"
    watch.want(by("in/*.csv"), since=clock.now() + timedelta(hours=1))
    watch.want(by("in/*.csv", min_size=1))
    assert watch.came().start == by("in/*.csv", min_size=1)


def test_a_folder_may_be_made_later(watch: Watch) -> None:
    watch.want(by("in/deep/*/a.csv"))
    watch.write("in/deep/one/a.csv")
    assert watch.came().path == "in/deep/one/a.csv"


def test_a_file_is_told_once_and_again_when_it_is_another(watch: Watch) -> None:
    watch.want(by("in/a.csv"))
    file = watch.write("in/a.csv")
    first = watch.came()
    watch.write("in/b.csv")
    file.write_text("more")
    second = watch.came()
    assert (first.size, second.size) == (1, 4)


def test_an_absolute_pattern_is_told_as_it_is_written(watch: Watch, tmp_path: Path) -> None:
    watch.want(by(f"{tmp_path}/in/*.csv"))
    file = watch.write("in/a.csv")
    assert watch.came().path == str(file)


def test_a_file_is_told_when_it_has_settled_even_if_its_time_was_kept(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watcher, "POLL_S", 3_600.0)
    file = watch.write("in/a.csv")
    os.utime(file, (0, 0))
    began = clock.now()
    watch.want(by("in/a.csv", settled_for=timedelta(seconds=0.2)))
    assert watch.came().changed == datetime(1970, 1, 1, tzinfo=UTC)
    assert clock.now() - began >= timedelta(seconds=0.2)


def test_what_does_not_fit_is_not_told_until_it_does(watch: Watch) -> None:
    watch.want(by("in/a.csv", min_size=2))
    file = watch.write("in/a.csv")
    file.write_text("xx")
    assert watch.came().size == 2


def test_folders_and_dangling_links_are_no_files(watch: Watch) -> None:
    watch.write("in/folder.csv/x")
    (watch.work / "in" / "link.csv").symlink_to("nowhere")
    os.mkfifo(watch.work / "in" / "pipe.csv")
    watch.write("in/real.csv")
    watch.want(by("in/*.csv"))
    assert watch.came().path == "in/real.csv"


def test_a_file_whose_name_is_no_text_or_whose_date_is_none_is_left_alone(watch: Watch) -> None:
    watch.write("in/p_20261120.csv")
    watch.write("in/p_00010101.csv")
    watch.write("in/p_20261340.csv")
    os.close(os.open(os.fsencode(watch.work / "in") + b"/b\xff.csv", os.O_CREAT))
    watch.want(by("in/p_${business_date:%Y%m%d}.csv"), by("in/b*.csv"))
    assert watch.came().path == "in/p_20261120.csv"
    watch.write("in/b.csv")
    assert watch.came().path == "in/b.csv"


def test_a_place_is_told_when_it_changes_and_to_each_who_is_new_to_it(watch: Watch) -> None:
    watch.want(place="in/a.csv")
    assert watch.sight() == NotSeen("is not there")
    watch.write("in/a.csv")
    seen = watch.sight()
    assert isinstance(seen, FileSeen)
    assert seen.since is not None
    watch.want(place="in/a.csv", runs=RUN | {RunId("a/one@2026-11-20.2")})
    assert watch.sight() == seen
    (watch.work / "in/a.csv").unlink()
    assert watch.sight() == NotSeen("is not there")


def test_without_word_from_the_kernel_folders_are_looked_at_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notices, "_inotify", lambda: None)
    monkeypatch.setattr(watcher, "POLL_S", 0.05)
    watch = Watch(tmp_path)
    watch.want(by("in/*.csv"))
    watch.write("in/a.csv")
    assert watch.came().path == "in/a.csv"
    watch.watcher.close()


def test_a_file_is_moved_out_of_the_way_and_never_over_another(watch: Watch) -> None:
    watch.write("in/a.csv", "new")
    watch.watcher.take(Take("in/a.csv", "in/done/2026-11-20.1/a.csv"))
    assert (watch.work / "in/done/2026-11-20.1/a.csv").read_text() == "new"
    watch.watcher.take(Take("in/a.csv", "in/done/2026-11-20.1/a.csv"))
    watch.write("in/a.csv", "newer")
    watch.watcher.take(Take("in/a.csv", "in/done/2026-11-20.1/a.csv"))
    assert (watch.work / "in/done/2026-11-20.1/a.csv").read_text() == "new"
    assert (watch.work / "in/a.csv").read_text() == "newer"


def test_a_file_is_moved_to_another_file_system_too(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    rename = Path.rename

    def only_here(source: Path, target: Path) -> Path:
        if source.parent != target.parent:
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        return rename(source, target)

    monkeypatch.setattr(Path, "rename", only_here)
    os.utime(watch.write("in/a.csv", "new"), (0, 0))
    watch.watcher.take(Take("in/a.csv", "far/2026-11-20.1/a.csv"))
    moved = watch.work / "far/2026-11-20.1/a.csv"
    assert (moved.read_text(), moved.stat().st_mtime) == ("new", 0)
    assert not (watch.work / "in/a.csv").exists()
    assert list(moved.parent.iterdir()) == [moved]


def test_a_folder_that_cannot_be_read_is_told_once_and_holds_up_no_other(
    watch: Watch, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    scandir = os.scandir

    def refusing(folder: str) -> object:
        if folder.endswith("secret"):
            raise PermissionError(errno.EACCES, "Permission denied", folder)
        return scandir(folder)

    monkeypatch.setattr(os, "scandir", refusing)
    monkeypatch.setattr(watcher, "POLL_S", 0.05)
    watch.write("secret/a.csv")
    watch.write("in/secret/a.csv")
    watch.want(by("secret/*.csv"), by("in/*/*.csv"))
    for name in ("b", "c"):
        watch.write(f"in/open/{name}.csv")
        assert watch.came().path == f"in/open/{name}.csv"
    assert [record.getMessage() for record in caplog.records].count("a folder cannot be looked at") == 1


def test_of_too_many_files_the_newest_are_looked_at(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looking, "MOST", 2)
    watch.want(by("in/*.csv"))
    for name in ("a", "b", "c", "d"):
        watch.write(f"in/{name}.csv")
        assert watch.came().path == f"in/{name}.csv"


def test_a_folder_that_hangs_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looking, "PATIENCE_S", 0.05)
    asking, hang, asked = Asking(), threading.Event(), []

    def question() -> str:
        asked.append(1)
        hang.wait(PATIENCE_S)
        return "late"

    for _ in range(3):
        with pytest.raises(SilentError):
            asking.ask("far", question)
    assert asking.ask("near", lambda: "here") == "here"
    assert len(asked) == 1
    hang.set()


def test_an_error_of_the_question_is_raised_where_it_is_asked() -> None:
    def question() -> None:
        raise FileNotFoundError

    asking = Asking()
    with pytest.raises(FileNotFoundError):
        asking.ask("x", question)
    assert asking.ask("x", lambda: 1) == 1


def test_nothing_wanted_starts_no_thread(tmp_path: Path) -> None:
    before = threading.active_count()
    watch = Watch(tmp_path)
    watch.want()
    assert threading.active_count() == before
    watch.watcher.close()
    watch.want(by("in/*"))
    assert threading.active_count() == before
