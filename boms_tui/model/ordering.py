"""Bringing runs into being."""

from collections.abc import Mapping
from datetime import date, datetime

from boms_tui.model.definition import Overlap, Process
from boms_tui.model.draft import Draft
from boms_tui.model.ids import run_id
from boms_tui.model.records import Run
from boms_tui.model.states import RUN_ENDED, RunEvent, RunState, run_after

LONGEST_CAUSE = 400
"""Characters of a cause that are kept in an occurrence as they are; a longer one is told apart by its hash."""


def order_by_itself(
    draft: Draft,
    process: Process,
    business_date: date,
    *,
    occurrence: str,
    by: str,
    parameters: Mapping[str, str] | None = None,
) -> Run | None:
    """Order what a cause in `start` asks for, on behalf of the owner; None where one run a date is enough.

    Under `overlap: skip`, where a run is open, that makes a run that has ended already and has no task: the occurrence
    is used up, once and for ever.
    """
    if has_run_of_date(draft, process, business_date, by):
        return None
    in_the_way = draft.open_runs(process.id) if process.overlap is Overlap.SKIP else []
    event, reason = RunEvent.ORDERED, ""
    if in_the_way:
        event = RunEvent.OVERLAP_SKIPPED
        reason = f"{in_the_way[0].id} is {in_the_way[0].state.value}, and {process.id} skips what overlaps"
    return order(
        draft, process, business_date, occurrence=occurrence, by=by, acts_for=process.owner, event=event,
        reason=reason, parameters=parameters,
    )  # fmt: skip


def order(
    draft: Draft,
    process: Process,
    business_date: date,
    *,
    occurrence: str,
    by: str,
    acts_for: str,
    personal: bool = False,
    parameters: Mapping[str, str] | None = None,
    not_before: datetime | None = None,
    event: RunEvent = RunEvent.ORDERED,
    reason: str = "",
) -> Run:
    """Create the next run of a process for a business date. `occurrence` is unique per process."""
    number = draft.next_number(process.id, business_date)
    defaults = {name: parameter.default for name, parameter in process.parameters.items()}
    over = run_after(RunState.PLANNED, event) in RUN_ENDED
    run = Run(
        id=run_id(process.id, business_date, number),
        process=process.id,
        business_date=business_date,
        number=number,
        revision=draft.catalogue.revisions[process.id],
        state=RunState.PLANNED,
        ordered_at=draft.now,
        ordered_by=by,
        acts_for=acts_for,
        personal=personal,
        occurrence=occurrence,
        parameters={name: value for name, value in {**defaults, **(parameters or {})}.items() if value is not None},
        not_before=not_before,
        ended_at=draft.now if over else None,
        reason=reason,
    )
    return draft.add_run(run, () if over else process.tasks, event)


def has_run_of_date(draft: Draft, process: Process, business_date: date, by: str) -> bool:
    """Whether a process runs once a date, and a run of it leaves nothing to order: `by` is only journalled."""
    runs = draft.runs_of(process.id, business_date) if process.once_per_date else []
    first = next((run for run in runs if run.state not in _DID_NOT_RUN), None)
    if first is not None:
        draft.say("not-ordered", f"{process.id}@{business_date}", reason=f"{by}: {first.id} is the one of its date")
    return first is not None


_DID_NOT_RUN = frozenset({RunState.CANCELLED, RunState.MISSED})
