"""Looks for files in a thread of its own, so that no slow file system holds up the loop, and tells facts."""

import errno
import os
import shutil
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from posixpath import dirname, join, normpath, relpath
from threading import Event, Lock, Thread

from boms_tui import clock
from boms_tui.model.checks import FileSeen, NotSeen, wrong_with
from boms_tui.model.decision import Take
from boms_tui.model.facts import Fact, FileCame, Sighted
from boms_tui.model.file_pattern import file_pattern
from boms_tui.model.ids import RunId
from boms_tui.model.text import safe
from boms_tui.runtime import logs
from boms_tui.runtime.files.looking import Asking, Found, SilentError, scan, see
from boms_tui.runtime.files.notices import Notices
from boms_tui.runtime.ports import Wanted, Wish

POLL_S = 2.0
"""How often folders are looked at of which the kernel says nothing."""
BREATH_S = 0.05
"""The least time between two looks, however much happens in a folder."""


@dataclass
class _Known:
    """A file as it was last seen, since when it has been like this, and who was told."""

    seen: FileSeen | NotSeen
    told: object = None


class Watcher:
    """`work` is where relative paths begin. `wake` is called, from the thread, when there are facts."""

    def __init__(self, work: str, wake: Callable[[], None]) -> None:
        self._work = work
        self._wake = wake
        self._wanted = Wanted()
        self._facts: deque[Fact] = deque()
        self._places: dict[str, _Known] = {}
        self._files: dict[Wish, dict[str, _Known]] = {}
        self._troubles: dict[Wish, str] = {}
        self._asking = Asking()
        self._thread: Thread | None = None
        self._notices: Notices | None = None
        self._changing = Lock()
        self._closed = False

    def want(self, wanted: Wanted) -> None:
        """Look for these from now on; each run that is new to a place is told what there is to see."""
        with self._changing:
            if self._closed or wanted == self._wanted:
                return
            self._wanted = wanted
            if self._thread is None:
                self._notices = Notices()
                self._thread = Thread(target=self._go, name="files", daemon=True)
                self._thread.start()
            elif self._notices is not None:
                self._notices.tell()

    def facts(self) -> list[Fact]:
        """What there is to tell since the last time."""
        found = []
        while self._facts:
            found.append(self._facts.popleft())
        return found

    def take(self, take: Take) -> None:
        """Move a file out of the way; what cannot be moved stays, and orders nothing again."""
        source, target = Path(self._work, take.source), Path(self._work, take.target)
        try:
            self._asking.ask(f"{source.parent} taking", lambda: _move(source, target))
        except FileNotFoundError:
            return  # it was taken before, by a runtime that could not say so any more
        except (OSError, SilentError) as error:
            logs.warn("a file cannot be taken away", file=take.source, to=take.target, why=str(error))

    def close(self) -> None:
        """Look for nothing more. A thread that waits for a file system is left to it."""
        with self._changing:
            self._closed = True
            if self._notices is not None:
                self._notices.tell()
        if self._thread is not None:
            self._thread.join(timeout=1.0)

    def _go(self) -> None:
        notices = self._notices
        if notices is None:
            raise AssertionError("a thread without notices")
        breath = Event()
        try:
            while not self._closed:
                began = clock.monotonic()
                notices.wait(self._look(notices))
                breath.wait(max(0.0, BREATH_S - (clock.monotonic() - began)))
        finally:
            with self._changing:
                self._notices = None
            notices.close()

    def _look(self, notices: Notices) -> float:
        """Look at everything once; how long nothing needs another look, in seconds."""
        wanted, folders = self._wanted, set[str]()
        try:
            due = [self._look_at_place(place, runs, folders) for place, runs in wanted.places.items()]
            due += [self._look_for(wish, folders) for wish in wanted.wishes]
        except Exception as error:  # noqa: BLE001 - whatever happens, files are looked for again
            logs.defect("files could not be looked for", error)
            return POLL_S
        self._forget(wanted)
        notices.follow(folders)
        if self._facts:
            self._wake()
        return min([POLL_S, *due])

    def _look_at_place(self, place: str, runs: frozenset[RunId], folders: set[str]) -> float:
        path = normpath(join(self._work, place))
        folders.add(dirname(path))
        try:
            seen = self._asking.ask(dirname(path), lambda: see(path))
        except SilentError:
            seen = NotSeen("cannot be looked at: its folder gives no answer")
        known = self._places.get(place)
        if known is None or not _same(known.seen, seen):
            known = self._places[place] = _Known(_from_now_on(seen))
        if known.told != runs:
            known.told = runs
            self._facts.append(Sighted(place, known.seen))
        return POLL_S

    def _look_for(self, wish: Wish, folders: set[str]) -> float:
        pattern = file_pattern(wish.start.check.path, self._work)
        folders.add(pattern.base)
        try:
            found, looked_through = self._asking.ask(pattern.base, lambda: scan(pattern))
        except (OSError, SilentError) as error:
            self._complain(wish, str(error))
            return POLL_S
        self._troubles.pop(wish, None)
        folders |= looked_through
        known = self._files.get(wish, {})
        there = self._files[wish] = {one.path: self._seen(known.get(one.path), one) for one in found}
        return min([POLL_S, *(self._judge(wish, one, there[one.path]) for one in found if one.born >= wish.since)])

    def _seen(self, known: _Known | None, found: Found) -> _Known:
        seen = FileSeen(found.size, found.changed)
        return known if known is not None and _same(known.seen, seen) else _Known(_from_now_on(seen))

    def _complain(self, wish: Wish, why: str) -> None:
        """Say that a folder cannot be looked at, once for each reason."""
        if self._troubles.get(wish) != why:
            self._troubles[wish] = why
            logs.warn("a folder cannot be looked at", why=why, process=wish.process)

    def _judge(self, wish: Wish, found: Found, known: _Known) -> float:
        """Tell of a file once it is as it is wished for; in how many seconds it may be, otherwise."""
        now = clock.now()
        if known.told or not isinstance(known.seen, FileSeen):
            return POLL_S
        if not wrong_with(wish.start.check, known.seen, now, now):
            known.told = True
            self._tell_of(wish, found)
            return POLL_S
        settles = known.seen.still_since + (wish.start.check.settled_for or timedelta())
        return (settles - now).total_seconds() if settles > now else POLL_S

    def _tell_of(self, wish: Wish, found: Found) -> None:
        """Tell that a file came. One whose name no record can keep, or whose date is none, is left alone."""
        written = wish.start.check.path
        path = found.path if written.startswith("/") else relpath(found.path, self._work)
        pattern = file_pattern(written, self._work)
        day = pattern.date_in(found.path)
        if not _is_text(path):
            logs.warn("a file is left alone: its name has bytes that are no text", file=safe(path))
        elif pattern.is_dated() and day is None:
            logs.warn("a file is left alone: there is no such date", file=path, process=wish.process)
        else:
            self._facts.append(FileCame(wish.process, wish.start, path, found.size, found.changed, found.born, day))

    def _forget(self, wanted: Wanted) -> None:
        for place in self._places.keys() - wanted.places.keys():
            del self._places[place]
        wishes = set(wanted.wishes)
        for gone in [wish for wish in self._files if wish not in wishes]:
            del self._files[gone]
            self._troubles.pop(gone, None)


def _is_text(path: str) -> bool:
    """Whether all of a path could be read as text."""
    return not any("\ud800" <= character <= "\udfff" for character in path)


def _move(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists():
        raise FileExistsError(f"{target} is there already")
    try:
        source.rename(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        _carry(source, target)


def _carry(source: Path, target: Path) -> None:
    """Move a file to another file system: it is there whole, or not at all."""
    part = target.with_name(f".{target.name}.part")
    shutil.copy2(source, part)
    with part.open("rb") as copied:
        os.fsync(copied.fileno())
    part.rename(target)
    source.unlink()


def _same(known: FileSeen | NotSeen, seen: FileSeen | NotSeen) -> bool:
    """Whether a file has not changed since it was seen."""
    if isinstance(known, FileSeen) and isinstance(seen, FileSeen):
        return (known.size, known.changed) == (seen.size, seen.changed)
    return known == seen


def _from_now_on(seen: FileSeen | NotSeen) -> FileSeen | NotSeen:
    return FileSeen(seen.size, seen.changed, clock.now()) if isinstance(seen, FileSeen) else seen
