"""Disks without room: the spool's, the store's, and a spool without inodes."""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from boms_tui import clock
from boms_tui.model.states import AttemptState
from tests.chaos.campaign import Figures, Stage, figures_of
from tests.chaos.crowds import release
from tests.chaos.judge import Finding, Kind
from tests.chaos.mounts import Small, may_make_ext4, small, small_ext4
from tests.chaos.night import gated
from tests.chaos.rig import Rig
from tests.runtime.house import wait_until

HELD, FOLLOWERS = 6, 4
AWAY = 3
"""How often the leader finds its store away before there is room again."""


@dataclass(frozen=True)
class Shortage:
    """What runs out, and where. `tells` says that codes are recorded although nothing has room."""

    name: str
    folder: Callable[[Path], Path]
    mounted: Callable[[Path], AbstractContextManager[Small]]
    take: Callable[[Small], None]
    tells: bool


def _spool(home: Path) -> Path:
    return home / "spool"


SHORTAGES = (
    Shortage("the spool's bytes", _spool, partial(small, options="size=2m"), Small.fill, tells=True),
    Shortage("the store's bytes", lambda home: home, partial(small, options="size=8m"), Small.fill, tells=False),
    Shortage("the spool's inodes", _spool, partial(small, options="nr_inodes=400"), Small.fill_inodes, tells=True),
    *(
        (Shortage("the spool's bytes on ext4", _spool, partial(small_ext4, size="8m"), Small.fill, tells=True),)
        * may_make_ext4()
    ),
)


def of_room(stage: Stage) -> Figures:
    """Tasks end on a full disk, what follows them cannot start, and there is room again."""
    played = []
    for time in range(stage.times):
        for place, shortage in enumerate(SHORTAGES):
            folder = stage.folder / f"{time}-{shortage.name.replace(' ', '-')}"
            folder.mkdir()
            played.append(play(folder, shortage, dies=(time + place) % 2 == 1))
            stage.say(f"{shortage.name}: {len(played[-1].findings)} findings")
    return Figures(
        faults=len(played),
        attempts=sum(one.attempts for one in played),
        findings=tuple(finding for one in played for finding in one.findings),
        measured={"recorded_after_room_max_s": max(one.measured["after_room_s"] for one in played)},
    )


def play(folder: Path, shortage: Shortage, *, dies: bool = False) -> Figures:
    """One shortage. Where the runtime `dies`, another one starts in it; on a full spool, one of the next release."""
    os.mkfifo(folder / "door")
    night = gated(HELD, f"door={folder / 'door'}", followers=FOLLOWERS)
    with _mounted(folder / "home", shortage) as disk, Rig(folder, night) as rig:
        rig.apply_night()
        rig.lead()
        rig.order_night()
        wait_until(lambda: len(rig.witnessed()) == HELD, "the held tasks to start")
        _empty_wal(rig)
        shortage.take(disk)
        _let_go(rig, folder / "door")
        _wait_short(rig, shortage)
        if dies:
            _start_another(rig, shortage)
        strange = list(_strange(rig))
        disk.make_room()
        since = clock.monotonic()
        wait_until(lambda: _codes(rig) >= HELD, "their codes to be recorded")
        after = clock.monotonic() - since
        rig.wait_quiet()
        return figures_of(rig, 1, *strange, after_room_s=after)


def _let_go(rig: Rig, door: Path) -> None:
    """The held tasks end, on a disk without room."""
    os.close(os.open(door, os.O_WRONLY))
    wait_until(lambda: sum(what.startswith("end") for _, _, what in rig.witnessed()) == HELD, "the held tasks to end")


def _wait_short(rig: Rig, shortage: Shortage) -> None:
    """Until the shortage has been felt."""
    if shortage.tells:
        wait_until(lambda: _codes(rig) >= HELD, "their codes to be recorded without room")
        wait_until(lambda: _refused(rig), "a start to be refused")
    else:
        wait_until(lambda: rig.log.read_text().count("the store is away") >= AWAY, "the store to be away for a while")


def _start_another(rig: Rig, shortage: Shortage) -> None:
    rig.kill_runtime()
    if shortage.tells:
        release(rig.folder / "new", "\n\n")
        rig.package = rig.folder / "new"
    rig.begin()
    _wait_settled(rig)


def _wait_settled(rig: Rig) -> None:
    """Another runtime has started without room: it leads, or says what it waits for."""
    said = ("leading node", "waiting: the store")
    before = {word: rig.log.read_text().count(word) for word in said}
    wait_until(
        lambda: rig.has_died() or any(rig.log.read_text().count(word) > before[word] for word in said),
        "another runtime to start without room",
    )


def _empty_wal(rig: Rig) -> None:
    """What is written next needs room: a log that has been written before would be written over."""
    with closing(sqlite3.connect(rig.home.path / "boms.db", timeout=10)) as store:
        store.execute("PRAGMA wal_checkpoint(TRUNCATE)")


@contextmanager
def _mounted(home: Path, shortage: Shortage) -> Iterator[Small]:
    """The small disk; where it is the whole home's, the spool has one of its own."""
    with ExitStack() as stack:
        disk = stack.enter_context(shortage.mounted(shortage.folder(home)))
        if shortage.folder(home) == home:
            stack.enter_context(small(home / "spool", "size=8m"))
        yield disk


def _strange(rig: Rig) -> Iterator[Finding]:
    """What must not be while there is no room."""
    if rig.has_died():
        yield Finding(Kind.UNEXPECTED, "the runtime died of a full disk")
    for attempt, _, _ in rig.witnessed():
        if ":f" in attempt:
            yield Finding(Kind.UNEXPECTED, f"{attempt} started on a full disk")


def _codes(rig: Rig) -> int:
    return sum(attempt.exit_code is not None for attempt in rig.store.reader.attempts(rig.ordered[0]))


def _refused(rig: Rig) -> bool:
    return any(
        attempt.state is AttemptState.START_FAILED and "No space left" in attempt.reason
        for attempt in rig.store.reader.attempts(rig.ordered[0])
    )
