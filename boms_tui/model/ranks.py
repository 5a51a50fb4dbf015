"""The ready tasks in lines, one for each pool and kind of need: who stands before whom."""

from bisect import bisect_left, insort
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from boms_tui.model.definition import Process
from boms_tui.model.ids import RunId, TaskName
from boms_tui.model.needs import Needs
from boms_tui.model.records import TaskRun
from boms_tui.model.shape import shape_of

AGE = timedelta(seconds=30)
"""How much waiting one point of priority is worth, so that 100 points are 50 minutes and nothing waits for ever."""


class Rank(NamedTuple):
    """Where a ready task stands among all others, the least first; time changes nothing about it.

    `since` is when it became ready, put earlier for its priority; `place` is its place in its process.
    """

    since: datetime
    run: RunId
    place: int
    task: TaskName


class Line(NamedTuple):
    """Those who wait for a slot of the same pool and for the same units and locks."""

    pool: str
    needs: Needs

    def wants(self, name: str) -> bool:
        return any(need.name == name for need in self.needs)


def place_of(process: Process, task: TaskRun) -> tuple[Line, Rank]:
    """Where a ready task stands; what a person freed for it, it does not wait for."""
    since = task.ready_at or task.changed_at
    if since is None:
        raise AssertionError(f"{task.ref} is ready since no known time")
    needs = shape_of(process).needs[task.task]
    if task.freed:
        needs = tuple(need for need in needs if need.name not in task.freed)
    return Line(process.tasks[task.task].pool, needs), rank_of(process, task, since)


def rank_of(process: Process, task: TaskRun, since: datetime) -> Rank:
    """Where a task stands, or would stand, that became ready then."""
    ahead = process.tasks[task.task].priority * AGE
    return Rank(since - ahead, task.run, shape_of(process).rank[task.task], task.task)


@dataclass
class Ranks:
    """`lines` sorted by rank; `heads` the first of each, sorted; `waiting` how many wait in all lines of a pool."""

    lines: dict[Line, list[Rank]] = field(default_factory=dict)
    heads: list[tuple[Rank, Line]] = field(default_factory=list)
    waiting: Counter[str] = field(default_factory=Counter)

    def add(self, line: Line, rank: Rank) -> None:
        standing = self.lines.setdefault(line, [])
        if not standing or rank < standing[0]:
            self._behead(line)
            insort(self.heads, (rank, line))
        insort(standing, rank)
        self.waiting[line.pool] += 1

    def remove(self, line: Line, rank: Rank) -> None:
        standing = self.lines[line]
        place = bisect_left(standing, rank)
        if place == 0:
            self._behead(line)
        del standing[place]
        if not standing:
            del self.lines[line]
        elif place == 0:
            insort(self.heads, (standing[0], line))
        self.waiting[line.pool] -= 1

    def _behead(self, line: Line) -> None:
        """Take the first of a line from `heads`."""
        if standing := self.lines[line]:
            del self.heads[bisect_left(self.heads, (standing[0], line))]
