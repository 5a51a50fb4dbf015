"""Opening an ended run again, so that what a person sets free in it can run."""

from boms_tui.model.arrivals import look_away
from boms_tui.model.draft import Draft
from boms_tui.model.records import Run
from boms_tui.model.states import RUN_ENDED, RunEvent


def reopen(draft: Draft, run: Run) -> Run:
    """The run, open: an ended one goes on where it was, and its tasks are looked at again."""
    if run.state not in RUN_ENDED:
        return run
    opened = draft.move_run(run, RunEvent.REOPENED, ended_at=None, reason="", started_at=run.started_at or draft.now)
    look_away(draft, [opened])
    draft.look_at_all(opened)
    return opened
