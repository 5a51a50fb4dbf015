"""What starts when a process or a task ends, or says so much: each start once for each run (SEMANTICS S9)."""

from collections.abc import Mapping
from hashlib import sha256

from boms_tui.model.causes import Follower
from boms_tui.model.condition import Milestone, Outcome
from boms_tui.model.draft import Draft
from boms_tui.model.ids import TaskName
from boms_tui.model.ordering import LONGEST_CAUSE, order_by_itself
from boms_tui.model.records import Run, TaskRun
from boms_tui.model.states import PASSED, RunState, TaskState

_BAD_END = frozenset({Outcome.FAILED, Outcome.FINISHED})
_GOOD_END = frozenset({Outcome.SUCCEEDED, Outcome.FINISHED})
_OF_RUNS: Mapping[RunState, frozenset[Outcome]] = {RunState.SUCCEEDED: _GOOD_END, RunState.FAILED: _BAD_END}
_OF_TASKS: Mapping[TaskState, frozenset[Outcome]] = {
    **dict.fromkeys(PASSED, _GOOD_END),
    TaskState.FAILED: _BAD_END,
}


def follow_run(draft: Draft, run: Run) -> None:
    """Order what starts at the end of a run."""
    for follower in draft.catalogue.causes.followers.get((run.process, None), ()):
        if follower.start.when in _OF_RUNS.get(run.state, ()):
            _order(draft, run, None, follower)


def follow_task(draft: Draft, run: Run, task: TaskRun) -> None:
    """Order what starts when a task has come to this state, if this decision brought it there."""
    followers = draft.catalogue.causes.followers.get((run.process, task.task))
    if not followers or draft.state_before(task) is task.state:
        return
    for follower in followers:
        if follower.start.milestone is None and follower.start.when in _OF_TASKS.get(task.state, ()):
            _order(draft, run, task.task, follower)


def follow_milestone(draft: Draft, run: Run, task: TaskName, reached: Milestone) -> None:
    """Order what starts when a task says so much."""
    for follower in draft.catalogue.causes.followers.get((run.process, task), ()):
        if follower.start.milestone == reached:
            _order(draft, run, task, follower)


def _order(draft: Draft, run: Run, task: TaskName | None, follower: Follower) -> None:
    process, start = draft.catalogue.processes[follower.process], follower.start
    what = start.milestone or ("" if start.when is Outcome.SUCCEEDED else start.when.value)
    cause = ":".join(filter(None, (run.id, task, str(what))))
    occurrence = f"process:{cause if len(cause) <= LONGEST_CAUSE else sha256(cause.encode()).hexdigest()}"
    if draft.has_occurrence(process.id, occurrence):
        return
    if draft.catalogue.almanac.has(process.calendar, run.business_date):
        order_by_itself(draft, process, run.business_date, occurrence=occurrence, by=f"process {cause}")
