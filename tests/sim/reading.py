"""What the conditions of definitions mean, read plainly against what the journal has told and what the world has seen.

None of it asks the rules: it is written anew, so that the two can be held against each other.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from boms_tui.model.condition import (
    Condition,
    Dependency,
    EventWait,
    FileWait,
    Group,
    Milestone,
    Outcome,
    RelativeDate,
    leaves,
)
from boms_tui.model.definition import Process
from boms_tui.model.ids import AttemptId, RunId
from boms_tui.model.trigger import CronStart, EventStart, FileStart, ProcessStart, Start
from tests.sim.board import Board, Definitions
from tests.sim.drive import WORK, Drive, filled
from tests.sim.eyes import Sights
from tests.sim.host import Host
from tests.sim.past import Past, named
from tests.sim.plans import Plan

ALL = ""
_GOOD = frozenset({"succeeded", "skipped", "forced-ok"})
_TASK_ENDS: Mapping[Outcome, frozenset[str]] = {
    Outcome.SUCCEEDED: _GOOD,
    Outcome.FAILED: frozenset({"failed"}),
    Outcome.FINISHED: _GOOD | {"failed", "not-needed"},
}
_RUN_ENDS: Mapping[Outcome, frozenset[str]] = {
    Outcome.SUCCEEDED: frozenset({"succeeded"}),
    Outcome.FAILED: frozenset({"failed"}),
    Outcome.FINISHED: frozenset({"succeeded", "failed"}),
}
_TO_RUN = frozenset({"waiting", "ready"})
"""A task that is to run, once more, has said nothing."""
_OVER = frozenset({"succeeded", "failed", "cancelled", "missed"})
_CAME_TO_NOTHING = frozenset({"cancelled", "missed"})
_DAY, _AMPLE = timedelta(days=1), timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Moment:
    """When something was decided, by the wall clock and by that of the host, and in which epoch."""

    now: datetime
    boot: int
    epoch: int


@dataclass
class Reading:
    """Reads conditions as they are at one moment of `past`."""

    past: Past
    plan: Plan
    definitions: Definitions
    hosts: Mapping[str, Host]
    drive: Drive
    sights: Sights
    board: Board = field(default_factory=Board)

    def closed(self, conditions: Iterable[Condition], run: str, at: Moment) -> list[str]:
        """Those of the conditions of a run, or of one of its tasks, that keep it from starting."""
        return [f"{one}" for one in conditions if not self.holds(one, run, at)]

    def holds(self, condition: Condition, run: str, at: Moment) -> bool:
        match condition:
            case Group(of, every):
                return (all if every else any)(self.holds(one, run, at) for one in of)
            case EventWait(event):
                return self._is_posted(event, run)
            case FileWait():
                return self._lies_there(condition, run, at)
            case Dependency(process=None):
                return self._task_says(condition, f"{run}:{condition.task}", at)
            case _:
                return self._process_says(condition, run, at)

    def surely(self, condition: Condition, run: str, at: Moment) -> bool:
        """Whether it holds beyond doubt: nothing of it hangs on when somebody looked or listened."""
        match condition:
            case Group(of, every):
                return (all if every else any)(self.surely(one, run, at) for one in of)
            case FileWait():
                return self._has_lain_there(condition, run, at)
            case Dependency(within=timedelta()):
                return False
            case Dependency(milestone=Milestone() as milestone, task=task, process=process):
                refs = [f"{run}:{task}"] if process is None else [f"{one}:{task}" for one in self.past.runs[process]]
                known = all(f"{milestone}" in self.past.reached.get(ref, ()) for ref in refs)
                return known and self.holds(condition, run, at)
            case _:
                return self.holds(condition, run, at)

    def definition(self, run: str) -> Process:
        """What a run was ordered with."""
        return self.definitions.of(self.board.runs[RunId(run)])

    def has_said(self, ref: str, wanted: Milestone) -> bool:
        """Whether the newest attempt of a task has printed so."""
        attempt = AttemptId(f"{ref}.{self.past.claims[ref]}")
        said = [line for host in self.hosts.values() for line in host.said.get(attempt, ())]
        if wanted.meter is None:
            return f"::boms label {wanted.label}" in said
        return any(int(line.split()[2]) >= wanted.meter for line in said if line.startswith("::boms meter "))

    def is_posted_for(self, event: str, day: date, process: str) -> bool:
        return not self.past.posted.isdisjoint({(event, day, ALL), (event, day, process)})

    def _is_posted(self, event: str, run: str) -> bool:
        return self.is_posted_for(event, named(run).day, named(run).process)

    def _lies_there(self, wait: FileWait, run: str, at: Moment) -> bool:
        """Whether the file was as it should be when the leader last looked, or has been since."""
        seen = self.sights.before(at.epoch, at.now)
        path = filled(wait.check.path, named(run).day)
        copies = self.drive.between(path, at.boot if seen is None else seen, at.boot)
        return any(self.drive.suits(copy, wait.check, at.now) for copy in copies)

    def _has_lain_there(self, wait: FileWait, run: str, at: Moment) -> bool:
        """Whether the file lies there, and has for longer than it takes since the leader began to look for it."""
        path = filled(wait.check.path, named(run).day)
        copy = self.drive.files.get(f"{WORK}/{path}")
        seen = None if copy is None else self.sights.since.get((at.epoch, path, copy))
        if copy is None or seen is None or copy.changed > at.now or not self.drive.suits(copy, wait.check, at.now):
            return False
        enough = (wait.check.settled_for or timedelta()) + _AMPLE
        return timedelta(microseconds=at.boot - seen) > enough and at.now - self.past.since[run] > enough

    def _task_says(self, wanted: Dependency, ref: str, at: Moment) -> bool:
        state = self.past.state(ref)
        if wanted.milestone is not None:
            passed = wanted.milestone.meter is not None and state in _GOOD
            return passed or (state not in _TO_RUN and self.has_said(ref, wanted.milestone))
        return state in _TASK_ENDS[wanted.when] and self._is_young(wanted, ref, at)

    def _process_says(self, wanted: Dependency, run: str, at: Moment) -> bool:
        if wanted.process is None:
            raise AssertionError("not a dependency on another process")
        if wanted.date is RelativeDate.NEWEST:
            return any(self._run_says(wanted, newest, at) for newest in self._newest(wanted.process))
        own = named(run).day
        day = wanted.date if isinstance(wanted.date, date) else own - _DAY * (wanted.date is RelativeDate.PREVIOUS)
        latest = self._latest(wanted.process, day)
        if latest is not None:
            return self._run_says(wanted, latest, at)
        return wanted.if_planned and not self._is_coming(wanted.process, day, at)

    def _run_says(self, wanted: Dependency, other: str, at: Moment) -> bool:
        if wanted.task is None:
            return self.past.state(other) in _RUN_ENDS[wanted.when] and self._is_young(wanted, other, at)
        known = wanted.task in self.definition(other).tasks and self.past.state(other) != "missed"
        return known and self._task_says(wanted, f"{other}:{wanted.task}", at)

    def _is_young(self, wanted: Dependency, name: str, at: Moment) -> bool:
        """An end counts from when it was recorded, or from when its program ended by the clock of then."""
        if wanted.within is None:
            return True
        attempt = AttemptId(f"{name}.{self.past.claims[name]}")
        exits = (host.folders[attempt].exit for host in self.hosts.values() if attempt in host.folders)
        ended = max([self.past.since[name], *(one.ended for one in exits if one is not None)])
        return at.now - ended <= wanted.within

    def _latest(self, process: str, day: date) -> str | None:
        runs = [run for run in self.past.of_day(process, day) if self.past.state(run) != "cancelled"]
        return runs[-1] if runs else None

    def _newest(self, process: str) -> set[str]:
        """The run that was ordered last, and those of the latest time: where a clock went back, they may differ."""
        runs = [run for run in self.past.runs[process] if self.past.state(run) not in _CAME_TO_NOTHING]
        orders = {run: self.past.ordered[run] for run in runs if run in self.past.ordered}
        if not orders:
            return set()
        latest = max(at for at, _ in orders.values())
        last = max(row for _, row in orders.values())
        return {run for run, (at, row) in orders.items() if at == latest or row == last}

    def _is_coming(self, process: str, day: date, at: Moment, seen: frozenset[str] = frozenset()) -> bool:
        """Whether something will order that process for that date by itself."""
        known = next((one for one in self.plan.processes if one.id == process), None)
        if known is None or process in seen:
            return False
        return any(self._will_order(known, start, day, at, seen | {process}) for start in known.start)

    def _will_order(self, process: Process, start: Start, day: date, at: Moment, seen: frozenset[str]) -> bool:
        match start:
            case CronStart():
                coming = self.plan.times[process.id].between(process.timezone, at.now, at.now + 4 * _DAY)
                return any(business_day(process, when) == day for when in coming)
            case EventStart(event):
                return not self.is_posted_for(event, day, process.id)
            case FileStart():
                return True
            case ProcessStart(upstream):
                latest = self._latest(upstream, day)
                if latest is not None:
                    return self.past.state(latest) not in _OVER
                return self._is_coming(upstream, day, at, seen)


def business_day(process: Process, instant: datetime) -> date:
    """The date whose work is done at that moment."""
    local = instant.astimezone(ZoneInfo(process.timezone))
    return local.date() - _DAY if local.time() < process.day_starts else local.date()


def listens(process: Process, event: str) -> bool:
    """Whether an event concerns a process: it orders it, or something of it waits for it."""
    waits = leaves([*process.after, *(one for task in process.tasks.values() for one in task.after)])
    return EventStart(event) in process.start or EventWait(event) in list(waits)
