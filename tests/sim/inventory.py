"""What must be there when faults have stopped and a leader has seen everything: whatever could move has moved."""

from collections import Counter
from datetime import date, timedelta

from boms_tui.model.definition import Process
from boms_tui.model.states import TaskState
from boms_tui.model.trigger import ProcessStart
from boms_tui.store import maintain
from boms_tui.store.types import moment
from tests.sim.arrears import LOST, Arrears
from tests.sim.board import RunRow
from tests.sim.night import Night
from tests.sim.orders import DUE, words
from tests.sim.reading import business_day

T = TaskState
_MOVING = frozenset({T.READY, T.STARTING, T.RUNNING, T.KILLING, T.BACKOFF})
_SOON = timedelta(seconds=2)
_DAYS = timedelta(days=3)
_HOLDS = "SELECT object, until, begins, began_at FROM hold WHERE released_at IS NULL ORDER BY object, id"


class Inventory:
    """Looks for what is missing in a night."""

    def __init__(self, night: Night) -> None:
        self.night = night
        self.promises = night.promises
        self._complain = night.trace.complain
        self._arrears = Arrears(night)

    def take(self, node: str) -> None:
        """While the runtime of that node leads."""
        self._attempts_are_watched(node)
        self._slots_are_used()
        self._backoffs_end()
        self._holds_come_and_go()
        ordered = {(run.process, run.occurrence) for run in self.promises.board.runs.values()}
        processes = {process.id: process for process in self.night.plan.processes}
        for name in self.night.plan.times:
            self._times_are_kept(processes[name], {what for who, what in ordered if who == name})
        for process in processes.values():
            self._ends_are_followed(process)
        for (request,) in self.night.ledger.ask("SELECT id FROM request WHERE answered_at IS NULL"):
            self._complain(LOST, f"{request} has no verdict")
        for run in self.promises.board.open_runs():
            self._stands_for_a_reason(run)
        self._arrears.take()

    def close(self) -> None:
        """At the very end."""
        for sent in self.promises.people.sent.values():
            if sent.kept and sent.request.id not in self.promises.verdicts.given:
                self._complain("I4 one verdict", f"{sent.request.id} was kept and has none")
        attempts = self.promises.evidence.attempts
        for host in self.night.hosts:
            for attempt, folder in host.folders.items():
                row = attempts.get(attempt)
                if folder.exit is not None and (row is None or row.exit_code != folder.exit.code):
                    self._complain("I3 every exit is recorded", f"{attempt}: {folder.exit}; on record is {row}")
        with self.night.ledger.past_the_line():
            for finding in maintain.check(self.night.ledger.engine):
                self._complain("I10 the store is sound", f"{finding}")

    def _attempts_are_watched(self, node: str) -> None:
        host = self.promises.hosts[node]
        for row in self.promises.evidence.attempts.values():
            living = host.shim_lives(row.id) or host.program_lives(row.id)
            if row.is_live and row.node == node and not living:
                self._complain(LOST, f"{row.id} is {row.state.value} and nothing of it lives")

    def _slots_are_used(self) -> None:
        """Whoever is ready has a slot where one is free, unless it may lack something that others hold."""
        evidence = self.promises.evidence
        holding = [row for row in evidence.attempts.values() if row.is_open]
        used = Counter(evidence.task_of(row).pool for row in holding if row.is_live)
        for task in self.promises.board.tasks.values():
            defined = self.promises.definitions.of(self.promises.board.runs[task.run]).tasks[task.task]
            has_all = not holding or not (defined.resources or defined.locks)
            if task.state is T.READY and has_all and used[defined.pool] < self.night.pools[defined.pool]:
                self._complain(LOST, f"{task.ref} is ready, and there is a free slot for it")

    def _backoffs_end(self) -> None:
        soon = self.night.clock.now() - _SOON
        for task in self.promises.board.tasks.values():
            if task.state is T.BACKOFF and task.due_at is not None and moment(task.due_at) < soon:
                self._complain(LOST, f"{task.ref} should have been tried again")

    def _holds_come_and_go(self) -> None:
        soon = self.night.clock.now() - _SOON
        for name, until, begins, began_at in self.night.ledger.ask(_HOLDS):
            if begins is not None and began_at is None and moment(begins) < soon:
                self._complain(LOST, f"the hold on {name} should have begun")
            if until is not None and moment(until) < soon:
                self._complain(LOST, f"the hold on {name} should have ended")

    def _times_are_kept(self, process: Process, ordered: set[str]) -> None:
        """Each time of a schedule has ordered a run, and no other time has; the store keeps them apart."""
        night, daily = self.night, self.night.plan.times[process.id]
        if night.planned_from is not None:
            for at in sorted(daily.between(process.timezone, night.planned_from, night.clock.now())):
                used_up = self.promises.orders.is_used_up(process, business_day(process, at))
                if f"cron:{at.isoformat()}" not in ordered and not used_up:
                    self._complain(DUE, f"{process.id} was due at {at}, and nothing was ordered")
        real = daily.between(process.timezone, night.defined_at - _DAYS, night.clock.furthest + _DAYS)
        for occurrence in sorted(ordered - {f"cron:{at.isoformat()}" for at in real}):
            if occurrence.startswith("cron:"):
                self._complain(DUE, f"{process.id} was not due at {occurrence}")

    def _ends_are_followed(self, process: Process) -> None:
        """A run follows each end, and each word, that the process starts after."""
        orders = self.promises.orders
        for start in (start for start in process.start if isinstance(start, ProcessStart)):
            for run in (run for run in self.promises.board.runs.values() if run.process == start.process):
                cause = (process.id, (run.id, *words(start)))
                used_up = orders.is_used_up(process, date.fromisoformat(run.business_date))
                if orders.fulfilled(start, run.id) and cause not in orders.caused and not used_up:
                    self._complain(DUE, f"{start} of {run.id} came about, and {process.id} was not ordered")

    def _stands_for_a_reason(self, run: RunRow) -> None:
        moving = any(task.state in _MOVING for task in self.promises.board.tasks_of(run.id))
        if not moving and not run.reason:
            self._complain(LOST, f"{run.id} is {run.state.value}, nothing of it moves, and nothing says why")
