"""kill and cancel: end one live task, or a whole run."""

from boms_tui.model.acts.ask import Ask, Code, Refusal
from boms_tui.model.draft import Draft
from boms_tui.model.ids import TaskName
from boms_tui.model.records import Run
from boms_tui.model.states import RunEvent, RunState, TaskEvent, TaskState

_KILLABLE = frozenset({TaskState.STARTING, TaskState.RUNNING})


def kill(draft: Draft, ask: Ask) -> Refusal | None:
    if not _kill(draft, ask.the_run(), ask.the_task().task, ask):
        return Refusal(Code.WRONG_STATE, "it has no live attempt")
    return None


def cancel(draft: Draft, ask: Ask) -> Refusal | None:
    run = ask.the_run()
    if run.state is RunState.MISSED:
        draft.move_run(run, RunEvent.CANCELLED, reason=f"let go by {ask.by}: {ask.reason}")
        return None
    if run.cancelling:
        return Refusal(Code.WRONG_STATE, f"{run.id} is being cancelled already")
    run = draft.edit_run(run, cancelling=True, reason=f"cancelled by {ask.by}: {ask.reason}")
    for name in draft.definition(run).tasks:
        task = draft.task(run.id, name)
        if task.state in _KILLABLE and not ask.yes("leave"):
            _kill(draft, run, name, ask)
    draft.say("cancel-asked", run.id)
    draft.todo_runs[run.id] = None
    return None


def _kill(draft: Draft, run: Run, name: TaskName, ask: Ask) -> bool:
    attempt = draft.attempt(run.id, name)
    if attempt is None:
        return False
    draft.edit_attempt(attempt, kill_by=ask.by)
    reason = f"being killed by {ask.by}: {ask.reason}"
    draft.move_task(draft.task(run.id, name), TaskEvent.KILL_ASKED, reason=reason)
    draft.kill(attempt, ask.by)
    return True
