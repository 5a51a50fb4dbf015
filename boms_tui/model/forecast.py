"""When a run will end: how long its tasks took before, along the longest way through those that are left.

Slots, units and locks are left out: who will hold them then is not known.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from boms_tui.model.condition import Condition, Dependency, Group, Leaf, inside
from boms_tui.model.definition import Manual, OnFailure, Overlap, Process, Task
from boms_tui.model.habits import typical
from boms_tui.model.identity import unfit
from boms_tui.model.ids import ProcessId, TaskName
from boms_tui.model.overlay import Overlay
from boms_tui.model.planning import Plan, Planned, hours_of
from boms_tui.model.records import Habit, Run, TaskRun
from boms_tui.model.standing import Standing, rules_out
from boms_tui.model.states import ENDED, LIVE, RUN_ENDED, RunState, TaskState
from boms_tui.model.waits import condition_gate, says_of

T = TaskState
_NOTHING = timedelta()


class Forecast(NamedTuple):
    """When something will be done, and by how much what it waits for is overdue: then each moment puts it off.

    Where it is not `sure`, nobody can tell when something will come that it waits for: it is done by then at the best.
    """

    at: datetime
    overdue: timedelta = _NOTHING
    sure: bool = True


_FROM_ZERO = Forecast(datetime(1970, 1, 1, tzinfo=UTC))


def forecast(draft: Overlay, run: Run) -> Forecast | None:
    """The end of a run; None where no duration of its tasks is known, or a person has to act before it can end."""
    habit = draft.habit(run.process)
    if habit is None or run.cancelling or run.state is RunState.STALLED or run.state in RUN_ENDED:
        return None
    process = draft.definition(run)
    lasting = typical(habit)
    if lasting.keys().isdisjoint(process.tasks):
        return None
    way = _Way(draft, run, _Walk(process, lasting))
    if not all(way.passes(name) for name in process.tasks):
        return None
    return way.walk.end()._replace(sure=way.sure)


def expected_end(draft: Overlay, run: Run) -> datetime | None:
    """When a run will end, as far as that can be told."""
    found = forecast(draft, run)
    return found.at if found is not None and found.sure else None


def typical_length(process: Process, habit: Habit | None) -> timedelta | None:
    """How long a run takes that nothing keeps waiting; None where that is not known, or where it asks a person."""
    lasting = {} if habit is None else typical(habit)
    if lasting.keys().isdisjoint(process.tasks):
        return None
    walk = _Walk(process, lasting)
    for task in process.tasks.values():
        reached = walk.reached(task, _FROM_ZERO)
        if walk.is_ruled_out(task):
            walk.put(task.name, reached, T.NOT_NEEDED)
        elif _asks(task):
            return None
        else:
            walk.put(task.name, walk.done(task.name, reached), T.SUCCEEDED)
    return walk.end().at - _FROM_ZERO.at


def planned_ends(plan: Plan, lengths: Mapping[ProcessId, timedelta]) -> list[datetime | None]:
    """When each planned run will end, in the order of the plan, if nothing keeps it waiting; None where that is not
    known. One that follows another begins when that ends.
    """
    ends: dict[Planned, datetime] = {}
    upstream: dict[tuple[ProcessId, datetime], datetime] = {}
    waiting = [one for one in plan.planned if one.process in lengths]
    while waiting:
        left = []
        for one in waiting:
            begins = one.at if one.upstream is None else upstream.get((one.upstream, one.earliest))
            if begins is None:
                left.append(one)
            else:
                ends[one] = upstream[one.process, one.earliest] = begins + lengths[one.process]
        waiting = left if len(left) < len(waiting) else []
    return [ends.get(one) for one in plan.planned]


@dataclass
class _Walk:
    """The tasks of a process in topological order: when each ends and in what state, as if whatever runs succeeds."""

    process: Process
    lasting: dict[TaskName, timedelta]
    ends: dict[TaskName, Forecast] = field(default_factory=dict)
    states: dict[TaskName, TaskState] = field(default_factory=dict)

    def put(self, name: TaskName, end: Forecast, state: TaskState) -> None:
        self.ends[name], self.states[name] = end, state

    def end(self) -> Forecast:
        return max(self.ends.values())

    def reached(self, task: Task, least: Forecast) -> Forecast:
        """When what the task follows has ended."""
        known = (_opens(one, self.inner) for one in task.after)
        return max((at for at in known if at is not None), default=least)

    def inner(self, leaf: Leaf) -> Forecast | None:
        """When another task of the process has ended; None of anything else."""
        if not isinstance(leaf, Dependency) or leaf.process is not None or leaf.task is None:
            return None
        return self.ends[leaf.task]

    def is_ruled_out(self, task: Task) -> bool:
        """Whether it is there for what will not happen, such as a failure."""
        alone = [one for one in task.after if isinstance(one, Dependency)]
        return any(rules_out(one.when, self.states[name]) for name, one in inside(alone) if one.milestone is None)

    def done(self, name: TaskName, starts: Forecast) -> Forecast:
        return Forecast(starts.at + self.lasting.get(name, _NOTHING), starts.overdue)


@dataclass
class _Way:
    """One run on its way: what has ended, what lives, and what is still to come."""

    draft: Overlay
    run: Run
    walk: _Walk
    sure: bool = True

    def __post_init__(self) -> None:
        self.begins = self._may_start() if self.run.started_at is None else Forecast(self.run.started_at)

    def passes(self, name: TaskName) -> bool:
        """Put down when a task ends; False where a person has to act before it can."""
        task, record = self.walk.process.tasks[name], self.draft.task(self.run.id, name)
        if record.state in ENDED:
            self.walk.put(name, Forecast(record.ended_at or self.begins.at), record.state)
            return record.state is not T.FAILED or task.on_failure is not OnFailure.WAIT
        if record.state in LIVE:
            started = Forecast(record.started_at or record.changed_at or self.draft.now)
            self.walk.put(name, self._from_now(self.walk.done(name, started)), T.SUCCEEDED)
        elif self.walk.is_ruled_out(task):
            self.walk.put(name, self.walk.reached(task, self.begins), T.NOT_NEEDED)
        elif (starts := self._starts(task, record)) is not None:
            self.walk.put(name, self.walk.done(name, starts), T.SUCCEEDED)
        return name in self.walk.ends

    def _starts(self, task: Task, record: TaskRun) -> Forecast | None:
        """When its next attempt will start; None where a person says so, or where the window will have passed."""
        asks = _asks(task) or unfit(self.draft, self.run)
        if record.state is T.UNKNOWN or (asks and not record.confirmed_by):
            return None
        if record.state is T.BACKOFF and record.due_at is not None:
            return self._from_now(Forecast(record.due_at))
        reached = max([self.begins, *self._waits(task.after, record.freed), *self._held(task.name)])
        window = self.walk.process.window
        if window is None or "window" in record.freed:
            return self._from_now(reached)
        hours = hours_of(window, self.walk.process, self.run.business_date)
        starts = self._from_now(max(reached, Forecast(hours.opens)))
        return starts if starts.at < hours.closes else None

    def _may_start(self) -> Forecast:
        """When a run may start that has not; what is told of other runs holds until it is told anew."""
        run, process = self.run, self.walk.process
        bounds = [Forecast(run.not_before or run.ordered_at), *self._waits(process.after, run.freed), *self._held(None)]
        before = self.draft.open_before(run) if process.overlap is not Overlap.PARALLEL else None
        bounds += [Forecast(one.expected_end) for one in before or () if one.expected_end is not None]
        return self._from_now(max(bounds))

    def _waits(self, after: Iterable[Condition], freed: Collection[str]) -> Iterator[Forecast]:
        """When the conditions open of which that can be told."""
        for one in after:
            if condition_gate(self.draft, self.run, one).name in freed:
                continue
            at = _opens(one, self._leaf)
            self.sure = self.sure and at is not None
            if at is not None:
                yield at

    def _held(self, task: TaskName | None) -> Iterator[Forecast]:
        """When the holds end that stand over the run, or over a task of it."""
        for hold in self.draft.holds_over(self.run, task):
            self.sure = self.sure and hold.until is not None
            if hold.until is not None:
                yield Forecast(hold.until)

    def _leaf(self, leaf: Leaf) -> Forecast | None:
        """When one condition opens; None where nobody can tell."""
        if isinstance(leaf, Dependency) and leaf.process is None:
            return self.walk.inner(leaf)
        says = says_of(self.draft, self.run, leaf)
        if says.standing is Standing.OPEN:
            return Forecast(self.run.ordered_at)
        other = self._upstream(leaf) if isinstance(leaf, Dependency) else None
        at = says.opens_at if other is None else other.expected_end
        return None if at is None else Forecast(at)

    def _upstream(self, dependency: Dependency) -> Run | None:
        """The open run of another process that is waited for."""
        if dependency.process is None:
            raise AssertionError("not a dependency on another process")
        day = self.draft.catalogue.date_read(dependency, self.run.business_date)
        newest = self.draft.newest(dependency.process) if day is None else None
        other = newest if day is None else self.draft.latest(dependency.process, day)
        return other if other is not None and other.state not in RUN_ENDED else None

    def _from_now(self, told: Forecast) -> Forecast:
        """That, or now where it has passed already."""
        now = self.draft.now
        return told if now <= told.at else Forecast(now, now - told.at)


def _opens(condition: Condition, of: Callable[[Leaf], Forecast | None]) -> Forecast | None:
    """When a condition holds, if each part of it does when `of` says; None where that cannot be told."""
    if not isinstance(condition, Group):
        return of(condition)
    parts = [_opens(one, of) for one in condition.of]
    known = [at for at in parts if at is not None]
    if condition.every:
        return max(known) if known and len(known) == len(parts) else None
    return min(known, default=None)


def _asks(task: Task) -> bool:
    """Whether a person has to say yes to it."""
    return task.confirm or isinstance(task.work, Manual)
