"""Nothing starts under a hold, as the journal tells of both."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from boms_tui.model.ids import split_ref
from boms_tui.model.records import Entry
from boms_tui.model.states import TaskEvent
from boms_tui.store.types import EPOCH, moment
from tests.sim.chronicle import Row
from tests.sim.ledger import Ledger
from tests.sim.trace import Trace

_PLACED = "SELECT until FROM hold WHERE id = ?"
_BEGUN = "SELECT until FROM hold WHERE object = ? AND began_at = ?"


@dataclass
class Blackouts:
    """`standing` has what is held, by its object, and until when."""

    ledger: Ledger
    trace: Trace
    standing: dict[str, datetime | None] = field(default_factory=dict)

    def check(self, rows: Iterable[Row]) -> None:
        for entry in (row.entry for row in rows):
            if entry.action == "held":
                self.standing[entry.object] = self._until(_PLACED, entry.request)
            elif entry.action == "hold-began":
                began_at = (entry.at - EPOCH) // timedelta(microseconds=1)
                self.standing[entry.object] = self._until(_BEGUN, entry.object, began_at)
            elif entry.action in {"released", "hold-expired"} and entry.before == "held":
                self.standing.pop(entry.object, None)
            elif entry.action in {TaskEvent.CLAIMED.value, TaskEvent.PASSED_DRY.value}:
                self._judge(entry)

    def _until(self, sql: str, *of: object) -> datetime | None:
        ((until,),) = self.ledger.ask(sql, *of)
        return None if until is None else moment(until)

    def _judge(self, started: Entry) -> None:
        for name in _over(started.object):
            until = self.standing.get(name, started.at)
            if until is None or started.at < until:
                self.trace.complain("nothing starts under a hold", f"{started.object} at {started.at}, {name} is held")


def _over(ref: str) -> Iterator[str]:
    """Everything that a hold over a task may be placed on."""
    run, _ = split_ref(ref)
    process = run.partition("@")[0]
    yield from ("/", ref, run, process)
    folder, slash, _ = process.rpartition("/")
    while slash:
        yield f"{folder}/"
        folder, slash, _ = folder.rpartition("/")
