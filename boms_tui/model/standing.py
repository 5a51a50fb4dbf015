"""What a dependency says now: on a task of the same run, on another process, or on a task of one."""

from datetime import date
from enum import Enum
from typing import NamedTuple

from boms_tui.model.definition import Dependency, OnFailure, Outcome
from boms_tui.model.expected import expected
from boms_tui.model.ids import ProcessId, TaskName, task_ref
from boms_tui.model.overlay import Overlay
from boms_tui.model.records import Run
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
    day = draft.catalogue.date_read(dependency, run.business_date)
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
