"""What becomes of a run: it starts when its gates open, stalls when only a person can move it, and ends."""

from collections.abc import Callable

from boms_tui.model.cycles import Round, go_round, too_late
from boms_tui.model.definition import OnFailure
from boms_tui.model.draft import Draft
from boms_tui.model.followers import follow_run
from boms_tui.model.gates import inner_gates, outer_gates, run_gates
from boms_tui.model.habits import learn
from boms_tui.model.ids import RunId
from boms_tui.model.records import Run, TaskRun
from boms_tui.model.states import ENDED, IDLE, LIVE, RUN_ENDED, RunEvent, RunState, TaskEvent, TaskState

T = TaskState
_MOVING = (T.READY, T.STARTING, T.RUNNING, T.KILLING, T.BACKOFF)


def consider_run(draft: Draft, run_id: RunId) -> None:
    run = draft.run(run_id)
    if run is None or run.state in RUN_ENDED:
        return
    if run.cancelling:
        _end_cancelled(draft, run)
    elif run.started_at is None:
        _consider_start(draft, run)
    else:
        _consider_progress(draft, run)


def _consider_start(draft: Draft, run: Run) -> None:
    closed = [gate for gate in run_gates(draft, run) if not gate.open]
    late = too_late(draft, run) if not closed else ""
    if late:
        _end_cancelled(draft, draft.edit_run(run, reason=late))
    elif not closed:
        started = draft.move_run(run, RunEvent.STARTED, started_at=draft.now, reason="", freed={})
        draft.look_at_all(started)
        go_round(draft, started, Round.STARTED)
    else:
        stuck = next((gate.detail for gate in closed if not gate.by_itself), "")
        _show_standstill(draft, run, stuck, back=RunEvent.WAITS_AGAIN, waits_for=closed[0].detail)


def _consider_progress(draft: Draft, run: Run) -> None:
    counts = draft.counts(run.id)
    if any(counts[state] for state in _MOVING):
        _show_standstill(draft, run, "", back=RunEvent.MOVES_AGAIN)
    elif sum(counts[state] for state in ENDED) == sum(counts.values()) and not _waits_for_person(draft, run):
        _end(draft, run)
    elif counts[T.WAITING] and (waits := _moves_by_itself(draft, run)):
        _show_standstill(draft, run, "", back=RunEvent.MOVES_AGAIN, waits_for=waits)
    else:
        _show_standstill(draft, run, _standstill(draft, run), back=RunEvent.MOVES_AGAIN)


def _show_standstill(draft: Draft, run: Run, stuck: str, *, back: RunEvent, waits_for: str = "") -> None:
    """Mark a run that only a person can move, or take the mark away."""
    if stuck and run.state is not RunState.STALLED:
        draft.move_run(run, RunEvent.STALLED, reason=stuck)
    elif not stuck and run.state is RunState.STALLED:
        draft.move_run(run, back, reason=waits_for)
    elif run.reason != (stuck or waits_for):
        draft.edit_run(run, reason=stuck or waits_for)
        draft.say("waits", run.id, reason=stuck or waits_for)


def _moves_by_itself(draft: Draft, run: Run) -> str:
    """What some waiting task waits for that will come without a person; "" where nothing will."""
    for task in _waiting(draft, run):
        closed = [gate for gate in outer_gates(draft, run, task) if not gate.open]
        inside = any(not gate.open for gate in inner_gates(draft, run, task))
        if closed and not inside and all(gate.by_itself for gate in closed):
            return f"{task.task}: {closed[0].detail}"
    return ""


def _standstill(draft: Draft, run: Run) -> str:
    """What a person has to look at, in a few words."""
    tasks = [draft.task(run.id, name) for name in draft.definition(run).tasks]
    found = [_STUCK[task.state](task) for task in tasks if task.state in _STUCK]
    found += [
        f"{task.task}: {gate.detail}"
        for task in _waiting(draft, run)
        for gate in outer_gates(draft, run, task)
        if not gate.open and not gate.by_itself
    ]
    shown = "; ".join(found[:3]) + (f" (+{len(found) - 3} more)" if len(found) > 3 else "")
    return shown or "nothing can move"


def _waiting(draft: Draft, run: Run) -> list[TaskRun]:
    tasks = (draft.task(run.id, name) for name in draft.definition(run).tasks)
    return [task for task in tasks if task.state is T.WAITING]


_STUCK: dict[TaskState, Callable[[TaskRun], str]] = {
    T.FAILED: lambda task: f"{task.task} failed" + (f": {task.reason}" if task.reason else ""),
    T.UNKNOWN: lambda task: f"{task.task} is unknown: {task.reason}",
    T.CONFIRM: lambda task: f"{task.task} waits for a person",
}


def _waits_for_person(draft: Draft, run: Run) -> bool:
    """Whether a failed task keeps its run open (`on_failure: wait`)."""
    if not draft.counts(run.id)[T.FAILED]:
        return False
    tasks = draft.definition(run).tasks.values()
    return any(task.on_failure is OnFailure.WAIT and draft.task(run.id, task.name).state is T.FAILED for task in tasks)


def _end(draft: Draft, run: Run) -> None:
    counts = draft.counts(run.id)
    bad = [f"{counts[state]} {state.value}" for state in (T.FAILED, T.CANCELLED) if counts[state]]
    event = RunEvent.FAILED if bad else RunEvent.SUCCEEDED
    ended = draft.move_run(run, event, ended_at=draft.now, reason=", ".join(bad))
    learn(draft, ended)
    follow_run(draft, ended)
    go_round(draft, ended, Round.ENDED)


def _end_cancelled(draft: Draft, run: Run) -> None:
    """End a cancelled run once nothing of it lives; an unknown attempt keeps it open until a person resolves it."""
    for name in draft.definition(run).tasks:
        task = draft.task(run.id, name)
        if task.state in IDLE:
            draft.move_task(task, TaskEvent.CANCELLED, due_at=None, ended_at=draft.now, reason="the run was cancelled")
    counts = draft.counts(run.id)
    if counts[T.UNKNOWN]:
        _show_standstill(draft, run, _standstill(draft, run), back=RunEvent.MOVES_AGAIN)
    elif not any(counts[state] for state in LIVE):
        draft.move_run(run, RunEvent.CANCELLED, ended_at=draft.now, cancelling=False)
