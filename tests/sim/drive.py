"""A folder of files that is not there: what people and feeds put into it, and what was there at any moment."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from fnmatch import fnmatchcase
from pathlib import Path
from posixpath import join
from random import Random
from re import compile as regex

from boms_tui.model.checks import FileSeen, NotSeen
from boms_tui.model.condition import FileCheck
from boms_tui.model.file_pattern import FilePattern
from boms_tui.runtime.files.looking import Found
from tests.sim.ticking import MS, SECOND, Clock
from tests.sim.trace import Trace

WORK = "/nowhere/work"
_DATE = regex(r"\$\{business_date:([^}]*)\}")
_LAGS = (0, 0, 20 * MS, SECOND, 2 * SECOND)
"""How long it takes until a watcher is told that something changed."""


@dataclass(frozen=True, slots=True)
class Copy:
    """A file as it lies there: written at `boot`, when the wall clock showed `written`; `changed` is what it says."""

    size: int
    changed: datetime
    written: datetime
    boot: int


@dataclass
class Drive:
    """What lies where, by path, and what did. `refuses` has the paths from which nothing could be moved.

    It is `silent_until` some moment. `watching` are called when something changed, with how late they may learn of it.
    """

    clock: Clock
    trace: Trace
    dice: Random
    files: dict[str, Copy] = field(default_factory=dict)
    past: dict[str, list[tuple[int, Copy | None]]] = field(default_factory=dict)
    moved: dict[str, tuple[str, Copy]] = field(default_factory=dict)
    refuses: set[str] = field(default_factory=set)
    refusing: bool = False
    silent_until: int = 0
    watching: list[Callable[[int], None]] = field(default_factory=list)

    @property
    def is_silent(self) -> bool:
        return self.clock.boot < self.silent_until

    def write(self, path: str, size: int, *, changed: datetime | None = None) -> None:
        """`changed` is the time that a copied file brings along."""
        now = self.clock.now()
        self.trace.say("file", f"{path} is written: {size} bytes" + (f", says {changed}" if changed else ""))
        self._put(join(WORK, path), Copy(size, changed or now, now, self.clock.boot))

    def vanish(self, path: str) -> None:
        self.trace.say("file", f"{path} is gone")
        self._put(join(WORK, path), None)

    def there(self) -> list[str]:
        """The paths of all files, as definitions say them."""
        return [path.removeprefix(f"{WORK}/") for path in self.files]

    def between(self, path: str, first: int, last: int) -> Iterator[Copy]:
        """The file as it was at any moment from `first` to `last`."""
        known = self.past.get(join(WORK, path), [])
        for place, (since, copy) in enumerate(known):
            until = known[place + 1][0] if place + 1 < len(known) else last
            if copy is not None and since <= last and until >= first:
                yield copy

    def suits(self, copy: Copy, check: FileCheck, now: datetime) -> bool:
        """Whether a file is as it is waited for, plainly read."""
        big = check.min_size is None or copy.size >= check.min_size
        small = check.max_size is None or copy.size <= check.max_size
        young = check.newer_than is None or now - copy.changed <= check.newer_than
        return big and small and young and self._has_settled(copy, check.settled_for, now)

    def see(self, place: str) -> FileSeen | NotSeen:
        """What the operating system says of a path (`looking.see`)."""
        copy = self.files.get(place)
        return NotSeen("is not there") if copy is None else FileSeen(copy.size, copy.changed)

    def scan(self, pattern: FilePattern) -> tuple[list[Found], set[str]]:
        """The same of all that match a pattern (`looking.scan`)."""
        found = [
            Found(path, copy.size, copy.changed, max(copy.changed, copy.written))
            for path, copy in sorted(self.files.items())
            if pattern.matches(path)
        ]
        return found, set()

    def move(self, source: Path, target: Path) -> None:
        """What `watcher._move` does."""
        origin, aim = str(source), str(target)
        if origin not in self.files:
            raise FileNotFoundError(origin)
        if aim in self.files:
            raise FileExistsError(aim)
        if self.refusing and self.dice.random() < 0.2:
            raise PermissionError(origin)
        copy = self.files[origin]
        self.trace.say("file", f"{origin} is moved to {aim}")
        self.moved[aim] = (origin, copy)
        self._put(origin, None)
        self._put(aim, copy)

    def _has_settled(self, copy: Copy, settled_for: timedelta | None, now: datetime) -> bool:
        """By the wall clock; where that was set back since, by how much time went by."""
        if settled_for is None or now - copy.written >= settled_for:
            return True
        was_set_back = self.clock.set_back_at >= copy.boot
        return was_set_back and (self.clock.boot - copy.boot) / SECOND >= settled_for.total_seconds()

    def _put(self, path: str, copy: Copy | None) -> None:
        if copy is None:
            self.files.pop(path, None)
        else:
            self.files[path] = copy
        self.past.setdefault(path, []).append((self.clock.boot, copy))
        for learn in self.watching:
            learn(self.dice.choice(_LAGS))


def fits(pattern: str, path: str) -> bool:
    """Whether a path is one of those that a definition means."""
    digits = _DATE.sub("[0-9]" * 8, pattern)
    return fnmatchcase(path, digits)


def filled(path: str, day: date) -> str:
    """The path of a definition, for a business date."""
    return _DATE.sub(lambda found: day.strftime(found[1]), path)
