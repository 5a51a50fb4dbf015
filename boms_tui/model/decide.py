"""The scheduler's brain: facts in, one decision out. Nothing here acts, waits, or knows a clock."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from boms_tui.model.acts.hold import hold_due, strayed
from boms_tui.model.arrivals import came, look_away, looked_away, said, sighted
from boms_tui.model.asked import approval_due, asked, give_verdicts, unproved
from boms_tui.model.decision import Decision
from boms_tui.model.downtime import missed
from boms_tui.model.draft import RUNTIME, Draft
from boms_tui.model.endings import checked, exited, lost, started, voided
from boms_tui.model.facts import (
    ApprovalDue,
    Asked,
    Checked,
    DeadlineDue,
    Exited,
    Fact,
    FileCame,
    ForecastDue,
    GateDue,
    HoldDue,
    LookedAway,
    Lost,
    NotOrderedDue,
    OccurrenceDue,
    RunDue,
    Said,
    Sighted,
    Started,
    Strayed,
    TaskDue,
    TookOver,
    Unproved,
    Voided,
)
from boms_tui.model.lateness import deadline_due, not_ordered_due
from boms_tui.model.ordering import order_by_itself
from boms_tui.model.outlook import forecast_due
from boms_tui.model.planning import business_date_of
from boms_tui.model.settle import settle
from boms_tui.model.snapshot import Snapshot
from boms_tui.model.states import ATTEMPT_LIVE, RUN_ENDED, TaskEvent, TaskState


def decide(snapshot: Snapshot, facts: Iterable[Fact], now: datetime) -> Decision:
    """What follows from `facts`: one transaction and its effects. The snapshot stays as it is."""
    draft = Draft(snapshot, now)
    for fact in facts:
        draft.actor, draft.request, draft.why = RUNTIME, "", ""
        _RULES[type(fact)](draft, fact)
    settle(draft)
    give_verdicts(draft)
    return draft.decision()


def _took_over(draft: Draft, _fact: TookOver) -> None:
    look_away(draft, draft.snapshot.unended())
    for run in draft.snapshot.unended():
        draft.look_at_all(run)
    for attempt in draft.snapshot.attempts.values():
        if attempt.kill_by and attempt.state in ATTEMPT_LIVE:
            draft.kill(attempt, attempt.kill_by)


def _occurrence_due(draft: Draft, fact: OccurrenceDue) -> None:
    process = draft.catalogue.processes.get(fact.process)
    occurrence = f"cron:{fact.at.isoformat()}"
    if process is None or draft.has_occurrence(process.id, occurrence):
        return
    if not fact.missed:
        order_by_itself(draft, process, business_date_of(process, fact.at), occurrence=occurrence, by="schedule")
        return
    missed(draft, process, fact, occurrence)


def _task_due(draft: Draft, fact: TaskDue) -> None:
    if fact.run not in draft.snapshot.runs:
        return
    task = draft.task(fact.run, fact.task)
    if task.state is TaskState.BACKOFF and task.due_at is not None and task.due_at <= draft.now:
        draft.move_task(task, TaskEvent.DELAY_OVER, due_at=None)


def _run_due(draft: Draft, fact: RunDue) -> None:
    """A start time that has come has come for good, wherever the clock is set afterwards (SEMANTICS S14)."""
    run = draft.run(fact.run)
    if run is not None and run.not_before is not None and run.state not in RUN_ENDED:
        draft.edit_run(run, not_before=None)
        draft.say("due", run.id)
        draft.todo_runs[run.id] = None


def _gate_due(draft: Draft, fact: GateDue) -> None:
    run = draft.run(fact.run)
    if run is not None and run.state not in RUN_ENDED:
        draft.look_at_all(run)


_RULES: dict[type[Fact], Callable[[Draft, Any], None]] = {
    TookOver: _took_over,
    Strayed: strayed,
    Unproved: unproved,
    Started: started,
    Checked: checked,
    Exited: exited,
    Voided: voided,
    Lost: lost,
    Asked: asked,
    OccurrenceDue: _occurrence_due,
    FileCame: came,
    Sighted: sighted,
    LookedAway: looked_away,
    Said: said,
    TaskDue: _task_due,
    HoldDue: hold_due,
    RunDue: _run_due,
    GateDue: _gate_due,
    DeadlineDue: deadline_due,
    ApprovalDue: approval_due,
    ForecastDue: forecast_due,
    NotOrderedDue: not_ordered_due,
}
