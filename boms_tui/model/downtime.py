"""What becomes of occurrences that came due while no runtime could order them: each makes one run, by policy."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from boms_tui.model.definition import Missed, Process
from boms_tui.model.draft import Draft
from boms_tui.model.facts import OccurrenceDue
from boms_tui.model.ordering import has_run_of_date, order
from boms_tui.model.planning import business_date_of
from boms_tui.model.states import RunEvent
from boms_tui.model.wall import wall_time

BY_MISSED = "schedule (missed)"
"""Who orders what was missed."""
APART = timedelta(seconds=30)
"""How far apart the runs of one process start that are all caught up with."""


class Late(NamedTuple):
    """An occurrence that was missed, and why."""

    process: Process
    due: OccurrenceDue
    occurrence: str
    why: str


def missed(draft: Draft, process: Process, due: OccurrenceDue, occurrence: str) -> None:
    """Follow the process's policy, unless one run of the date is enough and there is one."""
    if has_run_of_date(draft, process, business_date_of(process, due.at), BY_MISSED):
        return
    at = wall_time(due.at, process.timezone, draft.now)
    _POLICIES[process.missed](draft, Late(process, due, occurrence, f"due at {at}, when no runtime could order it"))


def _ask(draft: Draft, late: Late) -> None:
    _order(draft, late, RunEvent.MISSED)


def _none(draft: Draft, late: Late) -> None:
    _order(draft, late, RunEvent.PASSED_OVER, "; missed: none")


def _latest(draft: Draft, late: Late) -> None:
    if late.due.superseded:
        _order(draft, late, RunEvent.PASSED_OVER, "; missed: latest, and a later one stands for it")
    else:
        _order(draft, late, RunEvent.ORDERED)


def _all(draft: Draft, late: Late) -> None:
    before = [run.not_before or draft.now for run in draft.open_runs(late.process.id) if run.ordered_by == BY_MISSED]
    _order(draft, late, RunEvent.ORDERED, after=max(before) + APART if before else None)


def _order(draft: Draft, late: Late, event: RunEvent, said: str = "", *, after: datetime | None = None) -> None:
    day = business_date_of(late.process, late.due.at)
    order(
        draft, late.process, day, occurrence=late.occurrence, by=BY_MISSED, acts_for=late.process.owner, event=event,
        reason=f"{late.why}{said}", not_before=after,
    )  # fmt: skip


_POLICIES: Mapping[Missed, Callable[[Draft, Late], None]] = {
    Missed.ASK: _ask,
    Missed.NONE: _none,
    Missed.LATEST: _latest,
    Missed.ALL: _all,
}
