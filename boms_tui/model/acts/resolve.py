"""resolve: a person says what really happened to an attempt that nobody can prove."""

from boms_tui.model.acts.ask import Ask, Code, Refusal
from boms_tui.model.draft import Draft
from boms_tui.model.endings import RENEWED
from boms_tui.model.records import Attempt
from boms_tui.model.states import AttemptState, TaskEvent

_AS: dict[str, TaskEvent] = {
    "ok": TaskEvent.FORCED,
    "failed": TaskEvent.FAILED,
    "rerun": TaskEvent.RERUN,
    "running": TaskEvent.STILL_RUNNING,
}


def resolve(draft: Draft, ask: Ask) -> Refusal | None:
    said = ask.parameter("as")
    if said not in _AS:
        return Refusal(Code.BAD_PARAMETER, f"say ok, failed, rerun or running, not {said or 'nothing'}")
    event, task = _AS[said], ask.the_task()
    attempt = draft.attempt(task.run, task.task)
    if attempt is not None:
        _settle(draft, attempt, event, f"{attempt.reason}; {said} by {ask.by}")
    ended = None if event in {TaskEvent.RERUN, TaskEvent.STILL_RUNNING} else draft.now
    changes = RENEWED if event is TaskEvent.RERUN else {}
    draft.move_task(task, event, ended_at=ended, reason=f"{said} by {ask.by}: {ask.reason}", **changes)
    return None


def _settle(draft: Draft, attempt: Attempt, event: TaskEvent, reason: str) -> None:
    """An attempt that still runs is watched again; any other stays unknown, since nobody proved how it ended."""
    if event is TaskEvent.STILL_RUNNING:
        draft.move_attempt(attempt, AttemptState.RUNNING, reason=reason)
        draft.watch(attempt)
    else:
        draft.edit_attempt(attempt, ended_at=draft.now, reason=reason)
