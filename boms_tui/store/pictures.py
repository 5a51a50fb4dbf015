"""What deciding needs, read in one moment: the leader's whole picture, and the picture around one run."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import ColumnElement, Connection, and_, or_, select

from boms_tui.errors import BomsError
from boms_tui.model.definition import ProcessStart
from boms_tui.model.ids import ProcessId, RunId
from boms_tui.model.picture import Picture
from boms_tui.model.records import Attempt, Hold, Run, TaskRun
from boms_tui.model.shape import shape_of
from boms_tui.model.snapshot import upstream_date
from boms_tui.store import tables
from boms_tui.store.shelf import Shelf

run = tables.run
Day = tuple[ProcessId, date]


def whole(connection: Connection, shelf: Shelf, dates: Collection[date]) -> Picture:
    """Every run that has not ended, and every run of `dates`."""
    chosen = or_(tables.ACTIVE_RUN, run.c.business_date.in_(sorted(dates))) if dates else tables.ACTIVE_RUN
    return _picture(connection, shelf, chosen, frozenset(dates))


def around(connection: Connection, shelf: Shelf, wanted: RunId) -> Picture:
    """One run, the runs that its gates look at, and those of its process that have not ended.

    Raises:
        BomsError: there is no such run.
    """
    row = connection.execute(select(run).where(run.c.id == wanted)).first()
    if row is None:
        raise BomsError(f"there is no run {wanted}", "`boms runs` lists the runs")
    centre = Run(*row)
    others = (_of_day(*day) for day in sorted(_looked_at(connection, shelf, centre)))
    siblings = and_(run.c.process == centre.process, tables.ACTIVE_RUN)
    return _picture(connection, shelf, or_(run.c.id == wanted, siblings, *others), frozenset())


def _looked_at(connection: Connection, shelf: Shelf, centre: Run) -> set[Day]:
    """The processes and dates that the gates of a run read, and those that would still order them."""
    own = shelf.processes(connection, [(centre.process, centre.revision)])
    outside = (dependency for process in own.values() for _, dependency in shape_of(process).outside)
    days = {
        (dependency.process, upstream_date(dependency.date, centre.business_date))
        for dependency in outside
        if dependency.process is not None
    }
    return days | _orderers(connection, shelf, days)


def _orderers(connection: Connection, shelf: Shelf, days: set[Day]) -> set[Day]:
    """Whose success would order a run of `days`, by the definitions in force, and whose would order those."""
    found: set[Day] = set()
    frontier = _never_ordered(connection, days)
    while frontier:
        definitions = shelf.newest(connection, {process for process, _ in frontier})
        before = {
            (start.process, day)
            for process, day in frontier
            for start in (definitions[process].start if process in definitions else ())
            if isinstance(start, ProcessStart)
        }
        frontier = _never_ordered(connection, before - found - days)
        found |= before
    return found


def _never_ordered(connection: Connection, days: set[Day]) -> set[Day]:
    if not days:
        return set()
    ordered = select(run.c.process, run.c.business_date).where(or_(*(_of_day(*day) for day in days)))
    return days - {(process, day) for process, day in connection.execute(ordered)}


def _of_day(process: ProcessId, day: date) -> ColumnElement[bool]:
    return and_(run.c.process == process, run.c.business_date == day)


def _picture(connection: Connection, shelf: Shelf, chosen: ColumnElement[bool], dates: frozenset[date]) -> Picture:
    runs = tuple(Run(*row) for row in connection.execute(select(run).where(chosen)))
    its_tasks = tables.task_run.c.run.in_(select(run.c.id).where(chosen))
    return Picture(
        runs=runs,
        tasks=tuple(TaskRun(*row) for row in connection.execute(select(tables.task_run).where(its_tasks))),
        attempts=tuple(Attempt(*row) for row in connection.execute(select(tables.attempt).where(tables.LIVE_ATTEMPT))),
        holds=tuple(Hold(*row) for row in connection.execute(select(tables.hold).where(tables.STANDING_HOLD))),
        definitions=shelf.processes(connection, {(one.process, one.revision) for one in runs}),
        dates=dates,
    )
