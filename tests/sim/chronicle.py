"""The journal as it grows: each row proved, and folded into what it says of every run, task and request."""

from dataclasses import dataclass, field

from boms_tui.model.journal import chain, genesis
from boms_tui.model.records import Entry
from boms_tui.model.states import RunEvent, TaskEvent, TaskState
from boms_tui.store.types import moment
from tests.sim.board import Board
from tests.sim.ledger import DEPLOYMENT, Ledger
from tests.sim.trace import Trace

SLOTS = "slots"
"""What a person lends beyond measure who says that an unknown attempt still runs."""
_TRANSITIONS = {event.value for event in (*TaskEvent, *RunEvent)}
_SQL = (
    "SELECT sequence, epoch, at, actor, action, object, before, after, reason, request, hash FROM journal"
    " WHERE sequence > ? ORDER BY sequence"
)


@dataclass(frozen=True, slots=True)
class Row:
    sequence: int
    epoch: int
    entry: Entry


@dataclass
class Chronicle:
    """`states` is the fold of the transitions; `rows_of` has the rows that each request left, `succeeded` what ever
    did, `freed` the gates that a person has lifted.
    """

    ledger: Ledger
    trace: Trace
    sequence: int = 0
    epoch: int = 0
    states: dict[str, str] = field(default_factory=dict)
    rows_of: dict[str, list[Row]] = field(default_factory=dict)
    succeeded: set[str] = field(default_factory=set)
    freed: set[str] = field(default_factory=set)
    _roles: list[tuple[int, str, str]] = field(default_factory=list)
    _hash: str = genesis(DEPLOYMENT)

    def is_current(self) -> bool:
        return self.ledger.ask("SELECT sequence FROM journal_head") == [(self.sequence,)]

    def read_on(self) -> list[Row]:
        """The rows that have come since."""
        rows = []
        for sequence, epoch, at, *texts, sealed in self.ledger.ask(_SQL, self.sequence):
            row = Row(sequence, epoch, Entry(moment(at), *texts))
            self._prove(row, sealed)
            self._fold(row)
            rows.append(row)
        return rows

    def role_of(self, user: str, sequence: int) -> str:
        """The role that somebody had before a row; "" for one whose account was closed."""
        changes = [role for at, name, role in self._roles if name == user and at < sequence]
        return changes[-1] if changes else user

    def compare(self, board: Board) -> None:
        """The state of every run and task is what the journal tells."""
        for run in board.runs.values():
            if self.states.get(run.id) != run.state.value:
                self._complain(f"{run.id} is {run.state.value}, the journal says {self.states.get(run.id)}")
        for task in board.tasks.values():
            said = self.states.get(task.ref, TaskState.WAITING.value)
            if said != task.state.value:
                self._complain(f"{task.ref} is {task.state.value}, the journal says {said}")
        head = self.ledger.ask("SELECT sequence, hash FROM journal_head")
        if head != [(self.sequence, self._hash)]:
            self._complain(f"the journal's head is {head}, its last row {self.sequence}")

    def _prove(self, row: Row, sealed: str) -> None:
        if row.sequence != self.sequence + 1:
            self._complain(f"row {row.sequence} follows row {self.sequence}")
        if sealed != chain(self._hash, row.sequence, row.epoch, row.entry):
            self._complain(f"the hash of row {row.sequence} does not follow")
        if row.epoch < self.epoch:
            self.trace.complain("I8 no write by a deposed leader", f"row {row.sequence} is of epoch {row.epoch}")
        self.sequence, self.epoch, self._hash = row.sequence, max(self.epoch, row.epoch), sealed

    def _fold(self, row: Row) -> None:
        entry = row.entry
        by = f" by {entry.actor}" if entry.actor != "runtime" else ""
        change = f"{entry.before}>{entry.after}" if entry.before or entry.after else ""
        why = f" ({entry.reason})" if entry.reason else ""
        self.trace.say(f"epoch {row.epoch}", f"{row.sequence:3} {entry.object} {entry.action} {change}{by}{why}")
        if entry.request:
            self.rows_of.setdefault(entry.request, []).append(row)
        if entry.action in {"user-roles", "user-disable"}:
            role = entry.after if entry.action == "user-roles" else ""
            self._roles.append((row.sequence, entry.object.removeprefix("user "), role))
        if entry.action == "freed":
            self.freed.add(entry.after)
        if entry.action == TaskEvent.STILL_RUNNING.value:
            self.freed.add(SLOTS)
        if entry.action in _TRANSITIONS:
            initial = TaskState.WAITING.value if ":" in entry.object else ""
            if self.states.get(entry.object, initial) != entry.before:
                self._complain(f"row {row.sequence} moves {entry.object} from {entry.before}, it was elsewhere")
            self.states[entry.object] = entry.after
            if entry.after == TaskState.SUCCEEDED.value:
                self.succeeded.add(entry.object)

    def _complain(self, detail: str) -> None:
        self.trace.complain("I10 the journal is whole, and states are its fold", detail)
