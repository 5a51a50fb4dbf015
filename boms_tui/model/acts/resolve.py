"""resolve: a person says what really happened to an attempt that nobody can prove."""

from boms_tui.model.acts.ask import Ask, Code, Refusal
from boms_tui.model.draft import Draft
from boms_tui.model.states import AttemptState, TaskEvent

_AS: dict[str, tuple[TaskEvent, AttemptState | None]] = {
    "ok": (TaskEvent.FORCED, None),
    "failed": (TaskEvent.FAILED, AttemptState.FAILED),
    "rerun": (TaskEvent.RERUN, None),
    "running": (TaskEvent.STILL_RUNNING, AttemptState.RUNNING),
}


def resolve(draft: Draft, ask: Ask) -> Refusal | None:
    said = ask.parameter("as")
    if said not in _AS:
        return Refusal(Code.BAD_PARAMETER, f"say ok, failed, rerun or running, not {said or 'nothing'}")
    event, target = _AS[said]
    task = ask.the_task()
    attempt = draft.attempt(task.run, task.task)
    if attempt is not None and target is not None:
        draft.move_attempt(attempt, target, reason=f"{attempt.reason}; {ask.by}: {said}")
    ended = None if event in {TaskEvent.RERUN, TaskEvent.STILL_RUNNING} else draft.now
    changes = {"tries": 0} if event is TaskEvent.RERUN else {}
    draft.move_task(task, event, ended_at=ended, reason=f"{said} by {ask.by}: {ask.reason}", **changes)
    return None
