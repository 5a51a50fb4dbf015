"""What lies in the store, read past the line: what people see, and what promises are held against."""

from dataclasses import dataclass, field
from typing import NamedTuple

from boms_tui.model.definition import Process
from boms_tui.model.definitions import load_body
from boms_tui.model.ids import AttemptId, ProcessId, RunId, TaskName, attempt_id
from boms_tui.model.states import ATTEMPT_LIVE, RUN_ENDED, AttemptState, RunState, TaskState
from tests.sim.ledger import Ledger

_RUNS = (
    "SELECT id, process, business_date, occurrence, revision, version, reason, cancelling, started_at, late, state"
    " FROM run"
    " ORDER BY ordered_at, id"
)
_TASKS = "SELECT run, task, version, due_at, state FROM task_run ORDER BY run, task"
_HOLDS = "SELECT object FROM hold WHERE released_at IS NULL ORDER BY object"
_ATTEMPTS = (
    "SELECT run, task, number, node, version, exit_code, kill_by, ended_at, state FROM attempt"
    " ORDER BY run, task, number"
)
_BODY = "SELECT body FROM revision WHERE kind = 'process' AND id = ? AND number = ?"


class RunRow(NamedTuple):
    id: RunId
    process: ProcessId
    business_date: str
    occurrence: str
    revision: int
    version: int
    reason: str
    cancelling: int
    started_at: int | None
    late: str
    state: RunState


class TaskRow(NamedTuple):
    run: RunId
    task: TaskName
    version: int
    due_at: int | None
    state: TaskState

    @property
    def ref(self) -> str:
        return f"{self.run}:{self.task}"


class AttemptRow(NamedTuple):
    run: RunId
    task: TaskName
    number: int
    node: str
    version: int
    exit_code: int | None
    kill_by: str
    ended_at: int | None
    state: AttemptState

    @property
    def id(self) -> AttemptId:
        return attempt_id(self.run, self.task, self.number)

    @property
    def is_live(self) -> bool:
        return self.state in ATTEMPT_LIVE

    @property
    def is_open(self) -> bool:
        """Whether it may still hold something: it lives, or nobody knows and nobody has decided."""
        return self.is_live or (self.state is AttemptState.UNKNOWN and self.ended_at is None)


@dataclass(frozen=True, slots=True)
class Board:
    """The runs, tasks and standing holds of one moment, in a fixed order."""

    runs: dict[RunId, RunRow] = field(default_factory=dict)
    tasks: dict[str, TaskRow] = field(default_factory=dict)
    holds: tuple[str, ...] = ()

    def open_runs(self) -> list[RunRow]:
        return [run for run in self.runs.values() if run.state not in RUN_ENDED]

    def tasks_of(self, run: RunId) -> list[TaskRow]:
        return [task for task in self.tasks.values() if task.run == run]

    def versions(self) -> dict[str, int]:
        """The version of every run and task, by the name that a request would give it."""
        runs: dict[str, int] = {row.id: row.version for row in self.runs.values()}
        return runs | {row.ref: row.version for row in self.tasks.values()}


def seen(ledger: Ledger) -> Board:
    runs = [RunRow._make((*values, RunState(state))) for *values, state in ledger.ask(_RUNS)]
    tasks = [TaskRow._make((*values, TaskState(state))) for *values, state in ledger.ask(_TASKS)]
    holds = tuple(name for (name,) in ledger.ask(_HOLDS))
    return Board({run.id: run for run in runs}, {task.ref: task for task in tasks}, holds)


def attempts_seen(ledger: Ledger) -> dict[AttemptId, AttemptRow]:
    rows = [AttemptRow._make((*values, AttemptState(state))) for *values, state in ledger.ask(_ATTEMPTS)]
    return {row.id: row for row in rows}


@dataclass
class Definitions:
    """What runs were ordered with, read once each."""

    ledger: Ledger
    _read: dict[tuple[ProcessId, int], Process] = field(default_factory=dict)

    def of(self, run: RunRow) -> Process:
        key = (run.process, run.revision)
        if key not in self._read:
            ((body,),) = self.ledger.ask(_BODY, *key)
            self._read[key] = load_body("process", body)
        return self._read[key]
