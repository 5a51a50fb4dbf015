"""What becomes of a deadline that has passed: one journal row, while what it is about is late."""

from boms_tui.model.deadlines import in_words, passed
from boms_tui.model.draft import Draft
from boms_tui.model.facts import DeadlineDue, NotOrderedDue
from boms_tui.model.overdue import overdue_on
from boms_tui.model.records import Late
from boms_tui.model.states import RUN_ENDED


def deadline_due(draft: Draft, fact: DeadlineDue) -> None:
    """A run that has passed a deadline is late for ever, and goes on as before."""
    run = draft.run(fact.run)
    if run is None or run.state in RUN_ENDED:
        return
    process = draft.definition(run)
    new = passed(process, run, draft.now)
    if not new:
        return
    before = run.late if new[-1].late is Late.START_BY else [late for late in run.late if late != Late.AT_RISK]
    draft.edit_run(run, late=(*before, *(deadline.late.value for deadline in new)))
    for deadline in new:
        draft.say("late", run.id, after=deadline.late.value, reason=in_words(process, deadline, draft.now))


def not_ordered_due(draft: Draft, fact: NotOrderedDue) -> None:
    """Nothing has ordered what should have been: there is no run to mark, so the journal alone tells."""
    process = draft.catalogue.processes.get(fact.process)
    if process is None:
        return
    found = overdue_on(draft.catalogue, process, fact.business_date, draft.now, lambda *day: bool(draft.runs_of(*day)))
    if found is not None:
        draft.say("late", fact.about, after=found.late.value, reason=found.in_words(process.timezone, draft.now))
