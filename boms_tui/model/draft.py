"""A decision in the making: a snapshot with changes laid over it, read as if they had happened.

Rules move records through `move_task`, `move_run` and `move_attempt`, which know the state tables and leave one
journal row for each transition. Whatever a change may concern is queued for `settle`.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime
from heapq import merge
from typing import Any

from boms_tui.model.decision import Decision, Kill
from boms_tui.model.definition import Process
from boms_tui.model.ids import AttemptId, ProcessId, RunId, TaskName, folder_of, task_ref
from boms_tui.model.picture import Catalogue
from boms_tui.model.records import Attempt, Entry, Hold, Revision, Run, Session, TaskRun, User, Verdict
from boms_tui.model.shape import Shape, shape_of
from boms_tui.model.snapshot import ReadyKey, Snapshot, TaskKey, rank_of
from boms_tui.model.states import (
    ATTEMPT_LIVE,
    RUN_ENDED,
    AttemptState,
    RunEvent,
    RunState,
    TaskEvent,
    TaskState,
    attempt_after,
    run_after,
    task_after,
)

RUNTIME = "runtime"
"""The actor of what the rules decide by themselves."""


class Draft:
    """One decision's working copy of a snapshot, at one `now`."""

    def __init__(self, snapshot: Snapshot, now: datetime) -> None:
        self.snapshot = snapshot
        self.now = now
        self.catalogue = snapshot.catalogue
        self.current = snapshot.current
        self.actor = RUNTIME
        self.request = ""
        self.why = ""
        self.todo_tasks: dict[TaskKey, None] = {}
        self.todo_runs: dict[RunId, None] = {}
        self.verdicts: list[Verdict] = []
        self.ordered: dict[str, RunId] = {}
        self._runs: dict[RunId, Run] = {}
        self._tasks: dict[TaskKey, TaskRun] = {}
        self._attempts: dict[AttemptId, Attempt] = {}
        self._newest: dict[TaskKey, Attempt] = {}
        self._holds: dict[str, Hold] = {}
        self._users: dict[str, User] = {}
        self._sessions: dict[str, Session] = {}
        self._revisions: list[Revision] = []
        self._counts: dict[RunId, Counter[TaskState]] = {}
        self._used: Counter[str] = Counter()
        self._journal: list[Entry] = []
        self._launches: dict[AttemptId, None] = {}
        self._kills: list[Kill] = []

    # What is: the overlay first, then the snapshot.

    def run(self, run: RunId) -> Run | None:
        return self._runs.get(run) or self.snapshot.runs.get(run)

    def task(self, run: RunId, task: TaskName) -> TaskRun:
        return self._tasks.get((run, task)) or self.snapshot.tasks[run][task]

    def attempt(self, run: RunId, task: TaskName) -> Attempt | None:
        """The live or unknown attempt of a task run."""
        found = self._newest.get((run, task)) or self.snapshot.attempts.get((run, task))
        return found if found and (found.state in ATTEMPT_LIVE or found.state is AttemptState.UNKNOWN) else None

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
        added = [
            run
            for run in self._runs.values()
            if run.process == process and run.business_date == business_date and run.id not in self.snapshot.runs
        ]
        return [run for run in known if run is not None] + added

    def latest(self, process: ProcessId, business_date: date) -> Run | None:
        """The highest-numbered run of that date that is not cancelled (SEMANTICS S11)."""
        runs = [run for run in self.runs_of(process, business_date) if run.state is not RunState.CANCELLED]
        return runs[-1] if runs else None

    def open_before(self, run: Run) -> Run | None:
        """An unfinished run of the same process that was ordered earlier."""
        ids = self.snapshot.open_runs.get(run.process, set()) | {added.id for added in self._added(run.process)}
        earlier = (other for other in map(self.run, ids) if other and other.state not in RUN_ENDED)
        order = (run.ordered_at, run.number, run.id)
        return min(
            (other for other in earlier if (other.ordered_at, other.number, other.id) < order),
            key=lambda other: other.ordered_at,
            default=None,
        )

    def open_runs(self, process: ProcessId) -> list[Run]:
        ids = set(self.snapshot.open_runs.get(process, set())) | {run.id for run in self._added(process)}
        return [run for run in map(self.run, sorted(ids)) if run and run.state not in RUN_ENDED]

    def holds_over(self, run: Run, task: TaskName | None) -> Iterator[Hold]:
        """The holds that stand over a run, or over one of its tasks."""
        objects = {run.id, run.process, *_folders(run.process)}
        if task is not None:
            objects.add(RunId(task_ref(run.id, task)))
        for name in objects:
            for hold in self.holds_on(name):
                if hold.stands(self.now):
                    yield hold

    def holds_on(self, name: str) -> list[Hold]:
        """The holds placed on exactly this object and not released."""
        known = [
            self._holds.get(hold) or self.snapshot.holds[hold] for hold in sorted(self.snapshot.held.get(name, ()))
        ]
        added = [hold for hold in self._holds.values() if hold.object == name and hold.id not in self.snapshot.holds]
        return [hold for hold in known + added if hold.released_at is None]

    def has_occurrence(self, process: ProcessId, occurrence: str) -> bool:
        return (process, occurrence) in self.snapshot.occurrences or any(
            run.occurrence == occurrence for run in self._added(process)
        )

    def user(self, name: str) -> User | None:
        return self._users.get(name) or self.snapshot.users.get(name)

    def used(self, pool: str) -> int:
        return self.snapshot.used[pool] + self._used[pool]

    def ready(self, pool: str) -> Iterator[TaskRun]:
        """The ready tasks of a pool, the first to start first."""
        added: list[ReadyKey] = sorted(
            rank
            for task in self._tasks.values()
            if task.state is TaskState.READY
            for in_pool, rank in [self._rank(task)]
            if in_pool == pool
        )
        known = (rank for rank in self.snapshot.ready.get(pool, ()) if (rank[2], rank[4]) not in self._tasks)
        for rank in merge(known, added):
            yield self.task(rank[2], rank[4])

    def pools(self) -> Iterable[str]:
        return self.snapshot.pools

    # What changes.

    def say(self, action: str, about: str, *, before: str = "", after: str = "", reason: str = "") -> None:
        """Leave a journal row."""
        text = reason or self.why
        self._journal.append(Entry(self.now, self.actor, action, about, before, after, text, self.request))

    def add_run(self, run: Run, tasks: Iterable[TaskName], event: RunEvent) -> Run:
        """Bring a run into being, with its tasks waiting."""
        created = replace(run, state=run_after(RunState.PLANNED, event))
        self._runs[run.id] = created
        for task in tasks:
            self._put_task(TaskRun(run.id, task, changed_at=self.now), None)
        self.say(event.value, run.id, after=created.state.value, reason=created.reason)
        self.todo_runs[run.id] = None
        self._wake_waiters(created, None)
        return created

    def move_run(self, run: Run, event: RunEvent, **changes: Any) -> Run:
        """Take a run through one transition."""
        moved = self.edit_run(run, state=run_after(run.state, event), **changes)
        self.say(event.value, run.id, before=run.state.value, after=moved.state.value, reason=moved.reason)
        self.todo_runs[run.id] = None
        self._wake_waiters(moved, None)
        if moved.state in RUN_ENDED:
            for queued in self.open_runs(run.process):
                self.todo_runs[queued.id] = None
        return moved

    def edit_run(self, run: Run, **changes: Any) -> Run:
        """Change a run beside its state."""
        begun = self._runs.get(run.id)
        edited = replace(run, version=begun.version if begun else run.version + 1, **changes)
        self._runs[run.id] = edited
        return edited

    def move_task(self, task: TaskRun, event: TaskEvent, **changes: Any) -> TaskRun:
        """Take a task run through one transition."""
        moved = self.edit_task(task, state=task_after(task.state, event), changed_at=self.now, **changes)
        self.say(event.value, task.ref, before=task.state.value, after=moved.state.value, reason=moved.reason)
        return moved

    def edit_task(self, task: TaskRun, **changes: Any) -> TaskRun:
        """Change a task run beside its state, and look at it and what follows it again."""
        begun = self._tasks.get((task.run, task.task))
        edited = replace(task, version=begun.version if begun else task.version + 1, **changes)
        self._put_task(edited, task)
        self.look_at(task.run, task.task)
        if edited.state is not task.state:
            self._wake_followers(edited)
        return edited

    def add_attempt(self, attempt: Attempt) -> None:
        """Claim an attempt, to be launched once the claim is committed."""
        self._attempts[attempt.id] = self._newest[attempt.run, attempt.task] = attempt
        self._used[attempt.pool] += 1
        self._launches[attempt.id] = None

    def move_attempt(self, attempt: Attempt, target: AttemptState, **changes: Any) -> Attempt:
        """Take an attempt to another state."""
        moved = self.edit_attempt(attempt, state=attempt_after(attempt.state, target), **changes)
        self._used[attempt.pool] += (target in ATTEMPT_LIVE) - (attempt.state in ATTEMPT_LIVE)
        return moved

    def edit_attempt(self, attempt: Attempt, **changes: Any) -> Attempt:
        begun = self._attempts.get(attempt.id)
        edited = replace(attempt, version=begun.version if begun else attempt.version + 1, **changes)
        self._attempts[attempt.id] = self._newest[attempt.run, attempt.task] = edited
        return edited

    def kill(self, attempt: Attempt, by: str) -> None:
        self._kills.append(Kill(attempt.id, by))

    def put_hold(self, hold: Hold) -> None:
        self._holds[hold.id] = hold

    def put_user(self, user: User) -> None:
        self._users[user.name] = user

    def put_session(self, session: Session) -> None:
        self._sessions[session.id] = session

    def put_revisions(self, revisions: Iterable[Revision], catalogue: Catalogue) -> None:
        self._revisions.extend(revisions)
        self.catalogue = catalogue

    def look_at(self, run: RunId, task: TaskName) -> None:
        """Have `settle` look at a task and its run again."""
        self.todo_tasks[run, task] = None
        self.todo_runs[run] = None

    def look_at_all(self, run: Run) -> None:
        for task in self.definition(run).tasks:
            self.todo_tasks[run.id, task] = None
        self.todo_runs[run.id] = None

    def decision(self) -> Decision:
        """What has been decided, whole."""
        return Decision(
            runs=tuple(self._runs.values()),
            tasks=tuple(self._tasks.values()),
            attempts=tuple(self._attempts.values()),
            holds=tuple(self._holds.values()),
            users=tuple(self._users.values()),
            sessions=tuple(self._sessions.values()),
            revisions=tuple(self._revisions),
            verdicts=tuple(self.verdicts),
            journal=tuple(self._journal),
            catalogue=self.catalogue if self._revisions else None,
            launches=tuple(self._launches),
            kills=tuple(self._kills),
        )

    def _added(self, process: ProcessId) -> list[Run]:
        return [run for run in self._runs.values() if run.process == process and run.id not in self.snapshot.runs]

    def _put_task(self, task: TaskRun, before: TaskRun | None) -> None:
        self._tasks[task.run, task.task] = task
        counts = self._counts.get(task.run)
        if counts is None:
            counts = self._counts[task.run] = Counter(self.snapshot.counts.get(task.run, ()))
        if before is not None:
            counts[before.state] -= 1
        counts[task.state] += 1

    def _rank(self, task: TaskRun) -> tuple[str, ReadyKey]:
        run = self.run(task.run)
        if run is None:
            raise AssertionError(f"{task.ref} belongs to no run")
        return rank_of(self.definition(run), task)

    def _wake_followers(self, task: TaskRun) -> None:
        run = self.run(task.run)
        if run is None:
            return
        shape = self.shape(run)
        for follower in shape.followers[task.task]:
            self.todo_tasks[task.run, follower] = None
        if task.task in shape.fatal:
            self.look_at_all(run)
        self._wake_waiters(run, task.task)

    def _wake_waiters(self, run: Run, task: TaskName | None) -> None:
        waiting = self.snapshot.waiters.get((run.process, run.business_date), {})
        kinds = waiting.values() if task is None else [waiting.get(task, set())]
        for run_id, waiter in (one for kind in kinds for one in kind):
            if waiter is not None:
                self.todo_tasks[run_id, waiter] = None
            self.todo_runs[run_id] = None
        for added in self._runs.values():
            if added.id not in self.snapshot.runs and added.id != run.id:
                self.look_at_all(added)


def _folders(process: ProcessId) -> Iterator[str]:
    folder = folder_of(process)
    while folder:
        yield f"{folder}/"
        folder = folder_of(ProcessId(folder))
