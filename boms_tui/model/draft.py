"""A decision in the making.

Rules move records through `move_task`, `move_run` and `move_attempt`, which know the state tables and leave one
journal row for each transition. Whatever a change may concern is queued for `settle`.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from boms_tui.model.decision import Decision, Kill
from boms_tui.model.ids import AttemptId, RunId, TaskName
from boms_tui.model.overlay import Overlay
from boms_tui.model.picture import Catalogue
from boms_tui.model.records import Attempt, Entry, Hold, Revision, Run, Session, TaskRun, User, Verdict
from boms_tui.model.snapshot import Snapshot, TaskKey
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
