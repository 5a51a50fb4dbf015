"""One whole night from a seed: runtimes, hosts, a store and people, and what befalls them."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from boms_tui.errors import BomsError, NoAnswerError
from boms_tui.model.lease import ConflictError
from boms_tui.store.types import moment
from tests.sim import plans
from tests.sim.actor import Killed
from tests.sim.chance import Chance, Part
from tests.sim.drive import Drive
from tests.sim.host import Host
from tests.sim.ledger import Ledger
from tests.sim.people import People
from tests.sim.promises import Promises
from tests.sim.runtime import Moment, Runtime
from tests.sim.stage import listening, prepare, staged
from tests.sim.tally import Tally, counted
from tests.sim.ticking import HOUR, MS, NEVER, SECOND, Agenda, Clock
from tests.sim.trace import Trace
from tests.sim.variety import varied

STEPS = (40, 80)
BEGINS = (
    datetime(2026, 11, 20, 13, 0, tzinfo=UTC), datetime(2026, 3, 7, 20, 0, tzinfo=UTC),
    datetime(2026, 10, 31, 22, 0, tzinfo=UTC), datetime(2026, 10, 3, 6, 0, tzinfo=UTC),
)  # fmt: skip
"""An ordinary evening, and evenings before clocks are changed in New York and on Lord Howe."""
MOST_TURNS = 40
"""How often runtimes get a turn within one span of time before the rest of it passes at once."""
_LOOKS_SELDOM = 0.6
_SPOOL_TAKEN = "another runtime works"


class Night:
    """`steps` cuts it short, `without` leaves faults out: both make a failing night easier to read."""

    def __init__(self, seed: int, *, steps: int | None = None, without: frozenset[Part] = frozenset()) -> None:
        self.chance = Chance(seed, without)
        self.dice = self.chance.stream("night")
        drawn = self.dice.randint(*STEPS)
        self.steps = drawn if steps is None else steps
        self.clock = Clock(self.dice.choice(BEGINS) + timedelta(seconds=self.dice.randint(0, 86_400)))
        self.defined_at = self.clock.now()
        self.trace = Trace(self.clock)
        self.agenda = Agenda(self.clock)
        self.ledger = Ledger(self.clock, self.trace)
        plan = plans.drawn(*map(self.chance.stream, ("plan", "windows", "marks", "deadlines")))
        self.plan = replace(plan, processes=varied(plan.processes, self.chance))
        self.drive = Drive(self.clock, self.trace, self.chance.stream("drive"))
        self.people = People(self.chance, self.clock, self.ledger, self.trace, self.plan)
        self.shared = self.dice.random() < 0.5
        self.pools = {"local": self.dice.randint(1, 4), "big": 1}
        self.promises = Promises(self.ledger, self.people, self.trace, self.pools, self.drive)
        for node in ("anna", "bert") if self.shared else ("anna",):
            self.promises.hosts[node] = Host(node, self.clock, self.agenda, self.trace, self.chance, self.promises)
        self.hosts = list(self.promises.hosts.values())
        self.runtimes: list[Runtime] = []
        self.current: Runtime | None = None
        self.planned_from: datetime | None = None
        self.closed_until = 0
        self._started = 0

    def run(self) -> Tally:
        """Let it happen.

        Raises:
            BrokenPromiseError: something was not as promised.
        """
        from tests.sim.happenings import happen
        from tests.sim.morning import Morning
        from tests.sim.outside import happen_outside

        with staged(self.clock, self.drive, self._point), listening(self.trace):
            try:
                prepare(self.ledger, self.plan, self.defined_at)
                self.ledger.on_write = self._written
                for host in self.hosts:
                    self.start(host)
                for _ in range(self.steps):
                    happen(self)
                    happen_outside(self)
                Morning(self).come()
            finally:
                for runtime in self.runtimes:
                    runtime.actor.kill()
        starts = sum(sum(host.starts.values()) for host in self.hosts)
        return counted(self.ledger, boot=self.clock.monotonic(), steps=self.steps, starts=starts)

    def start(self, host: Host) -> None:
        """Start a runtime on a host, as a supervisor or a person does."""
        self._started += 1
        name = f"{host.node}-{self._started}"
        self._let_run(self._made(Runtime, name, host, self.pools))

    def start_again(self, host: Host) -> None:
        """Start a runtime where none is, once anything may run here."""
        if self.clock.boot < self.closed_until:
            self.agenda.after(self.closed_until - self.clock.boot, lambda: self.start_again(host))
        elif not any(runtime.host is host and not runtime.is_momentary for runtime in self.runtimes):
            self.start(host)

    def answer_for_a_moment(self) -> None:
        """A command finds that nobody leads the embedded store, and takes the lease itself."""
        self._let_run(self._made(Moment, "momentary", self.hosts[0], {}))

    def kill(self, runtime: Runtime) -> None:
        """Kill -9 between two turns."""
        self.trace.say(runtime.name, "killed while it waits")
        runtime.actor.kill()
        self._bury(runtime)

    def leader(self) -> Runtime | None:
        """The runtime that leads, by the store's own word."""
        ((holder, epoch),) = self.ledger.ask("SELECT holder, epoch FROM lease")
        leading = (one for one in self.runtimes if one.term is not None and one.term.epoch == epoch)
        return next((one for one in leading if one.node == holder), None)

    def wake_all(self) -> None:
        """Something has come that every runtime may want to see soon."""
        for runtime in self.runtimes:
            runtime.machine.wake()

    def pass_time(self, span: int, *, starving: bool = False) -> None:
        """Let time go by. Runtimes get a turn whenever there is something for them; `starving`, only at the end."""
        until, turns = self.clock.boot + span, 0
        while not starving and turns < MOST_TURNS:
            at = min(self.agenda.next_at(), *(runtime.is_due_at() for runtime in self.runtimes), NEVER)
            if at >= until:
                break
            turns += 1
            self._pass_to(at)
            self.give_turns(due=True)
            self.clock.pass_to(self.clock.boot + MS)
        while self.agenda.next_at() <= until:
            self._pass_to(self.agenda.next_at())
        self.clock.pass_to(until)
        self.give_turns(due=not starving and span < SECOND, starving=starving)

    def give_turns(self, *, due: bool = False, starving: bool = False) -> None:
        """A turn for each runtime that can take one, the leader first unless it is `starving`.

        With `due`, only where there is something to do. Who waits to lead looks at the lease only now and then.
        """
        leader = self.leader()
        for runtime in sorted(self.runtimes, key=lambda one: (one is leader) is starving):
            ready = runtime in self.runtimes and not runtime.is_frozen
            if leader in self.runtimes and runtime.term is None and self.dice.random() < _LOOKS_SELDOM:
                continue
            if ready and (not due or runtime.is_due_at() <= self.clock.boot):
                self._give_turn(runtime)

    def _made(self, kind: type[Runtime], name: str, host: Host, pools: Mapping[str, int]) -> Runtime:
        return kind(
            name, host, self.ledger, self.chance, pools, embedded=not self.shared, drive=self.drive,
            sights=self.promises.sights,
        )  # fmt: skip

    def _let_run(self, runtime: Runtime) -> None:
        self.trace.say(runtime.name, "is started")
        self.runtimes.append(runtime)

    def _pass_to(self, moment: int) -> None:
        self.clock.pass_to(moment)
        self.agenda.run_due()

    def _give_turn(self, runtime: Runtime) -> None:
        self.current, self.ledger.user = runtime, runtime.host.node
        runtime.turn()
        self.current, self.ledger.user = None, ""
        if runtime.actor.ended:
            self._bury(runtime)
        if self.planned_from is None:
            ((planned,),) = self.ledger.ask("SELECT planned_until FROM lease_beat")
            self.planned_from = max(moment(planned), self.defined_at) if planned is not None else None
        self.promises.check(self.runtimes)
        self.trace.raise_complaint()

    def _bury(self, runtime: Runtime) -> None:
        """Clear up behind a runtime that has ended, and have its supervisor start another after a while."""
        self.runtimes.remove(runtime)
        runtime.leave()
        error = runtime.actor.error
        if error is not None and not self._may_end_by(error):
            self.trace.complain("a runtime ends only for a reason", f"{runtime.name}: {error!r}")
        self.trace.say(runtime.name, f"has ended: {error!r}" if error else f"has ended with {runtime.actor.result}")
        if not runtime.is_momentary:
            pause = self.chance.stream("supervisor").choice((SECOND, SECOND, 5 * SECOND, 60 * SECOND, HOUR))
            self.agenda.after(2 * SECOND if self.chance.calm else pause, lambda: self.start_again(runtime.host))

    def _may_end_by(self, error: BaseException) -> bool:
        if isinstance(error, ConflictError):
            return self.ledger.edited
        beside = isinstance(error, BomsError) and _SPOOL_TAKEN in str(error)
        return beside or isinstance(error, Killed | NoAnswerError)

    def _point(self, name: str) -> None:
        """A failpoint of the loop."""
        if self.current is not None:
            self.current.point(name)

    def _written(self) -> None:
        """Somebody is about to commit; a leader that was deposed must have nothing to commit."""
        if self.current is not None and self.current.term is not None:
            self.promises.written(self.current.term.epoch)
