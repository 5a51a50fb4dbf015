"""A snapshot with changes laid over it, read as if they had happened."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from heapq import nsmallest

from boms_tui.model.approval import Approval
from boms_tui.model.definition import Process
from boms_tui.model.ids import AttemptId, ProcessId, RequestId, RunId, TaskName, above, task_ref
from boms_tui.model.layer import Layer
from boms_tui.model.needs import Needs
from boms_tui.model.people import User
from boms_tui.model.ranks import Line, Rank, place_of
from boms_tui.model.records import Attempt, Event, Habit, Hold, Run, Sighting, TaskRun
from boms_tui.model.shape import Shape, shape_of
from boms_tui.model.snapshot import Snapshot, TaskKey, age_of
from boms_tui.model.states import ATTEMPT_LIVE, RUN_ENDED, RunState, TaskState


class Overlay:
    """What gates and rules read: what was changed first, then the snapshot. `now` is the moment decided about."""

    def __init__(self, snapshot: Snapshot, now: datetime) -> None:
        self.snapshot = snapshot
        self.now = now
        self.catalogue = snapshot.catalogue
        self._runs: Layer[RunId, Run] = Layer(snapshot.runs.get)
        self._tasks: Layer[TaskKey, TaskRun] = Layer(lambda key: snapshot.tasks.get(key[0], {}).get(key[1]))
        self._attempts: Layer[AttemptId, Attempt] = Layer(lambda _: None)
        self._newest: dict[TaskKey, Attempt] = {}
        self._holds: Layer[str, Hold] = Layer(snapshot.holds.get)
        self._sightings: Layer[tuple[RunId, str], Sighting] = Layer(
            lambda key: snapshot.sightings.get(key[0], {}).get(key[1])
        )
        self._events: dict[tuple[str, date, str], Event] = {}
        self._users: Layer[str, User] = Layer(snapshot.users.get)
        self._approvals: Layer[RequestId, Approval] = Layer(snapshot.approvals.get)
        self._habits: Layer[ProcessId, Habit] = Layer(snapshot.habits.get)
        self._added: dict[ProcessId, list[RunId]] = defaultdict(list)
        self._counts: dict[RunId, Counter[TaskState]] = {}
        self._used: Counter[str] = Counter()
        self._taken: Counter[str] = Counter()
        self._occupants: dict[str, tuple[str, ...]] = {}

    def run(self, run: RunId) -> Run | None:
        return self._runs.get(run)

    def task(self, run: RunId, task: TaskName) -> TaskRun:
        return self._tasks.changed.get((run, task)) or self.snapshot.tasks[run][task]

    def has_task(self, run: RunId, task: TaskName) -> bool:
        """Whether a run has such a task: one that was missed or skipped has none."""
        return self._tasks.get((run, task)) is not None

    def state_before(self, task: TaskRun) -> TaskState | None:
        """The state of a task run before this decision; None of one that it made."""
        before = self.snapshot.tasks.get(task.run, {}).get(task.task)
        return None if before is None else before.state

    def is_changed(self, run: RunId, task: TaskName) -> bool:
        """Whether this decision changes the task run."""
        return (run, task) in self._tasks.changed

    def attempt(self, run: RunId, task: TaskName) -> Attempt | None:
        """The live or unknown attempt of a task run."""
        found = self._newest.get((run, task)) or self.snapshot.attempts.get((run, task))
        return found if found and found.is_open else None

    def definition(self, run: Run) -> Process:
        known = self.snapshot.definitions.get((run.process, run.revision))
        return known or self.catalogue.processes[run.process]

    def shape(self, run: Run) -> Shape:
        return shape_of(self.definition(run))

    def counts(self, run: RunId) -> Counter[TaskState]:
        """How many tasks of a run are in each state."""
        return self._counts.get(run) or self.snapshot.counts.get(run) or Counter()

    def runs_of(self, process: ProcessId, business_date: date) -> list[Run]:
        """The runs of a process for a date, the newest number last."""
        known = [self.run(run) for run in self.snapshot.numbers.get((process, business_date), ())]
        added = [self._runs.changed[run] for run in self._added.get(process, ())]
        return [run for run in known if run is not None] + [run for run in added if run.business_date == business_date]

    def next_number(self, process: ProcessId, business_date: date) -> int:
        """The number that the next run of a process for a date gets."""
        known = self.runs_of(process, business_date)
        return known[-1].number + 1 if known else 1

    def latest(self, process: ProcessId, business_date: date) -> Run | None:
        """The highest-numbered run of that date that is not cancelled (SEMANTICS S11)."""
        runs = [run for run in self.runs_of(process, business_date) if run.state is not RunState.CANCELLED]
        return runs[-1] if runs else None

    def newest(self, process: ProcessId) -> Run | None:
        """The run of a process that was ordered last of all that are neither cancelled nor missed."""
        known = (self.run(run) for run in reversed(self.snapshot.of_process.get(process, ())))
        last = next((run for run in known if run is not None and run.state not in _CAME_TO_NOTHING), None)
        changed = (run for run in self._runs.changed.values() if run.process == process)
        runs = [run for run in changed if run.state not in _CAME_TO_NOTHING] + ([] if last is None else [last])
        return max(runs, key=age_of, default=None)

    def event(self, name: str, day: date, receiver: ProcessId) -> Event | None:
        """The event as it was posted for that date, for all or for this receiver."""
        for key in ((name, day, ""), (name, day, receiver)):
            found = self._events.get(key) or self.snapshot.events.get(key)
            if found is not None:
                return found
        return None

    def event_posted(self, event: Event) -> Event | None:
        """The same event, where it has been posted for that date and receiver."""
        key = (event.name, event.business_date, event.receiver)
        return self._events.get(key) or self.snapshot.events.get(key)

    def sighting(self, run: RunId, place: str) -> Sighting | None:
        """What a run was last told of a file."""
        return self._sightings.get((run, place))

    def sightings(self, run: RunId) -> list[Sighting]:
        """What a run was last told of the files that it waits for."""
        places = (place for _, place in self._sightings.changed if _ == run)
        known = dict.fromkeys((*self.snapshot.sightings.get(run, ()), *places))
        return [one for one in (self.sighting(run, place) for place in known) if one is not None]

    def open_before(self, run: Run) -> tuple[Run, Run] | None:
        """Of the unfinished runs of the same process that were ordered earlier, the first and the last."""
        own = _place(run)
        earlier = [other for other in self._open_runs(run.process) if _place(other) < own]
        return (min(earlier, key=_place), max(earlier, key=_place)) if earlier else None

    def open_after(self, run: Run, most: int) -> list[Run]:
        """The next unfinished runs of the same process that were ordered later."""
        own = _place(run)
        return nsmallest(most, (other for other in self._open_runs(run.process) if _place(other) > own), key=_place)

    def open_runs(self, process: ProcessId) -> list[Run]:
        return sorted(self._open_runs(process), key=lambda run: run.id)

    def _open_runs(self, process: ProcessId) -> Iterator[Run]:
        """In no order that means anything."""
        ids = dict.fromkeys((*self.snapshot.open_runs.get(process, ()), *self._added.get(process, ())))
        return (run for run in map(self.run, ids) if run and run.state not in RUN_ENDED)

    def hold(self, hold: str) -> Hold | None:
        return self._holds.get(hold)

    def holds_over(self, run: Run, task: TaskName | None) -> Iterator[Hold]:
        """The holds that stand over a run, or over one of its tasks."""
        return (hold for holds in self._holds_over(run, task) for hold in holds if hold.stands(self.now))

    def holds_ahead(self, run: Run, task: TaskName | None) -> Iterator[Hold]:
        """The same of those to come: the next on each object on which none stands."""
        for holds in self._holds_over(run, task):
            coming = [hold for hold in holds if hold.comes(self.now)]
            if coming and not any(hold.stands(self.now) for hold in holds):
                yield min(coming, key=lambda hold: hold.start)

    def _holds_over(self, run: Run, task: TaskName | None) -> Iterator[list[Hold]]:
        """The holds on each object that a run, or one of its tasks, is or lies under."""
        if not self.snapshot.holds and not self._holds.changed:
            return
        for name in sorted(above(run.id if task is None else task_ref(run.id, task))):
            yield self.holds_on(name)

    def holds_on(self, name: str) -> list[Hold]:
        """The holds placed on exactly this object and not released, whether they stand or are to come."""
        known = [self._holds.get(hold) for hold in sorted(self.snapshot.held.get(name, ()))]
        added = [hold for hold in self._holds.values() if hold.object == name and hold.id not in self.snapshot.holds]
        return [hold for hold in (*known, *added) if hold is not None and hold.released_at is None]

    def has_occurrence(self, process: ProcessId, occurrence: str) -> bool:
        return (process, occurrence) in self.snapshot.occurrences or any(
            self._runs.changed[run].occurrence == occurrence for run in self._added.get(process, ())
        )

    def run_of(self, process: ProcessId, occurrence: str) -> Run | None:
        """The run that an occurrence has ordered, where it is at hand."""
        ids = {*self.snapshot.of_process.get(process, ()), *self._added.get(process, ())}
        return next((run for run in map(self.run, ids) if run and run.occurrence == occurrence), None)

    def habit(self, process: ProcessId) -> Habit | None:
        """How long the tasks of a process took; None where no run of it has ended yet."""
        return self._habits.get(process)

    def approval(self, id_: RequestId) -> Approval | None:
        """What waits, or waited, for a second person; what was decided by an earlier decision is not at hand."""
        return self._approvals.get(id_)

    def user(self, name: str) -> User | None:
        return self._users.get(name)

    def users(self) -> Iterator[User]:
        return iter({**self.snapshot.users, **self._users.changed}.values())

    def used(self, pool: str) -> int:
        """The slots of a pool that live attempts occupy."""
        return self.snapshot.used[pool] + self._used[pool]

    def occupants(self, pool: str) -> tuple[str, ...]:
        """The tasks whose live attempts have the slots of a pool, those first that have had theirs for longest."""
        if pool not in self._occupants:
            known = {**self.snapshot.attempts, **self._newest}.values()
            live = [one for one in known if one.pool == pool and one.state in ATTEMPT_LIVE]
            live.sort(key=lambda one: (one.claimed_at, one.id))
            self._occupants[pool] = tuple(task_ref(one.run, one.task) for one in live)
        return self._occupants[pool]

    def taken(self, name: str) -> int:
        """The units of a resource or lock that open attempts hold."""
        return sum(self.snapshot.holders.get(name, {}).values()) + self._taken[name]

    def holders(self, name: str) -> list[tuple[Attempt, int]]:
        """The open attempts that hold units of a resource or lock, and how many."""
        held = dict(self.snapshot.holders.get(name, {}))
        for changed in self._attempts.values():
            held.update(((changed.run, changed.task), units) for need, units in self.needs(changed) if need == name)
        return [(attempt, units) for key, units in sorted(held.items()) if (attempt := self.attempt(*key))]

    def needs(self, attempt: Attempt) -> Needs:
        """What an attempt holds while it is open."""
        run = self.run(attempt.run)
        return () if run is None else self.shape(run).needs[attempt.task]

    def newly_ready(self) -> Iterator[tuple[Line, Rank]]:
        """Where those stand whom this decision changes and who are ready now."""
        return self._places(self._tasks.values())

    def formerly_ready(self) -> Iterator[tuple[Line, Rank]]:
        """Where those stood whom this decision changes and who were ready before."""
        return self._places(self.snapshot.tasks.get(run, {}).get(task) for run, task in self._tasks.changed)

    def _places(self, tasks: Iterable[TaskRun | None]) -> Iterator[tuple[Line, Rank]]:
        for task in tasks:
            run = self.run(task.run) if task is not None and task.state is TaskState.READY else None
            if task is not None and run is not None:
                yield place_of(self.definition(run), task)


_CAME_TO_NOTHING = frozenset({RunState.CANCELLED, RunState.MISSED})


def _place(run: Run) -> tuple[datetime, int, RunId]:
    """Where a run stands among those of its process."""
    return run.ordered_at, run.number, run.id
