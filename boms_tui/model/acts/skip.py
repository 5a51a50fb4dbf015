"""skip and force-ok: the task will not run; its dependents go on."""

from boms_tui.model.acts.ask import Ask, Refusal
from boms_tui.model.acts.reopen import reopen
from boms_tui.model.draft import Draft
from boms_tui.model.states import TaskEvent


def skip(draft: Draft, ask: Ask) -> Refusal | None:
    return _pass(draft, ask, TaskEvent.SKIPPED, f"skipped by {ask.by}")


def force_ok(draft: Draft, ask: Ask) -> Refusal | None:
    return _pass(draft, ask, TaskEvent.FORCED, f"forced ok by {ask.by}")


def _pass(draft: Draft, ask: Ask, event: TaskEvent, text: str) -> Refusal | None:
    reopen(draft, ask.the_run())
    task = ask.the_task()
    attempt = draft.attempt(task.run, task.task)
    if attempt is not None:
        draft.edit_attempt(attempt, ended_at=draft.now, reason=f"{attempt.reason}; {text}: {ask.reason}")
    draft.move_task(task, event, due_at=None, ended_at=draft.now, reason=f"{text}: {ask.reason}")
    return None
