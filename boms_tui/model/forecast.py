"""When a run will end: how long its tasks took before, along the longest way through those that are left.

Slots, units and locks are left out: who will hold them then is not known.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from boms_tui.model.condition import Condition, Dependency, Group, Outcome, inside
from boms_tui.model.definition import Manual, OnFailure, Overlap, Process, Task
from boms_tui.model.habits import typical
from boms_tui.model.identity import unfit
from boms_tui.model.ids import ProcessId, TaskName
from boms_tui.model.overlay import Overlay
from boms_tui.model.planning import Plan, Planned, hours_of
from boms_tui.model.records import Habit, Run, TaskRun
from boms_tui.model.standing import rules_out
from boms_tui.model.states import ENDED, LIVE, RUN_ENDED, RunState, TaskState
from boms_tui.model.waits import condition_gate

T = TaskState
_NOTHING = timedelta()


class Forecast(NamedTuple):
    """When something will be done, and by how much what it waits for is overdue: then each moment puts it off."""

    at: datetime
    overdue: timedelta = _NOTHING


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
    begins = _begins(draft, run)
    if begins is None:
        return None
    way = _Way(draft, run, _Walk(process, lasting), begins)
    return way.walk.end() if all(way.passes(name) for name in process.tasks) else None


def expected_end(draft: Overlay, run: Run) -> datetime | None:
    """When a run will end, as far as that can be told."""
    found = forecast(draft, run)
    return None if found is None else found.at


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
        return max((self.ends[name] for name, _ in inside(task.after)), default=least)

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
    begins: Forecast

    def passes(self, name: TaskName) -> bool:
        """Put down when a task ends; False where a person has to act before it can."""
        task, record = self.walk.process.tasks[name], self.draft.task(self.run.id, name)
        if record.state in ENDED:
            self.walk.put(name, Forecast(record.ended_at or self.begins.at), record.state)
            return record.state is not T.FAILED or task.on_failure is not OnFailure.WAIT
        if record.state in LIVE:
            started = Forecast(record.started_at or record.changed_at or self.draft.now)
            self.walk.put(name, _from_now(self.draft, self.walk.done(name, started)), T.SUCCEEDED)
        elif self.walk.is_ruled_out(task):
            self.walk.put(name, self.walk.reached(task, self.begins), T.NOT_NEEDED)
        elif (starts := self._starts(task, record)) is not None:
            self.walk.put(name, self.walk.done(name, starts), T.SUCCEEDED)
        return name in self.walk.ends

    def _starts(self, task: Task, record: TaskRun) -> Forecast | None:
        """When its next attempt will start; None where a person says so, where the window will have passed, or where
        nobody can tell when what it waits for will come.
        """
        asks = _asks(task) or unfit(self.draft, self.run)
        if record.state is T.UNKNOWN or (asks and not record.confirmed_by):
            return None
        if record.state is T.BACKOFF and record.due_at is not None:
            return _from_now(self.draft, Forecast(record.due_at))
        conditions = self.draft.shape(self.run).outer[task.name]
        outside = _outside(self.draft, self.run, record, conditions, self.walk.ends)
        if outside is None:
            return None
        reached = max([self.walk.reached(task, self.begins), *outside])
        window = self.walk.process.window
        if window is None:
            return _from_now(self.draft, reached)
        hours = hours_of(window, self.walk.process, self.run.business_date)
        starts = _from_now(self.draft, max(reached, Forecast(hours.opens)))
        return starts if starts.at < hours.closes else None


def _begins(draft: Overlay, run: Run) -> Forecast | None:
    """When a run started, or may start; what is told of other runs holds until it is told anew."""
    if run.started_at is not None:
        return Forecast(run.started_at)
    process = draft.definition(run)
    outside = _outside(draft, run, None, process.after, {})
    if outside is None:
        return None
    bounds = [Forecast(run.not_before or run.ordered_at), *outside]
    before = draft.open_before(run) if process.overlap is Overlap.QUEUE else None
    if before is not None:
        if before.expected_end is None:
            return None
        bounds.append(Forecast(before.expected_end))
    return _from_now(draft, max(bounds))


def _outside(
    draft: Overlay, run: Run, task: TaskRun | None, conditions: Iterable[Condition], ends: Mapping[TaskName, Forecast]
) -> list[Forecast] | None:
    """When holds and conditions will let a run or a task of it go; None where of one of them that is not known."""
    freed = run.freed if task is None else task.freed
    holds = [hold.until for hold in draft.holds_over(run, None if task is None else task.task)]
    opens = [_opens(draft, run, one, ends) for one in conditions if condition_gate(draft, run, one).name not in freed]
    if None in holds or None in opens:
        return None
    return [Forecast(end) for end in holds if end is not None] + [one for one in opens if one is not None]


def _opens(draft: Overlay, run: Run, condition: Condition, ends: Mapping[TaskName, Forecast]) -> Forecast | None:
    """When a condition will hold: before now where it does, and by the end of the run, or own task, it is about."""
    if condition_gate(draft, run, condition).open:
        return _FROM_ZERO
    match condition:
        case Group(of, every):
            parts = [_opens(draft, run, one, ends) for one in of]
            known = [part for part in parts if part is not None]
            return (max(known) if len(known) == len(parts) else None) if every else min(known, default=None)
        case Dependency(process=None, task=task):
            return ends.get(task) if task is not None else None
        case Dependency() if condition.when is not Outcome.FAILED:
            other = _read(draft, run, condition)
            is_open = other is not None and other.state not in RUN_ENDED
            return Forecast(other.expected_end) if other is not None and is_open and other.expected_end else None
        case _:
            return None


def _read(draft: Overlay, run: Run, dependency: Dependency) -> Run | None:
    """The run of another process that a dependency reads."""
    if dependency.process is None:
        return None
    day = draft.catalogue.date_read(dependency, run.business_date)
    return draft.newest(dependency.process) if day is None else draft.latest(dependency.process, day)


def _from_now(draft: Overlay, told: Forecast) -> Forecast:
    """That, or now where it has passed already."""
    return told if draft.now <= told.at else Forecast(draft.now, draft.now - told.at)


def _asks(task: Task) -> bool:
    """Whether a person has to say yes to it."""
    return task.confirm or isinstance(task.work, Manual)
