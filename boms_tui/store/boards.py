"""The lists: runs on the board, processes in the browser."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Select, func, select

from boms_tui.model.definition import Process
from boms_tui.model.ids import ProcessId, RunId
from boms_tui.model.records import Run
from boms_tui.model.states import RunState, TaskState
from boms_tui.model.trigger import CronStart
from boms_tui.model.views import BoardQuery, BoardRow, ProcessRow
from boms_tui.store import tables
from boms_tui.store.content import AT_ONCE
from boms_tui.store.shelf import Shelf

run, task_run = tables.run, tables.task_run


def board(connection: Connection, shelf: Shelf, query: BoardQuery) -> Sequence[BoardRow]:
    """Runs as the query narrows them, the newest business date first, with the states of their tasks counted."""
    runs: list[Run] = []
    counts: dict[RunId, dict[TaskState, int]] = defaultdict(dict)
    for chosen in _chosen(query):
        runs += (Run(*row) for row in connection.execute(chosen))
        for run_id, state, number in connection.execute(_counts(chosen)):
            counts[run_id][state] = number
    definitions = shelf.processes(connection, {(one.process, one.revision) for one in runs})
    titles = {key: definition.title for key, definition in definitions.items()}
    runs.sort(key=lambda one: (-one.business_date.toordinal(), one.ordered_at, one.id))
    return [BoardRow(one, titles.get((one.process, one.revision), ""), counts[one.id]) for one in runs]


def processes(connection: Connection, shelf: Shelf) -> Sequence[ProcessRow]:
    """Every process in force, by id, each with its newest run."""
    catalogue = shelf.catalogue(connection)
    last = {process: (run_id, state) for process, run_id, state in connection.execute(_newest_runs())}
    return [
        _process_row(process, catalogue.revisions[process], definition, last.get(process))
        for process, definition in sorted(catalogue.processes.items())
    ]


def _process_row(
    process: ProcessId, revision: int, definition: Process, last: tuple[RunId, RunState] | None
) -> ProcessRow:
    starts = tuple(
        start.cron if isinstance(start, CronStart) else str(start).replace("process ", "after ", 1)
        for start in definition.start
    )
    return ProcessRow(
        process, definition.title, definition.owner, revision, len(definition.tasks), starts, last,
        definition.calendar, definition.timezone,
    )  # fmt: skip


def _chosen(query: BoardQuery) -> Iterator[Select[Any]]:
    """The runs that a query asks for, in as many statements as the runs it names take."""
    rows = select(run).order_by(run.c.business_date.desc(), run.c.ordered_at, run.c.id).limit(query.limit)
    if query.dates:
        rows = rows.where(run.c.business_date.in_(sorted(query.dates)))
    if query.states:
        rows = rows.where(run.c.state.in_(sorted(query.states)))
    if query.process is not None:
        rows = rows.where(run.c.process == query.process)
    if not query.runs:
        yield rows
    named = sorted(query.runs)
    for start in range(0, len(named), AT_ONCE):
        yield rows.where(run.c.id.in_(named[start : start + AT_ONCE]))


def _counts(chosen: Select[Any]) -> Select[Any]:
    counted = select(task_run.c.run, task_run.c.state, func.count())
    return counted.where(task_run.c.run.in_(chosen.with_only_columns(run.c.id))).group_by(
        task_run.c.run, task_run.c.state
    )


def _newest_runs() -> Select[Any]:
    """The newest run of each process that is defined: one look into an index for each."""
    named = select(tables.revision.c.id).where(tables.revision.c.kind == "process").distinct().subquery()
    other = run.alias()
    newest = (
        select(other.c.id)
        .where(other.c.process == named.c.id)
        .order_by(other.c.business_date.desc(), other.c.number.desc())
        .limit(1)
        .correlate(named)
        .scalar_subquery()
    )
    return select(run.c.process, run.c.id, run.c.state).join_from(named, run, run.c.id == newest)
