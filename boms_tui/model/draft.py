"""A decision in the making.

Rules move records through `move_task`, `move_run` and `move_attempt`, which know the state tables and leave one
journal row for each transition. Whatever a change may concern is queued for `settle`.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from boms_tui.model.approval import Approval, ApprovalState
from boms_tui.model.decision import Decision, Kill, Outlook, Take
from boms_tui.model.ids import AttemptId, ProcessId, RunId, SessionId, TaskName
from boms_tui.model.layer import Layer
from boms_tui.model.overlay import Overlay
from boms_tui.model.people import Session, User
from boms_tui.model.picture import Catalogue
from boms_tui.model.records import (
    Attempt,
    CheckVerdict,
    Entry,
    Event,
    Habit,
    Hold,
    Phase,
    Revision,
    Run,
    Sighting,
    TaskRun,
    Verdict,
)
from boms_tui.model.snapshot import Snapshot, TaskKey, Waiting
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
"""The actor of what the rules decide by themselves, and the owner of the holds that they place."""
NEXT_IN_LINE = 2
"""The runs behind one that ends to whom that makes a difference: one has its turn, the other is named the next."""


class Draft(Overlay):
    """One decision's working copy of a snapshot, at one `now`.

    `stirred` are the runs whose end may have moved; True where it is to be foretold at once.
    """

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
        self.told: dict[str, str] = {}
        self._sessions: Layer[SessionId, Session] = Layer(snapshot.sessions.get)
        self._added_waiters: dict[tuple[ProcessId, date | None], dict[RunId, None]] = defaultdict(dict)
        self._takes: list[Take] = []
        self._watches: dict[AttemptId, None] = {}
        self._revisions: list[Revision] = []
        self._checks: list[CheckVerdict] = []
        self._journal: list[Entry] = []
        self._launches: dict[AttemptId, None] = {}
        self._kills: list[Kill] = []
        self._outlooks: dict[RunId, Outlook] = {}
        self.stirred: dict[RunId, bool] = {}

    def say(self, action: str, about: str, *, before: str = "", after: str = "", reason: str = "") -> None:
        """Leave a journal row."""
        text = reason or self.why
        self._journal.append(Entry(self.now, self.actor, action, about, before, after, text, self.request))

    def add_run(self, run: Run, tasks: Iterable[TaskName], event: RunEvent) -> Run:
        """Bring a run into being, with its tasks waiting."""
        created = self._runs.add(run.id, replace(run, state=run_after(RunState.PLANNED, event)))
        self._added[run.process].append(run.id)
        return self._set_out(created, tasks, event)

    def order_after_all(self, run: Run, tasks: Iterable[TaskName], **changes: Any) -> Run:
        """Give a run that was missed its tasks, which wait."""
        ordered = self.edit_run(run, state=run_after(run.state, RunEvent.ORDERED), ended_at=None, **changes)
        return self._set_out(ordered, tasks, RunEvent.ORDERED, before=run.state.value)

    def _set_out(self, created: Run, tasks: Iterable[TaskName], event: RunEvent, before: str = "") -> Run:
        for _, dependency in self.shape(created).outside:
            if dependency.process is not None:
                day = self.catalogue.date_read(dependency, created.business_date)
                self._added_waiters[dependency.process, day][created.id] = None
        for task in tasks:
            self._count(self._tasks.add((created.id, task), TaskRun(created.id, task, changed_at=self.now)), None)
        self.say(event.value, created.id, before=before, after=created.state.value, reason=created.reason)
        self.todo_runs[created.id] = None
        self._wake(created.process, created.business_date, None)
        self.stirred[created.id] = True
        self._wake_expecting(created)
        return created

    def move_run(self, run: Run, event: RunEvent, **changes: Any) -> Run:
        """Take a run through one transition."""
        moved = self.edit_run(run, state=run_after(run.state, event), **changes)
        self.say(event.value, run.id, before=run.state.value, after=moved.state.value, reason=moved.reason)
        self.todo_runs[run.id] = None
        self.stirred[run.id] = True
        self._wake(run.process, run.business_date, None)
        if moved.state in RUN_ENDED:
            self._wake_expecting(moved)
            for queued in reversed(self.open_after(run, NEXT_IN_LINE)):
                self.todo_runs[queued.id] = None
        return moved

    def edit_run(self, run: Run, **changes: Any) -> Run:
        """Change a run beside its state."""
        return self._runs.edit(run.id, run, **changes)

    def move_task(self, task: TaskRun, event: TaskEvent, **changes: Any) -> TaskRun:
        """Take a task run through one transition; one that is to run again has said nothing yet."""
        state = task_after(task.state, event)
        if state is TaskState.WAITING:
            changes["said"] = ()
        moved = self.edit_task(task, state=state, changed_at=self.now, **changes)
        self.say(event.value, task.ref, before=task.state.value, after=moved.state.value, reason=moved.reason)
        return moved

    def edit_task(self, task: TaskRun, **changes: Any) -> TaskRun:
        """Change a task run beside its state, and look at it and what follows it again."""
        edited = self._tasks.edit((task.run, task.task), task, **changes)
        self._count(edited, task)
        self.look_at(task.run, task.task)
        if edited.state is not task.state:
            self.stirred.setdefault(task.run, False)
            self.wake_followers(edited)
        return edited

    def add_attempt(self, attempt: Attempt) -> None:
        """Claim an attempt, to be launched once the claim is committed."""
        self._lend(self._attempts.add(attempt.id, attempt), None)
        self._launches[attempt.id] = None

    def move_attempt(self, attempt: Attempt, target: AttemptState, **changes: Any) -> Attempt:
        """Take an attempt to another state."""
        return self.edit_attempt(attempt, state=attempt_after(attempt.state, target), **changes)

    def edit_attempt(self, attempt: Attempt, **changes: Any) -> Attempt:
        """Change an attempt beside its state."""
        edited = self._attempts.edit(attempt.id, attempt, **changes)
        self._lend(edited, attempt)
        return edited

    def put_checks(self, attempt: Attempt, found: Iterable[CheckVerdict]) -> None:
        """Keep what checks found; what is on record of an attempt's start is not written again."""
        self._checks.extend(one for one in found if not (attempt.checked and one.phase is Phase.BEFORE))

    def kill(self, attempt: Attempt, by: str) -> None:
        """Have an attempt ended; one of another node is ended once that node leads, by the intent on record."""
        if self.snapshot.is_here(attempt):
            self._kills.append(Kill(attempt.id, by))

    def watch(self, attempt: Attempt) -> None:
        """Have an attempt looked for again, and watched if it lives; only its own node can."""
        if self.snapshot.is_here(attempt):
            self._watches[attempt.id] = None

    def post(self, event: Event) -> None:
        """Keep an event, and have those looked at who wait for it."""
        self._events[event.name, event.business_date, event.receiver] = event
        self._wake_awaiting(f"event:{event.name}")

    def put_sighting(self, sighting: Sighting) -> None:
        """Keep what there is to see of a file, and have those of the run looked at who wait for it."""
        key = (sighting.run, sighting.place)
        known = self._sightings.get(key)
        if known is None:
            self._sightings.add(key, sighting)
        else:
            changes = {"size": sighting.size, "changed": sighting.changed, "problem": sighting.problem}
            self._sightings.edit(key, known, since=sighting.since, **changes)
        self._wake_awaiting(f"file:{sighting.place}")

    def take(self, source: str, target: str) -> None:
        """Move a file once this is committed."""
        self._takes.append(Take(source, target))

    def add_hold(self, hold: Hold) -> None:
        self._holds.add(hold.id, hold)

    def begin(self, hold: Hold) -> Hold:
        """Have a planned hold stand from now on."""
        return self._holds.edit(hold.id, hold, began_at=self.now)

    def release(self, hold: Hold) -> None:
        self._holds.edit(hold.id, hold, released_at=self.now)

    def ask_second(self, approval: Approval) -> None:
        """Have something wait for a second person."""
        self._approvals.add(approval.id, approval)

    def decide_approval(self, approval: Approval, state: ApprovalState, *, by: str) -> None:
        """Keep what has become of what waited for a second person."""
        self._approvals.edit(approval.id, approval, state=state, decided_by=by, decided_at=self.now)

    def add_user(self, user: User) -> None:
        self._users.add(user.name, user)
        self._look_at_those_for(user.name)

    def edit_user(self, user: User) -> None:
        self._users.edit(user.name, user)
        self._look_at_those_for(user.name)

    def put_habit(self, habit: Habit) -> None:
        """Keep how long tasks took. What is new has version 1."""
        known = self.habit(habit.process)
        if known is None:
            self._habits.add(habit.process, habit)
        else:
            self._habits.edit(habit.process, known, durations=habit.durations)

    def outlook(self, run: RunId) -> Outlook | None:
        return self._outlooks.get(run) or self.snapshot.outlooks.get(run)

    def put_outlook(self, outlook: Outlook) -> None:
        self._outlooks[outlook.run] = outlook

    def session(self, proved: Session) -> Session:
        """A session as it is now; what it was when the request was proved may be behind."""
        return self._sessions.get(proved.id) or proved

    def use_session(self, proved: Session, sequence: int) -> None:
        """Remember the newest request of a session."""
        self._sessions.edit(proved.id, self.session(proved), last_sequence=sequence)

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
            runs=self._runs.values(),
            tasks=self._tasks.values(),
            attempts=self._attempts.values(),
            holds=self._holds.values(),
            users=self._users.values(),
            sessions=self._sessions.values(),
            revisions=tuple(self._revisions),
            verdicts=tuple(self.verdicts),
            checks=tuple(self._checks),
            events=tuple(self._events.values()),
            sightings=self._sightings.values(),
            journal=tuple(self._journal),
            catalogue=self.catalogue if self._revisions else None,
            takes=tuple(self._takes),
            launches=tuple(self._launches),
            kills=tuple(self._kills),
            watches=tuple(self._watches),
            habits=self._habits.values(),
            approvals=self._approvals.values(),
            outlooks=tuple(self._outlooks.values()),
        )

    def _look_at_those_for(self, name: str) -> None:
        """Have those runs looked at that act for a person."""
        for run in self.snapshot.unended():
            if run.personal and run.acts_for == name:
                self.look_at_all(run)

    def _count(self, task: TaskRun, before: TaskRun | None) -> None:
        """Follow in what state the tasks of a run are."""
        counts = self._counts.get(task.run)
        if counts is None:
            counts = self._counts[task.run] = Counter(self.snapshot.counts.get(task.run, ()))
        if before is not None:
            counts[before.state] -= 1
        counts[task.state] += 1

    def _lend(self, attempt: Attempt, before: Attempt | None) -> None:
        """Follow what an attempt occupies: its slot while it lives, units and locks until its end is proved."""
        self._newest[attempt.run, attempt.task] = attempt
        self._occupants.clear()
        self._used[attempt.pool] += _step(before, attempt, lambda one: one.state in ATTEMPT_LIVE)
        opened = _step(before, attempt, lambda one: one.is_open)
        for name, units in self.needs(attempt) if opened else ():
            self._taken[name] += opened * units

    def wake_followers(self, task: TaskRun) -> None:
        """Have those looked at who depend on a task."""
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
        """Have those looked at who wait for a run that this one would order, by its end or on its way."""
        seen, todo = {run.process}, [run.process]
        while todo:
            for behind in self.catalogue.causes.behind.get(todo.pop(), ()):
                if behind not in seen:
                    seen.add(behind)
                    todo.append(behind)
                    self._wake(behind, run.business_date, None)

    def _wake(self, process: ProcessId, day: date, task: TaskName | None) -> None:
        """Have those looked at who wait for a process of a date, or for one task of it."""
        for key in ((process, day), (process, None)):
            waiting = self.snapshot.waiters.get(key, {})
            for kind in waiting.values() if task is None else [waiting.get(task, {})]:
                self._look_at_those(kind)
            for added in self._added_waiters.get(key, ()):
                self.look_at_all(self._runs.changed[added])

    def _wake_awaiting(self, name: str) -> None:
        """Have those looked at who wait for `event:NAME` or `file:PATH`."""
        self._look_at_those(self.snapshot.awaited.get(name, {}))
        for added in self._runs.changed.values() if self._added else ():
            if added.id not in self.snapshot.runs and self.shape(added).awaited:
                self.look_at_all(added)

    def _look_at_those(self, waiting: Waiting) -> None:
        for run_id, waiter in waiting:
            if waiter is not None:
                self.todo_tasks[run_id, waiter] = None
            self.todo_runs[run_id] = None


def _step(before: Attempt | None, after: Attempt, fits: Callable[[Attempt], bool]) -> int:
    """1 where an attempt has come to fit, -1 where it no longer does."""
    return fits(after) - (before is not None and fits(before))
