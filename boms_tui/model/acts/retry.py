"""retry: a new attempt of a failed task, with its automatic budget renewed."""

from boms_tui.model.acts.ask import Ask, Refusal
from boms_tui.model.acts.reopen import reopen
from boms_tui.model.draft import Draft
from boms_tui.model.states import TaskEvent


def retry(draft: Draft, ask: Ask) -> Refusal | None:
    reopen(draft, ask.the_run())
    reason = f"retried by {ask.by}: {ask.reason}"
    draft.move_task(ask.the_task(), TaskEvent.RETRIED, tries=0, due_at=None, ended_at=None, reason=reason)
    return None
