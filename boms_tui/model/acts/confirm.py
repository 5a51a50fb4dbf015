"""confirm: a person's yes (or no) to a task that waits for one, or that its run may not start by itself any more."""

from boms_tui.model.acts.ask import Ask, Code, Refusal
from boms_tui.model.definition import Manual
from boms_tui.model.draft import Draft
from boms_tui.model.endings import SPENT
from boms_tui.model.identity import unfit
from boms_tui.model.states import TaskEvent, TaskState


def confirm(draft: Draft, ask: Ask) -> Refusal | None:
    task = ask.the_task()
    run = ask.the_run()
    defined = draft.definition(run).tasks[task.task]
    declined = ask.parameter("answer", "yes") == "no"
    if isinstance(defined.work, Manual):
        if task.state is not TaskState.CONFIRM:
            return Refusal(Code.WRONG_STATE, f"{task.ref} does not ask yet: it is {task.state.value}")
        event, said = (TaskEvent.DECLINED, "declined") if declined else (TaskEvent.CONFIRMED, "confirmed")
        draft.move_task(task, event, ended_at=draft.now, reason=f"{said} by {ask.by}" + _because(ask), **SPENT)
        return None
    if not defined.confirm and not unfit(draft, run, task.task):
        return Refusal(Code.WRONG_STATE, f"{task.ref} asks for no confirmation")
    if task.state is TaskState.CONFIRM:
        raise AssertionError("only a manual task is in the state confirm")
    if declined:
        return Refusal(Code.BAD_PARAMETER, f"{task.ref} can only be confirmed; hold or skip it instead")
    draft.edit_task(task, confirmed_by=ask.by)
    draft.say("confirmed", task.ref, before=task.state.value, after=task.state.value)
    return None


def _because(ask: Ask) -> str:
    return f": {ask.reason}" if ask.reason else ""
