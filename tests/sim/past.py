"""What the journal has told up to one row: who was in which state, since when, and what people posted and freed."""

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from boms_tui.model.records import Entry
from boms_tui.model.states import RunEvent, TaskEvent
from tests.sim.chronicle import Row

BORN = frozenset(
    event.value for event in (RunEvent.ORDERED, RunEvent.MISSED, RunEvent.PASSED_OVER, RunEvent.OVERLAP_SKIPPED)
)
"""Rows that bring a run into being; a missed one may be ordered later on."""
_TRANSITIONS = frozenset(event.value for event in (*TaskEvent, *RunEvent))
WAITING = "waiting"


class Named(NamedTuple):
    """What the id of a run says."""

    process: str
    day: date
    number: int


def named(run: str) -> Named:
    process, _, rest = run.rpartition("@")
    day, _, number = rest.rpartition(".")
    return Named(process, date.fromisoformat(day), int(number))


@dataclass
class Past:
    """`states` and `since` are by run and `RUN:TASK`; `ever` has every state that each was in, but for those of tasks
    whose runs are `given_up`: nothing follows of them. `ordered` has when each run was ordered last, and as which row.
    `claims` counts the attempts of a task, `reached` has what its newest one is said to have said, `freed` the gates
    that people lifted for the next start. `posted` are events by name, date and receiver.
    """

    receive: Callable[[Row], set[tuple[str, date, str]]]
    states: dict[str, str] = field(default_factory=dict)
    since: dict[str, datetime] = field(default_factory=dict)
    ever: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    runs: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    ordered: dict[str, tuple[datetime, int]] = field(default_factory=dict)
    claims: Counter[str] = field(default_factory=Counter)
    reached: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    freed: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    given_up: set[str] = field(default_factory=set)
    due: dict[str, datetime] = field(default_factory=dict)
    posted: set[tuple[str, date, str]] = field(default_factory=set)

    def fold(self, row: Row) -> None:
        entry = row.entry
        if entry.action in BORN and ":" not in entry.object:
            self._bear(row)
        if entry.action in _TRANSITIONS:
            self._move(entry)
        match entry.action:
            case TaskEvent.CLAIMED.value:
                self.claims[entry.object] += 1
            case TaskEvent.STARTED.value:
                self.freed.pop(entry.object, None)
            case "cancel-asked":
                self.given_up.add(entry.object)
            case "reached":
                self.reached[entry.object].add(entry.after)
                self.ever[entry.object].add(entry.after)
            case "freed":
                self.freed[entry.object].add(entry.after)
            case "due":
                self.due.setdefault(entry.object, entry.at)
            case "event-posted" | "event-posted-again":
                self.posted |= self.receive(row)
            case _:
                pass

    def state(self, name: str) -> str:
        return self.states.get(name, WAITING)

    def of_day(self, process: str, day: date) -> list[str]:
        """The runs of a process for a date, by number."""
        return [run for run in self.runs[process] if named(run).day == day]

    def _move(self, entry: Entry) -> None:
        name = entry.object
        self.states[name], self.since[name] = entry.after, entry.at
        if entry.action == RunEvent.REOPENED.value:
            self.given_up.discard(name)
        if name.partition(":")[0] not in self.given_up:
            self.ever[name].add(entry.after)
        if entry.after == WAITING:
            self.reached.pop(name, None)

    def _bear(self, row: Row) -> None:
        run = row.entry.object
        if run not in self.states:
            self.runs[named(run).process].append(run)
        if row.entry.action == RunEvent.ORDERED.value:
            self.ordered[run] = (row.entry.at, row.sequence)
