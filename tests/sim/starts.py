"""Nothing starts while a condition of it is closed, nor before its time."""

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from boms_tui.model.definition import Process
from boms_tui.model.ids import RunId, TaskName, split_ref
from boms_tui.model.states import RunEvent, TaskEvent
from boms_tui.store.types import moment
from tests.sim.chronicle import Row
from tests.sim.ledger import Ledger
from tests.sim.past import BORN, named
from tests.sim.reading import Moment, Reading
from tests.sim.trace import Trace

CONDITIONS = "S13 nothing starts while a condition of it is closed"
TIME, ROUND = "S14 nothing starts before its time", "a round keeps its distance"
_BEGINS = frozenset(event.value for event in (TaskEvent.CLAIMED, TaskEvent.PASSED_DRY, TaskEvent.ASKED))
_OF_CONDITIONS = ("dependency:", "event:", "file:", "any:", "all:")
_NOT_BEFORE = "SELECT not_before FROM run WHERE id = ?"


@dataclass
class Starts:
    """`times` has the start time of each run as it was ordered, `began` when runs started."""

    ledger: Ledger
    trace: Trace
    reading: Reading
    times: dict[str, datetime] = field(default_factory=dict)
    began: dict[str, datetime] = field(default_factory=dict)

    def judge(self, row: Row, at: Moment) -> None:
        """A row that was not folded yet."""
        entry = row.entry
        if ":" in entry.object:
            if entry.action in _BEGINS:
                run, task = split_ref(entry.object)
                self._judge_conditions(row, run, task, at)
        elif entry.action in BORN:
            ((not_before,),) = self.ledger.ask(_NOT_BEFORE, entry.object)
            if not_before is not None:
                self.times[entry.object] = moment(not_before)
        elif entry.action == RunEvent.STARTED.value:
            self._judge_conditions(row, RunId(entry.object), None, at)
            self._judge_time(row)
            self._judge_round(row)
            self.began[entry.object] = entry.at

    def lifted(self, name: str) -> bool:
        """Whether people have lifted a condition of the next start."""
        return any(gate.startswith(_OF_CONDITIONS) for gate in self.reading.past.freed.get(name, ()))

    def _judge_conditions(self, row: Row, run: RunId, task: TaskName | None, at: Moment) -> None:
        process = self.reading.definition(run)
        after = process.after if task is None else process.tasks[task].after
        if after and not self.lifted(row.entry.object):
            for closed in self.reading.closed(after, run, at):
                self.trace.complain(CONDITIONS, f"{row.entry.object} at {row.entry.at}, but: {closed}")

    def _judge_time(self, row: Row) -> None:
        """A time that has come has come for good, wherever the clock is set."""
        run, past = row.entry.object, self.reading.past
        seen = past.due.get(run, row.entry.at)
        if seen < self.times.get(run, seen) and "start-time" not in past.freed.get(run, ()):
            self.trace.complain(TIME, f"{run} at {seen}, which was to wait for {self.times[run]}")

    def _judge_round(self, row: Row) -> None:
        """It was ordered when the round before it started or ended, and starts so much later."""
        run, past = row.entry.object, self.reading.past
        process, known = self.reading.definition(run), self.reading.board.runs[RunId(run)]
        if process.cyclic is None or not known.occurrence.startswith("cycle:"):
            return
        if "start-time" not in past.freed.get(run, ()):
            ordered, seen = past.ordered[run][0], past.due.get(run, row.entry.at)
            if seen < ordered + process.cyclic.every:
                self.trace.complain(ROUND, f"{run} at {seen}, {process.cyclic.every} after {ordered} at the earliest")
        if process.cyclic.until is not None and row.entry.at > instant_of(process, run, process.cyclic.until, fold=1):
            self.trace.complain(ROUND, f"{run} at {row.entry.at}, after {process.cyclic.until}")


def instant_of(process: Process, run: str, at: time, *, fold: int) -> datetime:
    """A time of a run's business date; where it comes twice, the earlier one or (`fold`) the later one."""
    day = named(run).day + timedelta(days=at < process.day_starts)
    return datetime.combine(day, at, ZoneInfo(process.timezone)).replace(fold=fold).astimezone(ZoneInfo("UTC"))
