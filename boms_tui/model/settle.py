"""What follows from a change: tasks become ready or not needed, runs move, free slots are given out."""

from hashlib import sha256

from boms_tui.model.approval import Approval, ApprovalState, next_start
from boms_tui.model.contest import starters
from boms_tui.model.definition import Manual, Task
from boms_tui.model.draft import RUNTIME, Draft
from boms_tui.model.endings import SPENT
from boms_tui.model.followers import follow_task
from boms_tui.model.gates import outer_gates, task_gates
from boms_tui.model.ids import RunId, TaskName
from boms_tui.model.outlook import foresee
from boms_tui.model.progress import consider_run
from boms_tui.model.records import Attempt, Run, TaskRun
from boms_tui.model.standing import Standing
from boms_tui.model.states import IDLE, RUN_ENDED, TaskEvent, TaskState
from boms_tui.model.verbs import RUN
from boms_tui.model.views import Gate, GateKind
from boms_tui.model.waits import says_of

T = TaskState
_UNUSUAL = (T.FAILED, T.NOT_NEEDED, T.CANCELLED)
"""Tasks in one of these can rule others out."""
_LOOKED_AT = frozenset({T.WAITING, T.READY, T.CONFIRM, T.NOT_NEEDED})
EXCLUDED, DRY = "excluded by the definition", "dry pass: nothing was run"


def settle(draft: Draft) -> None:
    """Follow every change to its end, then start whoever has a slot, and all units and locks that it needs."""
    draft.actor, draft.request, draft.why = RUNTIME, "", ""
    _follow(draft)
    while _give_turns(draft):
        _follow(draft)
    foresee(draft)


def _follow(draft: Draft) -> None:
    while draft.todo_tasks or draft.todo_runs:
        if draft.todo_tasks:
            run_id, name = draft.todo_tasks.popitem()[0]
            _consider_task(draft, run_id, name)
        else:
            consider_run(draft, draft.todo_runs.popitem()[0])


def _consider_task(draft: Draft, run_id: RunId, name: TaskName) -> None:
    run = draft.run(run_id)
    if run is None or not draft.has_task(run_id, name):
        return
    task = draft.task(run_id, name)
    if draft.definition(run).tasks[name].two_person:
        _withdraw(draft, task)
    if run.cancelling or run.state in RUN_ENDED:
        return
    follow_task(draft, run, task)
    if run.started_at is None:
        return
    if task.state is T.WAITING and draft.definition(run).tasks[name].exclude:
        draft.move_task(task, TaskEvent.EXCLUDED, reason=EXCLUDED, ended_at=draft.now)
        return
    if task.state not in _LOOKED_AT or _still_blocked(draft, run, task):
        return
    closed = [gate for gate in task_gates(draft, run, task) if not gate.open]
    if closed and all(gate.kind is GateKind.APPROVAL for gate in closed):
        _ask_second(draft, run, task)
    _rule(draft, run, task, closed)


def _ask_second(draft: Draft, run: Run, task: TaskRun) -> None:
    """The start of a task files its own request for a second person, once nothing else keeps it (SEMANTICS S6)."""
    name = next_start(task)
    if draft.approval(name) is not None:
        return
    place = f"{run.process}:{task.task}"
    digest = sha256(f"{name} {run.process} {run.revision}".encode()).hexdigest()
    draft.ask_second(
        Approval(name, RUN, task.ref, place, run.acts_for, "", digest, run.reason, f"task {place}", draft.now)
    )
    draft.say("run-asked", task.ref, after="waits for a second person")


def _withdraw(draft: Draft, task: TaskRun) -> None:
    """A start that will not come to pass asks nobody any more."""
    asked = draft.approval(next_start(task)) if task.state not in _LOOKED_AT else None
    if asked is not None and asked.is_open:
        draft.decide_approval(asked, ApprovalState.WITHDRAWN, by=RUNTIME)


def _still_blocked(draft: Draft, run: Run, task: TaskRun) -> bool:
    """Whether a task plainly goes on waiting, without a look at all of its gates.

    A task that follows a thousand others is looked at a thousand times; so the search goes on where it last found a
    closed dependency. That place is a hint, proved at each use, and no part of what was decided.
    """
    counts = draft.counts(run.id)
    after = draft.definition(run).tasks[task.task].after
    if task.state is not T.WAITING or not after or task.freed or any(counts[state] for state in _UNUSUAL):
        return False
    key = (run.id, task.task)
    begin = draft.snapshot.blockers.get(key, 0)
    for step in range(len(after)):
        place = (begin + step) % len(after)
        if says_of(draft, run, after[place]).standing is Standing.CLOSED:
            draft.snapshot.blockers[key] = place
            return True
    return False


def _rule(draft: Draft, run: Run, task: TaskRun, closed: list[Gate]) -> None:
    impossible = next((gate for gate in closed if gate.impossible), None)
    if impossible is not None:
        if task.state in IDLE:
            draft.move_task(task, TaskEvent.RULED_OUT, reason=impossible.detail, ended_at=draft.now)
        return
    if task.state is T.NOT_NEEDED:
        task = draft.move_task(task, TaskEvent.POSSIBLE_AGAIN, reason="", ended_at=None)
    if closed:
        if task.state in {T.READY, T.CONFIRM}:
            draft.move_task(task, TaskEvent.GATES_CLOSED, ready_at=None, reason=closed[0].detail)
    elif task.state is T.WAITING:
        _open(draft, draft.definition(run).tasks[task.task], task)


def _open(draft: Draft, defined: Task, task: TaskRun) -> None:
    """All gates of a waiting task are open."""
    if not isinstance(defined.work, Manual):
        draft.move_task(task, TaskEvent.GATES_OPENED, ready_at=draft.now, reason="")
    elif defined.dry:
        _pass_dry(draft, task)
    else:
        draft.move_task(task, TaskEvent.ASKED, ready_at=draft.now, reason=defined.work.prompt)


def _give_turns(draft: Draft) -> bool:
    """Let those start who have all that they need; whether any gave it back, so that others may have it."""
    kept = [_start(draft, task) for task in starters(draft)]
    return not all(kept)


def _start(draft: Draft, task: TaskRun) -> bool:
    """Give a ready task its turn; whether it keeps the slot, units and locks that it has got.

    While it was in line a hold may have come, its window passed, or what it waited for become too old.
    """
    run = draft.run(task.run)
    if run is None:
        raise AssertionError(f"{task.ref} belongs to no run")
    defined = draft.definition(run).tasks[task.task]
    if not all(gate.open for gate in outer_gates(draft, run, task)):
        draft.look_at(task.run, task.task)
    elif defined.dry:
        _pass_dry(draft, task)
    else:
        _claim(draft, task, defined.pool)
        return True
    return False


def _pass_dry(draft: Draft, task: TaskRun) -> None:
    draft.move_task(task, TaskEvent.PASSED_DRY, reason=DRY, ended_at=draft.now, **SPENT)


def _claim(draft: Draft, task: TaskRun, pool: str) -> None:
    number = task.attempts + 1
    draft.move_task(
        task,
        TaskEvent.CLAIMED,
        attempts=number,
        tries=task.tries + 1,
        reason="",
        ended_at=None,
        started_at=None,
    )
    draft.add_attempt(
        Attempt(task.run, task.task, number, draft.snapshot.node, draft.snapshot.epoch, draft.now, pool=pool)
    )
