"""What deciding needs, read in one moment: the leader's whole picture, and the picture around one run."""

from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import ColumnElement, Connection, and_, or_, select

from boms_tui.errors import BomsError
from boms_tui.model.condition import Dependency, RelativeDate
from boms_tui.model.definition import Process
from boms_tui.model.ids import AttemptId, ProcessId, RunId, parse_attempt_id
from boms_tui.model.picture import Picture
from boms_tui.model.records import Attempt, Event, Hold, Run, Sighting, TaskRun
from boms_tui.model.shape import shape_of
from boms_tui.model.states import RunState, TaskState
from boms_tui.model.trigger import ProcessStart
from boms_tui.store import tables
from boms_tui.store.shelf import AT_ONCE, Shelf

run = tables.run
Day = tuple[ProcessId, date]


def whole(connection: Connection, shelf: Shelf, dates: Collection[date]) -> Picture:
    """Every run that has not ended, and every run of `dates`."""
    chosen = or_(tables.ACTIVE_RUN, run.c.business_date.in_(sorted(dates))) if dates else tables.ACTIVE_RUN
    return _picture(connection, shelf, chosen, frozenset(dates))


def around(connection: Connection, shelf: Shelf, wanted: RunId) -> Picture:
    """One run, the runs that its gates look at, those of its process that have not ended, and its rivals.

    Raises:
        BomsError: there is no such run.
    """
    row = connection.execute(select(run).where(run.c.id == wanted)).first()
    if row is None:
        raise BomsError(f"there is no run {wanted}", "`boms runs` lists the runs")
    centre = Run(*row)
    own = shelf.processes(connection, [(centre.process, centre.revision)])
    day = (centre.process, centre.business_date)
    return _around(connection, shelf, list(own.values()), day, run.c.id == wanted)


def ahead(connection: Connection, shelf: Shelf, process: ProcessId, business_date: date) -> Picture:
    """The same for a run that a process could be ordered for: with the runs that it has for that date."""
    own = shelf.newest(connection, [process])
    day = (process, business_date)
    return _around(connection, shelf, list(own.values()), day, _of_day(*day))


def _around(
    connection: Connection, shelf: Shelf, own: Collection[Process], day: Day, centre: ColumnElement[bool]
) -> Picture:
    outside = [dependency for process in own for _, dependency in shape_of(process).outside]
    others = (_of_day(*other) for other in sorted(_looked_at(connection, shelf, day[1], outside)))
    newest = (_newest_of(one.process) for one in outside if one.process and one.date is RelativeDate.NEWEST)
    siblings = and_(run.c.process == day[0], tables.ACTIVE_RUN)
    picture = _picture(connection, shelf, or_(centre, siblings, *others, *newest), frozenset())
    competes = any(any(shape_of(process).needs.values()) for process in own)
    return _with_rivals(connection, shelf, picture) if competes else picture


def known(connection: Connection, attempts: Collection[AttemptId]) -> dict[AttemptId, Attempt]:
    """Those of these attempts that are on record."""
    named, found = sorted(attempts), {}
    for first in range(0, len(named), AT_ONCE):
        some = or_(*map(_same_attempt, named[first : first + AT_ONCE]))
        for row in connection.execute(select(tables.attempt).where(some)):
            one = Attempt(*row)
            found[one.id] = one
    return found


def dates_ordered(
    connection: Connection, occurrences: Collection[tuple[ProcessId, str]]
) -> dict[tuple[ProcessId, str], date]:
    """The business dates of the runs that these occurrences have ordered, each with its process."""
    wanted, found = sorted(occurrences), {}
    columns = (run.c.process, run.c.occurrence, run.c.business_date)
    for first in range(0, len(wanted), AT_ONCE):
        some = (
            and_(run.c.process == process, run.c.occurrence == one) for process, one in wanted[first : first + AT_ONCE]
        )
        for process, one, day in connection.execute(select(*columns).where(or_(*some))):
            found[process, one] = day
    return found


def dates_ended_since(connection: Connection, processes: Collection[ProcessId], moment: datetime) -> set[date]:
    """The business dates of the runs of these processes that ended at `moment` or later."""
    named, found = sorted(processes), set[date]()
    for first in range(0, len(named), AT_ONCE):
        young = and_(run.c.process.in_(named[first : first + AT_ONCE]), run.c.ended_at >= moment)
        found.update(connection.scalars(select(run.c.business_date).where(young).distinct()))
    return found


def newest_dates(connection: Connection, processes: Collection[ProcessId]) -> set[date]:
    """The business date of the run that was ordered last of each, of those that came to something."""
    newest = (select(run.c.business_date).where(_newest_of(process)) for process in sorted(processes))
    return {day for question in newest for day in connection.scalars(question)}


def _same_attempt(attempt: AttemptId) -> ColumnElement[bool]:
    table, (run_id, task, number) = tables.attempt.c, parse_attempt_id(attempt)
    return and_(table.run == run_id, table.task == task, table.number == number)


def _looked_at(connection: Connection, shelf: Shelf, own: date, outside: Collection[Dependency]) -> set[Day]:
    """The processes and dates that the gates of a run read, and those that would still order them."""
    upstream = shelf.around(connection, {dependency.process for dependency in outside if dependency.process})
    days = {
        (dependency.process, day)
        for dependency in outside
        if dependency.process and (day := upstream.date_read(dependency, own)) is not None
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


def _newest_of(process: ProcessId) -> ColumnElement[bool]:
    """The run of a process that was ordered last, of those that came to something."""
    counts = run.c.state.not_in([RunState.CANCELLED, RunState.MISSED])
    last_first = (run.c.ordered_at.desc(), run.c.business_date.desc(), run.c.number.desc())
    newest = select(run.c.id).where(run.c.process == process, counts)
    return run.c.id.in_(newest.order_by(*last_first).limit(1))


def _picture(connection: Connection, shelf: Shelf, chosen: ColumnElement[bool], dates: frozenset[date]) -> Picture:
    runs = tuple(Run(*row) for row in connection.execute(select(run).where(chosen)))
    its_tasks = tables.task_run.c.run.in_(select(run.c.id).where(chosen))
    sightings = select(tables.sighting).where(tables.sighting.c.run.in_(select(run.c.id).where(chosen)))
    return Picture(
        runs=runs,
        tasks=tuple(TaskRun(*row) for row in connection.execute(select(tables.task_run).where(its_tasks))),
        attempts=tuple(Attempt(*row) for row in connection.execute(select(tables.attempt).where(tables.LIVE_ATTEMPT))),
        holds=tuple(Hold(*row) for row in connection.execute(select(tables.hold).where(tables.OPEN_HOLD))),
        definitions=shelf.processes(connection, {(one.process, one.revision) for one in runs}),
        dates=dates,
        events=_events(connection, {*dates, *(one.business_date for one in runs)}),
        sightings=tuple(Sighting(*row) for row in connection.execute(sightings)),
    )


def _events(connection: Connection, dates: Collection[date]) -> tuple[Event, ...]:
    posted = tables.posted
    rows = select(posted).where(posted.c.business_date.in_(sorted(dates)))
    return tuple(Event(*row) for row in connection.execute(rows)) if dates else ()


def _with_rivals(connection: Connection, shelf: Shelf, picture: Picture) -> Picture:
    """The same, with the runs beside that hold units and locks or wait for them: what they have open and ready."""
    known = {one.id for one in picture.runs}
    active = select(run).where(tables.ACTIVE_RUN)
    of_active = tables.task_run.c.run.in_(active.with_only_columns(run.c.id))
    ready = select(tables.task_run).where(of_active, tables.task_run.c.state == TaskState.READY)
    found = [TaskRun(*row) for row in connection.execute(ready)]
    tasks = [task for task in found if task.run not in known]
    names = {attempt.run for attempt in picture.attempts} | {task.run for task in tasks}
    rivals = [Run(*row) for row in connection.execute(active)] if names - known else []
    beside = tuple(rival for rival in rivals if rival.id in names - known)
    definitions = shelf.processes(connection, {(rival.process, rival.revision) for rival in beside})
    return replace(
        picture,
        tasks=(*picture.tasks, *tasks),
        definitions={**picture.definitions, **definitions},
        beside=beside,
    )
