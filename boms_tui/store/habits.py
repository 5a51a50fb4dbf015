"""How long the tasks of each process took in its newest runs."""

from collections.abc import Sequence

from sqlalchemy import Connection, select

from boms_tui.model.records import Habit
from boms_tui.store import tables


def habits(connection: Connection) -> Sequence[Habit]:
    """Those of every process of which a run has ended."""
    return [Habit(*row) for row in connection.execute(select(tables.habit))]
