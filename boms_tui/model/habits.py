"""What is learned of a run that ended: how long its tasks took, and so how long they are likely to take."""

from datetime import timedelta

from boms_tui.model.draft import Draft
from boms_tui.model.ids import TaskName
from boms_tui.model.records import Habit, Run, TaskRun
from boms_tui.model.states import TaskState

MOST = 9
"""How many of its newest durations are kept of a task."""
_MILLISECOND = timedelta(milliseconds=1)


def learn(draft: Draft, run: Run) -> None:
    """Keep how long the tasks of a run took that succeeded; what the process no longer has is forgotten."""
    known = draft.habit(run.process)
    before = {} if known is None else known.durations
    durations = {name: before.get(name, ()) for name in draft.definition(run).tasks}
    for name in durations:
        took = _took(draft.task(run.id, name))
        durations[name] = (*durations[name], *took)[-MOST:]
    kept = {name: took for name, took in durations.items() if took}
    if kept != before:
        draft.put_habit(Habit(run.process, kept))


def _took(task: TaskRun) -> tuple[int, ...]:
    """The milliseconds from the start to the end of a task that an attempt brought to a good end."""
    if task.state is not TaskState.SUCCEEDED or task.started_at is None or task.ended_at is None:
        return ()
    return (max(0, (task.ended_at - task.started_at) // _MILLISECOND),)


def typical(habit: Habit) -> dict[TaskName, timedelta]:
    """How long each task takes as a rule: the middle one of its durations, of two the longer."""
    return {name: sorted(took)[len(took) // 2] * _MILLISECOND for name, took in habit.durations.items()}
