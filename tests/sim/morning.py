"""The end of a night: faults stop, people mend what is left, and then nothing may be missing."""

from boms_tui.model.states import IDLE, TaskState
from tests.sim.arrears import LOST
from tests.sim.board import TaskRow
from tests.sim.chance import Fault
from tests.sim.inventory import Inventory
from tests.sim.night import Night
from tests.sim.ticking import MINUTE, SECOND

ROUNDS, WEARY, PATIENT = 40, 6, 12
"""Rounds of mending before a run counts as lost, before people skip what still waits, and before they cancel it."""
T = TaskState


class Morning:
    """Brings a night to its end."""

    def __init__(self, night: Night) -> None:
        self.night = night
        self.promises = night.promises
        self._inventory = Inventory(night)
        self._dice = night.chance.stream("morning")

    def come(self) -> None:
        """Raises BrokenPromiseError where something was lost."""
        self._calm_down()
        for turn in range(ROUNDS):
            leads = self._settle()
            if leads:
                self._inventory.take(leads)
            self.night.trace.raise_complaint()
            if not self.promises.board.open_runs():
                break
            self._mend(turn)
        else:
            left = [f"{run.id} {run.state.value}: {run.reason}" for run in self.promises.board.open_runs()]
            self.night.trace.complain(LOST, f"but these runs do not end: {left}")
        self._inventory.close()
        self.night.trace.raise_complaint()

    def _calm_down(self) -> None:
        """Faults stop; a runtime that missed a fact is started anew, and asks the spool."""
        night = self.night
        night.trace.say("morning", "comes")
        night.chance.calm = True
        night.ledger.heal()
        night.drive.silent_until, night.drive.refusing = 0, False
        for runtime in list(night.runtimes):
            runtime.fuse, runtime.frozen_until = None, 0
            if runtime.machine.lost_facts:
                night.kill(runtime)
        for host in night.hosts:
            night.start_again(host)
        night.people.send_again()

    def _settle(self) -> str:
        """Time passes until a leader has seen the end of whatever ran; its node, or "" where things go on running."""
        night = self.night
        for _ in range(30):
            night.pass_time(6 * SECOND)
            leader = night.leader()
            if leader is None:
                continue
            for _ in range(3):
                night.pass_time(SECOND)
            if night.leader() is not leader:
                continue
            if self._is_busy():
                night.pass_time(20 * MINUTE)
            elif any(row.is_live and row.node != leader.node for row in self.promises.evidence.attempts.values()):
                night.trace.say("morning", f"{leader.name} steps down: attempts wait for their own node to lead")
                leader.stop()
                night.give_turns()
            else:
                return leader.node
        if night.leader() is None:
            night.trace.complain("I14 somebody leads in bounded time", "nobody does")
        return ""

    def _is_busy(self) -> bool:
        hosts, runtimes = self.night.hosts, self.night.runtimes
        return any(host.is_busy() for host in hosts) or any(runtime.machine.prepares for runtime in runtimes)

    def _mend(self, turn: int) -> None:
        """People look at whatever needs one."""
        board, ask = self.promises.board, self.night.people.ask
        for held in dict.fromkeys(board.holds):
            ask("release", held)
        for run in board.open_runs():
            if turn >= PATIENT and not run.cancelling:
                ask("cancel", run.id)
            for task in board.tasks_of(run.id):
                self._mend_task(task, turn)
        self.night.wake_all()

    def _mend_task(self, task: TaskRow, turn: int) -> None:
        ask, hopeful = self.night.people.ask, turn < 3 and self._dice.random() < 0.5
        if task.state is T.UNKNOWN:
            ask("resolve", task.ref, given={"as": self._dice.choice(("ok", "failed", "rerun")) if hopeful else "ok"})
        elif task.state is T.FAILED:
            ask("retry" if hopeful else "skip", task.ref)
        elif task.state is T.CONFIRM or (task.state is T.WAITING and self._may_need_a_yes(task, turn)):
            ask("confirm", task.ref)
        elif task.state in IDLE and turn >= WEARY:
            ask("skip", task.ref)

    def _may_need_a_yes(self, task: TaskRow, turn: int) -> bool:
        """It asks for one, or whoever it runs for may not start it any more."""
        if turn >= WEARY:
            return False
        robbed = turn > 3 and Fault.RIGHTS_CHANGE in self.night.chance.faults
        return robbed or self.promises.definitions.of(self.promises.board.runs[task.run]).tasks[task.task].confirm
