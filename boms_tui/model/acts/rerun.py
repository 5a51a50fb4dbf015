"""rerun: run a task and everything behind it again, in the same run."""

from boms_tui.model.acts.ask import Ask, Code, Refusal
from boms_tui.model.acts.reopen import reopen
from boms_tui.model.draft import Draft
from boms_tui.model.endings import RENEWED, SPENT
from boms_tui.model.ids import TaskName
from boms_tui.model.shape import behind
from boms_tui.model.states import ENDED, LIVE, TaskEvent, TaskState


def rerun(draft: Draft, ask: Ask) -> Refusal | None:
    run = ask.the_run()
    if not draft.counts(run.id):
        return Refusal(Code.WRONG_STATE, f"{run.id} was never ordered; order {run.process} instead")
    names = again(draft, ask)
    busy = [name for name in names if draft.task(run.id, name).state in LIVE | {TaskState.UNKNOWN}]
    if busy:
        return Refusal(Code.WRONG_STATE, f"{', '.join(busy)} still runs; kill it or wait")
    ended = [name for name in names if draft.task(run.id, name).state in ENDED]
    if not ended:
        return Refusal(Code.WRONG_STATE, "there is nothing to run again: nothing of it has ended")
    run = reopen(draft, run)
    for name in ended:
        draft.move_task(
            draft.task(run.id, name), TaskEvent.RERUN, due_at=None, started_at=None, ended_at=None,
            reason=f"rerun by {ask.by}: {ask.reason}", **RENEWED, **SPENT,
        )  # fmt: skip
    return None


def again(draft: Draft, ask: Ask) -> tuple[TaskName, ...]:
    """The tasks that a rerun touches: one, that one and what follows it, or all."""
    definition = draft.definition(ask.the_run())
    if ask.task is None:
        return tuple(definition.tasks)
    if ask.yes("only"):
        return (ask.task.task,)
    return (ask.task.task, *behind(definition, ask.task.task))
