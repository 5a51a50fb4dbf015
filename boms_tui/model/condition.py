"""What runs and tasks wait for: the entries of `after`, as runs keep them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date as calendar_date
from datetime import timedelta
from enum import StrEnum
from typing import TypeAlias

from boms_tui.model.ids import ProcessId, TaskName

LONGEST_LABEL = 120
"""Characters that are kept of what a task says of itself."""


class Outcome(StrEnum):
    """How a predecessor must have ended."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    FINISHED = "finished"


class RelativeDate(StrEnum):
    """Which business date of another process a dependency reads; the newest run of all is of whatever date."""

    SAME = "same"
    PREVIOUS = "previous"
    NEWEST = "newest"


@dataclass(frozen=True, slots=True)
class Milestone:
    """What a task says of itself while it runs: a meter that has come so far, in percent, or a label."""

    meter: int | None = None
    label: str = ""

    def __str__(self) -> str:
        return f"label {self.label}" if self.meter is None else f"meter {self.meter}"

    def reached_by(self, meter: int | None, label: str) -> bool:
        return label == self.label if self.meter is None else meter is not None and meter >= self.meter


@dataclass(frozen=True, slots=True)
class Dependency:
    """On a task of this process, on another process, or on a task of another process.

    `within` says how long ago it may have ended at the most. With a `milestone` it is enough that the task, whatever
    becomes of it, has said so much.
    """

    when: Outcome = Outcome.SUCCEEDED
    process: ProcessId | None = None
    task: TaskName | None = None
    date: RelativeDate | calendar_date = RelativeDate.SAME
    if_planned: bool = False
    within: timedelta | None = None
    milestone: Milestone | None = None

    @property
    def name(self) -> str:
        return f"dependency:{self}"

    def __str__(self) -> str:
        where = f"{self.process}:{self.task}" if self.process and self.task else self.process or self.task or ""
        what = str(self.milestone) if self.milestone else "" if self.when is Outcome.SUCCEEDED else self.when.value
        on = "" if self.date in {RelativeDate.SAME, RelativeDate.NEWEST} else f"({self.date})"
        young = f"within {duration_text(self.within)}" if self.within is not None else ""
        return " ".join(filter(None, (where, what, on, young)))


@dataclass(frozen=True, slots=True)
class FileCheck:
    """A file that must be there: `path` with placeholders, sizes in bytes.

    `newer_than` is how long ago it may have been changed at most, `settled_for` how long ago at least.
    """

    path: str
    min_size: int | None = None
    max_size: int | None = None
    newer_than: timedelta | None = None
    settled_for: timedelta | None = None


@dataclass(frozen=True, slots=True)
class FileWait:
    """A file that has to come."""

    check: FileCheck

    @property
    def name(self) -> str:
        return f"file:{self.check.path}"

    def __str__(self) -> str:
        return f"file {self.check.path}"


@dataclass(frozen=True, slots=True)
class EventWait:
    """An event that has to be posted for the same business date."""

    event: str

    @property
    def name(self) -> str:
        return f"event:{self.event}"

    def __str__(self) -> str:
        return f"event {self.event}"


@dataclass(frozen=True, slots=True)
class Group:
    """Several conditions: one of them is enough, or (`every`) all must hold."""

    of: tuple["Condition", ...]
    every: bool = False

    @property
    def name(self) -> str:
        return f"{'all' if self.every else 'any'}:{self}"

    def __str__(self) -> str:
        parts = [f"({one})" if isinstance(one, Group) else str(one) for one in self.of]
        return (" and " if self.every else " or ").join(parts)


Condition: TypeAlias = Dependency | FileWait | EventWait | Group
Leaf: TypeAlias = Dependency | FileWait | EventWait


def leaves(conditions: Iterable[Condition]) -> Iterator[Leaf]:
    """The conditions, those in groups one by one."""
    for one in conditions:
        if isinstance(one, Group):
            yield from leaves(one.of)
        else:
            yield one


def dependencies(conditions: Iterable[Condition]) -> Iterator[Dependency]:
    """The dependencies among the conditions and in their groups."""
    return (one for one in leaves(conditions) if isinstance(one, Dependency))


def inside(conditions: Iterable[Condition]) -> Iterator[tuple[TaskName, Dependency]]:
    """The dependencies on tasks of the same process, each with the task."""
    for one in dependencies(conditions):
        if one.process is None and one.task is not None:
            yield one.task, one


def is_inner(condition: Condition) -> bool:
    """Whether it hangs on tasks of the same process alone."""
    return all(isinstance(one, Dependency) and one.process is None for one in leaves([condition]))


_UNITS = ((timedelta(days=1), "d"), (timedelta(hours=1), "h"), (timedelta(minutes=1), "m"))


def duration_text(length: timedelta) -> str:
    """A duration as it is written in definitions."""
    for unit, name in _UNITS:
        if length and not length % unit:
            return f"{length // unit}{name}"
    return f"{length.total_seconds():g}s"
