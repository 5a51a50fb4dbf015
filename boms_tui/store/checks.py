"""What checks found: read by run or task, the newest attempt last."""

from collections.abc import Sequence

from sqlalchemy import Connection, select

from boms_tui.model.ids import RunId, TaskName
from boms_tui.model.records import CheckVerdict, Phase
from boms_tui.store import tables


def found(connection: Connection, run: RunId, task: TaskName | None = None) -> Sequence[CheckVerdict]:
    """The verdicts of a run or of one task: by attempt, those before the start first."""
    table = tables.check_verdict
    first, end = (f"{run}:", f"{run};") if task is None else (f"{run}:{task}.", f"{run}:{task}/")
    rows = select(table).where(table.c.attempt >= first, table.c.attempt < end)
    return sorted((CheckVerdict(*row) for row in connection.execute(rows)), key=_order)


def _order(verdict: CheckVerdict) -> tuple[str, int, bool, int]:
    task, _, number = verdict.attempt.rpartition(".")
    return task, int(number), verdict.phase is Phase.AFTER, verdict.place
