"""What should have been ordered by now and was not, as the store has it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, func, select

from boms_tui.model.ids import ProcessId
from boms_tui.model.overdue import overdue_now
from boms_tui.model.views import Overdue
from boms_tui.store import tables
from boms_tui.store.content import AT_ONCE
from boms_tui.store.shelf import Shelf

run, revision = tables.run.c, tables.revision.c
_AROUND = (-1, 0, 1)
"""The days around today: every current business date is one of them."""


def overdue(connection: Connection, shelf: Shelf, now: datetime) -> Sequence[Overdue]:
    """The processes that are overdue at `now` without a run; of those applied after their deadline, none."""
    catalogue = shelf.catalogue(connection)
    days = [now.date() + timedelta(days=shift) for shift in _AROUND]
    ordered = _ordered(connection, days)
    found = list(overdue_now(catalogue, now, lambda process, day: (process, day) in ordered))
    since = _first_applied(connection, [one.process for one in found])
    return [one for one in found if since[one.process] <= one.at]


def _ordered(connection: Connection, days: Collection[date]) -> set[tuple[ProcessId, date]]:
    """The processes and dates that have a run."""
    rows = select(run.process, run.business_date).where(run.business_date.in_(days)).distinct()
    return {(process, day) for process, day in connection.execute(rows)}


def _first_applied(connection: Connection, processes: Sequence[ProcessId]) -> Mapping[ProcessId, datetime]:
    found: dict[ProcessId, datetime] = {}
    for start in range(0, len(processes), AT_ONCE):
        named = (revision.kind == "process", revision.id.in_(processes[start : start + AT_ONCE]))
        rows = select(revision.id, func.min(revision.applied_at)).where(*named).group_by(revision.id)
        found.update((ProcessId(name), at) for name, at in connection.execute(rows))
    return found
