"""What a dependency says now: on a task of the same run, on another process, or on a task of one."""

from datetime import date, datetime
from enum import Enum
from typing import NamedTuple

from boms_tui.model.checks import span
from boms_tui.model.condition import Dependency, Milestone, Outcome, RelativeDate
from boms_tui.model.definition import OnFailure
from boms_tui.model.expected import expected
from boms_tui.model.ids import ProcessId, TaskName, task_ref
from boms_tui.model.overlay import Overlay
from boms_tui.model.records import Run, TaskRun
from boms_tui.model.states import ENDED, PASSED, RUN_ENDED, RunState, TaskState
from boms_tui.model.wall import wall_time


class Standing(Enum):
    """What a dependency says now."""

    OPEN = "open"
    CLOSED = "closed"
    PERSON = "person"
    IMPOSSIBLE = "impossible"


class Says(NamedTuple):
    """A standing, and why; `about` are the runs, and `RUN:TASK`, that it speaks of."""

    standing: Standing
    detail: str
    opens_at: datetime | None = None
    about: tuple[str, ...] = ()


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


def rules_out(when: Outcome, state: TaskState) -> bool:
    """Whether a task of the same run in that state keeps those that follow it by that outcome from ever running."""
    return _TASK_SAYS.get((when, state)) is Standing.IMPOSSIBLE


def standing_of(draft: Overlay, run: Run, dependency: Dependency) -> Says:
    """What one entry of `after` says now, and why."""
    if dependency.process is None:
        return _task_standing(draft, run, dependency)
    return _outside_standing(draft, run, dependency)


def _task_standing(draft: Overlay, run: Run, dependency: Dependency) -> Says:
    if dependency.task is None:
        raise AssertionError("a dependency names a task, a process, or both")
    task = draft.task(run.id, dependency.task)
    if dependency.milestone is not None:
        return _milestone(task, dependency.milestone, dependency.task)
    says = _TASK_SAYS.get((dependency.when, task.state))
    if says is None:
        says = Standing.PERSON if task.state in _NEEDS_PERSON else Standing.CLOSED
    elif says is Standing.IMPOSSIBLE and task.state is TaskState.FAILED:
        policy = draft.definition(run).tasks[dependency.task].on_failure
        says = Standing.PERSON if policy is OnFailure.WAIT else says
    return Says(says, f"{dependency.task} is {task.state.value}", about=(task.ref,))


def _milestone(task: TaskRun, wanted: Milestone, shown: str) -> Says:
    """What a task has said of itself, and may still say while it lives."""
    if str(wanted) in task.said:
        return Says(Standing.OPEN, f"{shown} has said {wanted}")
    if wanted.meter is not None and task.state in PASSED:
        return Says(Standing.OPEN, f"{shown} is {task.state.value}")
    over = task.state in ENDED or task.state in _NEEDS_PERSON
    detail = f"{shown} is {task.state.value} and has not said {wanted}"
    return Says(Standing.PERSON if over else Standing.CLOSED, detail, about=(task.ref,))


def _outside_standing(draft: Overlay, run: Run, dependency: Dependency) -> Says:
    process = dependency.process
    if process is None:
        raise AssertionError("not a dependency on another process")
    day = draft.catalogue.date_read(dependency, run.business_date)
    other = draft.newest(process) if day is None else draft.latest(process, day)
    if other is None:
        return _nothing_ordered(draft, dependency, process, day)
    if dependency.task is not None:
        return _outside_task(draft, other, dependency, dependency.task)
    standing = _RUN_SAYS.get((dependency.when, other.state), Standing.CLOSED)
    says = Says(standing, f"{other.id} is {other.state.value}", about=(other.id,))
    return _young_enough(draft, other, dependency, says, other.ended_at)


def _outside_task(draft: Overlay, other: Run, dependency: Dependency, name: TaskName) -> Says:
    shown = task_ref(other.id, name)
    if name not in draft.definition(other).tasks:
        return Says(Standing.PERSON, f"{other.id} has no task {name}")
    if other.state is RunState.MISSED:
        return Says(Standing.PERSON, f"{other.id} was missed", about=(other.id,))
    task = draft.task(other.id, name)
    if dependency.milestone is not None:
        return _milestone(task, dependency.milestone, shown)
    standing = _TASK_SAYS.get((dependency.when, task.state), Standing.CLOSED)
    if standing is Standing.IMPOSSIBLE and task.state is TaskState.FAILED:
        standing = Standing.PERSON if other.state in RUN_ENDED else Standing.CLOSED
    says = Says(standing, f"{shown} is {task.state.value}", about=(shown,))
    return _young_enough(draft, other, dependency, says, task.ended_at)


def _young_enough(draft: Overlay, run: Run, dependency: Dependency, says: Says, ended_at: datetime | None) -> Says:
    """What is open, closed again where it is older than `within` allows."""
    if dependency.within is None or says.standing is not Standing.OPEN or ended_at is None:
        return says
    since = f"{says.detail} since {wall_time(ended_at, draft.definition(run).timezone, draft.now)}"
    if draft.now - ended_at <= dependency.within:
        return Says(Standing.OPEN, since)
    again = Standing.CLOSED if _may_come_again(draft, dependency) else Standing.PERSON
    return says._replace(standing=again, detail=f"{since}: more than {span(dependency.within)} ago")


def _may_come_again(draft: Overlay, dependency: Dependency) -> bool:
    """Whether something orders another run of the process by itself, which would be read instead."""
    known = draft.catalogue.processes.get(dependency.process or ProcessId(""))
    return dependency.date is RelativeDate.NEWEST and known is not None and bool(known.start)


def _nothing_ordered(draft: Overlay, dependency: Dependency, process: ProcessId, day: date | None) -> Says:
    if day is None:
        standing = Standing.CLOSED if _may_come_again(draft, dependency) else Standing.PERSON
        return Says(standing, f"no run of {process} is that young")
    coming = expected(draft, process, day)
    if coming is not None:
        return Says(Standing.CLOSED, f"{process}@{day} is planned: {coming.says}", about=coming.about)
    if dependency.if_planned:
        return Says(Standing.OPEN, f"nothing plans {process}@{day}")
    return Says(Standing.PERSON, f"nothing will order {process}@{day}")
