"""A gateway without a store: the night of `night`, which tests change and whose every call they can look at."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from threading import Event
from typing import Any

from boms_tui.errors import BomsError, MustChangeError, NoAnswerError, NotAuthorisedError
from boms_tui.model.definition import Contact, Role
from boms_tui.model.draft import Draft
from boms_tui.model.ids import AttemptId, ProcessId, RequestId, RunId, TaskName, split_ref
from boms_tui.model.picture import Catalogue, Picture
from boms_tui.model.records import Answer, CheckVerdict, Entry, Hold, Run, SealedEntry, TaskRun, Verdict
from boms_tui.model.snapshot import Snapshot
from boms_tui.model.states import LIVE, TaskState
from boms_tui.model.trigger import CronStart, Start
from boms_tui.model.verbs import VERBS
from boms_tui.model.views import (
    BoardQuery,
    BoardRow,
    Effect,
    Gate,
    GateKind,
    Output,
    Overdue,
    ProcessRow,
    ProcessView,
    Progress,
    Pulse,
    Reasons,
    RunView,
    TaskView,
    UserRow,
)
from boms_tui.model.why import why
from boms_tui.screens.gateway import Hint, SignedIn
from tests.screens import night
from tests.screens.night import NOW

ROLES = ("viewer", "operator", "supervisor", "author", "admin")
HINT = Hint(tuple((f"{role}", f"{role}-of-the-demo", role) for role in ("viewer", "operator", "supervisor", "admin")))
_RANK = {"viewer": 0, "author": 1, "operator": 1, "supervisor": 2, "admin": 3}


AT_ELEVEN = NOW + timedelta(minutes=45, seconds=53)


def start_text(start: Start) -> str:
    return start.cron if isinstance(start, CronStart) else str(start).replace("process", "after", 1)


def rights(role: str) -> frozenset[str]:
    """The verbs of a built-in role."""
    return frozenset(verb.name for verb in VERBS.values() if _RANK[role] >= _RANK[verb.role])


def signed_in(role: str = "supervisor", user: str = "asha") -> SignedIn:
    return SignedIn(user, (role,), rights(role))


@dataclass
class FakeGateway:
    """Reads give the night as it stands; acts are kept in `acts` and answered with `verdict`."""

    now: datetime = NOW
    sequence: int = 100
    led: bool = True
    beat_age: timedelta | None = timedelta(seconds=0.4)
    lost: bool = False
    broken: Exception | None = None
    act_error: BomsError | None = None
    acts: list[dict[str, Any]] = field(default_factory=list)
    asked: Counter[str] = field(default_factory=Counter)
    verdict: Answer = Answer.APPLIED
    verdict_code: str = ""
    verdict_reason: str = ""
    refusal: str = ""
    hold_acts: Event = field(default_factory=Event)
    must_change: set[str] = field(default_factory=set)
    held: set[str] = field(default_factory=set)
    said: dict[AttemptId, Progress] = field(default_factory=dict)
    checks: dict[str, tuple[CheckVerdict, ...]] = field(default_factory=dict)
    waits: dict[str, str] = field(default_factory=dict)
    gates: dict[str, tuple[Gate, ...]] = field(default_factory=dict)
    rows: list[SealedEntry] = field(default_factory=list)
    not_ordered: tuple[Overdue, ...] = ()
    placed: list[Hold] = field(default_factory=list)
    next_start: datetime | None = NOW + timedelta(minutes=46)
    faults: dict[str, Exception] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.hold_acts.set()
        self.definitions = night.definitions()
        self.runs = night.runs()
        self.tasks = night.task_runs(self.runs, self.definitions)
        self.attempts = night.attempts(self.tasks)
        self.outputs: dict[str, bytes] = {}
        self.changes: list[tuple[int, RunId]] = []
        self.contacts_: tuple[Contact, ...] = night.CONTACTS
        self.instructions: str | None = None
        self.gate_detail = "needs compute, which has failed"
        self.people = {
            name: UserRow(name, (role,), disabled, must, None, NOW - timedelta(days=40), 2)
            for name, role, disabled, must in (
                ("asha", "supervisor", False, False), ("ravi", "operator", False, False),
                ("meera", "admin", False, False), ("former", "operator", True, False),
                ("newcomer", "viewer", False, True),
            )
        }  # fmt: skip
        self.passwords = {name: password for name, password, _ in HINT.accounts} | {"asha": "correct horse"}
        self.roles_of = {name: role for name, _, role in HINT.accounts} | {"asha": "supervisor"}

    # what tests do to it
    def touch(self, run: RunId) -> None:
        self.sequence += 1
        self.changes.append((self.sequence, run))

    def change_run(self, run: RunId, **changes: Any) -> None:
        self.runs[run] = replace(self.runs[run], version=self.runs[run].version + 1, **changes)
        self.touch(run)

    def change_task(self, ref: str, **changes: Any) -> None:
        task = self.tasks[ref]
        self.tasks[ref] = replace(task, version=task.version + 1, **changes)
        self.touch(task.run)

    def _answer(self, name: str) -> None:
        self.asked[name] += 1
        if self.lost:
            raise NoAnswerError("the store is not there", "check the disk")
        fault = self.broken or self.faults.get(name)
        if fault is not None:
            raise fault

    # the protocol
    def pulse(self) -> Pulse:
        self._answer("pulse")
        beat = self.now - self.beat_age if self.beat_age is not None else None
        return Pulse(self.now, self.sequence, self.led, "prod-01", 3, beat)

    def board(self, query: BoardQuery) -> Sequence[BoardRow]:
        self._answer("board")
        wanted = query.runs or self.runs.keys()
        return [self._row(run) for run in self.runs.values() if run.id in wanted]

    def overdue(self) -> Sequence[Overdue]:
        self._answer("overdue")
        return self.not_ordered

    def _row(self, run: Run) -> BoardRow:
        counts = Counter(task.state for task in self.tasks.values() if task.run == run.id)
        return BoardRow(run, self.definitions[run.process].title, dict(counts))

    def changed_runs(self, after: int) -> Collection[RunId]:
        self._answer("changed_runs")
        return {run for sequence, run in self.changes if sequence > after}

    def run(self, run: RunId) -> RunView:
        self._answer("run")
        if run not in self.runs:
            raise BomsError(f"there is no run {run}", "go back to the board")
        tasks = {task.task: task for task in self.tasks.values() if task.run == run}
        last = {name: self.attempts[task.ref][-1] for name, task in tasks.items() if task.ref in self.attempts}
        process = self.definitions[self.runs[run].process]
        gates = (
            ()
            if self.runs[run].started_at
            else (Gate(GateKind.RUN, "run:risk/var", open=False, detail="risk/var is running"),)
        )
        return RunView(
            self.runs[run], process, tasks, last, self.gates.get(run, gates),
            frozenset(hold.object for hold in self._holds()),
            {task.task: self.waits[task.ref] for task in tasks.values() if task.ref in self.waits},
            {name: self.said[attempt.id] for name, attempt in last.items() if attempt.id in self.said},
        )  # fmt: skip

    def task(self, ref: str) -> TaskView:
        self._answer("task")
        run, name = split_ref(ref)
        task = self.tasks[ref]
        definition = self.definitions[self.runs[run].process].tasks[TaskName(name or "")]
        entry = Entry(NOW - timedelta(minutes=30), "runtime", "task-failed", ref, "running", task.state, "exit 3")
        return TaskView(
            self.runs[run], definition, task, self.attempts.get(ref, ()), self._gates(task),
            self.contacts_[:2], definition.instructions if self.instructions is None else self.instructions,
            (SealedEntry(90, 3, entry, "ab" * 32),), self.checks.get(ref, ()),
            self.said.get(self.attempts[ref][-1].id) if ref in self.attempts else None,
        )  # fmt: skip

    def _gates(self, task: TaskRun) -> tuple[Gate, ...]:
        if task.ref in self.gates:
            return self.gates[task.ref]
        if task.state in LIVE or task.state is not TaskState.WAITING:
            return ()
        return (
            Gate(GateKind.DEPENDENCY, "dependency:compute", open=False, detail=self.gate_detail, by_itself=False),
            Gate(GateKind.START_TIME, "start-time", open=False, detail="starts at 23:00", opens_at=AT_ELEVEN),
            *(Gate(GateKind.HOLD, f"hold:{ref}", open=False, detail="held by ravi") for ref in self.held & {task.ref}),
            Gate(GateKind.SLOT, "slot:local", open=True, detail="3 of 16 slots of local are taken"),
        )

    def why(self, ref: str) -> Reasons:
        """The model's own answer, from the night as it stands."""
        self._answer("why")
        run, name = split_ref(ref)
        if run not in self.runs:
            raise BomsError(f"there is no run {run}", "go back to the board")
        draft = Draft(self._snapshot(), self.now)
        return why(draft, self.runs[run], self.tasks[ref] if name is not None else None)

    def _snapshot(self) -> Snapshot:
        last = [attempts[-1] for attempts in self.attempts.values()]
        picture = Picture(
            runs=tuple(self.runs.values()), tasks=tuple(self.tasks.values()),
            attempts=tuple(one for one in last if one.is_open),
            definitions={(run.process, run.revision): self.definitions[run.process] for run in self.runs.values()},
        )  # fmt: skip
        roles = {run.acts_for: Role(run.acts_for) for run in self.runs.values()}
        return Snapshot.of(Catalogue(self.definitions, roles=roles), picture, pools={"local": 16})

    def output(self, attempt: AttemptId) -> Output | None:
        self._answer("output")
        tail = self.outputs.get(attempt, night.LOG.encode())
        return Output(attempt, tail, len(tail), 0, NOW)

    def progress(self, attempts: Collection[AttemptId]) -> Mapping[AttemptId, Progress]:
        self._answer("progress")
        return {attempt: self.said[attempt] for attempt in attempts if attempt in self.said}

    def processes(self) -> Sequence[ProcessRow]:
        self._answer("processes")
        return [
            ProcessRow(
                process.id, process.title, process.owner, 4, len(process.tasks),
                tuple(map(start_text, process.start)),
                next(((run.id, run.state) for run in self.runs.values() if run.process == process.id), None),
                process.calendar, process.timezone,
            )
            for process in self.definitions.values()
        ]  # fmt: skip

    def process(self, process: ProcessId) -> ProcessView:
        self._answer("process")
        rows = tuple(self._row(run) for run in self.runs.values() if run.process == process)
        applied = NOW - timedelta(days=3)
        return ProcessView(
            self.definitions[process], 4, "meera", applied, f"process: {process}\n", rows, next_start=self.next_start
        )  # fmt: skip

    def holds(self) -> Sequence[Hold]:
        self._answer("holds")
        return self._holds()

    def _holds(self) -> list[Hold]:
        own = (Hold(f"h-{ref}", ref, "ravi", "held in a test", NOW - timedelta(minutes=4)) for ref in sorted(self.held))
        return [*self.placed, *own]

    def contacts(self) -> Sequence[Contact]:
        self._answer("contacts")
        return self.contacts_

    def journal(self, *, about: str = "", limit: int = 200) -> Sequence[SealedEntry]:
        self._answer("journal")
        return [row for row in reversed(self.rows) if row.entry.object.startswith(about)][:limit]

    def users(self) -> Sequence[UserRow]:
        self._answer("users")
        return list(self.people.values())

    def roles(self) -> Sequence[str]:
        self._answer("roles")
        return ROLES

    def effect(self, verb: str, target: str, parameters: Mapping[str, str] | None = None) -> Effect:
        self._answer("effect")
        given = dict(parameters or {})
        self.asked[" ".join(["effect", verb, target, *(f"{name}={given[name]}" for name in sorted(given))])] += 1
        if verb in {"retry", "skip", "force-ok", "confirm", "free"} or given.get("as") == "ok":
            return Effect(("cube", "totals", "tell-desk"), (("release", "waits for a person"),), refusal=self.refusal)
        return Effect(went_on=("finance/ledger@2026-11-20.1",) if verb == "rerun" else (), refusal=self.refusal)

    def sign_in(self, user: str, password: str, new_password: str = "") -> SignedIn:
        self._answer("sign_in")
        if self.passwords.get(user) != password:
            raise NotAuthorisedError("sign-in refused", "check user and password")
        if user in self.must_change:
            if not new_password:
                raise MustChangeError("the password must be changed", "choose a new one")
            self.must_change.discard(user)
            self.passwords[user] = new_password
        return signed_in(self.roles_of[user], user)

    def sign_out(self) -> None:
        self._answer("sign_out")

    def act(
        self,
        verb: str,
        target: str,
        *,
        version_seen: int | None = None,
        reason: str = "",
        parameters: Mapping[str, str] | None = None,
        secret: str = "",
    ) -> Verdict:
        self._answer("act")
        self.acts.append(
            {"verb": verb, "target": target, "version_seen": version_seen, "reason": reason,
             "parameters": dict(parameters or {}), "secret": secret}
        )  # fmt: skip
        if self.act_error is not None:
            raise self.act_error
        if not self.hold_acts.wait(30):
            raise NoAnswerError("the runtime does not answer", "start it")
        state = self.tasks[target].state if target in self.tasks else ""
        code = self.verdict_code or self.verdict.value
        return Verdict(RequestId("q1"), self.verdict, code, self.verdict_reason, self.now, state, target)
