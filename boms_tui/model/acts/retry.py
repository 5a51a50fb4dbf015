"""retry: a new attempt of a failed task, with its automatic budgets renewed.

Nothing of an earlier attempt counts for the new one: every gate is evaluated again, `free` and `confirm` are needed
again where they were used up, and the checks before and after it are made again.
"""

from boms_tui.model.acts.ask import Ask, Refusal
from boms_tui.model.acts.reopen import reopen
from boms_tui.model.draft import Draft
from boms_tui.model.endings import RENEWED
from boms_tui.model.states import TaskEvent


def retry(draft: Draft, ask: Ask) -> Refusal | None:
    reopen(draft, ask.the_run())
    reason = f"retried by {ask.by}: {ask.reason}"
    draft.move_task(ask.the_task(), TaskEvent.RETRIED, due_at=None, ended_at=None, reason=reason, **RENEWED)
    return None
