"""The executor of a simulated runtime: what `runtime.processes` is, over a host that is not there."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from boms_tui.errors import BomsError
from boms_tui.model.checks import DueCheck, words
from boms_tui.model.facts import Checked, Exited, Fact, How, Started, Voided
from boms_tui.model.ids import AttemptId
from boms_tui.model.output import Extent, Range
from boms_tui.model.records import CheckVerdict, Phase
from boms_tui.runtime.machine.verdict import check_failed, start_failed, verdict
from boms_tui.runtime.ports import Printout, Spec
from boms_tui.runtime.spool.found import Alive, Over, Unsupervised
from tests.sim.chance import Chance, Fault
from tests.sim.folders import Shim
from tests.sim.host import Host
from tests.sim.lives import life_of
from tests.sim.ticking import SECOND

OWNER_PATIENCE = 10 * SECOND


class Life(Protocol):
    """The runtime's process, as its machine sees it."""

    def sleep(self) -> None: ...

    def point(self, name: str) -> None: ...


@dataclass(slots=True)
class Watch:
    """One attempt under a runtime's eyes. `shim` is its own child."""

    attempt: AttemptId
    ran: bool = False
    shim: Shim | None = None
    unsupervised: bool = False


@dataclass(frozen=True, slots=True)
class Printed:
    """What an attempt has printed by now, all of it kept."""

    host: Host
    attempt: AttemptId

    def length(self) -> int:
        return len(self.host.printed(self.attempt))

    def extent(self, *, ended: bool) -> Extent:  # noqa: ARG002
        size = self.length()
        return Extent(size, size, size)

    def read(self, part: Range) -> bytes:
        return self.host.printed(self.attempt)[part.start : part.end]


class Machine:
    """Volatile: it dies with its runtime, and with it the facts that nobody has polled."""

    def __init__(self, host: Host, life: Life, chance: Chance) -> None:
        self.host = host
        self.news = True
        self.lost_facts = 0
        self._life = life
        self._chance = chance
        self._watches: dict[AttemptId, Watch] = {}
        self._preparing: dict[AttemptId, tuple[int, Spec]] = {}
        self._facts: list[Fact] = []
        self._late: list[Fact] = []
        host.stirred.append(self.wake)

    def launch(self, specs: Sequence[Spec]) -> None:
        self._own()
        for spec in specs:
            if spec.before:
                self._prepare(spec)
        published = [spec for spec in specs if not spec.before and self._publish(spec)]
        self._life.point("published")
        for spec in published:
            self._spawn(spec.attempt)
        self._life.point("spawned")

    def adopt(self, attempt: AttemptId, *, ran: bool = False) -> None:
        self._own()
        self._life.point("adopt")
        watch = self._watches.get(attempt)
        if attempt in self._preparing:
            return
        if watch is None:
            watch = self._watches[attempt] = Watch(attempt, ran=ran)
            self._settle(watch)
        elif watch.ran and not ran:
            watch.ran = False
            self._tell_started(watch)

    def kill(self, attempt: AttemptId, by: str) -> None:
        self._life.point("kill")
        try:
            self.host.request_kill(attempt, by)
        except FileNotFoundError:
            self._preparing.pop(attempt, None)
            self.adopt(attempt)
        watch = self._watches.get(attempt)
        if watch is not None and watch.unsupervised:
            self.host.end_program(attempt)

    def poll(self, timeout: float) -> Sequence[Fact]:  # noqa: ARG002 the night says when it ends
        if not self._facts:
            self._life.sleep()
        self.news = False
        for due, spec in list(self._preparing.values()):
            if due <= self.host.clock.boot:
                self._go_on(spec)
        for watch in list(self._watches.values()):
            self._settle(watch)
        facts, self._facts = self._facts, []
        return self._as_they_come(facts)

    def output(self, attempt: AttemptId) -> Printout | None:
        shim = self.host.shims.get(attempt)
        return Printed(self.host, attempt) if shim is not None and self.host.starts[attempt] else None

    @property
    def prepares(self) -> bool:
        """Whether the checks before some start are still being made."""
        return bool(self._preparing)

    def wake(self) -> None:
        self.news = True

    def close(self) -> None:
        """A killed runtime closes nothing, so that nobody relies on it."""

    def leave(self) -> None:
        """Be gone, as the memory of a process is when it ends."""
        self.host.stirred.remove(self.wake)
        if self.host.spool_owner is self:
            self.host.spool_owner = None

    def _own(self) -> None:
        until = self.host.clock.boot + OWNER_PATIENCE
        while self.host.spool_owner is not self:
            if self.host.spool_owner is None:
                self.host.spool_owner = self
            elif self.host.clock.boot > until:
                raise BomsError(f"another runtime works in the spool of {self.host.node}", "stop it first")
            else:
                self._life.sleep()

    def _prepare(self, spec: Spec) -> None:
        """Have the checks before the start made, beside the loop."""
        span = life_of(spec.attempt, self._chance).checks_for
        self._preparing[spec.attempt] = (self.host.clock.boot + span, spec)
        self.host.agenda.after(span, self.wake)

    def _go_on(self, spec: Spec) -> None:
        del self._preparing[spec.attempt]
        passes = life_of(spec.attempt, self._chance).passes_before
        checked = self._made(spec.attempt, Phase.BEFORE, spec.before, passes=passes)
        self._life.point("checked-before")
        if not passes:
            self._facts.append(check_failed(spec.attempt, checked, self.host.clock.now()))
        elif self._publish(spec, checked):
            self._life.point("published")
            self._spawn(spec.attempt)
            self._life.point("spawned")

    def _made(
        self, attempt: AttemptId, phase: Phase, checks: Sequence[DueCheck], *, passes: bool
    ) -> tuple[CheckVerdict, ...]:
        now = self.host.clock.now()
        return tuple(
            CheckVerdict(attempt, phase, place, words(check), passes or place > 0, "drawn", now)
            for place, check in enumerate(checks)
        )

    def _publish(self, spec: Spec, checked: tuple[CheckVerdict, ...] = ()) -> bool:
        self._life.point("publish")
        if self._chance.strikes(Fault.PUBLISH_FAILS, 0.1):
            self._refuse(spec.attempt, "no space left on device", checked)
            return False
        if not self.host.publish(spec, checked):
            self.adopt(spec.attempt)
            return False
        return True

    def _refuse(self, attempt: AttemptId, why: str, checked: tuple[CheckVerdict, ...] = ()) -> None:
        self.host.cancel(attempt)
        if checked:
            self._facts.append(Checked(attempt, checked))
        self.host.trace.say(self.host.node, f"{attempt} not launched: {why}")
        self._facts.append(start_failed(attempt, why, self.host.clock.now()))

    def _spawn(self, attempt: AttemptId) -> None:
        self._life.point("spawn")
        if self._chance.strikes(Fault.SPAWN_FAILS, 0.1):
            self._refuse(attempt, "resource temporarily unavailable", self.host.folders[attempt].checked)
            return
        self._watches[attempt] = Watch(attempt, shim=self.host.spawn(attempt))

    def _settle(self, watch: Watch) -> None:
        """Tell what has become of an attempt, or go on watching it."""
        if watch.shim is not None and watch.shim.alive:
            self._tell_started(watch)
            return
        found = self.host.look(watch.attempt)
        if isinstance(found, Alive):
            self._tell_started(watch)
        elif isinstance(found, Unsupervised):
            self._tell_started(watch)
            watch.unsupervised = True
            if self.host.folders[watch.attempt].killer:
                self.host.end_program(watch.attempt)
        else:
            self._over(watch, found)

    def _over(self, watch: Watch, found: Over) -> None:
        """Tell how an attempt ended; where its program did by itself, after the checks at the end."""
        folder = self.host.folders[watch.attempt]
        status, said = (watch.shim.status, watch.shim.said) if watch.shim else (None, "")
        fact = verdict(
            watch.attempt, found, ran=watch.ran, status=status, said=said, started=folder.started,
            now=self.host.clock.now(),
        )  # fmt: skip
        if isinstance(fact, Exited) and fact.how is How.EXITED and folder.spec is not None:
            passes = life_of(watch.attempt, self._chance).passes_after
            fact = replace(fact, checks=self._made(watch.attempt, Phase.AFTER, folder.spec.after, passes=passes))
            self._life.point("checked-after")
        del self._watches[watch.attempt]
        if not watch.ran and not isinstance(fact, Voided):
            self._tell_checked(watch)
        self._facts.append(fact)

    def _tell_started(self, watch: Watch) -> None:
        folder = self.host.folders[watch.attempt]
        if folder.started is None or watch.ran:
            return
        if watch.shim is None or watch.unsupervised or self.host.starts[watch.attempt]:
            self._tell_checked(watch)
            watch.ran = True
            self._facts.append(Started(watch.attempt, folder.started.pid, folder.started.at))

    def _tell_checked(self, watch: Watch) -> None:
        checked = self.host.folders[watch.attempt].checked
        if checked:
            self._facts.append(Checked(watch.attempt, checked))

    def _as_they_come(self, facts: list[Fact]) -> list[Fact]:
        """The facts of this poll, with what a night may do to them."""
        came, self._late = [*self._late, *facts], []
        told: list[Fact] = []
        for fact in came:
            if self._strikes(Fault.FACT_LOST, fact):
                self.lost_facts += 1
            elif self._strikes(Fault.FACT_LATE, fact):
                self._late.append(fact)
            else:
                told.append(fact)
                if self._strikes(Fault.FACT_DOUBLED, fact):
                    self._late.append(fact)
        if self._chance.strikes(Fault.FACTS_MIXED, 0.5):
            self._chance.stream("order of facts").shuffle(told)
        self.news = self.news or bool(self._late)
        return told

    def _strikes(self, fault: Fault, fact: Fact) -> bool:
        struck = self._chance.strikes(fault, _SHARE[fault])
        if struck:
            self.host.trace.say(self.host.node, f"{fault.value}: {type(fact).__name__} {getattr(fact, 'attempt', '')}")
        return struck


_SHARE = {Fault.FACT_LOST: 0.05, Fault.FACT_LATE: 0.3, Fault.FACT_DOUBLED: 0.3}
