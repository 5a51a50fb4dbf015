"""A night in memory: a catalogue, a snapshot, and the verbs of a test, with a clock that the test moves."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from boms_tui.model.calendar import Calendar
from boms_tui.model.condition import Dependency, Outcome
from boms_tui.model.decide import decide
from boms_tui.model.decision import Decision
from boms_tui.model.definition import Command, Process, Resource, Role, Task
from boms_tui.model.draft import Draft
from boms_tui.model.facts import Asked, Exited, Fact, How, Lost, Started, Voided
from boms_tui.model.gates import all_gates
from boms_tui.model.ids import AttemptId, ProcessId, RequestId, RunId, SessionId, TaskName
from boms_tui.model.people import Session, User
from boms_tui.model.picture import Catalogue, Picture
from boms_tui.model.records import Attempt, CheckVerdict, Entry, Revision, Run, TaskRun, Verdict
from boms_tui.model.request import Request
from boms_tui.model.settle import settle
from boms_tui.model.snapshot import Snapshot
from boms_tui.model.views import Gate

EVENING = datetime(2026, 11, 20, 13, 0, tzinfo=UTC)
DAY = date(2026, 11, 20)
NOTHING = Catalogue()
USERS = tuple(User(name, (name,), EVENING) for name in ("viewer", "operator", "supervisor", "author", "admin"))


def after(*names: str, when: Outcome = Outcome.SUCCEEDED) -> tuple[Dependency, ...]:
    """Dependencies on tasks (`name`), processes (`folder/name`) or their tasks (`folder/name:task`)."""
    found = []
    for name in names:
        process, colon, task = name.rpartition(":")
        if "/" in name and not colon:
            found.append(Dependency(when, process=ProcessId(name)))
        else:
            found.append(Dependency(when, ProcessId(process) if colon else None, TaskName(task)))
    return tuple(found)


def task(name: str, *behind: str, **changes: object) -> Task:
    made = Task(TaskName(name), Command(("true",)), after=after(*behind))
    return replace(made, **changes)  # type: ignore[arg-type]


def process(name: str, *tasks: Task, **changes: object) -> Process:
    made = Process(ProcessId(name), {one.name: one for one in tasks})
    return replace(made, **changes)  # type: ignore[arg-type]


class Night:
    """Facts go in, decisions are applied at once, as a commit that always succeeds."""

    def __init__(self, *processes: Process, slots: int = 16, beside: Catalogue = NOTHING) -> None:
        """`beside` has the roles, contacts, calendars and resources of the night."""
        catalogue = replace(
            beside, processes={one.id: one for one in processes}, revisions={one.id: 1 for one in processes}
        )
        self.now = EVENING
        self.snapshot = Snapshot.of(catalogue, Picture(), pools={"local": slots}, epoch=1, users=USERS)
        self.launched: list[AttemptId] = []
        self.killed: list[AttemptId] = []
        self.watched: list[AttemptId] = []
        self.journal: list[Entry] = []
        self.checks: list[CheckVerdict] = []
        self.verdicts: dict[str, Verdict] = {}
        self._asked = 0

    def tell(self, *facts: Fact) -> Decision:
        return self.take(decide(self.snapshot, facts, self.now))

    def take(self, decision: Decision) -> Decision:
        self.snapshot.apply(decision)
        self.launched.extend(decision.launches)
        self.killed.extend(kill.attempt for kill in decision.kills)
        self.watched.extend(decision.watches)
        self.journal.extend(decision.journal)
        self.checks.extend(decision.checks)
        self.verdicts.update((verdict.request, verdict) for verdict in decision.verdicts)
        return decision

    def redefine(
        self,
        *resources: Resource,
        roles: Iterable[Role] = (),
        calendars: Iterable[Calendar] = (),
        processes: Iterable[Process] = (),
    ) -> Decision:
        """Apply other resources, roles, calendars and processes."""
        draft, processes = Draft(self.snapshot, self.now), tuple(processes)
        changed = [Revision("resource", one.id, 2, "", "", "author", self.now) for one in resources]
        changed += [Revision("role", one.id, 2, "", "", "author", self.now) for one in roles]
        changed += [Revision("calendar", one.id, 2, "", "", "author", self.now) for one in calendars]
        changed += [Revision("process", one.id, 2, "", "", "author", self.now) for one in processes]
        catalogue = replace(
            draft.catalogue,
            resources={**draft.catalogue.resources, **{one.id: one for one in resources}},
            roles={**draft.catalogue.roles, **{one.id: one for one in roles}},
            calendars={**draft.catalogue.calendars, **{one.id: one for one in calendars}},
            processes={**draft.catalogue.processes, **{one.id: one for one in processes}},
            revisions={**draft.catalogue.revisions, **{one.id: 2 for one in processes}},
        )
        draft.put_revisions(changed, catalogue)
        settle(draft)
        return self.take(draft.decision())

    def why(self, run: str, name: str = "") -> dict[str, Gate]:
        """The gates of a run or of one of its tasks, by name."""
        of = self.task(run, name) if name else None
        return {gate.name: gate for gate in all_gates(Draft(self.snapshot, self.now), self.run(run), of)}

    def closed(self, run: str, name: str = "") -> dict[str, str]:
        """The closed gates, each with its detail."""
        return {gate.name: gate.detail for gate in self.why(run, name).values() if not gate.open}

    def said(self, action: str) -> list[Entry]:
        """The journal rows of one action."""
        return [entry for entry in self.journal if entry.action == action]

    def wait(self, duration: timedelta) -> None:
        self.now += duration
        self.tell(*self.snapshot.due(self.now))

    def ask(
        self,
        verb: str,
        target: str,
        *,
        by: str = "admin",
        seen: int | None = None,
        reason: str = "because",
        given: Mapping[str, str] | None = None,
    ) -> Verdict:
        """Make one request and return its verdict."""
        self._asked += 1
        session = Session(
            SessionId(f"session-{by}-{self.now:%d%H%M%S}"), by, b"", self.now, self.now + timedelta(hours=1)
        )
        request = Request(
            RequestId(f"request-{self._asked}"), "test", session.id, self._asked, verb, target, self.now,
            self.now + timedelta(minutes=5), reason, seen, given or {},
        )  # fmt: skip
        self.tell(Asked(request, session))
        return self.verdicts[request.id]

    def order(self, name: str, given: Mapping[str, str] | None = None) -> RunId:
        verdict = self.ask("order", name, given=given)
        assert verdict.code == "ok", verdict
        return RunId(verdict.target)

    def run(self, run: str) -> Run:
        return self.snapshot.runs[RunId(run)]

    def task(self, run: str, name: str) -> TaskRun:
        return self.snapshot.tasks[RunId(run)][TaskName(name)]

    def states(self, run: str) -> dict[str, str]:
        return {name: task.state.value for name, task in self.snapshot.tasks[RunId(run)].items()}

    def attempt(self, run: str, name: str) -> Attempt:
        return self.snapshot.attempts[RunId(run), TaskName(name)]

    def start(self, run: str, name: str) -> None:
        self.tell(Started(self.attempt(run, name).id, 4711, self.now))

    def end(self, run: str, name: str, code: int = 0, how: How = How.EXITED, **proof: Any) -> None:
        """The attempt ran and left an exit record."""
        self.tell(Exited(self.attempt(run, name).id, how, code, None, self.now, **proof))

    def void(self, run: str, name: str) -> None:
        self.tell(Voided(self.attempt(run, name).id, "never decided"))

    def lose(self, run: str, name: str) -> None:
        self.tell(Lost(self.attempt(run, name).id, "the shim is gone"))
