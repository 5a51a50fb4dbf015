"""Attempts and tasks as they are said to have ended, held against what lies on their hosts."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from boms_tui.model.definition import Command, LockMode, OnUnknown, Process, Resource, Task
from boms_tui.model.facts import How
from boms_tui.model.ids import AttemptId, RunId, TaskName, split_ref
from boms_tui.model.records import Entry
from boms_tui.model.states import LIVE, AttemptState, TaskEvent, TaskState
from tests.sim.board import AttemptRow, Board, Definitions, attempts_seen
from tests.sim.chronicle import SLOTS, Chronicle, Row
from tests.sim.folders import Folder
from tests.sim.host import Host
from tests.sim.ledger import Ledger
from tests.sim.lives import life_of
from tests.sim.trace import Trace

A = AttemptState
_PROVED = {
    How.SIGNALLED: A.FAILED,
    How.TIMEOUT: A.TIMED_OUT,
    How.KILLED: A.KILLED,
    How.START_FAILED: A.START_FAILED,
}
_BAD = frozenset({A.FAILED, A.KILLED, A.TIMED_OUT, A.START_FAILED, A.CHECK_FAILED})
_FAILED_CHECKS = "SELECT DISTINCT attempt FROM check_verdict WHERE NOT passed"


@dataclass
class Evidence:
    """`attempts` are the rows as they were judged last. `pools` has the slots of each pool."""

    ledger: Ledger
    trace: Trace
    chronicle: Chronicle
    definitions: Definitions
    hosts: Mapping[str, Host]
    pools: Mapping[str, int]
    resources: Iterable[Resource]
    board: Board = field(default_factory=Board)
    attempts: dict[AttemptId, AttemptRow] = field(default_factory=dict)

    def check(self, board: Board, rows: Iterable[Row]) -> None:
        """Look at every attempt that has changed, and at the tasks that `rows` say have ended."""
        self.board, before = board, self.attempts
        self.attempts = attempts_seen(self.ledger)
        for attempt, row in self.attempts.items():
            if before.get(attempt) != row:
                self._judge(row, before.get(attempt))
        self._check_live()
        self._check_shares()
        for new in rows:
            self._check_end(new)
            if new.entry.action == TaskEvent.CLAIMED.value:
                self._check_window(new.entry)

    def task_of(self, row: AttemptRow) -> Task:
        return self.definitions.of(self.board.runs[row.run]).tasks[row.task]

    def _judge(self, row: AttemptRow, before: AttemptRow | None) -> None:
        if before is not None and not before.is_live and before.state is not A.UNKNOWN:
            self.trace.complain("I3 an end is recorded once", f"{row.id} was {before} and is {row}")
        defined = self.task_of(row)
        if defined.exclude or defined.dry:
            self.trace.complain("S6 what is excluded or dry runs nothing", row.id)
        host = self.hosts[row.node]
        folder = host.folders.get(row.id)
        if row.state is A.UNKNOWN:
            if row.id not in host.blamed or folder is None or folder.started is None:
                self.trace.complain("I7 unknown only where nobody can know", f"{row.id} on {row.node}")
        elif not row.is_live and not self._is_true(row, host, folder):
            said = folder.exit if folder else None
            self.trace.complain("I7 no end without evidence", f"{row.id} is {row.state.value}; on disk is {said}")
        elif row.state is A.CHECK_FAILED and (row.id,) not in self.ledger.ask(_FAILED_CHECKS):
            self.trace.complain("what a check saw is kept", f"{row.id} failed none")

    def _is_true(self, row: AttemptRow, host: Host, folder: Folder | None) -> bool:
        """Whether the host bears out how the attempt is said to have ended."""
        if folder is not None and folder.exit is not None:
            return (row.state, row.exit_code) == (self._proved(row, folder), folder.exit.code)
        if host.starts[row.id]:
            return False
        if row.state is A.CHECK_FAILED:
            return not life_of(row.id, host.chance).passes_before and (folder is None or folder.spec is None)
        if row.state is A.VOID:
            return folder is not None and folder.cancelled
        return row.state is A.START_FAILED and folder is not None and folder.cancelled

    def _proved(self, row: AttemptRow, folder: Folder) -> AttemptState:
        if folder.exit is None or folder.exit.how is not How.EXITED:
            return _PROVED[folder.exit.how] if folder.exit else A.UNKNOWN
        task = self.task_of(row)
        if not isinstance(task.work, Command) or folder.exit.code not in task.work.success_codes:
            return A.FAILED
        passes = not task.checks.after or life_of(row.id, self.hosts[row.node].chance).passes_after
        return A.SUCCEEDED if passes else A.CHECK_FAILED

    def _check_live(self) -> None:
        """A live task has exactly one live attempt, and nobody has more slots than there are."""
        live = Counter((row.run, row.task) for row in self.attempts.values() if row.is_live)
        for task in self.board.tasks.values():
            if live[task.run, task.task] != (task.state in LIVE):
                self.trace.complain("I2 a live task has one live attempt", f"{task.ref} is {task.state.value}")
        used = Counter(self.task_of(row).pool for row in self.attempts.values() if row.is_live)
        for pool, slots in self.pools.items():
            if used[pool] > slots and SLOTS not in self.chronicle.freed:
                self.trace.complain("slots are lent once", f"{used[pool]} of {slots} in {pool}")

    def _check_shares(self) -> None:
        """Nothing is lent beyond what there is, and a lock held alone is held alone (SEMANTICS S15)."""
        holders = [self.task_of(row) for row in self.attempts.values() if row.is_open]
        for resource in self.resources:
            lent = sum(task.resources.get(resource.id, 0) for task in holders)
            if lent > resource.units and f"resource:{resource.id}" not in self.chronicle.freed:
                self.trace.complain("S15 units are lent once", f"{lent} of {resource.units} of {resource.id}")
        held = Counter(lock.name for task in holders for lock in task.locks)
        alone = {lock.name for task in holders for lock in task.locks if lock.mode is LockMode.EXCLUSIVE}
        for name in sorted(alone):
            if held[name] > 1 and f"lock:{name}" not in self.chronicle.freed:
                self.trace.complain("S15 a lock is held alone", f"{name} by {held[name]}")

    def _check_window(self, claimed: Entry) -> None:
        """Nothing starts outside of its hours, which belong to its business date (SEMANTICS S14)."""
        run = self.board.runs[split_ref(claimed.object)[0]]
        process = self.definitions.of(run)
        if process.window is None or "window" in self.chronicle.freed:
            return
        at = claimed.at.astimezone(ZoneInfo(process.timezone)).replace(tzinfo=None)
        day = date.fromisoformat(run.business_date)
        opens, closes = (_on(day, hour, process) for hour in (process.window.start, process.window.end))
        closes += timedelta(days=closes < opens)
        if not opens <= at < closes:
            self.trace.complain("S14 nothing starts outside its window", f"{claimed.object} at {at}")

    def _check_end(self, row: Row) -> None:
        """A task has succeeded or failed by its attempt's end, or by a person's word; or it may run again by itself."""
        entry = row.entry
        run, task = split_ref(entry.object)
        if task is None or entry.request:
            return
        if entry.action == TaskEvent.RERUN.value and not self._may_run_again(run, task):
            self.trace.complain("I7 what is unknown is not run again", entry.object)
        if self.chronicle.states.get(entry.object) != entry.after:
            return  # more has happened since, of which its attempts tell
        mine = [one for one in self.attempts.values() if (one.run, one.task) == (run, task)]
        state = max(mine, key=lambda one: one.number).state if mine else None
        killed = entry.before == TaskState.KILLING.value
        borne_out = {
            TaskEvent.SUCCEEDED.value: state is A.SUCCEEDED,
            TaskEvent.FAILED.value: state in _BAD or (state is A.VOID and killed),
        }
        if not borne_out.get(entry.action, True):
            self.trace.complain("I7 nothing ends without evidence", f"{entry.object} {entry.action}: {state}")

    def _may_run_again(self, run: RunId, task: TaskName) -> bool:
        return self.definitions.of(self.board.runs[run]).tasks[task].on_unknown is OnUnknown.RERUN


def _on(day: date, hour: time, process: Process) -> datetime:
    return datetime.combine(day + timedelta(days=hour < process.day_starts), hour)
