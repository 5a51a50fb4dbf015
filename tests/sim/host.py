"""One machine: its spool, its shims and their programs, with the true semantics of RELIABILITY.md section 2.3.

What lies in the spool survives everything; shims and programs live on when their runtime dies, and die with the host.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

from boms_tui.model.facts import How
from boms_tui.model.ids import AttemptId
from boms_tui.model.records import CheckVerdict
from boms_tui.runtime.ports import Spec
from boms_tui.runtime.shim.files import DECIDED, LATE, LOCKED, UNPREPARED
from boms_tui.runtime.spool import found as what
from boms_tui.runtime.spool.found import Found
from boms_tui.runtime.spool.protocol import START_WITHIN_S, ExitRecord, StartRecord
from tests.sim.chance import Chance
from tests.sim.folders import Folder, Program, Shim
from tests.sim.lives import Stage, life_of
from tests.sim.ticking import SECOND, Agenda, Clock
from tests.sim.trace import Trace


class Witness(Protocol):
    """Who sees every program start, and every kill that a runtime asks for, and judges them."""

    def started(self, attempt: AttemptId, node: str) -> None: ...

    def killed(self, attempt: AttemptId) -> None: ...


@dataclass
class Host:
    """A node. `blamed` has, of each attempt, what happened to it that no protocol can make good; `said` what it said
    of itself.
    """

    node: str
    clock: Clock
    agenda: Agenda
    trace: Trace
    chance: Chance
    witness: Witness
    boot: int = 1
    folders: dict[AttemptId, Folder] = field(default_factory=dict)
    shims: dict[AttemptId, Shim] = field(default_factory=dict)
    programs: dict[AttemptId, Program] = field(default_factory=dict)
    starts: Counter[AttemptId] = field(default_factory=Counter)
    said: dict[AttemptId, list[str]] = field(default_factory=dict)
    blamed: dict[AttemptId, str] = field(default_factory=dict)
    spool_owner: object | None = None
    store_lock: object | None = None
    stirred: list[Callable[[], None]] = field(default_factory=list)
    _pids: int = 100

    def publish(self, spec: Spec, checked: tuple[CheckVerdict, ...]) -> bool:
        """Put the folder in its place; False where it is taken."""
        if spec.attempt in self.folders:
            return False
        start_by = self.clock.boot + START_WITHIN_S * SECOND
        self.folders[spec.attempt] = Folder(spec, self.boot, start_by, checked)
        return True

    def cancel(self, attempt: AttemptId) -> bool:
        """Make CANCEL the one decision; False where one stands already."""
        folder = self.folders.setdefault(attempt, Folder(None, self.boot, 0))
        if folder.is_decided:
            return False
        folder.cancelled = True
        return True

    def spawn(self, attempt: AttemptId) -> Shim:
        """Start a shim that leads a life of its own."""
        shim = Shim(attempt, self._pid(), life_of(attempt, self.chance))
        before = self.shims.get(attempt)
        if before is None or not before.alive:
            self.shims[attempt] = shim
        self.trace.say(self.node, f"shim of {attempt} spawned")
        self._then(shim, shim.life.locks_after, Stage.SPAWNED, lambda: self._lock(shim))
        return shim

    def request_kill(self, attempt: AttemptId, by: str) -> None:
        """Raises:
        FileNotFoundError: it was never published.
        """
        folder = self.folders.get(attempt)
        if folder is None:
            raise FileNotFoundError(attempt)
        self.witness.killed(attempt)
        folder.killer = folder.killer or by
        self.trace.say(self.node, f"kill of {attempt} asked by {by}")
        if self.shim_lives(attempt):
            self._stop(attempt, How.KILLED)

    def end_program(self, attempt: AttemptId) -> None:
        """Signal a program that has no shim any more."""
        self._stop(attempt, How.KILLED)

    def printed(self, attempt: AttemptId) -> bytes:
        """All that a program has printed: points, and what it said of itself."""
        points, said = b"." * self.shims[attempt].life.printed, self.said.get(attempt)
        return b"\n".join((points, *(line.encode() for line in said), b"")) if said else points

    def shim_lives(self, attempt: AttemptId) -> bool:
        shim = self.shims.get(attempt)
        return shim is not None and shim.alive

    def is_busy(self) -> bool:
        """Whether a shim or a program lives."""
        return any(self.shim_lives(attempt) or self.program_lives(attempt) for attempt in self.shims)

    def program_lives(self, attempt: AttemptId) -> bool:
        program = self.programs.get(attempt)
        return program is not None and program.alive

    def look(self, attempt: AttemptId) -> Found:
        """What the files prove. Where nothing was decided, decides that it never starts (`Spool.adopt`)."""
        folder = self.folders.get(attempt)
        if folder is not None and folder.exit is not None:
            return what.Ended(folder.exit)
        shim = self.shims.get(attempt)
        if folder is not None and shim is not None and shim.alive and shim.locked:
            return what.Alive(folder.started)
        if self.cancel(attempt):
            self.trace.say(self.node, f"{attempt} cancelled")
            return what.Void("it was never started")
        started = self.folders[attempt].started
        if started is None:
            return what.Void("it was cancelled before it started")
        return self._without_shim(attempt, started)

    def kill_shim(self, attempt: AttemptId) -> None:
        """Kill -9 of a shim; its program, if it runs, goes on alone."""
        shim = self.shims[attempt]
        if not shim.alive:
            return
        shim.alive, shim.status = False, -9
        self.blamed[attempt] = "its shim was killed"
        self.trace.say(self.node, f"shim of {attempt} killed")
        self._stir()

    def restart(self) -> None:
        """Every process of the host is gone; what is on disk stays."""
        self.boot += 1
        self.trace.say(self.node, f"restarts; boot {self.boot}")
        for attempt, shim in self.shims.items():
            if shim.alive:
                shim.alive, shim.status = False, None
                self.blamed[attempt] = "the host restarted"
        for attempt, program in self.programs.items():
            if program.alive:
                program.alive = False
                self.blamed[attempt] = "the host restarted"

    def _without_shim(self, attempt: AttemptId, started: StartRecord) -> Found:
        if started.boot_id != str(self.boot):
            return what.Lost("the host restarted while it ran")
        if self.program_lives(attempt):
            return what.Unsupervised(started)
        return what.Lost("its shim ended without an exit record, and its program has ended too")

    def _lock(self, shim: Shim) -> None:
        if self.shims[shim.attempt] is not shim:
            self._end_shim(shim, LOCKED)
        elif self.folders[shim.attempt].is_decided:
            self._end_shim(shim, DECIDED)
        elif shim.life.unfit:
            shim.said = "OSError: no space left on device"
            self._end_shim(shim, UNPREPARED)
        else:
            shim.locked = True
            self._then(shim, shim.life.decides_after, Stage.LOCKED, lambda: self._decide(shim))

    def _decide(self, shim: Shim) -> None:
        folder = self.folders[shim.attempt]
        if folder.boot != self.boot or self.clock.boot > folder.start_by:
            self._end_shim(shim, LATE)
        elif folder.is_decided:
            self._end_shim(shim, DECIDED)
        else:
            pid = self._pid()
            folder.started = StartRecord(
                pid=pid, start_time=pid, boot_id=str(self.boot), shim_pid=shim.pid, shim_start_time=shim.pid,
                at=self.clock.now(),
            )  # fmt: skip
            self._then(shim, shim.life.goes_after, Stage.DECIDED, lambda: self._go(shim, pid))

    def _go(self, shim: Shim, pid: int) -> None:
        folder, life = self.folders[shim.attempt], shim.life
        if folder.killer:
            self._record(shim, How.KILLED, 0, text=f"before it ran, by {folder.killer}")
        elif life.how is How.START_FAILED:
            self._record(shim, How.START_FAILED, life.number, text="no such program")
        else:
            self._run(shim, folder, pid)

    def _run(self, shim: Shim, folder: Folder, pid: int) -> None:
        attempt, life = shim.attempt, shim.life
        self.starts[attempt] += 1
        self.programs[attempt] = Program(attempt, pid, self.clock.boot, self.clock.now())
        self.trace.say(self.node, f"{attempt} runs")
        self.witness.started(attempt, self.node)
        self._stir()
        for span, line in life.says:
            self.agenda.after(span, partial(self._say, attempt, line))
        self.agenda.after(life.lasts, lambda: self._end_program(attempt, life.how, life.number))
        if folder.spec is not None and folder.spec.timeout is not None:
            self.agenda.after(int(folder.spec.timeout * SECOND), lambda: self._time_out(attempt))
        if life.dies is Stage.GONE:
            self.agenda.after(life.dies_after, lambda: self.kill_shim(attempt))

    def _say(self, attempt: AttemptId, line: str) -> None:
        if self.programs[attempt].alive:
            self.said.setdefault(attempt, []).append(line)
            self.trace.say(self.node, f"{attempt} says {line}")
            self._stir()

    def _time_out(self, attempt: AttemptId) -> None:
        if self.shim_lives(attempt):
            self._stop(attempt, How.TIMEOUT)

    def _stop(self, attempt: AttemptId, how: How) -> None:
        """TERM, and after the grace KILL."""
        program, shim = self.programs.get(attempt), self.shims[attempt]
        if program is None or not program.alive or program.stopping is not None:
            return
        program.stopping = how
        grace = 10 * SECOND if shim.life.stubborn else SECOND // 10
        self.agenda.after(grace, lambda: self._end_program(attempt, how, 15))

    def _end_program(self, attempt: AttemptId, how: How, number: int) -> None:
        program, shim = self.programs[attempt], self.shims[attempt]
        if not program.alive:
            return
        program.alive = False
        how = program.stopping or how
        self.trace.say(self.node, f"{attempt} ends: {how.value} {number}")
        ended = self.clock.now()
        self._then(shim, shim.life.records_after, Stage.ENDED, lambda: self._record(shim, how, number, ended=ended))
        self._stir()

    def _record(self, shim: Shim, how: How, number: int, *, text: str = "", ended: datetime | None = None) -> None:
        folder, program = self.folders[shim.attempt], self.programs.get(shim.attempt)
        ran = program is not None
        folder.exit = ExitRecord(
            how=how,
            ended=ended or self.clock.now(),
            code=number if how is How.EXITED else None,
            signal=number if how not in {How.EXITED, How.START_FAILED} and ran else None,
            text=text,
            output_bytes=len(self.printed(shim.attempt)) if ran else 0,
            output_dropped=0,
            began=program.began if program is not None else None,
            elapsed=timedelta(microseconds=self.clock.boot - program.since) if program is not None else None,
            remain=0,
        )
        self._then(shim, 0, Stage.RECORDED, lambda: self._end_shim(shim, 0))

    def _end_shim(self, shim: Shim, status: int) -> None:
        shim.alive, shim.status = False, status
        self._stir()

    def _then(self, shim: Shim, span: int, reached: Stage, action: Callable[[], None]) -> None:
        """The shim's next step, unless it is dead by then; or its end, where it dies at this stage."""
        if shim.life.dies is reached and shim.alive and self.shims.get(shim.attempt) is shim:
            self.kill_shim(shim.attempt)
        boot = self.boot

        def act() -> None:
            if shim.alive and self.boot == boot:
                action()

        self.agenda.after(span, act)

    def _stir(self) -> None:
        """Something has happened that a runtime here may see."""
        for stir in self.stirred:
            stir()

    def _pid(self) -> int:
        self._pids += 1
        return self._pids
