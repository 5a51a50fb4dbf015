"""Whether whatever is late is told of: once, and while it is; worked out apart from how BOMS does it."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

from boms_tui.model.ids import parse_run_id
from boms_tui.model.records import Late
from boms_tui.model.states import RUN_ENDED, RunEvent
from boms_tui.store.types import moment
from tests.sim.board import Board, Definitions, RunRow
from tests.sim.chronicle import Row
from tests.sim.daily import on_date
from tests.sim.trace import Trace

LATE = "what is late is told of, once"
_OPENING = {RunEvent.ORDERED.value, RunEvent.REOPENED.value}


@dataclass
class Lateness:
    """`told` counts the rows of each object and deadline, `opened` says since when each run is open."""

    definitions: Definitions
    trace: Trace
    told: Counter[tuple[str, str]] = field(default_factory=Counter)
    opened: dict[str, datetime] = field(default_factory=dict)

    def read(self, rows: Iterable[Row]) -> None:
        """Follow what the journal says."""
        for row in rows:
            entry = row.entry
            if entry.action in _OPENING:
                self.opened[entry.object] = entry.at
            if entry.action == "late" and entry.after != Late.AT_RISK.value:
                self.told[entry.object, entry.after] += 1
                if self.told[entry.object, entry.after] > 1:
                    self.trace.complain(LATE, f"{entry.object} is {entry.after} for the second time")
                if parse_run_id(entry.object) is not None and self.opened.get(entry.object) is None:
                    self.trace.complain(LATE, f"{entry.object} is late before it was ordered")

    def check(self, board: Board) -> None:
        """What the rows of runs say is what the journal says."""
        for run in board.runs.values():
            for late in (Late.START_BY, Late.FINISH_BY, Late.MAX_DURATION):
                if (f'"{late.value}"' in run.late) != (self.told[run.id, late.value] == 1):
                    self.trace.complain(
                        LATE, f"{run.id} is {run.late}, the journal says {self.told[run.id, late.value]}"
                    )
            if run.state in RUN_ENDED and Late.AT_RISK.value in run.late:
                self.trace.complain(LATE, f"{run.id} has ended, and is at risk")

    def missing(self, board: Board, until: datetime) -> Iterator[str]:
        """What was open and had passed a deadline when a leader last looked, and is told of nowhere."""
        for run in board.open_runs():
            for late, at in self._deadlines(run):
                if max(at, self.opened[run.id]) < until and not self.told[run.id, late.value]:
                    yield f"{run.id} is open, {late.value} was at {at}, and nothing tells of it"

    def _deadlines(self, run: RunRow) -> Iterator[tuple[Late, datetime]]:
        process = self.definitions.of(run)
        by, day = process.deadlines, date.fromisoformat(run.business_date)
        if by.start_by is not None and run.started_at is None:
            yield Late.START_BY, on_date(by.start_by, day, process.timezone, process.day_starts)
        if by.finish_by is not None:
            yield Late.FINISH_BY, on_date(by.finish_by, day, process.timezone, process.day_starts)
        if by.max_duration is not None and run.started_at is not None:
            yield Late.MAX_DURATION, moment(run.started_at) + by.max_duration
