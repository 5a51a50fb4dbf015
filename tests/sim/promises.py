"""What is held against every step of a night: the invariants of RELIABILITY.md section 1.2, as they show here."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from boms_tui.model.ids import AttemptId
from boms_tui.store.leader import Leader
from tests.sim.blackouts import Blackouts
from tests.sim.board import Board, Definitions, seen
from tests.sim.chronicle import Chronicle, Row
from tests.sim.drive import Drive
from tests.sim.evidence import Evidence
from tests.sim.eyes import Sights
from tests.sim.host import Host
from tests.sim.lateness import LATE, Lateness
from tests.sim.ledger import Ledger
from tests.sim.orders import Orders
from tests.sim.past import Past
from tests.sim.people import People
from tests.sim.reading import ALL, Moment, Reading, business_day, listens
from tests.sim.runtime import Runtime
from tests.sim.same import differences, outdated
from tests.sim.starts import Starts
from tests.sim.trace import Trace
from tests.sim.verdicts import Verdicts

FULLY_EVERY = 25
"""How often everything is looked at without cause, and memory compared with a fresh load; in checks."""
_CLAIM = "SELECT node, kill_by FROM attempt WHERE run || ':' || task || '.' || number = ?"


@dataclass
class Promises:
    """Judges a night while it lasts."""

    ledger: Ledger
    people: People
    trace: Trace
    pools: Mapping[str, int]
    drive: Drive
    hosts: dict[str, Host] = field(default_factory=dict)
    board: Board = field(default_factory=Board)
    checks: int = 0
    sights: Sights = field(default_factory=Sights)

    def __post_init__(self) -> None:
        self.definitions = Definitions(self.ledger)
        self.chronicle = Chronicle(self.ledger, self.trace)
        self.verdicts = Verdicts(self.ledger, self.trace, self.chronicle, self.people.sent)
        self.evidence = Evidence(
            self.ledger, self.trace, self.chronicle, self.definitions, self.hosts, self.pools,
            self.people.plan.resources,
        )  # fmt: skip
        self.blackouts = Blackouts(self.ledger, self.trace)
        self.lateness = Lateness(self.definitions, self.trace)
        self.past = Past(self._received)
        self.reading = Reading(
            self.past, self.people.plan, self.definitions, self.hosts, self.drive, self.sights
        )  # fmt: skip
        self.starts = Starts(self.ledger, self.trace, self.reading)
        self.orders = Orders(self.trace, self.reading, self.starts)

    @cached_property
    def _fresh(self) -> Leader:
        """Reads everything anew; made on the stage, where its statements are at hand."""
        return Leader(self.ledger.engine)

    def started(self, attempt: AttemptId, node: str) -> None:
        """A program starts: its claim is on record, it is the attempt's first, and its task's only one."""
        total = sum(host.starts[attempt] for host in self.hosts.values())
        if total > 1:
            self.trace.complain("I1 an attempt starts once", f"{attempt} has started {total} times")
        task = attempt.rpartition(".")[0]
        for host in self.hosts.values():
            for other in host.programs:
                if other != attempt and other.rpartition(".")[0] == task and host.program_lives(other):
                    self.trace.complain("I2 one live program of a task run", f"{attempt} starts beside {other}")
        claims = [claim[0] for claim in self.ledger.ask(_CLAIM, attempt)]
        if claims != [node]:
            self.trace.complain("I1 a claim is on record before its start", f"{attempt} on {node}: {claims}")

    def killed(self, attempt: AttemptId) -> None:
        """A runtime asks for an end: somebody must have asked the runtime."""
        if not any(claim[1] for claim in self.ledger.ask(_CLAIM, attempt)):
            self.trace.complain("I11 a kill hits what it is meant for", f"nobody asked for the end of {attempt}")

    def check(self, runtimes: Iterable[Runtime]) -> None:
        """Hold what is visible now against what was promised; mostly only where something was journalled."""
        self.checks += 1
        fully = self.checks % FULLY_EVERY == 0
        if fully or not self.chronicle.is_current():
            before, self.board = self.board, seen(self.ledger)
            rows = self.chronicle.read_on()
            self.chronicle.compare(self.board)
            self.evidence.check(self.board, rows)
            self.blackouts.check(rows)
            self.verdicts.check(before)
            self.lateness.read(rows)
            self.lateness.check(self.board)
            self._look_back(rows)
            self._check_memory(runtimes, fully=fully)

    def _look_back(self, rows: Iterable[Row]) -> None:
        """Judge each row by all that was before it."""
        self.reading.board = self.board
        for row in rows:
            at = Moment(row.entry.at, self.people.clock.boot, row.epoch)
            self.starts.judge(row, at)
            self.orders.judge(row, at)
            self.past.fold(row)

    def _received(self, row: Row) -> set[tuple[str, date, str]]:
        """What a request has posted: for its date, or for the date of each who waits for the event."""
        asked = self.people.sent[row.entry.request].request
        if "date" in asked.parameters:
            return {(asked.target, date.fromisoformat(asked.parameters["date"]), ALL)}
        receivers = (one for one in self.people.plan.processes if listens(one, asked.target))
        return {(asked.target, business_day(one, row.entry.at), one.id) for one in receivers}

    def written(self, epoch: int) -> None:
        """A leader of that epoch has written something, and commits it now."""
        ((leads,),) = self.ledger.ask("SELECT epoch FROM lease")
        if leads != epoch:
            self.trace.complain("I8 no write by a deposed leader", f"epoch {epoch} writes, {leads} leads")

    def _check_memory(self, runtimes: Iterable[Runtime], *, fully: bool) -> None:
        ((epoch,),) = self.ledger.ask("SELECT epoch FROM lease")
        for runtime in runtimes:
            term = runtime.term
            if term is None or term.epoch != epoch or not runtime.is_resting or self.ledger.edited:
                continue
            found = list(outdated(term, self.board))
            looked, now = term.snapshot._seen, self.people.clock.now()
            for late in self.lateness.missing(self.board, min(looked, now)) if looked is not None else ():
                self.trace.complain(LATE, late)
            if fully:
                with self.ledger.past_the_line():
                    found += differences(term, self._fresh, now)
            if found:
                self.trace.complain("memory is what is durable", f"{runtime.name}: {found[0]}")
