"""A decision in the making.

Rules move records through `move_task`, `move_run` and `move_attempt`, which know the state tables and leave one
journal row for each transition. Whatever a change may concern is queued for `settle`.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from boms_tui.model.decision import Decision, Kill
from boms_tui.model.ids import AttemptId, ProcessId, RunId, TaskName
from boms_tui.model.overlay import Overlay
from boms_tui.model.picture import Catalogue
from boms_tui.model.records import Attempt, Entry, Hold, Revision, Run, Session, TaskRun, User, Verdict
from boms_tui.model.snapshot import Snapshot, TaskKey, upstream_date
from boms_tui.model.states import (
    ATTEMPT_LIVE,
    RUN_ENDED,
    AttemptState,
    RunEvent,
    RunState,
    TaskEvent,
    attempt_after,
    run_after,
    task_after,
)

RUNTIME = "runtime"
"""The actor of what the rules decide by themselves."""


class Draft(Overlay):
    """One decision's working copy of a snapshot, at one `now`."""

    def __init__(self, snapshot: Snapshot, now: datetime) -> None:
        super().__init__(snapshot, now)
        self.current = snapshot.current
        self.actor = RUNTIME
        self.request = ""
        self.why = ""
        self.todo_tasks: dict[TaskKey, None] = {}
        self.todo_runs: dict[RunId, None] = {}
        self.verdicts: list[Verdict] = []
        self.ordered: dict[str, RunId] = {}
        self._sessions: dict[str, Session] = {}
        self._added_waiters: dict[tuple[ProcessId, date], set[RunId]] = defaultdict(set)
        self._watches: dict[AttemptId, None] = {}
        self._revisions: list[Revision] = []
        self._journal: list[Entry] = []
        self._launches: dict[AttemptId, None] = {}
        self._kills: list[Kill] = []

    def say(self, action: str, about: str, *, before: str = "", after: str = "", reason: str = "") -> None:
        """Leave a journal row."""
        text = reason or self.why
        self._journal.append(Entry(self.now, self.actor, action, about, before, after, text, self.request))

    def add_run(self, run: Run, tasks: Iterable[TaskName], event: RunEvent) -> Run:
        """Bring a run into being, with its tasks waiting."""
        created = replace(run, state=run_after(RunState.PLANNED, event))
        self._runs[run.id] = created
        self._added[run.process].append(run.id)
        for _, dependency in self.shape(created).outside:
            if dependency.process is not None:
                day = upstream_date(dependency.date, run.business_date)
                self._added_waiters[dependency.process, day].add(run.id)
        for task in tasks:
            self._put_task(TaskRun(run.id, task, changed_at=self.now), None)
        self.say(event.value, run.id, after=created.state.value, reason=created.reason)
        self.todo_runs[run.id] = None
        self._wake(run.process, run.business_date, None)
        self._wake_expecting(created)
        return created

    def move_run(self, run: Run, event: RunEvent, **changes: Any) -> Run:
        """Take a run through one transition."""
        moved = self.edit_run(run, state=run_after(run.state, event), **changes)
        self.say(event.value, run.id, before=run.state.value, after=moved.state.value, reason=moved.reason)
        self.todo_runs[run.id] = None
        self._wake(run.process, run.business_date, None)
        if moved.state in RUN_ENDED:
            self._wake_expecting(moved)
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

    def watch(self, attempt: Attempt) -> None:
        """Have an attempt looked for again, and watched if it lives."""
        self._watches[attempt.id] = None

    def put_hold(self, hold: Hold) -> None:
        self._holds[hold.id] = hold

    def put_user(self, user: User) -> None:
        self._users[user.name] = user

    def session(self, proved: Session) -> Session:
        """A session as it is now; what it was when the request was proved may be behind."""
        return self._sessions.get(proved.id) or self.snapshot.sessions.get(proved.id) or proved

    def use_session(self, proved: Session, sequence: int) -> None:
        """Remember the newest request of a session."""
        session = self.session(proved)
        version = session.version if proved.id in self._sessions else session.version + 1
        self._sessions[proved.id] = replace(session, last_sequence=sequence, version=version)

    def put_revisions(self, revisions: Iterable[Revision], catalogue: Catalogue) -> None:
        self._revisions.extend(revisions)
        self.catalogue = catalogue
        for run in self.snapshot.unended():
            self.look_at_all(run)

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
            watches=tuple(self._watches),
        )

    def _put_task(self, task: TaskRun, before: TaskRun | None) -> None:
        self._tasks[task.run, task.task] = task
        counts = self._counts.get(task.run)
        if counts is None:
            counts = self._counts[task.run] = Counter(self.snapshot.counts.get(task.run, ()))
        if before is not None:
            counts[before.state] -= 1
        counts[task.state] += 1

    def _wake_followers(self, task: TaskRun) -> None:
        run = self.run(task.run)
        if run is None:
            return
        shape = self.shape(run)
        for follower in shape.followers[task.task]:
            self.todo_tasks[task.run, follower] = None
        if task.task in shape.fatal:
            self.look_at_all(run)
        self._wake(run.process, run.business_date, task.task)

    def _wake_expecting(self, run: Run) -> None:
        """Have those looked at who wait for a run that the success of this one would order."""
        seen, todo = {run.process}, [run.process]
        while todo:
            for behind in self.snapshot.ordered_by(todo.pop()):
                if behind not in seen:
                    seen.add(behind)
                    todo.append(behind)
                    self._wake(behind, run.business_date, None)

    def _wake(self, process: ProcessId, day: date, task: TaskName | None) -> None:
        """Have those looked at who wait for a process of a date, or for one task of it."""
        waiting = self.snapshot.waiters.get((process, day), {})
        kinds = waiting.values() if task is None else [waiting.get(task, set())]
        for run_id, waiter in (one for kind in kinds for one in kind):
            if waiter is not None:
                self.todo_tasks[run_id, waiter] = None
            self.todo_runs[run_id] = None
        for added in self._added_waiters.get((process, day), ()):
            self.look_at_all(self._runs[added])
