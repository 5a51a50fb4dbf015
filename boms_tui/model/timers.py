"""What the open runs wait for that only time brings, and the facts that tell of it."""

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple, TypeAlias

from boms_tui.model.approval import Approval
from boms_tui.model.condition import FileWait
from boms_tui.model.deadlines import deadlines_of
from boms_tui.model.decision import Outlook
from boms_tui.model.definition import Process
from boms_tui.model.facts import ApprovalDue, DeadlineDue, Fact, ForecastDue, GateDue, HoldDue, RunDue, TaskDue
from boms_tui.model.files import awaited_file, turning_points
from boms_tui.model.ids import RunId, TaskName
from boms_tui.model.planning import hours_of
from boms_tui.model.records import Hold, Run, Sighting, TaskRun
from boms_tui.model.shape import shape_of
from boms_tui.model.states import TaskState

_TICK = timedelta(microseconds=1)
Coming: TypeAlias = tuple[datetime, Fact]


class End(NamedTuple):
    """When a run, or one of its tasks, ended."""

    run: Run
    task: TaskName | None
    at: datetime


@dataclass
class Timers:
    """Facts by the time at which they come due, each told once."""

    _heap: list[tuple[datetime, int, Fact]] = field(default_factory=list)
    _set: set[Coming] = field(default_factory=set)
    _count: int = 0

    def set(self, coming: Iterable[Coming]) -> None:
        """Have these told, too; what is to be told at that time already, once."""
        for one in coming:
            if one not in self._set:
                self._set.add(one)
                self._count += 1
                heapq.heappush(self._heap, (one[0], self._count, one[1]))

    def due(self, now: datetime) -> Iterator[Fact]:
        """Take the facts whose time has come."""
        while self._heap and self._heap[0][0] <= now:
            when, _, fact = heapq.heappop(self._heap)
            self._set.remove((when, fact))
            yield fact

    def next_at(self) -> datetime | None:
        return self._heap[0][0] if self._heap else None

    def all(self) -> Iterator[Coming]:
        return ((when, fact) for when, _, fact in sorted(self._heap))

    def clear(self) -> None:
        self._heap.clear()
        self._set.clear()


def run_times(process: Process, run: Run) -> Iterator[Coming]:
    """The times that an open run waits for."""
    if run.not_before is not None and run.started_at is None:
        yield run.not_before, RunDue(run.id)
    if process.window is not None:
        hours = hours_of(process.window, process, run.business_date)
        for at in (hours.opens, hours.closes):
            yield at, GateDue(run.id)
    for deadline in deadlines_of(process, run):
        if deadline.late not in run.late:
            yield deadline.at, DeadlineDue(run.id)
    if run.expected_end is not None:
        yield run.expected_end, ForecastDue(run.id)


def outlook_times(outlook: Outlook) -> Iterator[Coming]:
    if outlook.again is not None:
        yield outlook.again, ForecastDue(outlook.run)


def sighting_times(process: Process, run: Run, sighting: Sighting) -> Iterator[Coming]:
    """When a file that a run waits for turns from good to bad or back, left alone."""
    for _, wait in shape_of(process).awaited:
        if isinstance(wait, FileWait):
            check = awaited_file(wait, run)
            for at in turning_points(check, sighting) if check.path == sighting.place else ():
                yield at, GateDue(run.id)


def look_back_times(process: Process, run: RunId, end: End) -> Iterator[Coming]:
    """When an end becomes too old for an open run of `process`."""
    for _, dependency in shape_of(process).outside:
        same = (dependency.process, dependency.task) == (end.run.process, end.task)
        if same and dependency.within:
            yield end.at + dependency.within + _TICK, GateDue(run)


def task_times(task: TaskRun) -> Iterator[Coming]:
    if task.state is TaskState.BACKOFF and task.due_at is not None:
        yield task.due_at, TaskDue(task.run, task.task)


def approval_times(approval: Approval) -> Iterator[Coming]:
    if approval.expires_at is not None:
        yield approval.expires_at, ApprovalDue(approval.id)


def hold_times(hold: Hold) -> Iterator[Coming]:
    if hold.is_planned:
        yield hold.start, HoldDue(hold.id)
    if hold.until is not None:
        yield hold.until, HoldDue(hold.id)
