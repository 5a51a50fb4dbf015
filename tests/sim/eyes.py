"""The runtime's watcher of files, over a drive that is not there: the real one, in the runtime's own turns."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from posixpath import join
from typing import Any, Protocol, cast

from boms_tui.model.decision import Take
from boms_tui.model.facts import Fact
from boms_tui.model.ids import ProcessId
from boms_tui.model.trigger import FileStart
from boms_tui.runtime.files.looking import SilentError
from boms_tui.runtime.files.notices import Notices
from boms_tui.runtime.files.watcher import POLL_S, Watcher
from boms_tui.runtime.leading import Term
from boms_tui.runtime.ports import Wanted
from tests.sim.drive import WORK, Copy, Drive, fits
from tests.sim.ticking import NEVER, SECOND

_AMPLE = timedelta(seconds=5)


class Life(Protocol):
    """The runtime's process, as its watcher sees it."""

    @property
    def term(self) -> Term | None: ...

    def point(self, name: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Owed:
    """A file that a leader has had before its eyes for long enough to order a run for it."""

    process: ProcessId
    start: FileStart
    path: str
    copy: Copy


@dataclass
class Sights:
    """What leaders have seen: `looks` has when each epoch looked in its present term, by both clocks, `since` from when
    on it has seen a file as it is; `owed` are those that a leader has had before its eyes for long enough, with the
    wall time from and to which it had.
    """

    looks: dict[int, list[tuple[datetime, int]]] = field(default_factory=dict)
    since: dict[tuple[int, str, Copy], int] = field(default_factory=dict)
    owed: dict[Owed, tuple[datetime, datetime]] = field(default_factory=dict)

    def forget(self, epoch: int) -> None:
        """What that leader has had before its eyes until now, it looks at anew."""
        self.since = {key: at for key, at in self.since.items() if key[0] != epoch}

    def before(self, epoch: int, now: datetime) -> int | None:
        """When a leader had looked last before it decided something; None where it had not, in its term."""
        return next((boot for at, boot in reversed(self.looks.get(epoch, ())) if at <= now), None)


class Eyes(Watcher):
    """Looks when something has changed and at the times that it waits for; a little late, as threads do."""

    def __init__(self, drive: Drive, sights: Sights, life: Life, wake: Callable[[], None]) -> None:
        super().__init__(WORK, wake)
        self.due = NEVER
        self._drive = drive
        self._clock = drive.clock
        self._sights = sights
        self._life = life
        self._asking = cast("Any", _Asking(drive))
        self._settling: float = POLL_S
        self._blind_until = 0
        self._term: Term | None = None
        self._since: dict[Owed, tuple[int, datetime]] = {}
        self._ripe: dict[Owed, tuple[datetime, datetime]] = {}
        drive.watching.append(self._learn)

    def want(self, wanted: Wanted) -> None:
        self._notice_term()
        if wanted != self._wanted:
            self._wanted = wanted
            self.due = self._clock.boot

    def facts(self) -> list[Fact]:
        """Called each time the loop goes round: what was told last time has been followed by now."""
        self._notice_term()
        self._sights.owed = {**self._ripe, **self._sights.owed}
        self._ripe = {}
        if self._wanted and self._clock.boot >= self._blind_until:
            self._look_around()
        return super().facts()

    def take(self, take: Take) -> None:
        self._life.point("before taking")
        super().take(take)
        if join(WORK, take.source) in self._drive.files:
            self._drive.refuses.add(join(WORK, take.source))
        self._life.point("after taking")

    def close(self) -> None:
        """Nobody looks any more."""
        if self._learn in self._drive.watching:
            self._drive.watching.remove(self._learn)

    def _look_around(self) -> None:
        self._settling = POLL_S
        self._look(cast("Notices", _Deaf()))
        self.due = NEVER
        if self._drive.is_silent:
            self.due = self._drive.silent_until
        elif self._settling != POLL_S:
            self.due = self._clock.boot + int(self._settling * SECOND) + 1
        else:
            self._remember()
        if self._term is not None:
            epoch = self._term.epoch
            self._sights.looks[epoch].append((self._clock.now(), self._clock.boot))
            if self._drive.is_silent:
                self._sights.forget(epoch)
                return
            for place in self._wanted.places:
                copy = self._drive.files.get(join(WORK, place))
                if copy is not None:
                    self._sights.since.setdefault((epoch, place, copy), self._clock.boot)

    def _judge(self, wish: Any, found: Any, known: Any) -> float:
        left = super()._judge(wish, found, known)
        if left != POLL_S:
            self._settling = left if self._settling == POLL_S else min(self._settling, left)
        return left

    def _learn(self, lag: int) -> None:
        """Something changed: until the thread has heard of it, it knows nothing."""
        self._blind_until = max(self._blind_until, self._clock.boot + lag)
        self.due = min(self.due, self._blind_until)

    def _notice_term(self) -> None:
        """It is of one term, which is known once that leads."""
        if self._term is None and self._life.term is not None:
            self._term = self._life.term
            self._sights.looks[self._term.epoch] = []
            self._sights.forget(self._term.epoch)

    def _remember(self) -> None:
        """Note the files that have lain here for long enough, by each clock."""
        now, boot = self._clock.now(), self._clock.boot
        for wish in self._wanted.wishes:
            check = wish.start.check
            for path in [path for path in self._drive.there() if fits(check.path, path)]:
                copy = self._drive.files[f"{WORK}/{path}"]
                one = Owed(wish.process, wish.start, path, copy)
                first, began = self._since.setdefault(one, (boot, now))
                enough = (check.settled_for or timedelta()) + _AMPLE
                long = now - began > enough and (boot - first) / SECOND > enough.total_seconds()
                came_after = max(copy.changed, copy.written) >= wish.since
                if long and came_after and copy.changed <= now and self._drive.suits(copy, check, now):
                    self._ripe[one] = (began, now)


class _Asking:
    """Answers at once, or not at all."""

    def __init__(self, drive: Drive) -> None:
        self._drive = drive

    def ask(self, name: str, question: Callable[[], Any]) -> Any:
        if self._drive.is_silent:
            raise SilentError(f"{name} gives no answer")
        return question()


class _Deaf:
    """In place of the kernel's word."""

    def follow(self, folders: set[str]) -> None: ...
