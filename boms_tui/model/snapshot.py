"""The leader's picture of the active runs, in memory and indexed, so that a fact touches only what depends on it.

It changes in two ways only: `admit` takes in what was read from the store, `apply` what was committed to it.
"""

from bisect import insort
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from boms_tui.model.approval import Approval
from boms_tui.model.decision import Decision, Outlook
from boms_tui.model.definition import Process, Role
from boms_tui.model.facts import Fact
from boms_tui.model.files import awaited_name
from boms_tui.model.ids import ProcessId, RequestId, RunId, SessionId, TaskName
from boms_tui.model.people import Session, User
from boms_tui.model.picture import Catalogue, Picture
from boms_tui.model.ranks import Ranks, place_of
from boms_tui.model.records import Attempt, Event, Habit, Hold, Revision, Run, Sighting, TaskRun
from boms_tui.model.shape import shape_of
from boms_tui.model.site import ANYWHERE, Site
from boms_tui.model.states import ATTEMPT_LIVE, RUN_ENDED, TaskState
from boms_tui.model.timers import (
    End,
    Timers,
    approval_times,
    hold_times,
    look_back_times,
    outlook_times,
    run_times,
    sighting_times,
    task_times,
)

TaskKey = tuple[RunId, TaskName]
Waiting = dict[tuple[RunId, TaskName | None], None]
"""Runs (None) and tasks that wait for something, in the order in which they came: nothing depends on how names hash."""


@dataclass
class Snapshot:
    """Durable records by id, and the indexes over them.

    `pools` has the slots of each pool that this runtime serves; `node` and `epoch` mark the attempts it claims,
    and `alone` says that no other machine has this store, whatever a runtime on this one called itself;
    `site` is where definitions are applied. `beside` are runs of which only what is ready and what is open is
    known. `of_process` has the runs of each process, the newest last. `holders` has the units of each resource and
    lock that open attempts hold, by task. `waiters` are by process and date, None for those that read its newest run;
    `awaited` are those who wait for `event:NAME` and `file:PATH`. `outlooks` are of the open runs whose end this leader
    has foretold.
    """

    catalogue: Catalogue = field(default_factory=Catalogue)
    current: tuple[Revision, ...] = ()
    pools: Mapping[str, int] = field(default_factory=dict)
    node: str = "local"
    alone: bool = False
    epoch: int = 0
    site: Site = ANYWHERE
    users: dict[str, User] = field(default_factory=dict)
    sessions: dict[SessionId, Session] = field(default_factory=dict)
    runs: dict[RunId, Run] = field(default_factory=dict)
    beside: dict[RunId, Run] = field(default_factory=dict)
    tasks: dict[RunId, dict[TaskName, TaskRun]] = field(default_factory=dict)
    attempts: dict[TaskKey, Attempt] = field(default_factory=dict)
    holds: dict[str, Hold] = field(default_factory=dict)
    habits: dict[ProcessId, Habit] = field(default_factory=dict)
    outlooks: dict[RunId, Outlook] = field(default_factory=dict)
    approvals: dict[RequestId, Approval] = field(default_factory=dict)
    definitions: dict[tuple[ProcessId, int], Process] = field(default_factory=dict)
    dates: set[date] = field(default_factory=set)
    occurrences: set[tuple[ProcessId, str]] = field(default_factory=set)
    counts: dict[RunId, Counter[TaskState]] = field(default_factory=dict)
    numbers: dict[tuple[ProcessId, date], list[RunId]] = field(default_factory=lambda: defaultdict(list))
    open_runs: dict[ProcessId, dict[RunId, None]] = field(default_factory=lambda: defaultdict(dict))
    of_process: dict[ProcessId, list[RunId]] = field(default_factory=lambda: defaultdict(list))
    events: dict[tuple[str, date, str], Event] = field(default_factory=dict)
    sightings: dict[RunId, dict[str, Sighting]] = field(default_factory=lambda: defaultdict(dict))
    waiters: dict[tuple[ProcessId, date | None], dict[TaskName | None, Waiting]] = field(default_factory=dict)
    awaited: dict[str, Waiting] = field(default_factory=dict)
    held: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    ranks: Ranks = field(default_factory=Ranks)
    used: Counter[str] = field(default_factory=Counter)
    holders: dict[str, dict[TaskKey, int]] = field(default_factory=dict)
    judged: dict[tuple[bool, str, ProcessId], tuple[User | None, Mapping[str, Role], str]] = field(default_factory=dict)
    blockers: dict[TaskKey, int] = field(default_factory=dict)
    timers: Timers = field(default_factory=Timers)
    _seen: datetime | None = None

    @classmethod
    def of(
        cls,
        catalogue: Catalogue,
        picture: Picture,
        *,
        pools: Mapping[str, int],
        current: tuple[Revision, ...] = (),
        node: str = "local",
        alone: bool = False,
        epoch: int = 0,
        site: Site = ANYWHERE,
        users: Iterable[User] = (),
        habits: Iterable[Habit] = (),
        approvals: Iterable[Approval] = (),
    ) -> "Snapshot":
        snapshot = cls(
            catalogue=catalogue, pools=pools, current=current, node=node, alone=alone, epoch=epoch,
            site=site,
            users={user.name: user for user in users},
            habits={habit.process: habit for habit in habits},
        )  # fmt: skip
        snapshot._put({"approvals": approvals})
        snapshot.admit(picture)
        return snapshot

    def is_here(self, attempt: Attempt) -> bool:
        """Whether an attempt belongs to this runtime's machine."""
        return self.alone or attempt.node == self.node

    def admit(self, picture: Picture) -> None:
        """Take in runs read from the store; those already known stay as they are."""
        self.definitions.update(picture.definitions)
        new = {run.id for run in picture.runs if run.id not in self.runs}
        for run in picture.runs:
            if run.id in new:
                self._put_run(run)
        self.beside.update((run.id, run) for run in picture.beside if run.id not in self.runs)
        for task in picture.tasks:
            if task.run in new:
                self._put_task(task)
            elif task.run in self.beside:
                self.ranks.add(*place_of(self._definition(task.run), task))
        for attempt in picture.attempts:
            if attempt.run in new or attempt.run not in self.runs:
                self._put_attempt(attempt)
        for sighting in (one for one in picture.sightings if one.run in new):
            self._put_sighting(sighting)
        self._put({"holds": picture.holds, "events": picture.events})
        self._time_look_backs(end for run in picture.runs if run.id in new for end in self._ends_of(run))
        self.occurrences |= picture.used
        self.dates |= picture.dates

    def apply(self, decision: Decision) -> None:
        """Follow a decision that has been committed."""
        if decision.catalogue is not None:
            self.catalogue = decision.catalogue
            newest = {(revision.kind, revision.id): revision for revision in (*self.current, *decision.revisions)}
            self.current = tuple(newest.values())
            self._watch_anew()
        self._put({kind: getattr(decision, kind) for kind in _KEPT})
        self._time_look_backs(End(run, None, run.ended_at) for run in decision.runs if run.ended_at is not None)
        self._time_look_backs(
            End(self.runs[task.run], task.task, task.ended_at) for task in decision.tasks if task.ended_at is not None
        )

    def forget(self, dates: Iterable[date]) -> None:
        """Drop the ended runs of dates that nothing reads any more."""
        gone = set(dates)
        for run in [run for run in self.runs.values() if run.business_date in gone and run.state in RUN_ENDED]:
            del self.runs[run.id], self.tasks[run.id], self.counts[run.id]
            self.numbers.pop((run.process, run.business_date), None)
            self.of_process[run.process].remove(run.id)
            self.sightings.pop(run.id, None)
            self.occurrences.discard((run.process, run.occurrence))
        for key in [key for key, waiting in self.waiters.items() if key[1] in gone and not any(waiting.values())]:
            del self.waiters[key]
        self.events = {key: event for key, event in self.events.items() if key[1] not in gone}
        self.dates -= gone

    def forget_sessions(self, now: datetime) -> None:
        """Drop the sessions that are over."""
        self.sessions = {name: session for name, session in self.sessions.items() if session.expires_at > now}

    def due(self, now: datetime) -> Iterator[Fact]:
        """Take the facts whose time has come; where the clock went back, those whose time comes once more."""
        if self._seen is not None and now < self._seen:
            self._set_timers()
        self._seen = now
        return self.timers.due(now)

    def receivers(self, event: str) -> list[ProcessId]:
        """Whom an event concerns by the definitions in force, or by those that open runs were ordered with."""
        waiting = {self.runs[run].process for run, _ in self.awaited.get(f"event:{event}", ())}
        return sorted({*self.catalogue.causes.receivers(event), *(waiting & self.catalogue.processes.keys())})

    def unended(self) -> Iterator[Run]:
        """The runs that have not ended."""
        return (self.runs[run] for runs in self.open_runs.values() for run in runs)

    def next_due(self) -> datetime | None:
        return self.timers.next_at()

    def _put(self, records: Mapping[str, Iterable[Any]]) -> None:
        for kind, several in records.items():
            for one in several:
                _KEPT[kind](self, one)

    def _put_run(self, run: Run) -> None:
        before = self.runs.get(run.id)
        self.runs[run.id] = run
        if before is None:
            self._index_run(run)
        elif before.ordered_at != run.ordered_at:
            self.of_process[run.process].remove(run.id)
            self._age(run)
        open_runs = self.open_runs[run.process]
        if run.state in RUN_ENDED:
            open_runs.pop(run.id, None)
            self.outlooks.pop(run.id, None)
            self._watch(run, watching=False)
            return
        if run.id not in open_runs:
            open_runs[run.id] = None
            self._watch(run, watching=True)
            self._time_look_backs(end for other in self._looked_back_on(run) for end in self._ends_of(other))
            before = None
        if before is None or _awaits(before) != _awaits(run):
            self.timers.set(run_times(self._definition(run.id), run))

    def _set_timers(self) -> None:
        """Have everything that waits for a time told again when it comes."""
        self.timers.clear()
        self._time_look_backs(end for run in self.runs.values() for end in self._ends_of(run))
        for run in self.unended():
            self.timers.set(run_times(self._definition(run.id), run))
            for sighting in self.sightings.get(run.id, {}).values():
                self.timers.set(sighting_times(self._definition(run.id), run, sighting))
            for task in self.tasks[run.id].values():
                self.timers.set(task_times(task))
        for hold in self.holds.values():
            self.timers.set(hold_times(hold))
        for approval in self.approvals.values():
            self.timers.set(approval_times(approval))
        for outlook in self.outlooks.values():
            self.timers.set(outlook_times(outlook))

    def _index_run(self, run: Run) -> None:
        current = self.catalogue.processes.get(run.process)
        if current is not None and self.catalogue.revisions.get(run.process) == run.revision:
            self.definitions.setdefault((run.process, run.revision), current)
        self.tasks[run.id] = {}
        self.counts[run.id] = Counter()
        self.occurrences.add((run.process, run.occurrence))
        self._age(run)
        insort(self.numbers[run.process, run.business_date], run.id, key=lambda known: self.runs[known].number)

    def _age(self, run: Run) -> None:
        insort(self.of_process[run.process], run.id, key=lambda known: age_of(self.runs[known]))

    def _watch(self, run: Run, *, watching: bool) -> None:
        shape = shape_of(self.definitions[run.process, run.revision])
        for task, dependency in shape.outside:
            if dependency.process is None:
                continue
            key = (dependency.process, self.catalogue.date_read(dependency, run.business_date))
            waiting = self.waiters.setdefault(key, {}).setdefault(dependency.task, {})
            _note(waiting, (run.id, task), watching=watching)
        for task, wait in shape.awaited:
            name = awaited_name(wait, run)
            _note(self.awaited.setdefault(name, {}), (run.id, task), watching=watching)
            if not self.awaited[name]:
                del self.awaited[name]

    def _looked_back_on(self, run: Run) -> Iterator[Run]:
        """The runs whose end counts for this one only while it is young."""
        for _, dependency in shape_of(self._definition(run.id)).outside:
            if dependency.within is not None and dependency.process is not None:
                yield from (self.runs[other] for other in self.of_process.get(dependency.process, ()))

    def _watch_anew(self) -> None:
        """A changed calendar moves which dates are read."""
        self.waiters.clear()
        self.awaited.clear()
        for run in self.unended():
            self._watch(run, watching=True)

    def _put_task(self, task: TaskRun) -> None:
        known = self.tasks[task.run].get(task.task)
        self.tasks[task.run][task.task] = task
        counts = self.counts[task.run]
        if known is not None:
            counts[known.state] -= 1
            if known.state is TaskState.READY:
                self.ranks.remove(*place_of(self._definition(known.run), known))
        counts[task.state] += 1
        if task.state is TaskState.READY:
            self.ranks.add(*place_of(self._definition(task.run), task))
        self.timers.set(task_times(task))
        if task.state is not TaskState.WAITING:
            self.blockers.pop((task.run, task.task), None)

    def _put_attempt(self, attempt: Attempt) -> None:
        key = (attempt.run, attempt.task)
        known = self.attempts.get(key)
        if known is not None and known.number > attempt.number:
            return  # an unknown one that a person has resolved, read after the one that followed it
        if known is not None and known.state in ATTEMPT_LIVE:
            self.used[known.pool] -= 1
        if attempt.is_open:
            self.attempts[key] = attempt
        else:
            self.attempts.pop(key, None)
        if attempt.state in ATTEMPT_LIVE:
            self.used[attempt.pool] += 1
        if attempt.run in self.runs or attempt.run in self.beside:
            self._lend(attempt)

    def _lend(self, attempt: Attempt) -> None:
        """Note what an attempt holds, or that it holds nothing any more (SEMANTICS S15)."""
        key = (attempt.run, attempt.task)
        for name, units in shape_of(self._definition(attempt.run)).needs[attempt.task]:
            holders = self.holders.setdefault(name, {})
            if attempt.is_open:
                holders[key] = units
            else:
                holders.pop(key, None)

    def _put_hold(self, hold: Hold) -> None:
        if hold.released_at is not None:
            self.holds.pop(hold.id, None)
            self.held[hold.object].discard(hold.id)
            return
        self.holds[hold.id] = hold
        self.held[hold.object].add(hold.id)
        self.timers.set(hold_times(hold))

    def _put_event(self, event: Event) -> None:
        self.events[event.name, event.business_date, event.receiver] = event

    def _put_sighting(self, sighting: Sighting) -> None:
        self.sightings[sighting.run][sighting.place] = sighting
        run = self.runs[sighting.run]
        if run.state not in RUN_ENDED:
            self.timers.set(sighting_times(self._definition(run.id), run, sighting))

    def _put_user(self, user: User) -> None:
        self.users[user.name] = user

    def _put_habit(self, habit: Habit) -> None:
        self.habits[habit.process] = habit

    def _put_outlook(self, outlook: Outlook) -> None:
        self.outlooks[outlook.run] = outlook
        self.timers.set(outlook_times(outlook))

    def _put_approval(self, approval: Approval) -> None:
        """One that has been decided is of no more use, but that of a start, which may yet be approved."""
        if approval.is_open:
            self.approvals[approval.id] = approval
            self.timers.set(approval_times(approval))
        else:
            self.approvals.pop(approval.id, None)

    def _put_session(self, session: Session) -> None:
        self.sessions[session.id] = session

    def _ends_of(self, run: Run) -> Iterator[End]:
        ends = [(None, run.ended_at), *((task.task, task.ended_at) for task in self.tasks.get(run.id, {}).values())]
        return (End(run, task, at) for task, at in ends if at is not None)

    def _time_look_backs(self, ends: Iterable[End]) -> None:
        """An end counts only for a while for those who wait for one that is young enough."""
        for end in ends:
            for day in (end.run.business_date, None):
                for name, _ in self.waiters.get((end.run.process, day), {}).get(end.task, ()):
                    self.timers.set(look_back_times(self._definition(name), name, end))

    def _definition(self, run: RunId) -> Process:
        known = self.runs.get(run) or self.beside[run]
        return self.definitions[known.process, known.revision]


def _note(waiting: Waiting, who: tuple[RunId, TaskName | None], *, watching: bool) -> None:
    if watching:
        waiting[who] = None
    else:
        waiting.pop(who, None)


_KEPT: Mapping[str, Callable[[Snapshot, Any], None]] = {
    "runs": Snapshot._put_run,
    "tasks": Snapshot._put_task,
    "attempts": Snapshot._put_attempt,
    "holds": Snapshot._put_hold,
    "events": Snapshot._put_event,
    "sightings": Snapshot._put_sighting,
    "users": Snapshot._put_user,
    "sessions": Snapshot._put_session,
    "habits": Snapshot._put_habit,
    "outlooks": Snapshot._put_outlook,
    "approvals": Snapshot._put_approval,
}
"""Where each kind of record of a decision goes, in the order in which they lean on each other."""


def age_of(run: Run) -> tuple[datetime, date, int]:
    """By this the runs of a process are newer or older than each other."""
    return run.ordered_at, run.business_date, run.number


def _awaits(run: Run) -> tuple[datetime | None, datetime | None]:
    """What moves the times that an open run waits for."""
    return run.started_at, run.expected_end
