"""The gates: what keeps a run or a task from starting. The scheduler and `why` evaluate the same list."""

from collections.abc import Iterator
from datetime import date, datetime
from enum import Enum
from typing import NamedTuple

from boms_tui.model.definition import Dependency, Manual, OnFailure, Outcome
from boms_tui.model.expected import expected
from boms_tui.model.ids import ProcessId, TaskName, task_ref
from boms_tui.model.overlay import Overlay
from boms_tui.model.records import Run, TaskRun
from boms_tui.model.snapshot import upstream_date
from boms_tui.model.states import PASSED, RUN_ENDED, RunState, TaskState
from boms_tui.model.views import Gate, GateKind


class Standing(Enum):
    """What a dependency says now."""

    OPEN = "open"
    CLOSED = "closed"
    PERSON = "person"
    IMPOSSIBLE = "impossible"


class Says(NamedTuple):
    """A standing, and why."""

    standing: Standing
    detail: str


_TASK_SAYS: dict[tuple[Outcome, TaskState], Standing] = {
    **{(Outcome.SUCCEEDED, state): Standing.OPEN for state in PASSED},
    **{(Outcome.FAILED, state): Standing.IMPOSSIBLE for state in PASSED},
    **{(Outcome.FINISHED, state): Standing.OPEN for state in PASSED},
    (Outcome.SUCCEEDED, TaskState.NOT_NEEDED): Standing.IMPOSSIBLE,
    (Outcome.FAILED, TaskState.NOT_NEEDED): Standing.IMPOSSIBLE,
    (Outcome.FINISHED, TaskState.NOT_NEEDED): Standing.OPEN,
    (Outcome.SUCCEEDED, TaskState.FAILED): Standing.IMPOSSIBLE,
    (Outcome.FAILED, TaskState.FAILED): Standing.OPEN,
    (Outcome.FINISHED, TaskState.FAILED): Standing.OPEN,
    (Outcome.SUCCEEDED, TaskState.CANCELLED): Standing.PERSON,
    (Outcome.FAILED, TaskState.CANCELLED): Standing.PERSON,
    (Outcome.FINISHED, TaskState.CANCELLED): Standing.PERSON,
}
"""What a predecessor's end means for each outcome asked of it; any other state leaves the gate closed."""

_RUN_SAYS: dict[tuple[Outcome, RunState], Standing] = {
    (Outcome.SUCCEEDED, RunState.SUCCEEDED): Standing.OPEN,
    (Outcome.FINISHED, RunState.SUCCEEDED): Standing.OPEN,
    (Outcome.FAILED, RunState.SUCCEEDED): Standing.IMPOSSIBLE,
    (Outcome.SUCCEEDED, RunState.FAILED): Standing.PERSON,
    (Outcome.FINISHED, RunState.FAILED): Standing.OPEN,
    (Outcome.FAILED, RunState.FAILED): Standing.OPEN,
    **{(outcome, RunState.MISSED): Standing.PERSON for outcome in Outcome},
}
"""The same for a whole run of another process."""

_NEEDS_PERSON = frozenset({TaskState.FAILED, TaskState.UNKNOWN, TaskState.CONFIRM})


def run_gates(draft: Overlay, run: Run) -> Iterator[Gate]:
    """The gates on a run that has not started."""
    yield from _start_time(draft, run)
    yield from _overlap(draft, run)
    yield from _holds(draft, run, None)
    for dependency in draft.definition(run).after:
        yield dependency_gate(draft, run, dependency)


def task_gates(draft: Overlay, run: Run, task: TaskRun) -> Iterator[Gate]:
    """The gates on the next start of a task, but for its slot."""
    yield from inner_gates(draft, run, task)
    yield from outer_gates(draft, run, task)


def inner_gates(draft: Overlay, run: Run, task: TaskRun) -> Iterator[Gate]:
    """Those that other tasks of the run open."""
    yield from _run_open(draft, run, task)
    for dependency in draft.definition(run).tasks[task.task].after:
        if dependency.process is None:
            yield dependency_gate(draft, run, dependency)


def outer_gates(draft: Overlay, run: Run, task: TaskRun) -> Iterator[Gate]:
    """Those that open from outside: other processes, people, time, and the pool."""
    defined = draft.definition(run).tasks[task.task]
    for dependency in defined.after:
        if dependency.process is not None:
            yield dependency_gate(draft, run, dependency)
    yield from _holds(draft, run, task.task)
    yield from _backoff(task)
    if defined.confirm:
        detail = f"confirmed by {task.confirmed_by}" if task.confirmed_by else "waits for a person's yes"
        yield Gate(GateKind.CONFIRM, "confirm", open=bool(task.confirmed_by), detail=detail, by_itself=False)
    if not isinstance(defined.work, Manual) and defined.pool not in draft.snapshot.pools:
        yield _closed(GateKind.POOL, f"pool:{defined.pool}", f"no runtime serves the pool {defined.pool}",
            by_itself=False, who_can_free="admin",
        )  # fmt: skip


def slot_gate(draft: Overlay, pool: str) -> Gate:
    """Whether the pool has room; the only gate that ready tasks compete for."""
    slots, used = draft.snapshot.pools.get(pool, 0), draft.used(pool)
    return Gate(
        GateKind.SLOT,
        f"slot:{pool}",
        used < slots,
        f"{used} of {slots} slots of {pool} in use",
        who_can_free="",
    )


def all_gates(draft: Overlay, run: Run, task: TaskRun | None) -> tuple[Gate, ...]:
    """What `why` shows of a run, or of a task that has not started."""
    if task is None:
        return tuple(run_gates(draft, run)) if run.started_at is None and run.state not in RUN_ENDED else ()
    gates = (*task_gates(draft, run, task), *_asks(draft, run, task))
    before_start = tuple(run_gates(draft, run)) if run.started_at is None else ()
    defined = draft.definition(run).tasks[task.task]
    if isinstance(defined.work, Manual) or defined.pool not in draft.snapshot.pools:
        return (*before_start, *gates)
    return (*before_start, *gates, slot_gate(draft, defined.pool))


def _closed(
    kind: GateKind,
    name: str,
    detail: str,
    *,
    by_itself: bool = True,
    opens_at: datetime | None = None,
    who_can_free: str = "operator",
    impossible: bool = False,
) -> Gate:
    return Gate(
        kind, name, open=False, detail=detail, by_itself=by_itself, opens_at=opens_at, who_can_free=who_can_free,
        impossible=impossible,
    )  # fmt: skip


def _asks(draft: Overlay, run: Run, task: TaskRun) -> Iterator[Gate]:
    """A manual task has no start to gate: it waits for its answer."""
    work = draft.definition(run).tasks[task.task].work
    if isinstance(work, Manual):
        yield _closed(GateKind.CONFIRM, "confirm", f"asks a person: {work.prompt}", by_itself=False)


def dependency_gate(draft: Overlay, run: Run, dependency: Dependency) -> Gate:
    """The gate of one entry of `after`."""
    standing, detail = standing_of(draft, run, dependency)
    return Gate(
        GateKind.DEPENDENCY,
        f"dependency:{dependency}",
        open=standing is Standing.OPEN,
        detail=detail,
        by_itself=standing is not Standing.PERSON and standing is not Standing.IMPOSSIBLE,
        impossible=standing is Standing.IMPOSSIBLE,
    )


def standing_of(draft: Overlay, run: Run, dependency: Dependency) -> Says:
    """What one entry of `after` says now, and why."""
    if dependency.process is None:
        return _task_standing(draft, run, dependency)
    return _outside_standing(draft, run, dependency)


def _task_standing(draft: Overlay, run: Run, dependency: Dependency) -> Says:
    if dependency.task is None:
        raise AssertionError("a dependency names a task, a process, or both")
    task = draft.task(run.id, dependency.task)
    says = _TASK_SAYS.get((dependency.when, task.state))
    if says is None:
        says = Standing.PERSON if task.state in _NEEDS_PERSON else Standing.CLOSED
    elif says is Standing.IMPOSSIBLE and task.state is TaskState.FAILED:
        policy = draft.definition(run).tasks[dependency.task].on_failure
        says = Standing.PERSON if policy is OnFailure.WAIT else says
    return Says(says, f"{dependency.task} is {task.state.value}")


def _outside_standing(draft: Overlay, run: Run, dependency: Dependency) -> Says:
    process = dependency.process
    if process is None:
        raise AssertionError("not a dependency on another process")
    day = upstream_date(dependency.date, run.business_date)
    other = draft.latest(process, day)
    if other is None:
        return _nothing_ordered(draft, dependency, process, day)
    if dependency.task is not None:
        return _outside_task(draft, other, dependency.when, dependency.task)
    says = _RUN_SAYS.get((dependency.when, other.state), Standing.CLOSED)
    return Says(says, f"{other.id} is {other.state.value}")


def _outside_task(draft: Overlay, other: Run, when: Outcome, name: TaskName) -> Says:
    if name not in draft.definition(other).tasks:
        return Says(Standing.PERSON, f"{other.id} has no task {name}")
    if other.state is RunState.MISSED:
        return Says(Standing.PERSON, f"{other.id} was missed")
    task = draft.task(other.id, name)
    says = _TASK_SAYS.get((when, task.state), Standing.CLOSED)
    if says is Standing.IMPOSSIBLE and task.state is TaskState.FAILED:
        says = Standing.PERSON if other.state in RUN_ENDED else Standing.CLOSED
    return Says(says, f"{task_ref(other.id, name)} is {task.state.value}")


def _nothing_ordered(draft: Overlay, dependency: Dependency, process: ProcessId, day: date) -> Says:
    planned = expected(draft, process, day)
    if planned:
        return Says(Standing.CLOSED, f"{process}@{day} is planned: {planned}")
    if dependency.if_planned:
        return Says(Standing.OPEN, f"nothing plans {process}@{day}")
    return Says(Standing.PERSON, f"nothing will order {process}@{day}")


def _run_open(draft: Overlay, run: Run, task: TaskRun) -> Iterator[Gate]:
    if run.started_at is None or run.state in RUN_ENDED or run.cancelling:
        state = "being cancelled" if run.cancelling else run.state.value
        yield _closed(
            GateKind.RUN,
            "run",
            f"the run is {state}",
            by_itself=run.state not in RUN_ENDED,
            who_can_free="",
        )
        return
    fatal = failed_for_good(draft, run)
    if fatal is not None and task.task not in draft.shape(run).answering:
        yield _closed(
            GateKind.RUN,
            "run",
            f"{fatal} failed, which ends the run",
            by_itself=False,
            impossible=True,
        )


def failed_for_good(draft: Overlay, run: Run) -> TaskName | None:
    """A failed task whose `on_failure: fail` keeps everything else from starting."""
    fatal = draft.shape(run).fatal
    return next((name for name in fatal if draft.task(run.id, name).state is TaskState.FAILED), None)


def _start_time(draft: Overlay, run: Run) -> Iterator[Gate]:
    if run.not_before is not None:
        due = draft.now >= run.not_before
        detail = f"starts at {run.not_before:%Y-%m-%d %H:%M} UTC"
        yield Gate(GateKind.START_TIME, "start-time", open=due, detail=detail, opens_at=run.not_before)


def _overlap(draft: Overlay, run: Run) -> Iterator[Gate]:
    other = draft.open_before(run)
    if other is not None:
        yield _closed(GateKind.OVERLAP, "overlap", f"{other.id} is {other.state.value} and comes first")


def _holds(draft: Overlay, run: Run, task: TaskName | None) -> Iterator[Gate]:
    for hold in draft.holds_over(run, task):
        until = f" until {hold.until:%Y-%m-%d %H:%M} UTC" if hold.until else ""
        detail = f"{hold.object} is held by {hold.owner}{until}: {hold.reason}"
        yield _closed(
            GateKind.HOLD,
            f"hold:{hold.object}",
            detail,
            by_itself=hold.until is not None,
            opens_at=hold.until,
        )


def _backoff(task: TaskRun) -> Iterator[Gate]:
    if task.state is TaskState.BACKOFF and task.due_at is not None:
        detail = f"tries again at {task.due_at:%H:%M:%S} UTC"
        yield _closed(GateKind.BACKOFF, "backoff", detail, opens_at=task.due_at)
