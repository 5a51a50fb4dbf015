"""What should have come of events, of files and of open conditions, when a leader has had time to see everything."""

from datetime import date, datetime

from boms_tui.model.condition import Condition
from boms_tui.model.definition import OnFailure, Overlap, Process
from boms_tui.model.ids import RunId
from boms_tui.model.states import TaskState
from boms_tui.model.trigger import EventStart
from tests.sim.board import RunRow, TaskRow
from tests.sim.chance import Fault
from tests.sim.drive import WORK
from tests.sim.eyes import Owed
from tests.sim.night import Night
from tests.sim.orders import CYCLE, EVENT, FILE, place_of
from tests.sim.reading import ALL, Moment, business_day
from tests.sim.starts import instant_of

LOST = "nothing is lost"
_POSTED = "SELECT name, business_date, receiver FROM event"


class Arrears:
    """Looks for what is behind in a night."""

    def __init__(self, night: Night) -> None:
        self.night = night
        self.promises = night.promises
        self._complain = night.trace.complain

    def take(self) -> None:
        """While a runtime leads and has seen everything."""
        for process in self.night.plan.processes:
            self._events_have_ordered(process)
            self._rounds_go_on(process)
        for owed, span in self.promises.sights.owed.items():
            self._file_has_ordered(owed, span)
        kept = {(name, date.fromisoformat(day), receiver) for name, day, receiver in self.night.ledger.ask(_POSTED)}
        if kept != self.promises.past.posted:
            self._complain(EVENT, f"posted was {self.promises.past.posted}, kept is {kept}")
        if not self.promises.board.holds:
            for run in self.promises.board.open_runs():
                self._waits_for_something(run, self.promises.definitions.of(run))

    def _events_have_ordered(self, process: Process) -> None:
        for event, day, receiver in sorted(self.promises.past.posted):
            concerns = EventStart(event) in process.start and receiver in {ALL, process.id}
            used_up = self.promises.orders.is_used_up(process, day)
            if concerns and not used_up and (process.id, (event, day)) not in self.promises.orders.caused:
                self._complain(EVENT, f"{event} was posted for {day}, and {process.id} was not ordered")

    def _rounds_go_on(self, process: Process) -> None:
        """A round follows each that has reached what the next one counts from, unless that was the last."""
        cyclic, orders = process.cyclic, self.promises.orders
        if cyclic is None:
            return
        for run in self.promises.board.runs.values():
            first, number = place_of(run)
            reached = None if run.process != process.id else orders.counts_from(cyclic, run.id)
            if reached is None or (cyclic.rounds is not None and number >= cyclic.rounds):
                continue
            is_over = cyclic.until is not None and reached + cyclic.every > instant_of(
                process, run.id, cyclic.until, fold=0
            )
            if not is_over and (process.id, (first, number + 1)) not in orders.caused:
                self._complain(CYCLE, f"no round follows {run.id}, which reached {cyclic.start_from} at {reached}")

    def _file_has_ordered(self, owed: Owed, span: tuple[datetime, datetime]) -> None:
        """A run, and that the file was taken away, if it could be."""
        process = next(one for one in self.night.plan.processes if one.id == owed.process)
        copy, orders = owed.copy, self.promises.orders
        run = orders.caused.get((process.id, (owed.path, copy.changed, copy.size)))
        if run is None:
            if not any(orders.is_used_up(process, _day_of(owed, process, at)) for at in span):
                self._complain(FILE, f"{owed.path}, {copy} lay there, and {process.id} was not ordered")
            return
        drive, place = self.night.drive, f"{WORK}/{owed.path}"
        is_taken = bool(owed.start.move_to or owed.start.mark)
        if is_taken and drive.files.get(place) == copy and place not in drive.refuses:
            self._complain(FILE, f"{owed.path} was not taken away for {run}")

    def _waits_for_something(self, run: RunRow, process: Process) -> None:
        if run.cancelling:
            return
        if run.id not in self.promises.starts.began:
            if not self._stands_back(run, process) and self._is_all_open(process.after, run.id):
                self._complain(LOST, f"{run.id} is {run.state.value}, and all that it waits for has come")
        elif process.window is None and not self._is_over(run, process) and not self._rights_changed():
            for task in self.promises.board.tasks_of(run.id):
                self._task_waits_for_something(task, process)

    def _task_waits_for_something(self, task: TaskRow, process: Process) -> None:
        defined = process.tasks[task.task]
        if task.state is TaskState.WAITING and not defined.confirm and self._is_all_open(defined.after, task.run):
            self._complain(LOST, f"{task.ref} is waiting, and all that it waits for has come")

    def _stands_back(self, run: RunRow, process: Process) -> bool:
        """Whether it waits for its time or for another run of its process."""
        others = [one for one in self.promises.board.open_runs() if one.process == run.process]
        queues = process.overlap is not Overlap.PARALLEL and len(others) > 1
        time = self.promises.starts.times.get(run.id)
        return queues or (time is not None and run.id not in self.promises.past.due)

    def _is_over(self, run: RunRow, process: Process) -> bool:
        """Whether a failure ends it."""
        fatal = {name for name, task in process.tasks.items() if task.on_failure is OnFailure.FAIL}
        return any(
            task.state is TaskState.FAILED for task in self.promises.board.tasks_of(run.id) if task.task in fatal
        )

    def _rights_changed(self) -> bool:
        return Fault.RIGHTS_CHANGE in self.night.chance.faults

    def _is_all_open(self, after: tuple[Condition, ...], run: RunId) -> bool:
        ((epoch,),) = self.night.ledger.ask("SELECT epoch FROM lease")
        at = Moment(self.night.clock.now(), self.night.clock.boot, epoch)
        return all(self.promises.reading.surely(one, run, at) for one in after)


def _day_of(owed: Owed, process: Process, at: datetime) -> date:
    """The date that a file is for which was seen then: that in its name, else the one on which it came."""
    digits = "".join(filter(str.isdigit, owed.path))
    came = min(max(owed.copy.changed, owed.copy.written), at)
    return date.fromisoformat(digits) if len(digits) == 8 else business_day(process, came)
